"""The admin promotes a version and rolls it back in a real browser, and the shop's page follows at once."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from loyalty_ai.serving.models import Deployment, ListKind, ScoringRun
from shop_demo import models as demo
from tests import fakes
from tests.admin.conftest import make_run

pytestmark = pytest.mark.browser

TITLES = {"A1": "Blue Bird Mug", "A2": "Red Retro Lamp", "A3": "Slate Heart", "A4": "Paper Lantern"}


@pytest.fixture
def shop(transactional_db, live_server) -> SimpleNamespace:
    """The demo shop with four products and one customer, whose two versions each recommend another product first."""
    store = fakes.make_store()
    now = timezone.now()
    for sku, title in TITLES.items():
        demo.Product.objects.create(sku=sku, title=title, shelf="home", price=Decimal("4.50"), stock=9, listed_at=now)
        fakes.make_product(store, sku, title=title)
    products = list(store.products.order_by("external_id"))
    users = get_user_model()
    users.objects.create_superuser("owner", password="owner")
    maya = users.objects.create_user("maya", password="maya", first_name="Maya")
    demo.Customer.objects.create(number="16458", user=maya, joined_at=now)
    customer = fakes.make_customer(store, "16458", user=maya)
    for lead, order in ((0.02, (0, 2, 3)), (0.03, (1, 3, 2))):
        run = make_run(store, lead=lead, deploy=lead == 0.02)
        fakes.recommend(run, customer, ListKind.RECOMMENDED, [products[n] for n in order])
        fakes.recommend(run, None, ListKind.POPULAR, products)
    return SimpleNamespace(url=live_server.url, store=store)


def first_product(page) -> str:
    page.reload()
    return page.locator(".loyalty-row--recommended .loyalty-card__title").first.inner_text()


def test_widgets_follow_the_promotion_and_the_rollback(shop, open_page):
    shopper = open_page()
    shopper.goto(f"{shop.url}/sign-in/")
    shopper.fill("#id_username", "maya")
    shopper.fill("#id_password", "maya")
    shopper.press("#id_password", "Enter")
    shopper.wait_for_url(lambda url: "sign-in" not in url)
    shopper.goto(shop.url)
    assert first_product(shopper) == "Blue Bird Mug"

    owner = open_page()
    owner.goto(f"{shop.url}/admin/loyalty_ai/modelversion/")
    owner.fill("[name=username]", "owner")
    owner.fill("[name=password]", "owner")
    owner.press("[name=password]", "Enter")
    owner.locator("#result_list").get_by_role("link", name="2", exact=True).click()
    owner.get_by_role("link", name="Promote").click()
    assert first_product(shopper) == "Blue Bird Mug", "asking alone changed the page"
    owner.fill("[name=reason]", "ahead on new products")
    owner.get_by_role("button", name="Promote").click()
    owner.get_by_text("Version 2 is champion now.").wait_for()
    assert first_product(shopper) == "Red Retro Lamp"

    owner.goto(f"{shop.url}/admin/loyalty_ai/modelversion/")
    owner.get_by_role("link", name="Roll back").click()
    runs = ScoringRun.objects.order_by("pk")
    owner.get_by_text(f"v2, {runs[1]} → v1, {runs[0]}").wait_for()
    owner.fill("[name=reason]", "too many lamps")
    owner.get_by_role("button", name="Roll back").click()
    owner.get_by_text(f"Champion is v1, {runs[0]} again.").wait_for()
    assert first_product(shopper) == "Blue Bird Mug"

    owner.goto(f"{shop.url}/admin/loyalty_ai/deployment/")
    history = owner.locator("#result_list").inner_text()
    assert "ahead on new products" in history
    assert "too many lamps" in history
    assert Deployment.objects.filter(opened_by__username="owner").count() == 2


def test_a_job_s_page_follows_the_job_without_reloading(shop, open_page):
    from loyalty_ai.jobs.models import Job, JobState

    job = Job.objects.create(
        store=shop.store, kind="score", slot="s", state=JobState.RUNNING, progress_step="score", progress_done=1,
        progress_total=4, started_at=timezone.now(),
    )  # fmt: skip
    owner = open_page()
    owner.goto(f"{shop.url}/admin/loyalty_ai/job/{job.pk}/change/")
    owner.fill("[name=username]", "owner")
    owner.fill("[name=password]", "owner")
    owner.press("[name=password]", "Enter")
    owner.get_by_text("score 1/4").wait_for()
    owner.evaluate("window.sameDocument = true")
    Job.objects.update(progress_done=3)
    owner.get_by_text("score 3/4").wait_for()
    assert owner.evaluate("window.sameDocument") is True
    Job.objects.update(state=JobState.DONE)
    owner.get_by_text("done", exact=True).first.wait_for()

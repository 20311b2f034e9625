from __future__ import annotations

import re
import time
from datetime import timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from loyalty_ai.conf import get_adapter
from loyalty_ai.loyalty.models import LoyaltyProfile
from loyalty_ai.serving import page as pages
from loyalty_ai.serving import selectors
from loyalty_ai.serving.models import Deployment, ListKind, NeighbourKind
from loyalty_ai.serving.page import LoyaltyPage
from loyalty_ai.serving.selectors import read_page
from loyalty_ai.shop.adapters.base import LiveProduct
from loyalty_ai.shop.consent import record_consent
from loyalty_ai.shop.identity import merge_customers
from loyalty_ai.shop.models import EventType
from tests import fakes
from tests.serving.pages import ALL_WIDGETS, engine, make_request, render, statements

LATER = fakes.NOON + timedelta(days=1)


def shown(html: str) -> list[str]:
    """The products of a page in order."""
    return re.findall(r'href="/p/(\w+)/"', html)


def titles(html: str) -> list[str]:
    return re.findall(r"<h2[^>]*>([^<]*)</h2>", html)


def without_mutes(html: str) -> str:
    """Muting stays everybody's own, opted out or not, and its forms carry a token of each render."""
    return re.sub(r'<form class="loyalty-card__mute".*?</form>', "", html)


def opt_out(customer) -> None:
    record_consent(customer=customer, purpose="preferences", granted=False, source="test")


# One read a page


@pytest.mark.django_db(transaction=True)
def test_a_page_of_six_widgets_is_one_statement_and_one_resolve(shop):
    adapter = get_adapter("default")
    sent = statements(ALL_WIDGETS, "ann", product="P0")
    assert len(adapter.resolved) == 1
    assert len(sent) == 2, sent
    assert sum("loyalty_ai_deployment" in sql for sql in sent) == 1
    assert connection.in_atomic_block is False


def test_inside_the_page_s_transaction_only_the_shop_s_answer_gets_a_savepoint_more(shop):
    sent = statements(ALL_WIDGETS, "ann", product="P0")
    assert [sql.split()[0] for sql in sent] == ["SAVEPOINT", "SAVEPOINT", "SELECT", "RELEASE"]
    assert "loyalty_ai_deployment" in sent[0]


def test_global_privacy_control_costs_no_statement_and_leaves_the_rows_that_are_not_personal(shop):
    request = make_request("ann")
    request.META["HTTP_SEC_GPC"] = "1"
    with CaptureQueriesContext(connection) as sent:
        html = engine().from_string(ALL_WIDGETS).render({"product": "P0"}, request)
    assert len(sent) == 4
    # Nobody's own, but the neighbours of the page's product and what is popular.
    assert not {f"P{n}" for n in range(1, 15)} & set(shown(html))
    assert {"P15", "P20"} <= set(shown(html))
    assert "loyalty-badge" not in html


def test_the_badge_alone_does_not_ask_the_shop(shop):
    fakes.record_purchase(shop.ann, shop.products[1], at=LATER)
    assert "loyalty-badge" in render("{% loyalty_badge %}", "ann")
    assert get_adapter("default").resolved == []


def test_the_shop_is_asked_only_about_products_that_can_be_shown(shop):
    row = shop.run.recommendations.get(customer=shop.ann, kind=ListKind.RECOMMENDED)
    row.reasons, row.reason_kinds = [shop.products[29].pk] * 8, [1] * 8
    row.save()
    fakes.hide(shop.ann, shop.products[2])
    html = render("{% recommendations limit=3 %}", "ann")
    assert html.count("Because you bought Product P29") == 3
    assert not {"P29", "P2", "P0"} & set(get_adapter("default").resolved[0])


def test_a_page_without_widgets_reads_nothing(shop):
    assert statements("{% load loyalty_ai %}{% loyalty_page product='P0' %}", "ann") == []


def test_a_product_the_page_did_not_name_costs_one_statement_more(shop):
    fakes.relate(shop.run, shop.products[2], NeighbourKind.SIMILAR, shop.products[26:28])
    sent = statements("{% load loyalty_ai %}{% similar_items 'P0' %}{% similar_items 'P2' %}{% similar_items 'P2' %}")
    assert sum("loyalty_ai_deployment" in sql for sql in sent) == 2
    assert len(get_adapter("default").resolved) == 2


def test_the_statement_opens_the_live_run_s_partitions_alone(shop):
    old = fakes.make_run(shop.store, deploy=False)
    statement = connection.ops.compose_sql(
        "EXPLAIN (ANALYZE, FORMAT JSON) " + selectors.page_sql("TRUE"),
        {"store": "default", "customer": "ann", "products": ["P0"], "near": 12, "bought": 40},
    )
    with connection.cursor() as cursor:
        cursor.execute(statement)
        plan = cursor.fetchone()[0][0]["Plan"]

    def scanned(node: dict) -> set[str]:
        below = {name for child in node.get("Plans", ()) for name in scanned(child)}
        return below | ({node["Relation Name"]} if "Relation Name" in node and node["Actual Loops"] else set())

    runs = {match[1] for table in scanned(plan) if (match := re.search(r"_r?(\d+)$", table))}
    assert runs == {str(shop.run.pk)}, f"run {old.pk} was read too"


# The chain


def test_a_customer_sees_their_own_list(shop):
    html = render("{% recommendations limit=4 %}", "ann")
    assert shown(html) == ["P1", "P2", "P3", "P4"]
    assert titles(html) == ["Recommended for you"]


def test_another_list_can_be_asked_for(shop):
    assert shown(render("{% recommendations limit=3 list='discover' %}", "ann")) == ["P5", "P6", "P7"]


def test_a_short_list_is_filled_with_what_is_popular(shop):
    html = render("{% recommendations limit=10 %}", "ann")
    assert shown(html) == [*(f"P{n}" for n in range(1, 9)), "P20", "P21"]
    assert html.count("Popular now") == 2


def test_a_stranger_sees_neighbours_of_the_page_s_product_then_what_is_popular(shop):
    html = render("{% loyalty_page product='P0' %}{% recommendations limit=8 %}")
    assert shown(html) == ["P17", "P18", "P19", "P15", "P16", "P20", "P21", "P22"]
    assert titles(html) == ["You may also like"]
    assert html.count("Often bought with Product P0") == 3


def test_a_stranger_without_a_product_sees_what_is_popular(shop):
    html = render("{% recommendations %}")
    assert shown(html) == [f"P{n}" for n in range(20, 26)]
    assert titles(html) == ["Popular now"]


def test_a_customer_the_run_does_not_know_gets_neighbours_of_what_they_looked_at(shop):
    bob = fakes.make_customer(shop.store, "bob")
    fakes.record_event(bob, EventType.VIEW_ITEM, shop.products[0], at=LATER)
    assert shown(render("{% recommendations limit=3 %}", "bob")) == ["P17", "P18", "P19"]


def test_nothing_deployed_shows_nothing_but_what_was_just_bought(shop):
    Deployment.objects.all().delete()
    fakes.record_purchase(shop.ann, shop.products[3])
    assert shown(render(ALL_WIDGETS, "ann", product="P0")) == ["P3"]
    assert render(ALL_WIDGETS, product="P0").strip() == ""


@pytest.mark.django_db
def test_a_store_without_a_row_shows_nothing(fake_shop):
    assert render(ALL_WIDGETS, "ann", product="P0").strip() == ""


def test_a_second_store_s_lists_stay_with_it(shop):
    other = fakes.make_store("other")
    run = fakes.make_run(other)
    fakes.make_customer(other, "ann")
    fakes.recommend(run, None, ListKind.POPULAR, [fakes.make_product(other, "X1", url="/p/X1/")])
    assert "X1" not in shown(render(ALL_WIDGETS, "ann", product="X1"))


def test_a_widget_outside_a_request_is_empty(shop):
    source = "{% load loyalty_ai %}{% recommendations %}{% loyalty_badge %}"
    assert engine().from_string(source).render() == ""


# Rows of one page


def test_a_product_stands_in_one_row_of_the_page_only(shop):
    html = render("{% recommendations limit=6 %}{% recommendations limit=6 list='discover' %}", "ann")
    assert shown(html) == [*(f"P{n}" for n in range(1, 12)), "P20"]


def test_buy_again_may_repeat_what_another_row_shows(shop):
    fakes.recommend(shop.run, bob := fakes.make_customer(shop.store, "bob"), ListKind.RECOMMENDED, shop.products[:3])
    fakes.recommend(shop.run, bob, ListKind.BUY_AGAIN, shop.products[1:3])
    html = render("{% recommendations limit=3 %}{% buy_again %}", "bob")
    assert shown(html) == ["P0", "P1", "P2", "P1", "P2"]


def test_the_page_s_own_products_are_not_shown_on_it(shop):
    html = render("{% loyalty_page products=cart %}{% recommendations limit=3 %}", "ann", cart=["P1", "P2"])
    assert shown(html) == ["P3", "P4", "P5"]


def test_similar_rows_fall_back_to_products_bought_together(shop):
    html = render("{% similar_items 'P0' %}{% bought_together 'P0' %}")
    assert shown(html) == ["P15", "P16", "P17", "P18", "P19"]
    assert titles(html) == ["Similar products"]


def test_an_unknown_product_has_no_rows(shop):
    assert render("{% similar_items 'nope' %}{% bought_together 'nope' %}{% similar_items '' %}").strip() == ""
    assert render("{% loyalty_page product=none products=none %}{% similar_items none %}", none=None) == ""


def test_bought_together_takes_a_whole_cart(shop):
    fakes.relate(shop.run, shop.products[1], NeighbourKind.BOUGHT_TOGETHER, [shop.products[18], shop.products[2]])
    assert shown(render("{% bought_together cart %}", cart=["P0", "P1"]))[0] == "P18"


# What takes effect on the next render


def test_opting_out_takes_effect_on_the_next_render_and_back(shop):
    fakes.record_purchase(shop.ann, shop.products[3], at=LATER)
    before = without_mutes(render(ALL_WIDGETS, "ann", product="P0"))
    assert "loyalty-badge" in before
    assert "Buy it again" in titles(before)

    opt_out(shop.ann)
    stranger = render(ALL_WIDGETS, product="P0")
    assert without_mutes(render(ALL_WIDGETS, "ann", product="P0")) == stranger
    assert titles(stranger) == ["You may also like", "Popular now"]

    record_consent(customer=shop.ann, purpose="preferences", granted=True, source="test")
    assert without_mutes(render(ALL_WIDGETS, "ann", product="P0")) == before


def test_the_stricter_consent_of_a_merged_guest_wins(shop):
    guest = fakes.make_customer(shop.store, "guest")
    opt_out(guest)
    merge_customers(alias=guest, main=shop.ann)
    for who in ("ann", "guest"):
        assert titles(render("{% recommendations %}", who)) == ["Popular now"]


def test_a_merged_guest_sees_the_account_s_lists_and_the_account_the_guest_s_orders(shop):
    guest = fakes.make_customer(shop.store, "guest")
    merge_customers(alias=guest, main=shop.ann)
    fakes.record_purchase(guest, shop.products[1], at=LATER)
    for who in ("ann", "guest"):
        assert shown(render("{% recommendations limit=2 %}{% buy_again limit=1 %}", who)) == ["P2", "P3", "P1"]


def test_consent_that_is_off_by_default_waits_for_a_choice(shop, settings):
    settings.LOYALTY_AI = fakes.FAKE_SETTINGS | {"CONSENT_DEFAULTS": {"preferences": False}}
    assert titles(render("{% recommendations %}", "ann")) == ["Popular now"]


def test_a_hidden_product_is_gone_everywhere_even_after_opting_out(shop):
    for product in (shop.products[1], shop.products[12], shop.products[15], shop.products[20]):
        fakes.hide(shop.ann, product)
    html = render(ALL_WIDGETS, "ann", product="P0")
    assert not {"P1", "P12", "P15", "P20"} & set(shown(html))
    opt_out(shop.ann)
    html = render(ALL_WIDGETS, "ann", product="P0")
    assert shown(html)
    assert not {"P15", "P20"} & set(shown(html))


def test_what_was_just_bought_leaves_the_lists_and_leads_buy_again(shop):
    fakes.record_purchase(shop.ann, shop.products[1], at=LATER)
    html = render("{% recommendations limit=2 %}{% buy_again limit=2 %}", "ann")
    assert shown(html) == ["P2", "P3", "P1", "P12"]
    assert "You bought this on 2 June" in html


def test_what_was_bought_before_the_cutoff_is_left_to_the_lists(shop):
    fakes.record_purchase(shop.ann, shop.products[1], at=fakes.NOON - timedelta(seconds=1))
    assert shown(render("{% recommendations limit=1 %}{% buy_again limit=1 %}", "ann")) == ["P1", "P12"]


def test_a_purchase_taken_back_counts_as_not_bought(shop):
    order = fakes.record_purchase(shop.ann, shop.products[1], at=LATER, quantity=2)
    fakes.record_refund(order, shop.products[1], at=LATER, quantity=2)
    assert shown(render("{% recommendations limit=1 %}{% buy_again limit=1 %}", "ann")) == ["P1", "P12"]


def test_out_of_stock_and_missing_products_make_room_for_the_next(shop):
    def live(n: int, *, available: bool = True) -> LiveProduct:
        return LiveProduct(f"P{n}", f"Product P{n}", None, "GBP", available, f"/p/P{n}/", "")

    get_adapter("default").stock = {"P1": live(1, available=False), "P3": live(3), "P4": live(4), "P5": live(5)}
    assert shown(render("{% recommendations limit=2 %}", "ann")) == ["P3", "P4"]


def test_a_withdrawn_product_is_not_shown(shop):
    shop.products[1].withdrawn_at = LATER
    shop.products[1].save()
    assert shown(render("{% recommendations limit=1 %}", "ann")) == ["P2"]


# The badge


def test_the_badge_counts_orders_since_the_profile_was_measured(shop):
    LoyaltyProfile.objects.create(
        customer=shop.ann, store=shop.store, as_of=fakes.NOON, first_order_at=fakes.NOON - timedelta(days=400),
        orders=3, monetary="1200.50", tier="gold",
    )  # fmt: skip
    assert "3 orders" in render("{% loyalty_badge %}", "ann")
    fakes.record_purchase(shop.ann, shop.products[1], shop.products[2], at=LATER)
    html = render("{% loyalty_badge %}", "ann")
    assert "4 orders" in html
    assert "Gold" in html
    assert "since April 2010" in html


def test_an_order_older_than_the_profile_is_not_counted_twice(shop):
    fakes.record_purchase(shop.ann, shop.products[1], at=fakes.NOON - timedelta(days=1))
    LoyaltyProfile.objects.create(customer=shop.ann, store=shop.store, as_of=fakes.NOON, orders=1, monetary="10")
    assert "1 order<" in render("{% loyalty_badge %}", "ann")


def test_somebody_without_an_order_has_no_badge(shop):
    assert render("{% loyalty_badge %}", "ann") == render("{% loyalty_badge %}") == ""


# Broken parts


def broken(*args, **kwargs):
    raise ConnectionError("the shop is away")


def test_a_broken_adapter_leaves_the_badge_and_no_rows(shop, caplog):
    fakes.record_purchase(shop.ann, shop.products[1], at=LATER)
    get_adapter("default").resolve = broken
    html = render("before {{ product }} " + ALL_WIDGETS + " after", "ann", product="P0")
    assert html.startswith("before P0")
    assert html.rstrip().endswith("after")
    assert "loyalty-badge" in html
    assert "loyalty-row" not in html
    assert "the shop is away" in caplog.text
    assert "ann" not in caplog.records[0].getMessage()


def test_an_adapter_that_cannot_name_the_customer_makes_them_a_stranger(shop):
    request = make_request("ann")
    get_adapter("default").customer_id = broken
    assert LoyaltyPage.of(request).customer_id is None


def test_an_adapter_that_cannot_be_made_shows_nothing(shop, settings):
    settings.LOYALTY_AI = {"STORES": {"default": {"ADAPTER": "nowhere.Shop"}}}
    with pytest.raises(ImportError):
        get_adapter("default")
    page = LoyaltyPage(store="default", customer_id="ann")
    assert page.recommended(limit=4) is None


def test_a_store_that_is_not_configured_shows_nothing(shop):
    with pytest.raises(ImproperlyConfigured):
        get_adapter("nope")
    assert LoyaltyPage(store="nope", customer_id="ann").recommended(limit=4) is None


def test_a_failed_read_leaves_the_page_s_transaction_usable(shop, monkeypatch, caplog):
    monkeypatch.setattr("loyalty_ai.serving.selectors.STATEMENT", "SELECT 1 FROM no_such_table")
    with transaction.atomic():
        assert render(ALL_WIDGETS, "ann", product="P0").strip() == ""
        assert fakes.make_customer(shop.store, "carol").pk
    assert "no_such_table" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_a_failed_read_outside_a_transaction_is_empty_too(shop, monkeypatch):
    monkeypatch.setattr("loyalty_ai.serving.selectors.STATEMENT", "SELECT 1 FROM no_such_table")
    assert render(ALL_WIDGETS, "ann", product="P0").strip() == ""
    assert fakes.make_customer(shop.store, "carol").pk


def test_a_failed_query_of_the_adapter_leaves_the_page_s_transaction_usable(shop):
    def failing(product_ids):
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM no_such_table")

    get_adapter("default").resolve = failing
    with transaction.atomic():
        assert "loyalty-row" not in render(ALL_WIDGETS, "ann", product="P0")
        assert fakes.make_customer(shop.store, "carol").pk


def test_a_transaction_that_is_broken_already_stays_the_page_s_own_affair(shop):
    with transaction.atomic():
        transaction.set_rollback(True)
        assert render(ALL_WIDGETS, "ann", product="P0").strip() == ""


@pytest.mark.parametrize("transactional", [True, False])
def test_a_slow_database_is_cut_off_at_the_deadline(request, transactional, monkeypatch, caplog):
    request.getfixturevalue("transactional_db" if transactional else "db")
    request.getfixturevalue("shop")
    monkeypatch.setattr("loyalty_ai.serving.selectors.STATEMENT", "SELECT pg_sleep(20)::text")
    start = time.monotonic()
    assert render("{% recommendations %}", "ann") == ""
    assert time.monotonic() - start < 3
    assert "statement timeout" in caplog.text
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("0",)


@pytest.fixture
def slow_shop(shop, monkeypatch):
    """The shop takes as long as a test says; returns (set the seconds, how often it was asked)."""
    adapter = get_adapter("default")
    resolve, seconds = adapter.resolve, [0.0]

    def slow(product_ids):
        time.sleep(seconds[0])
        return resolve(product_ids)

    adapter.resolve = slow
    monkeypatch.setattr(pages, "DEADLINE", 0.2)
    monkeypatch.setattr(pages, "read_page", lambda **asked: read_page(**{**asked, "seconds": 5.0}))
    return lambda new: seconds.__setitem__(0, new), lambda: len(adapter.resolved)


def test_a_shop_that_is_slow_again_and_again_is_not_asked_until_it_has_rested(slow_shop, shop, monkeypatch, caplog):
    take, asked = slow_shop
    fakes.record_purchase(shop.ann, shop.products[12], at=LATER)
    take(0.25)
    for _page in range(pages.MISSES):
        assert shown(render("{% recommendations limit=1 %}", "ann")) == ["P1"], "what came late is still shown"
    assert asked() == pages.MISSES
    assert caplog.text.count("deadline missed") == pages.MISSES

    html = render("{% loyalty_badge %}{% recommendations limit=1 %}", "ann")
    assert asked() == pages.MISSES
    assert "loyalty-row" not in html
    assert "loyalty-badge" in html

    take(0.0)
    pages._resting["default", "shop"] = time.monotonic()
    assert shown(render("{% recommendations limit=1 %}", "ann")) == ["P1"]


def test_one_slow_answer_is_forgiven(slow_shop):
    take, asked = slow_shop
    for seconds in (0.25, 0.0, 0.25, 0.0):
        take(seconds)
        assert shown(render("{% recommendations limit=1 %}", "ann")) == ["P1"]
    assert asked() == 4


def test_a_database_that_is_slow_again_and_again_is_not_asked_until_it_has_rested(shop, monkeypatch):
    monkeypatch.setattr(pages, "DEADLINE", 0.05)
    with monkeypatch.context() as patch:
        patch.setattr("loyalty_ai.serving.selectors.STATEMENT", "SELECT pg_sleep(20)::text")
        for _page in range(pages.MISSES):
            assert render("{% recommendations %}", "ann") == ""
    monkeypatch.setattr(pages, "DEADLINE", 5.0)
    assert statements("{% load loyalty_ai %}{% recommendations %}", "ann") == []
    pages._resting.clear()
    assert shown(render("{% recommendations limit=1 %}", "ann")) == ["P1"]


def test_a_read_that_fails_says_so_to_whoever_asks_directly(shop, monkeypatch):
    monkeypatch.setattr("loyalty_ai.serving.selectors.STATEMENT", "SELECT 1 FROM no_such_table")
    with pytest.raises(DatabaseError):
        read_page(store="default", customer_id="ann", seconds=1.0)

"""What each variant sees, on every surface, and that it costs the page no statement."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from loyalty_ai.experiments.models import Variant
from loyalty_ai.experiments.services import stop_experiment
from loyalty_ai.serving.models import Alias, Deployment, ListKind
from loyalty_ai.serving.selectors import Assigned, read_page
from loyalty_ai.shop.models import Customer, EventType
from tests import fakes
from tests.serving.pages import ALL_WIDGETS, engine, make_request, render
from tests.serving.test_page import opt_out, shown, titles, without_mutes

LATER = fakes.NOON + timedelta(days=1)


@pytest.fixture
def experiment(shop):
    """A third holdout, a third challenger, whose own run recommends P26 to P29 to everybody there is."""
    shop.run2 = fakes.make_run(shop.store, deploy=False)
    Deployment.objects.create(store=shop.store, alias=Alias.CHALLENGER, version=shop.run2.version, run=shop.run2)
    return fakes.make_experiment(shop.store, holdout=33, challenger=33)


def member(shop, experiment, variant: Variant) -> Customer:
    """A customer of the variant with an order, a look, and lists in both runs."""
    customer = fakes.make_customer(shop.store, fakes.named_in(experiment, variant))
    fakes.record_purchase(customer, shop.products[3], at=LATER)
    fakes.record_event(customer, EventType.VIEW_ITEM, shop.products[0], at=LATER)
    fakes.recommend(shop.run, customer, ListKind.RECOMMENDED, shop.products[1:9])
    fakes.recommend(shop.run2, customer, ListKind.RECOMMENDED, shop.products[26:30])
    return customer


def test_the_holdout_sees_what_somebody_who_opted_out_sees_and_keeps_the_badge(shop, experiment):
    customer = member(shop, experiment, Variant.HOLDOUT)
    html = without_mutes(render(ALL_WIDGETS, customer.external_id, product="P0"))
    assert titles(html) == ["You may also like", "Popular now"]
    assert "loyalty-badge" in html
    opt_out(customer)
    without = without_mutes(render(ALL_WIDGETS, customer.external_id, product="P0"))
    assert shown(html) == shown(without)
    assert "loyalty-badge" not in without


def test_the_challenger_s_people_see_the_challenger_s_lists_and_all_others_the_champion_s(shop, experiment):
    challenger, champion = (member(shop, experiment, each) for each in (Variant.CHALLENGER, Variant.CHAMPION))
    assert shown(render("{% recommendations limit=3 %}", challenger.external_id)) == ["P26", "P27", "P28"]
    assert shown(render("{% recommendations limit=3 %}", champion.external_id)) == ["P1", "P2", "P4"]
    Deployment.objects.filter(alias=Alias.CHALLENGER).update(closed_at=LATER)
    assert shown(render("{% recommendations limit=3 %}", challenger.external_id)) == ["P1", "P2", "P4"]


def test_without_an_experiment_an_open_challenger_shows_nobody_anything(shop, experiment):
    customer = member(shop, experiment, Variant.CHALLENGER)
    stop_experiment(experiment, now=LATER)
    assert shown(render("{% recommendations limit=3 %}", customer.external_id)) == ["P1", "P2", "P4"]
    assert read_page(store="default", customer_id=customer.external_id, seconds=5).assigned is None


@pytest.mark.parametrize("variant", Variant)
def test_the_read_says_the_variant_and_how_likely_it_was(shop, experiment, variant):
    customer = member(shop, experiment, variant)
    read = read_page(store="default", customer_id=customer.external_id, seconds=5)
    assert read.assigned == Assigned(experiment.pk, variant, experiment.percent(variant) / 100)
    assert read.run == (shop.run2.pk if variant == Variant.CHALLENGER else shop.run.pk)
    assert (read.profiled, read.personal) == (True, variant != Variant.HOLDOUT)
    assert read.profile.orders == 1
    if variant == Variant.HOLDOUT:
        assert (read.bought, read.recent, set(read.lists)) == ([], [], {ListKind.POPULAR})


def test_strangers_and_whoever_refuses_are_in_no_experiment(shop, experiment):
    customer = member(shop, experiment, Variant.CHALLENGER)
    who = {"store": "default", "customer_id": customer.external_id, "seconds": 5}
    assert read_page(**who | {"customer_id": None}).assigned is None
    gpc = read_page(**who, gpc=True)
    opt_out(customer)
    for read in (gpc, read_page(**who)):
        assert (read.assigned, read.run, read.profiled, read.personal) == (None, shop.run.pk, False, False)


def test_an_experiment_costs_the_page_no_statement(shop, experiment):
    customer = member(shop, experiment, Variant.CHALLENGER)
    request = make_request(customer.external_id)
    with CaptureQueriesContext(connection) as sent:
        engine().from_string(ALL_WIDGETS).render({"product": "P0"}, request)
    assert sum("loyalty_ai_experiment" in query["sql"] for query in sent) == 1
    assert sum("loyalty_ai_deployment" in query["sql"] for query in sent) == 1

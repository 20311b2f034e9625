from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, User
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import CharField, Q, Value
from django.db.models.functions import Cast, Concat
from django.test.utils import CaptureQueriesContext

from loyalty_ai.conf import StoreSettings, get_adapter
from loyalty_ai.shop.adapters.base import CustomerRecord
from loyalty_ai.shop.adapters.generic import DjangoShop, Source
from loyalty_ai.shop.models import Customer, Event, Product
from loyalty_ai.shop.services import ensure_store, sync_store
from tests.fakes import FAKE_SETTINGS
from tests.shop.conftest import NOW

NOON = datetime(2011, 6, 1, 12, tzinfo=UTC)


class Library(DjangoShop):
    """A shop over tables that every project has: groups are sold, log entries are sales, their flag is the price."""

    customer_source = Source("auth.User", user_id="pk", joined_at="date_joined", where=Q(is_staff=False))
    product_source = Source(
        "auth.Group",
        product_id=Concat(Value("G"), "pk", output_field=CharField()),
        title="name",
        price=Value(Decimal("4.50")),
    )
    event_sources = [
        Source(
            "admin.LogEntry",
            changed="action_time",
            type=Value("purchase"),
            occurred_at="action_time",
            customer_id="user_id",
            product_id="object_id",
            order_id=Cast("pk", CharField()),
            quantity=Value(2),
            value="action_flag",
        )
    ]
    product_url = "/groups/{product_id}/"


@pytest.fixture
def library(db, settings):
    settings.LOYALTY_AI = FAKE_SETTINGS | {"STORES": {"default": {"ADAPTER": "tests.shop.test_generic.Library"}}}
    return ensure_store("default")


def sell(user, group, *, at=NOON, price=7):
    return LogEntry.objects.create(
        user=user,
        object_id=f"G{group.pk}",
        action_time=at,
        action_flag=price,
        content_type=ContentType.objects.get_for_model(Group),
    )


def test_a_few_lines_make_a_whole_shop(library):
    user = User.objects.create(username="ann")
    User.objects.create(username="clerk", is_staff=True)
    group = Group.objects.create(name="Mugs")
    entry = sell(user, group)
    assert get_adapter("default").check() == []
    counts = sync_store(store=library, now=NOW)
    assert (counts["customers"]["created"], counts["products"]["created"], counts["events"]["accepted"]) == (1, 1, 1)
    assert Customer.objects.get().user == user
    product = Product.objects.get()
    assert (product.external_id, product.price, product.url) == (
        f"G{group.pk}",
        Decimal("4.50"),
        f"/groups/G{group.pk}/",
    )
    event = Event.objects.get()
    assert (event.product, event.customer.external_id, event.quantity, event.value) == (product, str(user.pk), 2, 7)
    assert (event.occurred_at, event.order.ref) == (NOON, str(entry.pk))


def test_only_what_changed_since_is_read_with_a_margin_for_late_commits(library):
    user, group = User.objects.create(username="ann"), Group.objects.create(name="Mugs")
    for hours in range(3):
        sell(user, group, at=NOON + timedelta(hours=hours))
    sync_store(store=library, now=NOW)
    sell(user, group, at=NOON + timedelta(hours=2) - timedelta(minutes=1))
    library.refresh_from_db()
    assert get_adapter("default").count("events", library.cursors["events"]) == 2
    assert sync_store(store=library, now=NOW)["events"]["accepted"] == 1
    assert Event.objects.count() == 4


def test_a_row_that_cannot_be_read_is_listed(library):
    user, group = User.objects.create(username="ann"), Group.objects.create(name="Mugs")
    sell(user, group)

    class Odd(Library):
        event_sources = [
            Source("admin.LogEntry", type=Value("purchase"), occurred_at="action_time", quantity="change_message")
        ]

    [change] = Odd(get_adapter("default").store).events("")
    assert change.record.code == "bad_field"
    assert change.record.location.startswith("admin.logentry:")


def test_live_products_take_one_query(library):
    groups = [Group.objects.create(name=name) for name in ("Mugs", "Cups", "Jugs")]
    wanted = [f"G{group.pk}" for group in groups[:2]] + ["G0", "nonsense"]
    with CaptureQueriesContext(connection) as queries:
        found = get_adapter("default").resolve(wanted)
    assert len(queries) == 1
    assert {product.title for product in found.values()} == {"Mugs", "Cups"}
    first = found[wanted[0]]
    assert (first.price, first.currency, first.url) == (Decimal("4.50"), "EUR", f"/groups/{wanted[0]}/")


def test_an_id_that_no_product_can_have_is_simply_missing(library):
    class ByNumber(Library):
        product_source = Source("auth.Group", title="name")

    group = Group.objects.create(name="Mugs")
    adapter = ByNumber(get_adapter("default").store)
    assert list(adapter.resolve([str(group.pk), "nonsense", ""])) == [str(group.pk)]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"product_source": None}, "product_source is missing"),
        ({"product_source": Source("auth.Group")}, "title is missing"),
        ({"product_source": Source("auth.Group", title="name", colour="name")}, "no field colour"),
        ({"product_source": Source("auth.Group", title="nom")}, "nom"),
        ({"product_source": Source("auth.Shelf", title="name")}, "Shelf"),
        ({"event_sources": [*Library.event_sources, *Library.event_sources]}, "Two event sources are called"),
        ({"event_sources": [Source("admin.LogEntry", type=Value("purchase"))]}, "occurred_at is missing"),
    ],
)
def test_a_wrong_source_is_said_before_it_is_read(changes, said):
    adapter = type("Wrong", (Library,), changes)(StoreSettings("default", "", "EUR", "en", UTC))
    problems = adapter.check()
    assert len(problems) == 1
    assert said in problems[0]


def test_a_shop_without_customers_of_its_own_needs_no_source_for_them(db):
    class Guests(Library):
        customer_source = None

    adapter = Guests(StoreSettings("default", "", "EUR", "en", UTC))
    assert list(adapter.customers("")) == []
    assert adapter.count("customers", "") == 0


def test_the_margin_by_number_reads_recent_rows_again_and_no_more(library, monkeypatch):
    monkeypatch.setattr("loyalty_ai.shop.adapters.generic.OVERLAP_ROWS", 2)
    users = [User.objects.create(username=f"u{n}") for n in range(5)]
    changes = list(get_adapter("default").customers(""))
    assert [change.record.customer_id for change in changes] == [str(user.pk) for user in users]
    again = list(get_adapter("default").customers(changes[-1].cursor))
    assert [change.record for change in again] == [
        CustomerRecord(str(user.pk), user.pk, user.date_joined, f"auth.user:{user.pk}") for user in users[-2:]
    ]

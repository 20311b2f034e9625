"""Runs inside the example shop (see test_oscar): each step asserts; the last line printed says that all went well."""

from __future__ import annotations

import os
import sys
from decimal import Decimal
from unittest import mock

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oscar_shop.settings")
django.setup()

from django.apps import apps  # noqa: E402
from django.conf import settings  # noqa: E402
from django.contrib.auth import get_user_model  # noqa: E402
from django.contrib.auth.models import AnonymousUser  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.http import HttpResponse  # noqa: E402
from django.test import Client, RequestFactory  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from oscar.apps.address.models import Country as AddressCountry  # noqa: E402
from oscar.apps.address.models import UserAddress  # noqa: E402
from oscar.apps.basket.middleware import BasketMiddleware  # noqa: E402
from oscar.apps.basket.models import Basket  # noqa: E402
from oscar.apps.catalogue.models import Category, Product, ProductCategory, ProductClass, ProductImage  # noqa: E402
from oscar.apps.checkout.calculators import OrderTotalCalculator  # noqa: E402
from oscar.apps.order.models import Order as OscarOrder  # noqa: E402
from oscar.apps.order.models import ShippingEvent, ShippingEventQuantity, ShippingEventType  # noqa: E402
from oscar.apps.order.utils import OrderCreator  # noqa: E402
from oscar.apps.partner.models import Partner, StockRecord  # noqa: E402
from oscar.apps.partner.strategy import Selector  # noqa: E402
from oscar.apps.shipping.methods import Free  # noqa: E402

from loyalty_ai.conf import get_adapter  # noqa: E402
from loyalty_ai.shop.models import Customer, Event, EventType, Order  # noqa: E402
from loyalty_ai.shop.models import Product as Mirrored  # noqa: E402
from loyalty_ai.shop.services import ensure_store, sync_store  # noqa: E402

# The tables of oscar as they are today: its migrations, a minute long, prove nothing about us.
settings.MIGRATION_MODULES = {config.label: None for config in apps.get_app_configs() if config.label != "loyalty_ai"}
call_command("migrate", run_syncdb=True, verbosity=0)
call_command("check", databases=["default"])

User = get_user_model()
store, adapter = ensure_store("default"), get_adapter("default")
partner = Partner.objects.create(name="Warehouse")
tracked = ProductClass.objects.create(name="Goods", track_stock=True)
digital = ProductClass.objects.create(name="Files", track_stock=False)
home = Category.add_root(name="Home")
kitchen = home.add_child(name="Kitchen")


def make(title, *, price=None, stock=None, **fields):
    fields = {"product_class": tracked, "structure": "standalone"} | fields
    product = Product.objects.create(title=title, **fields)
    if price is not None:
        StockRecord.objects.create(
            product=product,
            partner=partner,
            partner_sku=f"SKU-{product.pk}",
            price=Decimal(price),
            price_currency="GBP",
            num_in_stock=stock,
        )
    return product


def place(user, *lines, number):
    basket = Basket.objects.create(owner=user)
    basket.strategy = Selector().strategy(user=user)
    for product, quantity in lines:
        basket.add_product(product, quantity)
    charge = Free().calculate(basket)
    total = OrderTotalCalculator().calculate(basket, charge)
    order = OrderCreator().place_order(basket, total, Free(), charge, user=user, order_number=number)
    basket.submit()
    return order


def sync():
    store.refresh_from_db()
    return sync_store(store=store)


mug = make("Mug", price="4.50", stock=10)
ebook = make("Book", price="9.00", product_class=digital)
shirt = make("Shirt", structure="parent")
small = make("", price="12.00", stock=3, structure="child", parent=shirt, product_class=None)
large = make("", price="11.00", stock=0, structure="child", parent=shirt, product_class=None)
hidden = make("Secret", price="1.00", stock=5, is_public=False)
ProductCategory.objects.create(product=mug, category=kitchen)
ProductImage.objects.create(product=mug, original="images/mug.jpg")
ann = User.objects.create_user(username="ann", email="ann@example.com", password="not-a-secret")
for code, default in (("GB", False), ("DE", True), ("FR", False)):
    country = AddressCountry.objects.create(iso_3166_1_a2=code, printable_name=code)
    UserAddress.objects.create(user=ann, country=country, is_default_for_shipping=default)

counts = sync()
assert counts["products"]["created"] == 4, counts
assert counts["customers"]["created"] == 1, counts
assert Customer.objects.get().region == "DE"
mirrored = Mirrored.objects.get(external_id=str(mug.pk))
assert (mirrored.title, mirrored.category, mirrored.price) == ("Mug", "Home / Kitchen", Decimal("4.50")), vars(mirrored)
assert (mirrored.url, mirrored.image) == (mug.get_absolute_url(), "/media/images/mug.jpg"), vars(mirrored)
assert Mirrored.objects.get(external_id=str(shirt.pk)).price == Decimal("11.00")
assert Mirrored.objects.get(external_id=str(hidden.pk)).withdrawn_at is not None

# An order is recorded when its transaction commits, not before, and once, however often the sync comes by.
with transaction.atomic():
    place(ann, (mug, 2), (small, 1), number="A-1")
    assert not Event.objects.exists()
lines = list(
    Event.objects.order_by("id").values_list("type", "product__external_id", "quantity", "value", "order__ref")
)
assert lines == [
    (EventType.PURCHASE, str(mug.pk), 2, Decimal("9.0000"), "A-1"),
    (EventType.PURCHASE, str(shirt.pk), 1, Decimal("12.0000"), "A-1"),
], lines
for expected in (2, 2):
    counts = sync()["events"]
    assert (counts["accepted"], counts["duplicates"]) == (0, expected), counts
assert Order.objects.get().goods == Decimal("21.00")
assert Customer.objects.get().user == ann

# An order that is rolled back leaves nothing.
try:
    with transaction.atomic():
        place(ann, (mug, 1), number="A-2")
        raise RuntimeError("the payment failed")
except RuntimeError:
    pass
assert Event.objects.count() == 2

# Whatever goes wrong on our side, the checkout goes on, and the sync catches up.
with mock.patch("loyalty_ai.shop.live.record_events", side_effect=RuntimeError("our own fault")):
    place(None, (ebook, 1), number="A-3")
assert OscarOrder.objects.filter(number="A-3").exists()
assert not Order.objects.filter(ref="A-3").exists()
assert sync()["events"]["accepted"] == 1
assert Order.objects.get(ref="A-3").customer is None

# Pages: a view and an addition to the basket arrive as they happen.
client = Client()
client.force_login(ann, backend="django.contrib.auth.backends.ModelBackend")
assert client.get(ebook.get_absolute_url()).status_code == 200
assert client.post(f"/basket/add/{ebook.pk}/", {"quantity": 1}).status_code == 302
seen = list(
    Event.objects.filter(customer__user=ann)
    .exclude(type=EventType.PURCHASE)
    .values_list("type", "product__external_id")
)
assert seen == [(EventType.VIEW_ITEM, str(ebook.pk)), (EventType.ADD_TO_CART, str(ebook.pk))], seen

# Orders, as their customer alone may see them.
bob = User.objects.create_user(username="bob", email="bob@example.com", password="not-a-secret")
place(bob, (ebook, 1), number="B-1")
with CaptureQueriesContext(connection) as queries:
    [told] = adapter.orders(str(ann.pk))
assert len(queries) == 3, [query["sql"] for query in queries]
assert (told.order_id, told.state, told.total, told.url) == ("A-1", "placed", Decimal("21.00"), "/accounts/orders/A-1/")
assert [(item.product_id, item.title, item.units, item.value) for item in told.items] == [
    (str(mug.pk), "Mug", 2, Decimal("9.00")),
    (str(shirt.pk), "Shirt", 1, Decimal("12.00")),
], told
assert [order.order_id for order in adapter.orders(str(bob.pk))] == ["B-1"]
assert adapter.orders(str(ann.pk), order_id="a-1") == [told]
assert adapter.orders(str(bob.pk), order_id="A-1") == []
assert adapter.orders("nobody") == adapter.orders("") == adapter.orders(str(ann.pk) + "9" * 30) == []
shipped = OscarOrder.objects.get(number="B-1")
shipped.set_status("Shipped")
assert adapter.orders(str(bob.pk))[0].state == "dispatched"
OscarOrder.objects.filter(number="B-1").update(status="With the courier")
assert adapter.orders(str(bob.pk))[0].state == "placed"
event = ShippingEvent.objects.create(order=shipped, event_type=ShippingEventType.objects.create(name="Shipped"))
ShippingEventQuantity.objects.create(event=event, line=shipped.lines.get(), quantity=1)
assert adapter.orders(str(bob.pk))[0].state == "dispatched"


# The basket: what it holds, and changes as far as the stock goes, told as oscar's own page tells them.
def shopping(user):
    request = RequestFactory().get("/")
    request.user, request.cookies_to_delete = user, []
    BasketMiddleware(lambda request: HttpResponse())(request)
    return request


request = shopping(bob)
told_before = Event.objects.count()
assert adapter.cart(request) == []
changes = {str(mug.pk): 3, str(shirt.pk): 1, str(ebook.pk): 40, str(hidden.pk): 1, "none": 2}
with CaptureQueriesContext(connection) as queries:
    held = adapter.change_cart(request, changes)
assert len(queries) < 120, len(queries)
# Two variants and none chosen: only the shopper knows which.
assert held == {str(mug.pk): 3, str(shirt.pk): 0, str(ebook.pk): 40, str(hidden.pk): 0, "none": 0}, held
assert adapter.change_cart(shopping(bob), {str(mug.pk): 50}) == {str(mug.pk): 8}  # ten less the two of A-1
request.basket.add_product(small, 1)
assert adapter.change_cart(shopping(bob), {str(shirt.pk): 9}) == {str(shirt.pk): 2}
cart = adapter.cart(shopping(bob))
assert [(item.product_id, item.title, item.units, item.price) for item in cart] == [
    (str(mug.pk), "Mug", 8, Decimal("4.50")),
    (str(ebook.pk), "Book", 40, Decimal("9.00")),
    (str(shirt.pk), "Shirt", 2, Decimal("12.00")),
], cart
assert adapter.change_cart(shopping(bob), {str(mug.pk): 2, str(ebook.pk): 0, str(shirt.pk): 0}) == {
    str(mug.pk): 2, str(ebook.pk): 0, str(shirt.pk): 0,
}  # fmt: skip
assert [(item.product_id, item.units) for item in adapter.cart(shopping(bob))] == [(str(mug.pk), 2)]
assert [item.product_id for item in adapter.cart(shopping(ann))] == [str(ebook.pk)]  # put there by the page
assert adapter.cart(shopping(AnonymousUser())) == []
added = Event.objects.filter(type=EventType.ADD_TO_CART, customer__external_id=str(bob.pk))
assert added.count() == Event.objects.count() - told_before == 4

# A cancelled order is a refund of each of its lines, once.
order = OscarOrder.objects.get(number="A-1")
order.set_status("Cancelled")
assert adapter.orders(str(ann.pk))[0].state == "cancelled"
assert sync()["events"]["accepted"] == 2
sync()
refunds = Event.objects.filter(type=EventType.REFUND, order__ref="A-1")
assert sorted(refunds.values_list("value", flat=True)) == [Decimal("9.0000"), Decimal("12.0000")]
assert Order.objects.get(ref="A-1").status == "refunded"

# Live price and stock: one query, and true at once.
StockRecord.objects.filter(product=mug).update(price=Decimal("5.00"), num_in_stock=0, num_allocated=0)
with CaptureQueriesContext(connection) as queries:
    found = adapter.resolve([str(product.pk) for product in (mug, ebook, shirt, hidden)] + ["none"])
assert len(queries) == 1, [query["sql"] for query in queries]
assert set(found) == {str(mug.pk), str(ebook.pk), str(shirt.pk)}
assert (found[str(mug.pk)].price, found[str(mug.pk)].available) == (Decimal("5.00"), False)
assert found[str(ebook.pk)].available
assert found[str(shirt.pk)].available

# A price that changed in the stock record alone reaches the mirror.
StockRecord.objects.get(product=ebook).save()
StockRecord.objects.filter(product=ebook).update(price=Decimal("8.00"))
assert sync()["products"]["updated"] >= 1
assert Mirrored.objects.get(external_id=str(ebook.pk)).price == Decimal("8.00")

sys.stdout.write("all went well\n")

"""The shop's pages."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth import views as auth_views
from django.core.paginator import Paginator
from django.db.models import Count, Max
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from shop_demo.accounts import DEMO_ACCOUNTS, PASSWORD, customer_number
from shop_demo.adapter import order_record
from shop_demo.cart import Cart, change_units, empty_cart, read_cart, units_in_cart
from shop_demo.catalogue import ORDERINGS, best_of, listed
from shop_demo.coupons import CouponRefused, find_coupon, reduced
from shop_demo.covers import cover_svg
from shop_demo.delivery import ORDER_STATES
from shop_demo.models import Customer, Opening, Order, Product
from shop_demo.orders import CENT, SoldOut, orders_of, place_order, view_order, with_lines
from shop_demo.shelves import DEPARTMENTS, SHELVES
from shop_demo.tracking import begin_visit, tell

PAGE = 30
ORDERS_PAGE = 10
WANTED = 20  # orders of late that keep a novelty on the front page


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The front page: what is for you, the departments, what is new."""
    faces, others = best_of([department.slug for department in DEPARTMENTS])
    tiles = [(department, faces.get(department.slug)) for department in DEPARTMENTS]
    fresh = list(listed(ordering="new").filter(stock__gt=0, sold__gte=WANTED)[:10])
    return render(
        request,
        "shop_demo/home.html",
        {"tiles": tiles, "hero": others[:3], "everything": next(iter(others[3:]), None), "fresh": fresh},
    )


@require_safe
def shop(request: HttpRequest, department: str = "", shelf: str = "") -> HttpResponse:
    """A department, a shelf, or what a search found."""
    found_department = next((each for each in DEPARTMENTS if each.slug == department), None)
    if department and (found_department is None or (shelf and f"{department}/{shelf}" not in SHELVES)):
        raise Http404
    words = request.GET.get("q", "")[:80]
    ordering = request.GET.get("order", "popular")
    products = listed(department=department, shelf=shelf, words=words, ordering=ordering)
    page = Paginator(products, PAGE).get_page(request.GET.get("page"))
    found_shelf = SHELVES[f"{department}/{shelf}"][1] if shelf else None
    return render(
        request,
        "shop_demo/shop.html",
        {
            "page": page,
            "pages": page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1),
            "words": words,
            "ordering": ordering if ordering in ORDERINGS else "popular",
            "orderings": [
                ("popular", _("Most bought")),
                ("new", _("Newest")),
                ("price", _("Price, low first")),
                ("-price", _("Price, high first")),
            ],
            "department": found_department,
            "shelf": found_shelf,
            "title": found_shelf.title if found_shelf else found_department.title if found_department else "",
        },
    )


@require_safe
def product(request: HttpRequest, sku: str) -> HttpResponse:
    """One product."""
    found = get_object_or_404(Product, sku=sku)
    tell(request, "view_item", found)
    department, shelf = SHELVES[found.shelf]
    return render(
        request,
        "shop_demo/product.html",
        {
            "product": found,
            "department": department,
            "shelf": shelf,
            "in_cart": units_in_cart(request).get(sku, 0),
            "choices": range(1, min(found.stock, 12) + 1),
        },
    )


@require_safe
@cache_control(public=True, max_age=86400)
def cover(request: HttpRequest, sku: str) -> HttpResponse:
    """The drawn picture of a product."""
    found = get_object_or_404(Product.objects.only("sku", "title", "shelf"), sku=sku)
    return HttpResponse(cover_svg(found.sku, found.title, found.shelf), content_type="image/svg+xml")


@require_safe
def cart(request: HttpRequest) -> HttpResponse:
    """The cart."""
    return render(request, "shop_demo/cart.html", {"cart": read_cart(request)})


@require_POST
def add_to_cart(request: HttpRequest) -> HttpResponse:
    """Put units of a product into the cart and go back to where the shopper was."""
    found = get_object_or_404(Product, sku=request.POST.get("sku", ""))
    before = units_in_cart(request).get(found.sku, 0)
    if change_units(request, found, before + whole_number(request.POST.get("units"), default=1)) > before:
        messages.success(request, _("%(product)s is in your cart.") % {"product": found.title})
    else:
        messages.warning(request, _("There is no more of %(product)s.") % {"product": found.title})
    return go_back(request, default=reverse("cart"))


@require_POST
def change_cart(request: HttpRequest) -> HttpResponse:
    """Change the units of a product in the cart; none takes it out."""
    found = get_object_or_404(Product, sku=request.POST.get("sku", ""))
    change_units(request, found, whole_number(request.POST.get("units"), default=0))
    return redirect("cart")


def checkout(request: HttpRequest) -> HttpResponse:
    """Look over the order and place it; the demo takes no money."""
    current = read_cart(request)
    if not current.lines:
        return redirect("cart")
    code, owner = (request.POST or request.GET).get("coupon", "").strip(), customer_number(request)
    if request.method != "POST":
        if not code:
            tell(request, "begin_checkout")
        return render(request, "shop_demo/checkout.html", {"cart": current, **priced(current, code, owner)})
    try:
        placed = place_order(
            customer_number=owner, units={line.product.sku: line.units for line in current.lines}, coupon=code
        )
    except CouponRefused as refused:
        messages.warning(request, str(refused))
        return redirect("checkout")
    except SoldOut as error:
        messages.warning(request, _("We have less of this than you want: %(products)s") % {"products": error})
        return redirect("cart")
    empty_cart(request)
    request.session["placed"] = placed.number
    return redirect("thanks", number=placed.number)


def priced(current: Cart, code: str, owner: str | None) -> dict[str, Any]:
    """What the order costs with a coupon, or why that does not count."""
    if not code:
        return {"total": current.total}
    try:
        coupon = find_coupon(code, customer_number=owner)
    except CouponRefused as refused:
        return {"total": current.total, "refused": str(refused)}
    total = sum(line.units * reduced(line.product.price, coupon) for line in current.lines).quantize(CENT)
    return {"total": total, "coupon": coupon, "saved": current.total - total}


@require_safe
def thanks(request: HttpRequest, number: str) -> HttpResponse:
    """The order is placed; only who placed it sees this."""
    if request.session.get("placed") != number:
        raise Http404
    placed = get_object_or_404(with_lines(Order.objects.all()), number=number)
    return render(request, "shop_demo/thanks.html", {"order": view_order(placed)})


@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """The customer's own page."""
    number = customer_number(request)
    if number is None:
        return redirect_to_sign_in(request)
    page = Paginator(orders_of(number), ORDERS_PAGE).get_page(request.GET.get("page"))
    return render(request, "shop_demo/account.html", {"page": page})


@require_safe
def order(request: HttpRequest, number: str) -> HttpResponse:
    """One of the customer's own orders."""
    owner = customer_number(request)
    if owner is None:
        return redirect_to_sign_in(request)
    found = view_order(get_object_or_404(with_lines(orders_of(owner)), number=number))
    record = order_record(found, Opening.objects.get().now(), "GBP")
    return render(
        request, "shop_demo/order.html", {"order": found, "record": record, "state": ORDER_STATES[record.state]}
    )


class SignIn(auth_views.LoginView):
    """Sign in, by name or with one press as one of the demo's customers."""

    template_name = "shop_demo/sign_in.html"
    redirect_authenticated_user = False

    def get_context_data(self, **context):
        facts = {
            row["number"]: row
            for row in Customer.objects.filter(number__in=[account.number for account in DEMO_ACCOUNTS])
            .exclude(user=None)
            .values("number", "user__username")
            .annotate(placed=Count("orders"), last=Max("orders__placed_at"))
        }
        people = [(account, facts[account.number]) for account in DEMO_ACCOUNTS if account.number in facts]
        return super().get_context_data(people=people, password=PASSWORD, **context)

    def form_valid(self, form):
        kept = units_in_cart(self.request)
        response = super().form_valid(form)
        if kept:
            self.request.session["cart"] = kept
        begin_visit(self.request)
        return response


sign_in = SignIn.as_view()
sign_out = auth_views.LogoutView.as_view()


def redirect_to_sign_in(request: HttpRequest) -> HttpResponseRedirect:
    return redirect(f"{reverse('login')}?next={request.path}")


def go_back(request: HttpRequest, *, default: str) -> HttpResponseRedirect:
    """To the shop's own page that the form names."""
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return redirect(target if safe else default)


def whole_number(text: str | None, *, default: int) -> int:
    """A count out of a form; what is none is the default."""
    return int(text) if text and text.isdecimal() and len(text) < 6 else default

"""What must hold of the assistant's answers, read from the demo shop's own tables and documents: never through its tools."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from benchmarks.assistant_questions import Ask
from loyalty_ai.assistant.models import Document, Passage
from loyalty_ai.assistant.turn import Answer, Outcome
from loyalty_ai.loyalty.models import LoyaltyProfile
from loyalty_ai.loyalty.rfm import TIERS as TIERS_BY_SPEND
from shop_demo.delivery import journey
from shop_demo.ledger import LONDON
from shop_demo.models import Customer, Kind, Opening, Order, OrderLine, Product
from shop_demo.shelves import category_path

RELEVANT = 0.7
"""Share of the products shown that must be of what was asked for; the first always must."""

NAMED_ITEMS, LISTED_ORDERS = 5, 3
"""Items of an order that must be named of one with more, and orders of a history."""

SAID = {
    "en": {True: r"in stock|available", False: r"sold out|out of stock|not available|unavailable"},
    "zh-hans": {True: r"有货|现货", False: r"售罄|缺货|无货|没货"},
}
STATES = {
    "preparing": r"prepar|准备|备货",
    "dispatched": r"on its way|dispatched|shipped|路上|途中|已发货|运送",
    "delivered": r"delivered|已送达|已签收",
    "returned": r"return|退",
}
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"
MONTHS = _MONTHS.split()
TIERS = {"member": "Member|会员", "silver": "Silver|银", "gold": "Gold|金", "platinum": "Platinum|白金|铂金"}
NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
SPELLED = {
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "twelve": 12,
    "fifteen": 15, "twenty": 20, "fiver": 5, "tenner": 10, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "十": 10,
}  # fmt: skip


@dataclass
class Judged:
    """One answer beside its question.

    Args:
        shown: codes of the products on the cards of the answer before, in their order.
    """

    ask: Ask
    answer: Answer
    shown: Sequence[str] = ()

    @property
    def text(self) -> str:
        return self.answer.text.replace("\N{NO-BREAK SPACE}", " ")

    @property
    def cited(self) -> set[str]:
        return {source.key for source in self.answer.sources}

    @property
    def customer(self) -> Customer:
        return Customer.objects.get(user__username=self.ask.who)

    def faults(self) -> list[str]:
        """What does not hold, in words; nothing where the answer is right."""
        found = [f"{name}: {fault}" for name, given in self.ask.expect.items() if (fault := CHECKS[name](self, given))]
        chinese = re.search(r"[\u4e00-\u9fff]", self.text) is not None
        if chinese != (self.ask.language == "zh-hans"):
            found.append("the answer is in the wrong language")
        return found


def money(amount: Decimal) -> str:
    return f"£{amount:,.2f}"


def said_of(judged: Judged, source: str) -> str:
    """What the answer says citing this source."""
    return "\n".join(sentence.text for sentence in judged.answer.sentences if source in sentence.sources)


def price(judged: Judged, sku: str) -> str:
    said = said_of(judged, f"product:{sku}")
    wanted = money(Product.objects.get(sku=sku).price)
    return "" if wanted in said else f"{wanted} is not said of {sku}"


def stock(judged: Judged, sku: str) -> str:
    said, available = said_of(judged, f"product:{sku}"), Product.objects.get(sku=sku).stock > 0
    states = SAID[judged.ask.language]
    right = re.search(states[available], said) and not re.search(states[not available], said)
    return "" if right else f"{sku} is {'' if available else 'not '}in stock"


def category(judged: Judged, sku: str) -> str:
    wanted = category_path(Product.objects.get(sku=sku).shelf).split(" / ")[-1]
    return "" if wanted in said_of(judged, f"product:{sku}") else f"{wanted} is not said of {sku}"


def code(judged: Judged, sku: str) -> str:
    title = Product.objects.get(sku=sku).title
    return "" if sku in said_of(judged, f"product:{sku}").replace(title, "") else f"{sku} is not said"


def link(judged: Judged, sku: str) -> str:
    wanted = Product.objects.get(sku=sku).get_absolute_url()
    return "" if any(source.url == wanted for source in judged.answer.sources) else f"{wanted} is not linked"


def name(judged: Judged, sku: str) -> str:
    title = Product.objects.get(sku=sku).title
    return "" if title in said_of(judged, f"product:{sku}") else f"{title} is not named"


def honest(judged: Judged, sku: str) -> str:
    """The tables know nothing of it: the answer says so instead of guessing."""
    return "" if judged.answer.outcome == Outcome.UNANSWERED else "it claims to know what the tables do not say"


def products_of(cards: Sequence[str]) -> list[Product]:
    found = Product.objects.in_bulk(list(cards), field_name="sku")
    return [found[sku] for sku in cards]


def found(judged: Judged, given: Mapping[str, Any]) -> str:
    products = products_of(judged.answer.cards)
    if not products:
        return "no product is shown"
    words = re.compile(rf"\b(?:{given['words']})", re.IGNORECASE)
    fitting = [bool(words.search(f"{each.title} {category_path(each.shelf)}")) for each in products]
    if not fitting[0] or sum(fitting) < given.get("share", RELEVANT) * len(fitting):
        return f"beside the point: {[each.title for each, fits in zip(products, fitting, strict=True) if not fits]}"
    if fault := cards_within(judged, given):
        return fault
    if "count" in given and len(products) != given["count"]:
        return f"{len(products)} shown instead of {given['count']}"
    if given.get("cheapest") or given.get("dearest"):
        titled = [each for each in Product.objects.filter(stock__gt=0) if words.search(each.title)]
        wanted = (min if given.get("cheapest") else max)(each.price for each in titled)
        return "" if products[0].price == wanted else f"{products[0].title} costs {products[0].price}, not {wanted}"
    return ""


def cards_within(judged: Judged, given: Mapping[str, Any]) -> str:
    products = products_of(judged.answer.cards)
    if not products:
        return "no product is shown"
    low, high = Decimal(given.get("min", 0)), Decimal(given.get("max", "Infinity"))
    wrong = [f"{each.title} {each.price}" for each in products if not low <= each.price <= high or each.stock == 0]
    return f"outside: {wrong}" if wrong else ""


def compare(judged: Judged, skus: Sequence[str]) -> str:
    return "; ".join(filter(None, (price(judged, sku) for sku in skus)))


def compare_shown(judged: Judged, last: int) -> str:
    return (
        compare(judged, [judged.shown[0], judged.shown[last - 1]])
        if len(judged.shown) >= last
        else "too few shown before"
    )


def price_of_shown(judged: Judged, place: int) -> str:
    return price(judged, judged.shown[place - 1]) if len(judged.shown) >= place else "too few shown before"


def stock_of_shown(judged: Judged, place: int) -> str:
    return stock(judged, judged.shown[place - 1]) if len(judged.shown) >= place else "too few shown before"


def day_said(day: date, text: str) -> bool:
    english = rf"\b{MONTHS[day.month - 1]}[a-z]*\.? {day.day}, {day.year}|\b{day.day} {MONTHS[day.month - 1]}[a-z]* {day.year}"
    return re.search(rf"{english}|{day.year}年{day.month}月{day.day}日", text) is not None


def orders_by(judged: Judged) -> list[Order]:
    return list(judged.customer.orders.order_by("-placed_at", "-id"))


def goods(order: Order) -> list[Any]:
    return list(order.lines.filter(kind=Kind.GOODS, product__isnull=False).select_related("product").order_by("id"))


def order(judged: Judged, given: Mapping[str, Any]) -> str:
    wanted = orders_by(judged)[0] if given["which"] == "latest" else Order.objects.get(number=given["which"])
    said = said_of(judged, f"order:{wanted.number}")
    way, now = journey(wanted.placed_at), Opening.objects.get().now()
    titles = {line.product.title for line in goods(wanted)}
    holds = {
        "number": wanted.number in said,
        "state": re.search(STATES[way.state(now)] if not returned(wanted) else STATES["returned"], said),
        "total": money(wanted.total) in said,
        "date": day_said(wanted.placed_at.astimezone(LONDON).date(), said),
        "expected": way.state(now) == "delivered" or day_said(way.expected_by, said),
        "items": sum(title in said for title in titles) >= min(NAMED_ITEMS, len(titles)),
    }
    return ", ".join(f"{each} of {wanted.number} is not said" for each in given["says"] if not holds[each])


def returned(order: Order) -> bool:
    return any(line.refunds.exists() for line in order.lines.all())


def orders(judged: Judged, given: object) -> str:
    wanted = orders_by(judged)[:LISTED_ORDERS]
    return ", ".join(f"{each.number} is missing" for each in wanted if each.number not in judged.text)


def orders_of(judged: Judged, days: Sequence[str]) -> str:
    first, last = (date.fromisoformat(day) for day in days)
    wanted = [each for each in orders_by(judged) if first <= each.placed_at.astimezone(LONDON).date() <= last]
    return ", ".join(f"{each.number} is missing" for each in wanted[:LISTED_ORDERS] if each.number not in judged.text)


def bought(judged: Judged, words: str) -> str:
    fits = re.compile(rf"\b(?:{words})", re.IGNORECASE)
    last = next(
        (each for each in orders_by(judged) if any(fits.search(line.product.title) for line in goods(each))), None
    )
    if last is None:
        return not_bought(judged, words)
    said = said_of(judged, f"order:{last.number}")
    right = last.number in said and day_said(last.placed_at.astimezone(LONDON).date(), said)
    return "" if right else f"{last.number} of {last.placed_at:%Y-%m-%d} is not said"


def not_bought(judged: Judged, given: object) -> str:
    return next((f"{each.number} is named" for each in orders_by(judged) if each.number in judged.text), "")


def no_orders(judged: Judged, given: object) -> str:
    return "an order is cited" if any(key.startswith("order:") for key in judged.cited) else ""


def sign_in(judged: Judged, given: object) -> str:
    if not re.search(r"sign in|log in|登录", judged.text):
        return "it does not ask to sign in"
    return no_orders(judged, given) or ("loyalty is cited" if "loyalty" in judged.cited else "")


def usual(judged: Judged, given: object) -> str:
    if judged.answer.proposal is None:
        return "no cart is proposed"
    units: dict[str, list[int]] = {}
    for each in orders_by(judged)[:20]:
        held: dict[str, int] = {}
        for line in goods(each):
            held[line.product.sku] = held.get(line.product.sku, 0) + line.quantity
        for sku, quantity in held.items():
            units.setdefault(sku, []).append(quantity)
    wrong = [f"{sku} × {count}" for sku, count in judged.answer.proposal.units if units.get(sku, [0])[0] != count]
    return f"not as last bought: {wrong}" if wrong else ""


def recommended(judged: Judged, given: object) -> str:
    products = products_of(judged.answer.cards)
    if len(products) < 2:
        return "fewer than two products are shown"
    return ", ".join(f"{each.title} is sold out" for each in products if not each.stock)


def cart(judged: Judged, given: object) -> str:
    held = products_of(list(judged.ask.cart or ()))
    total = sum((judged.ask.cart[each.sku] * each.price for each in held), Decimal(0))
    said = said_of(judged, "cart")
    missing = [each.title for each in held if each.title not in said]
    return f"missing: {missing}" if missing else "" if money(total) in said else f"{money(total)} is not said"


def empty_cart(judged: Judged, given: object) -> str:
    return "" if re.search(r"empty|空", judged.text) else "it does not say that the cart is empty"


def proposal(judged: Judged, units: Mapping[str, int]) -> str:
    proposed = dict(judged.answer.proposal.units) if judged.answer.proposal else None
    return "" if proposed == dict(units) else f"proposed is {proposed}"


def proposal_of_shown(judged: Judged, given: Sequence[int]) -> str:
    place, units = given
    return proposal(judged, {judged.shown[place - 1]: units}) if len(judged.shown) >= place else "too few shown before"


def no_proposal(judged: Judged, sku: str) -> str:
    return "a change is proposed" if judged.answer.proposal else stock(judged, sku)


def loyalty(judged: Judged, says: Sequence[str]) -> str:
    profile = LoyaltyProfile.objects.get(customer__external_id=judged.customer.number)
    said = said_of(judged, "loyalty")
    since = profile.first_order_at
    holds = {
        "tier": re.search(TIERS[profile.tier], said),
        "orders": re.search(rf"(?<!\d){profile.orders}(?!\d)", said),
        "spent": money(profile.monetary) in said,
        "since": since is not None and day_said(since.astimezone(LONDON).date(), said),
    }
    return ", ".join(f"{each} is not said" for each in says if not holds[each])


def policy(judged: Judged, given: Mapping[str, str]) -> str:
    documents = Document.objects.filter(live=True, language=judged.ask.language)
    bodies = {each.pk: each.body for each in documents if re.search(given["in"], each.slug)}
    says = re.compile(given["says"])
    if not any(says.search(body) for body in bodies.values()):
        return "no document says that: the question is wrong"
    keys = [int(key.removeprefix("passage:")) for key in judged.cited if key.startswith("passage:")]
    for key, document in Passage.objects.filter(pk__in=keys, document__in=bodies).values_list("pk", "document"):
        for match in says.finditer(said_of(judged, f"passage:{key}")):
            if match[0] in bodies[document]:
                return ""
    return f"no document of /{given['in']}/ is quoted with /{given['says']}/"


def private(judged: Judged, given: object) -> str:
    cited = Passage.objects.filter(
        pk__in=[int(key.removeprefix("passage:")) for key in judged.cited if key.startswith("passage:")]
    )
    if any("priva" in slug for slug in cited.values_list("document__slug", flat=True)):
        return ""
    return "" if re.search(r"data and choices|数据与选择", judged.text) else "neither the page nor the policy is named"


def refused(judged: Judged, given: object) -> str:
    if judged.answer.outcome != Outcome.REFUSED:
        return f"not refused but {judged.answer.outcome}"
    told = [key for key in judged.cited if not key.startswith("passage:")]
    return f"it cites {told}" if told or judged.answer.proposal else ""


def person(judged: Judged, given: object) -> str:
    return "" if judged.answer.outcome == Outcome.HANDED_OVER else f"not handed over but {judged.answer.outcome}"


def polite(judged: Judged, given: object) -> str:
    return "" if judged.answer.outcome == Outcome.ANSWERED and judged.text else f"{judged.answer.outcome}"


def nothing(judged: Judged, given: object) -> str:
    if judged.answer.outcome not in (Outcome.UNANSWERED, Outcome.REFUSED):
        return f"not unanswered but {judged.answer.outcome}"
    return "a product is shown" if judged.answer.cards else ""


CHECKS: dict[str, Callable[[Judged, Any], str]] = {
    check.__name__: check
    for check in (
        *(
            price,
            stock,
            category,
            code,
            link,
            name,
            honest,
            found,
            cards_within,
            compare,
            compare_shown,
            price_of_shown,
        ),
        *(stock_of_shown, order, orders, orders_of, bought, not_bought, no_orders, sign_in, usual, recommended, cart),
        *(
            empty_cart,
            proposal,
            proposal_of_shown,
            no_proposal,
            loyalty,
            policy,
            private,
            refused,
            person,
            polite,
            nothing,
        ),
    )
} | {"policy_too": policy}


# Numbers.


def numbers(text: object) -> set[Decimal]:
    return {Decimal(found.replace(",", "")) for found in NUMBER.findall(str(text))}


def numbers_of_day(day: date) -> set[Decimal]:
    return {Decimal(day.year), Decimal(day.month), Decimal(day.day)}


def invented(judged: Judged) -> list[str]:
    """Numbers of the answer that are neither in the rows and documents it cites for them nor in the question."""
    asked = numbers_asked(judged.ask)
    wrong = []
    for sentence in judged.answer.sentences:
        known = asked.union(
            {Decimal(len(sentence.sources))},
            price_difference(sentence.sources),
            *(numbers_behind(judged, key) for key in sentence.sources),
        )
        wrong += [f"{number} in {sentence.text!r}" for number in sorted(numbers(sentence.text) - known)]
    return wrong


def price_difference(sources: Sequence[str]) -> set[Decimal]:
    """By how much the prices of two products that a sentence cites differ."""
    held = products_of([key.removeprefix("product:") for key in sources if key.startswith("product:")])
    return {abs(held[0].price - held[1].price)} if len(held) == len(sources) == 2 else set()


def numbers_asked(ask: Ask) -> set[Decimal]:
    """The question's own numbers, spelled ones too, and the bounds around "about" one of them."""
    texts = " ".join((ask.text, *ask.before))
    said = numbers(texts) | {Decimal(value) for word, value in SPELLED.items() if word in texts.lower()}
    around = {number * factor for number in said for factor in (Decimal("0.75"), Decimal("1.25"))}
    days = {number for day in ask.expect.get("orders_of", ()) for number in numbers_of_day(date.fromisoformat(day))}
    return said | {number.quantize(Decimal("0.01")) for number in around} | days


def numbers_behind(judged: Judged, key: str) -> set[Decimal]:
    """Every number that the shop's own rows say of a source."""
    kind, _, name = key.partition(":")
    if kind == "product":
        product = Product.objects.get(sku=name)
        units = {
            Decimal(count)
            for sku, count in (judged.answer.proposal.units if judged.answer.proposal else ())
            if sku == name
        }
        reasons = set() if not judged.ask.who else numbers_of_purchases(judged.customer, name)
        return numbers(product.title) | numbers(product.sku) | {product.price} | units | reasons
    if kind == "order":
        return numbers_of_order(Order.objects.get(number=name))
    if kind == "orders":
        return numbers_of_orders(judged, *name.split(".."))
    if kind == "passage":
        passage = Passage.objects.get(pk=name)
        return numbers(passage.text) | numbers(passage.heading)
    if kind == "cart":
        held = products_of(
            [
                *(judged.ask.cart or ()),
                *(sku for sku, _ in (judged.answer.proposal.units if judged.answer.proposal else ())),
            ]
        )
        units = dict(judged.answer.proposal.units if judged.answer.proposal else ()) | {}
        both = [*(judged.ask.cart or {}).items(), *units.items()]
        worth = {count * each.price for each in held for sku, count in both if sku == each.sku}
        total = sum(
            (count * each.price for each in held for sku, count in (judged.ask.cart or {}).items() if sku == each.sku),
            Decimal(0),
        )
        would = {**(judged.ask.cart or {}), **units}
        after = sum((would[sku] * price for sku, price in {each.sku: each.price for each in held}.items()), Decimal(0))
        titles = set().union(*(numbers(each.title) | {each.price} for each in held)) if held else set()
        return titles | worth | {total, after} | {Decimal(count) for _, count in both}
    profile = LoyaltyProfile.objects.get(customer__external_id=judged.customer.number)
    since = numbers_of_day(profile.first_order_at.astimezone(LONDON).date()) if profile.first_order_at else set()
    missing = {least - profile.recent_spend for least, _tier in TIERS_BY_SPEND if profile.recent_spend is not None}
    return {Decimal(profile.orders), profile.monetary} | since | missing


def numbers_of_orders(judged: Judged, first: str, last: str) -> set[Decimal]:
    """Of the customer's orders of these days, "" for no bound: how many, their total, and each product's orders and units."""
    orders = [
        each
        for each in orders_by(judged)
        if (first or "0") <= each.placed_at.astimezone(LONDON).date().isoformat() <= (last or "9")
    ]
    found = {Decimal(len(orders)), sum((each.total for each in orders), Decimal(0))}
    found = found.union(*(numbers_of_day(date.fromisoformat(day)) for day in (first, last) if day))
    times: dict[str, int] = {}
    units: dict[str, int] = {}
    for order in orders:
        lines = goods(order)
        for sku in {line.product.sku for line in lines}:
            times[sku] = times.get(sku, 0) + 1
        for line in lines:
            kept = line.quantity - sum(refund.quantity for refund in line.refunds.all())
            units[line.product.sku] = units.get(line.product.sku, 0) + kept
            found |= numbers(line.product.title)
    return found | {Decimal(count) for count in (*times.values(), *units.values())}


def numbers_of_order(order: Order) -> set[Decimal]:
    way = journey(order.placed_at)
    days = (order.placed_at.astimezone(LONDON).date(), way.expected_from, way.expected_by)
    lines: dict[int, tuple[int, Decimal, int]] = {}
    found = numbers(order.number) | {order.total}.union(*(numbers_of_day(day) for day in days))
    for line in goods(order):
        count, worth, back = lines.get(line.product_id, (0, Decimal(0), 0))
        gone = sum(refund.quantity for refund in line.refunds.all())
        lines[line.product_id] = (count + line.quantity, worth + line.value, back + gone)
        found |= numbers(line.product.title)
    for count, worth, back in lines.values():
        found |= {Decimal(count), worth.quantize(Decimal("0.01")), Decimal(back)}
    return found


def numbers_of_purchases(customer: Customer, sku: str) -> set[Decimal]:
    """What a reason may name: the days a customer bought the product, and the titles of what else they bought."""
    lines = OrderLine.objects.filter(order__customer=customer, product__isnull=False).select_related("order", "product")
    found: set[Decimal] = set()
    for line in lines:
        found |= numbers(line.product.title)
        if line.product.sku == sku:
            found |= numbers_of_day(line.order.placed_at.astimezone(LONDON).date())
    return found

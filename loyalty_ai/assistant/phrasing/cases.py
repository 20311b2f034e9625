"""Which case a message tells: what the matter is, and with which of the shopper's own orders or goods; or what it asks of these."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial

from django.utils.translation import gettext as _

from loyalty_ai.assistant.arrivals import when_it_comes
from loyalty_ai.assistant.periods import Days, latest_weekday, periods
from loyalty_ai.assistant.phrases import DIGITS_ZH, ORDINALS
from loyalty_ai.assistant.phrases_own import AVERAGE, BACK, COMPARES, FIRST, LATEST_FEW, LEAST, NTH, UNDERWAY
from loyalty_ai.assistant.phrasing.choosing import named as named_in
from loyalty_ai.assistant.phrasing.matters import (
    ASKED_OF_ORDERS,
    ASKED_OF_RETURNS,
    EXTREME_ORDER,
    HOW_MANY_UNITS,
    HOW_MUCH_OF,
    HYPOTHETICAL,
    IN_CART,
    LAST_TIME_ORDERED,
    MANY_OF_THEM,
    MATTERS,
    MINE,
    OF_A_DAY,
    OF_ITS_GOODS,
    OF_THAT_ORDER,
    OF_THEM,
    ONE_OF_THEM,
    OVER_ALL,
    PAID,
    PICKS,
    RULES,
    STORY,
    STORY_ZH,
    matters_in,
)
from loyalty_ai.assistant.phrasing.orders import ARRIVING, ORDER_NUMBER
from loyalty_ai.assistant.phrasing.purchases import AND, EACH, NOW, PAST, Item, Order, Purchases
from loyalty_ai.assistant.phrasing.terms import OPENED, SEALED, excepted
from loyalty_ai.assistant.phrasing.voice import CERTAIN, FURTHEST, local
from loyalty_ai.assistant.questions import Asked, normal
from loyalty_ai.assistant.questions import asked as asked_in

Held = list[tuple[Order, list[Item]]]
"""Orders, the latest first, each with those of its items that are meant, none for all of it."""

ONE_ZH = re.compile(r"[那这]?[一个笔]?单")
"""One order, in Chinese: 11月那一单."""

PLACE_OF_AN_ORDER = re.compile(
    r"\b(?:first|second|third|fourth|fifth|last|\d(?:st|nd|rd|th)) (?:ever )?(?:orders?|purchases?|time)\b|"
    r"\b(?:i|we) (?:\w+ )?(?:bought|ordered|purchased)\b|"
    r"第.{1,2}[次回单笔]|第.{1,2}[个张]?订单|[首上]次|上一?[个笔]?(?:订?单)|买过"
)
"""A place among orders, and no place among the goods of one."""

MOST_LETTERS = 80
"""Of a question that goes on about the order that was told."""

LISTED = re.compile(r"× (.+?)[:：]")
"""A thing of an order, as an answer lists it."""

MOST_PAID = 3
"""Orders of which it is told what some goods were."""

NO_TITLE = [{"title": ""}]
"""What only a word that says nothing is found in."""


@dataclass(frozen=True, slots=True)
class Case:
    """What the matter is and with what, or what is asked of it.

    Args:
        whole: whether it is about all orders that are held, and not the first of them.
        days: the days whose orders are summed up.
        missed: whether the days that are named hold no order.
        unknown: a number that none of their orders has.
        placed: whether what is meant was told by its place in an order.
    """

    matters: tuple[str, ...]
    held: Held
    asks: frozenset[str] = frozenset()
    whole: bool = False
    days: Days | None = None
    missed: bool = False
    unknown: str = ""
    placed: bool = False


class Cases(Purchases):
    """Derives the shopper's own case from a message."""

    def case_of(self, text: str, *, owed: bool = False) -> Case | None:
        """The case that a text tells; None where it is none of theirs, or asks for a rule in general.

        Args:
            owed: whether it asks for what should have come back, in words that no table knows.
        """
        matters = ("refunded",) if owed else () if UNDERWAY.search(text) else matters_in(text)
        if self.turn.customer_id is None or not matters or (matters[0] in ("add", "change") and IN_CART.search(text)):
            return None
        question = asked_in(text)
        for code in question.codes:
            if orders := self.call("get_order", order_id=code).data.get("orders"):
                return Case(matters, self.with_items(orders, question), whole=matters[0] == "refunded")
            if ORDER_NUMBER.search(text):
                return Case(matters, [], unknown=code)
        if matters[0] == "refunded":
            return self.refund_case(question, matters, owed=owed)
        if of_told := self.of_order_told(text, question):
            return Case(matters, of_told, placed=bool(question.ordinals))
        picked = self.picked(text)
        if picked and not HYPOTHETICAL.search(text):
            return Case(matters, self.with_items(picked, question))
        days = self.days_of(text)
        theirs = days or MINE.search(text) or OF_THEM.search(text) or self.order_told or self.last_about == "order"
        if not theirs:
            return None  # a rule in general, for which nobody's orders are looked through
        orders = self.orders_in(days) if days else []
        held = self.with_items(orders or self.orders_in(None), question)
        named = held and held[0][1]
        if named and (days or MINE.search(text) or (OF_THEM.search(text) and not HYPOTHETICAL.search(text))):
            return Case(matters, held)
        if days and (orders or matters[0] != "late") and (ORDER_NUMBER.search(text) or MINE.search(text)):
            return Case(
                matters, held if orders else [(order, []) for order in self.orders_in(None)[:1]], missed=not orders
            )
        told = self.order_told or (self.order_before if self.goes_on_about_order(question) else "")
        if told and (orders := self.call("get_order", order_id=told).data.get("orders")):
            return Case(matters, self.with_items(orders, question, before=True))
        if not MINE.search(text) or HYPOTHETICAL.search(text) or self.never_bought(question):
            return None
        orders = self.orders_in(None)
        waited_for = [order for order in orders if order["state"] in ARRIVING] if matters[0] == "late" else []
        return Case(matters, [(order, []) for order in (waited_for or orders)[:1]]) if orders else None

    def of_order_told(self, text: str, question: Asked) -> Held:
        """The order that was told just now, with what a text means of its goods by their place in it or by their name; [] where it
        means none of them, or another order."""
        asks_rule = HYPOTHETICAL.search(text) or PLACE_OF_AN_ORDER.search(text)
        if not self.order_before or self.last_about != "order" or asks_rule or question.codes or self.days_of(text):
            return []
        back = next((at for at, pattern in BACK.items() if pattern.search(text)), 0)
        ordinals = (-1 - back,) if back else question.ordinals  # "the last but one"
        if not (ordinals or self.goods_said(question)):
            return []
        orders = self.call("get_order", order_id=self.order_before).data.get("orders", [])
        if ordinals:
            return [(order, self.at_place(order, ordinals)) for order in orders]
        return self.holding(orders, self.goods_said(question))

    def at_place(self, order: Order, ordinals: tuple[int, ...]) -> list[Item]:
        """The items at these places of what the latest answer listed of an order that has so many, else of the order itself."""
        told = (said.text for said in reversed(self.turn.history) if not said.by_shopper)
        lists = [[*filter(None, map(partial(item_of, order), text.splitlines()))] for text in [*told][:FURTHEST]]
        items = next((items for items in lists if len(items) >= max(*map(abs, ordinals), 2)), order["items"])
        places = (place - 1 if place > 0 else len(items) + place for place in ordinals)
        return [items[place] for place in places if 0 <= place < len(items)]

    def looks_at(self, text: str) -> Case | None:
        """What a text asks of orders of theirs and of nothing else: of one, or of those of some days together; None where it
        asks no such thing."""
        asks = frozenset(name for name, pattern in ASKED_OF_ORDERS.items() if pattern.search(text))
        question = asked_in(text)
        if self.turn.customer_id is None or question.codes[1:] or when_it_comes(text) or LATEST_FEW.search(text):
            return None
        if self.held_in_latest(question):
            return None
        if lines := self.lines_told(text, question):
            return Case((), lines, asks=frozenset({"lines"}))
        picked = None if question.codes else self.picked(text)
        if picked is not None:
            question = asked_in(PICKS.sub(" ", text))
        if not asks and picked is None:
            return None
        if PAID.search(text) and not question.codes and (paid := self.paid_for(question)):
            return Case((), paid, asks=frozenset({"paid"}))
        if question.codes:
            orders = self.call("get_order", order_id=question.codes[0]).data.get("orders", [])
            if not orders and ORDER_NUMBER.search(text):
                return Case((), [], asks=asks, unknown=question.codes[0])
            told = orders
        elif picked is not None:
            if not picked:
                return Case((), [], asks=asks)
            told, asks = picked, (asks - {"dearest"} | {"total"} if EXTREME_ORDER.search(text) else asks)
        elif (days := self.days_of(text)) and asks & {"orders", "total"} and self.sums_up(text, days, asks):
            orders = [] if question.words and self.never_bought(question) else self.orders_in(days)
            named = self.with_items(orders, question) if orders else []
            if (named and named[0][1]) or (question.words and self.never_bought(question)):
                return None
            return Case((), [(order, []) for order in orders], asks=asks, days=days)
        elif "orders" in asks or (MANY_OF_THEM.search(text) and "dearest" not in asks):
            return None
        elif days:
            orders = self.orders_in(days)
            told = (
                orders
                if len(orders) == 1 and (ORDER_NUMBER.search(text) or ONE_ZH.search(text) or MINE.search(text))
                else []
            )
        elif ONE_OF_THEM.search(text):
            told = self.call("get_order", limit=1).data.get("orders", [])
        elif self.order_before and self.last_about == "order" and len(text) < MOST_LETTERS:
            told = self.call("get_order", order_id=self.order_before).data.get("orders", [])
        else:
            return None
        if (
            not told
            or self.names_line(told, question)
            or (len(told) == 1 and "items" not in asks and self.lines_asked(question))
        ):
            return None
        return Case((), [(order, []) for order in told], asks=asks)

    def picked(self, text: str) -> list[Order] | None:
        """The order that a text picks by its place or by its sum, among those of the days that it names; [] where there is
        none, None where it picks none."""
        extreme = EXTREME_ORDER.search(text) if not OF_ITS_GOODS.search(text) else None
        place = next((at for at, pattern in BACK.items() if pattern.search(text)), 0)
        first = FIRST.search(text) is not None
        nth = None if place else NTH.search(text)
        if not (extreme or place or first or nth or LAST_TIME_ORDERED.search(text)):
            return None
        orders = self.orders_in(self.days_of(text))
        if extreme and orders:
            return [(min if LEAST.search(extreme[0]) else max)(orders, key=lambda order: order["total"])]
        if nth:
            at = ORDINALS.get(nth["en"] or "") or DIGITS_ZH.get(nth["zh"] or "", 0)
            return orders[len(orders) - at : len(orders) - at + 1] if at <= len(orders) else []
        if first and orders and orders == self.orders_in(None):
            return self.call("get_order", oldest=True, limit=1, summary=True).data.get("orders", [])
        return orders[-1:] if first else orders[place : place + 1]

    def sums_up(self, text: str, days: Days, asks: frozenset[str]) -> bool:
        """Whether a text asks what the orders of some days, and of no others, come to or how many they are."""
        alone = len(periods(text, local(self.turn.now))) < 2 and not (COMPARES.search(text) or AVERAGE.search(text))
        return alone and ("orders" in asks or len(self.orders_in(days)) > 1)

    def lines_told(self, text: str, question: Asked) -> Held:
        """The goods that a text names of the order that was told, where it asks how many these were or what they cost; with
        none where it points at that order and it held no such goods; [] where it asks no such thing."""
        pointed = question.there or OF_THAT_ORDER.search(text) is not None
        asks = HOW_MANY_UNITS.search(text) or (HOW_MUCH_OF.search(text) and (pointed or PAST.search(text)))
        days, picked = self.days_of(text), self.picked(text) or []
        if picked:
            question = asked_in(PICKS.sub(" ", text))
        elif days and ONE_OF_THEM.search(text) and len(self.orders_in(days)) == 1:  # "in the order of Monday"
            picked = self.orders_in(days)
        told_before = self.order_before and self.last_about == "order" and not question.ordinals
        if not (asks and (picked or told_before)) or question.codes:
            return []
        if (
            (OVER_ALL.search(text) and not picked)
            or NOW.search(text)
            or (EACH.search(text) and not picked)
            or (days and not picked)
            or not self.goods_said(question)
        ):
            return []
        told = picked or self.call("get_order", order_id=self.order_before).data.get("orders", [])
        items = self.lines_of(told[0], PICKS.sub(" ", text)) if told else []
        return [(told[0], items)] if items or (told and (pointed or HOW_MANY_UNITS.search(text))) else []

    def lines_of(self, order: Order, text: str) -> list[Item]:
        """The items of an order that a text names, each of an enumeration for itself."""
        parts = [self.goods_said(asked_in(part)) for part in AND.split(text)]
        held = [items for part in parts if part for _order, items in self.holding([order], part)]
        return [item for item in order["items"] if any(item in items for items in held)]

    def paid_for(self, question: Asked) -> Held:
        """The orders of the days that are named, else of all, that held the goods that are named; [] where none did."""
        days = self.days_of(question.text)
        told = self.one_told(question) if question.there and not days and self.last_about == "order" else []
        held = self.with_items(told, question) if told else []  # "was there a cakestand in it"
        held = held if held and held[0][1] else self.with_items(self.orders_in(days), question)
        return held[: MOST_PAID if days else 1] if held and held[0][1] else []

    def names_line(self, orders: list[Order], question: Asked) -> bool:
        """Whether a question names goods that one of the orders holds, or other goods of the shop."""
        return bool(self.with_items(orders, question)[0][1]) or self.never_bought(question)

    def goes_on_about_order(self, question: Asked) -> bool:
        """Whether a question without goods or days of its own goes on about the order that was told."""
        return self.last_about == "order" and not self.never_bought(question)

    def never_bought(self, question: Asked) -> bool:
        """Whether a question names goods of the shop that no order of theirs holds, and no order either."""
        words = "" if ORDER_NUMBER.search(question.text) else self.goods_said(question)
        return bool(words) and any(row["score"] >= CERTAIN for row in self.search(words, available=False))

    def refund_case(self, question: Asked, matters: tuple[str, ...], *, owed: bool) -> Case:
        """What came back: of the goods or the days that are named, of the order told, else of all orders."""
        whole = asked_in(normal(self.turn.text))
        days = self.days_of(question.text) or self.days_of(whole.text)
        picked = self.picked(whole.text)
        held = self.with_items(self.orders_in(days) if picked is None else picked, question)
        if (
            not (held and held[0][1])
            and not days
            and picked is None
            and self.order_before
            and (owed or question.there or question.follows)
        ):
            held = [(order, []) for order in self.call("get_order", order_id=self.order_before).data.get("orders", [])]
        return Case(matters, held, whole=True)

    def days_of(self, text: str) -> Days | None:
        """The days of an order that a text names, be it by the day of the week alone."""
        today = local(self.turn.now)
        text = OF_A_DAY.sub(r"\1", text)
        found = [days for days in (*periods(text, today), latest_weekday(text, today)) if days and days[0] <= today]
        return next((days for days in found if self.orders_in(days)), found[0] if found else None)

    def goods_said(self, question: Asked) -> str:
        """What a story names of goods."""
        told = STORY_ZH.sub(" ", self.things(question)).split()
        return " ".join(word for word in told if not STORY.fullmatch(word) and not named_in(NO_TITLE, word))

    def with_items(self, orders: list[Order], question: Asked, *, before: bool = False) -> Held:
        """The orders that hold what a question names, with it; all of them with nothing where it names none that they hold.

        Args:
            before: whether what it does not name may be what was asked before.
        """
        words = self.goods_said(question)
        held = self.holding(orders, words) if words else []
        if not held and words and (ids := set(self.alike(words))):
            found = ((order, [item for item in order["items"] if item["product_id"] in ids]) for order in orders)
            held = [each for each in found if each[1]]
        for text in self.asked_before[:FURTHEST] if before and not held else ():
            held = held or self.holding(orders, self.goods_said(asked_in(normal(text))))
        return held or [(order, []) for order in orders]

    def returns_needed(self, text: str) -> list[str]:
        """What of the rules for returns a text asks for: what they say of goods that it names, or several of them; else []."""
        if not MATTERS["return"].search(text):
            return []
        queries = {
            "days": _("how long you have to return goods, within days of delivery"),
            "cost": _("what a return costs"),
        }
        needed = [query for name, query in queries.items() if ASKED_OF_RETURNS[name].search(text)]
        if found := self.excepted(text):
            return [*found, *(query for query in needed if query not in found)]
        return needed if len(needed) > 1 else []

    def excepted(self, text: str) -> list[str]:
        """The rule against returning such goods as a text names, behind the ordinary one where it holds for opened goods alone
        and these are not; [] where it names none, or they came to harm."""
        barred = _("what cannot be returned")
        if any(matter in RULES for matter in matters_in(text)):
            return []
        parts = self.excepted_of(text)
        if parts and SEALED.search(text) and all(OPENED.search(part) for part in parts):
            return [_("how long you have to return goods, within days of delivery"), barred]
        return [barred] if parts else []

    def excepted_of(self, text: str) -> list[str]:
        """The parts of the rule against returns that name goods which a text names."""
        rule = self.treating(_("what cannot be returned"), CERTAIN)
        return [part for each in rule for part in excepted(text, each["text"])]


def item_of(order: Order, line: str) -> Item | None:
    """The item of an order that a line of an answer lists; None where it lists none."""
    title = LISTED.search(line)
    return next((item for item in order["items"] if title and item["title"] == title[1]), None)

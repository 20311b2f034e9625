"""What becomes of something that the shopper bought: may it go back, be called off or changed, what if it is late or broken, what
came back of it.

A case is what the matter is, and with which of their orders or goods; the rule is told as it holds for them.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from loyalty_ai.assistant.arrivals import lead_of, when_it_comes
from loyalty_ai.assistant.backends.base import Piece
from loyalty_ai.assistant.periods import Days, latest_weekday, periods
from loyalty_ai.assistant.phrases import AVERAGE, BACK, COMPARES, CONTENTS, FIRST, LATEST_FEW, LEAST, UNDERWAY, Intent
from loyalty_ai.assistant.phrasing.choosing import named as named_in
from loyalty_ai.assistant.phrasing.matters import (
    ASKED_OF_ORDERS,
    ASKED_OF_RETURNS,
    DAYS_LONG,
    EXTREME_ORDER,
    HOW_MANY_UNITS,
    HOW_MUCH_OF,
    HYPOTHETICAL,
    IN_CART,
    LAST_TIME_ORDERED,
    MANY_OF_THEM,
    MATTERS,
    MINE,
    MONEY_BACK,
    OF_A_DAY,
    OF_ITS_GOODS,
    OF_THAT_ORDER,
    OF_THEM,
    ONE_OF_THEM,
    OVER_ALL,
    PAID,
    PICKS,
    RULES,
    SPENT,
    STORY,
    STORY_ZH,
    WAITS,
    matters_in,
)
from loyalty_ai.assistant.phrasing.orders import ARRIVING, ORDER_NUMBER, between
from loyalty_ai.assistant.phrasing.purchases import AND, EACH, NOW, PAST, Item, Order, Purchases
from loyalty_ai.assistant.phrasing.terms import CLAUSES, TIERED, TIERS, country_in, for_tier, from_country
from loyalty_ai.assistant.phrasing.voice import CERTAIN, FURTHEST, SHOWN, asked_of, day, local
from loyalty_ai.assistant.questions import Asked, normal
from loyalty_ai.assistant.questions import asked as asked_in
from loyalty_ai.assistant.turn import Outcome, Sentence

Held = list[tuple[Order, list[Item]]]
"""Orders, the latest first, each with those of its items that are meant, none for all of it."""

LEFT = {"dispatched", "delivered", "returned", "partly_returned"}
"""States of an order that is out of the shop's hands."""

ONE_ZH = re.compile(r"[那这]?[一个笔]?单")
"""One order, in Chinese: 11月那一单."""

MOST_LETTERS = 80
"""Of a question that goes on about the order that was told."""

MOST_PAID = 3
"""Orders of which it is told what some goods were."""

NO_TITLE = [{"title": ""}]
"""What only a word that says nothing is found in."""

LONGEST = 60
"""Days ahead that the calendar is counted."""

NOTHING = Asked(Intent.POLICY, "")
"""A question to which the text of a rule is put."""


@dataclass(frozen=True, slots=True)
class Case:
    """What the matter is and with what, or what is asked of it.

    Args:
        whole: whether it is about all orders that are held, and not the first of them.
        days: the days whose orders are summed up.
        missed: whether the days that are named hold no order.
        unknown: a number that none of their orders has.
    """

    matters: tuple[str, ...]
    held: Held
    asks: frozenset[str] = frozenset()
    whole: bool = False
    days: Days | None = None
    missed: bool = False
    unknown: str = ""


class Cases(Purchases):
    """Derives the shopper's own case, and tells it with the rule as it holds for their tier and their country."""

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

    def looks_at(self, text: str) -> Case | None:
        """What a text asks of orders of theirs and of nothing else: of one, or of those of some days together; None where it
        asks no such thing."""
        asks = frozenset(name for name, pattern in ASKED_OF_ORDERS.items() if pattern.search(text))
        question = asked_in(text)
        if self.turn.customer_id is None or question.codes[1:] or when_it_comes(text) or LATEST_FEW.search(text):
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
        if not (extreme or place or first or LAST_TIME_ORDERED.search(text)):
            return None
        orders = self.orders_in(self.days_of(text))
        if extreme and orders:
            return [(min if LEAST.search(extreme[0]) else max)(orders, key=lambda order: order["total"])]
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
        if not (asks and self.order_before and self.last_about == "order") or question.codes or question.ordinals:
            return []
        if (
            OVER_ALL.search(text)
            or NOW.search(text)
            or EACH.search(text)
            or self.days_of(text)
            or not self.goods_said(question)
        ):
            return []
        told = self.call("get_order", order_id=self.order_before).data.get("orders", [])
        items = self.lines_of(told[0], text) if told else []
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

    def order(self, asked: Asked) -> Iterator[Piece]:
        """What is told of orders; to a stranger the rule for what is wrong with one."""
        if self.turn.customer_id is not None:
            yield from super().order(asked)
            return
        trouble = list(self.trouble(asked))  # the rule is the same for everybody
        yield from [*trouble, Sentence(_("Sign in, and I can look at your order too."))] if trouble else self.sign_in()
        if asked.codes:  # it may be a guest's
            yield from self.rule(_("guests ask with their order number"), only=_("order number"))
            yield from self.rule(_("write to us about orders"), only="@", of=_("order"))

    def trouble(self, asked: Asked) -> Iterator[Piece]:
        """The rules for what is wrong with goods or with a parcel, as far as the question says that something is."""
        for matter in [matter for matter in matters_in(asked.text) if matter in RULES][:2]:
            yield from self.rule(_(RULES[matter]))

    def returns_needed(self, text: str) -> list[str]:
        """What of the rules for returns a text asks for, where that is several of them; [] where it asks for one or none."""
        if not MATTERS["return"].search(text):
            return []
        queries = {
            "days": _("how long you have to return goods, within days of delivery"),
            "cost": _("what a return costs"),
        }
        needed = [query for name, query in queries.items() if ASKED_OF_RETURNS[name].search(text)]
        return needed if len(needed) > 1 else []

    # What is told of a case.

    def case(self, question: Asked) -> Iterator[Piece]:
        """The state of what is meant, and what then holds."""
        case = self.case_of(question.text, owed="back" in question.aspects) or self.looks_at(question.text)
        if case is None:
            return
        if case.unknown:
            yield self.none_such(case.unknown)
            yield Outcome.REFUSED
            return
        if case.whole:
            yield from self.came_back(case, question)
            return
        if case.days:
            yield from self.summed(case.days)
            for each, _items in case.held[:SHOWN] if "items" in case.asks else ():
                yield self.order_line(each)
                yield from self.items_of(each)
            return
        if not case.held and not self.call("get_order", limit=1).data.get("orders"):
            yield Sentence(_("You have not ordered anything yet."))
            return
        if case.missed or not case.held:
            yield Sentence(_("In that time you ordered nothing."))
        if not case.held:
            return
        order, items = case.held[0]
        if "paid" in case.asks:
            for each, paid in case.held:
                yield self.order_line(each)
                yield from self.these_lines([(each, item) for item in paid[:SHOWN]])
            return
        if "lines" in case.asks:
            yield self.state_of(order)
            yield from self.these_lines([(order, item) for item in items])
            if not items:
                words = self.goods_said(question)
                text = _("In that order I find nothing for “%(words)s”.")
                yield Sentence(text % {"words": words}, (f"order:{order['order_id']}",))
            elif len(items) > 1:
                yield from self.units_together(order, items)
            return
        if case.asks or not case.matters:
            yield from self.looked_at(order, case.asks, question)
            return
        yield self.state_of(order)
        if CONTENTS.search(question.text):
            yield from self.items_of(order)
        for item in items[:SHOWN]:
            yield self.item_line(order, item)
        for matter in case.matters[:2]:
            if matter in RULES:
                yield from self.trouble_of(matter, order)
            elif matter in ("address", "add", "change"):
                yield from self.changing(matter, order, items)
                if order["state"] not in ARRIVING and "return" not in case.matters:
                    yield from self.returning(order, items)
            elif not any(each in RULES for each in case.matters):  # what is broken may go back whenever the rest may
                yield from self.returning(order, items)

    def looked_at(self, order: Order, asks: frozenset[str], question: Asked) -> Iterator[Piece]:
        """What is asked of one order."""
        told = asks - {"count", "dearest", "placed", "state", "orders"}
        asks_state = {"expected"} if "state" in asks else set()  # alone it is told with the sum
        yield from self.tell_order(order, replace(question, aspects=told or frozenset({"expected"} - asks_state)))
        cited = (f"order:{order['order_id']}",)
        if "count" in asks:
            count = len(order["items"])
            text = ngettext("It held %(count)d product.", "It held %(count)d different products.", count)
            yield Sentence(text % {"count": count}, cited)
        if "dearest" in asks and order["items"]:
            yield Sentence(_("You spent the most of it on this:"), cited)
            yield self.item_line(order, max(order["items"], key=lambda item: item["value"]), each=True)

    def units_together(self, order: Order, items: list[Item]) -> Iterator[Piece]:
        """How many units some goods of an order are."""
        ids, placed = [item["product_id"] for item in items if item["product_id"]], self.placed(order)
        found = self.call("get_order", summary=True, product_ids=ids[:20], **between((placed, placed)))
        units = sum(item["units"] for item in items)
        if not found.error and found.data["summary"]["units"] == units:
            yield Sentence(_("Together that is %(units)s units.") % {"units": f"{units:,}"}, (found.sources[0].key,))

    def came_back(self, case: Case, question: Asked) -> Iterator[Piece]:
        """What came back of each order, with what was paid for it, and all of it together."""
        named = case.held and case.held[0][1]
        days = self.days_of(question.text)
        if days and SPENT.search(question.text):
            yield from self.summed(days)
        back = [
            (order, item)
            for order, items in case.held
            for item in (items if named else order["items"])
            if item["returned"]
        ]
        for order in {order["order_id"]: order for order, _item in back[:SHOWN]}.values():
            yield self.state_of(order)
            for item in (item for each, item in back[:SHOWN] if each is order):
                text = _("%(returned)s of %(units)s × %(title)s came back: %(value)s.")
                if not item["refunded"]:
                    text = _("%(returned)s of %(units)s × %(title)s came back.")
                told = item | {"value": self.money(item["refunded"])}
                yield Sentence(text % told, (f"order:{order['order_id']}",))
        if not back:
            if len(case.held) == 1:
                yield self.state_of(case.held[0][0])
            yield Sentence(_("None of these orders of yours shows a return so far."))
        elif len(back) > 1 and all(item["refunded"] for _order, item in back):
            yield from self.sum_of_returns(back)
        if MONEY_BACK.search(question.text) and back:
            yield from self.rule(_("when does the money come back"))

    def sum_of_returns(self, back: list[tuple[Order, Item]]) -> Iterator[Piece]:
        """What was paid for several things that came back."""
        placed = [self.placed(order) for order, _item in back]
        ids = sorted({item["product_id"] for _order, item in back if item["product_id"]})[:20]
        found = self.call("get_order", summary=True, product_ids=ids, **between((min(placed), max(placed))))
        total = sum(item["refunded"] for _order, item in back)
        if not found.error and found.data["summary"]["refunded"] == total:
            text = _("For what you sent back that is %(total)s in all.")
            yield Sentence(text % {"total": self.money(total)}, (found.sources[0].key,))

    def returning(self, order: Order, items: list[Item]) -> Iterator[Piece]:
        """Whether what was bought can still go back, until when, what that costs and how it is done."""
        told = list(self.rule(_("how long you have to return goods, within days of delivery")))
        rule = next(((each, found) for each in told if (found := DAYS_LONG.search(each.text))), None)
        over = False
        if rule and order["state"] not in ARRIVING | {"cancelled", "returned"}:
            over = yield from self.still(order, int(rule[1][1]), rule[0].sources)
        yield from told
        if over:
            return
        yield from self.barred([item["title"] for item in items])
        for query in (_("what a return costs"), _("how to return something")):
            yield from self.rule(query)

    def still(self, order: Order, days: int, keys: tuple[str, ...]) -> Generator[Piece, None, bool]:
        """Whether the days since an order arrived are over, and when they end; returns whether they are."""
        today, counted = local(self.turn.now), self.passages(_("how long delivery takes"), 0.1)[:1]
        lead = lead_of(each["text"] for each in counted)
        arrived = [at for at in (order["expected_from"], order["expected_by"]) if at]
        arrived = arrived or list(lead.window(self.placed(order)) if lead else (self.placed(order),))
        first, last = (at + timedelta(days=days) for at in (arrived[0], arrived[-1]))
        over = last < today
        text = _("The time to return that order is over.") if over else _("You can still return that order.")
        yield Sentence(text, (f"order:{order['order_id']}", *keys))
        if lead and not over and (last - today).days < LONGEST:
            text = _("Counted from its arrival, the %(days)s days end on %(last)s.")
            if today < first < last:
                text = _("Counted from its arrival, the %(days)s days end between %(first)s and %(last)s.")
            told = {"days": days, "first": day(first), "last": day(last)}
            yield Sentence(text % told, (*keys, *(each["key"] for each in counted)))
        return over

    def changing(self, matter: str, order: Order, items: list[Item]) -> Iterator[Piece]:
        """Whether an order can still be changed or called off, and what then."""
        if matter == "address":
            yield from self.rule(_("the address of an order is wrong"))
        if order["state"] in LEFT:
            yield from self.rule(_("once an order has left it can not be changed or cancelled"))
            if matter == "add":
                yield from self.rule(_("to add a product place a second order"), only=_("second order"))
            elif matter == "change":
                yield from self.rule(_("what a return costs"))
            return
        yield from self.rule(_("until when can an order be changed or cancelled"))
        yield from self.rule(_("how to cancel an order") if matter == "change" else _("how to change an order"))

    def trouble_of(self, matter: str, order: Order) -> Iterator[Piece]:
        """What can be done about an order that is late, or goods that came to harm."""
        cited = (f"order:{order['order_id']}",)
        if matter == "late":
            yield from self.arrival_of(order)
        passages = self.passages(_(RULES[matter]), 0.1)[:1]
        yield from self.rule(_(RULES[matter]))
        today = local(self.turn.now)
        waits = next((found for each in passages if (found := WAITS.search(each["text"]))), None)
        counted = self.passages(_("how long delivery takes"), 0.1)[:1]
        lead = lead_of(each["text"] for each in counted)
        if matter == "late" and waits and lead and order["state"] == "dispatched" and order["expected_by"]:
            after = lead.after(order["expected_by"], int(waits[1] or waits[2]))
            if today <= after:
                text = _("These %(days)s working days are over on %(date)s.")
                keys = tuple(each["key"] for each in (*passages, *counted))
                yield Sentence(text % {"days": waits[1] or waits[2], "date": day(after)}, keys)
        if matter in ("broken", "wrong") and order["state"] == "delivered" and order["expected_by"]:
            days = next((int(found[1]) for each in passages if (found := DAYS_LONG.search(each["text"]))), 0)
            if days and (today - order["expected_by"]).days > days:
                yield from self.rule(_(RULES["fault"]))
        if matter == "late" and order["state"] == "delivered":
            yield Sentence(_("The shop's data says that it is delivered."), cited)

    def barred(self, titles: list[str]) -> Iterator[Piece]:
        """What cannot be returned, where that speaks of goods of such titles."""
        query = _("what cannot be returned")
        rules = self.passages(query, 0.1)[:1] if titles else []
        words = {word for title in titles for word in normal(title).split() if len(word) > 4}
        if any(word in normal(each["text"]) for each in rules for word in words):
            yield from self.rule(query)

    # A rule as it holds for them.

    def rule(self, query: str, *, only: str = "", of: str = "") -> Iterator[Piece]:
        """What the documents say of a subject, as it holds for the shopper; of several sentences those that say `only`, of a
        list what it says `of` something."""
        passages = self.passages(query, 0.1)[:1]
        told = list(self.quote(asked_of(NOTHING, "", text=query), passages)) if passages else []
        for sentence in self.for_them(told):
            if not isinstance(sentence, Sentence) or only in sentence.text:
                clauses = [each for each in CLAUSES.split(sentence.text) if of in each.lower()] if of else []
                yield replace(sentence, text=clauses[0]) if clauses else sentence

    def for_them(self, told: Iterable[Piece]) -> list[Piece]:
        """The sentences of a rule that hold for the shopper's tier and country, behind their tier where it matters."""
        sentences = list(told)
        tier, country = self.tier_and_country
        kept = from_country([each.text for each in sentences if isinstance(each, Sentence)], country)
        found: list[Piece] = []
        for each in sentences:
            if not isinstance(each, Sentence) or not each.sources:
                found.append(each)
            elif each.text in kept:
                found.append(replace(each, text=for_tier(each.text, tier) if tier else each.text))
        if any(isinstance(each, Sentence) and TIERED.search(each.text) for each in sentences):
            found = [*self.own_tier(), *found]
        return found

    @cached_property
    def tier_and_country(self) -> tuple[str, str]:
        """The shopper's tier, "" where a message speaks of another or none is known, and their country, as in ISO 3166."""
        found = self.call("get_loyalty") if self.turn.customer_id is not None else None
        data = found.data if found is not None and not found.error else {}
        text = normal(self.turn.text)
        tier, said = data.get("tier", ""), [name for name, pattern in TIERS.items() if pattern.search(text)]
        return ("" if said and tier not in said else tier), country_in(text) or data.get("country", "")

"""Answers over many of the shopper's own orders: of some days, some goods, the first, the dearest, how many, two compared."""

# ruff: noqa: E501 (a pattern is read as one line of a table)
from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from loyalty_ai.assistant import phrases_own
from loyalty_ai.assistant.backends.base import Piece
from loyalty_ai.assistant.periods import Days, ago, month_beside, period, periods, weekday
from loyalty_ai.assistant.phrasing.orders import (
    ARRIVING,
    BEFORE_THAT,
    CENT,
    HOW_MANY,
    IN_TIME,
    OF_THE_ORDER,
    Orders,
    between,
    keys_of,
    named_items,
)
from loyalty_ai.assistant.phrasing.voice import SHOWN, day, local
from loyalty_ai.assistant.questions import Asked
from loyalty_ai.assistant.turn import Sentence

MOST_CALLS = 5
"""Times that the shop is asked for twenty orders more."""

MOST_GOODS = 12
"""Products of a list of what they bought."""

MOST_LETTERS = 40
"""Of a question that names new days and nothing else."""

RETURNED = re.compile(r"\b(?:return\w*|refund\w*|sen[dt] back)\b|退")
"""Speaks of what came back."""

WHICH_MONTH = re.compile(
    r"\b(?:which|what) month\b.{0,30}\bmost\b|\bmost\b.{0,20}\bin (?:which|what) month\b|哪一?个?月.{0,8}最多"
)
"""Asks for the month in which most was spent."""

BOTH_ALONE = re.compile(
    r"(?:and |so |what (?:are|is|were|was) |how much (?:is|was|were|are) )*(?:the |these |those )?(?:both|two|they|that|months|of|them|it|are|in|all|total|together|altogether|combined|added up|\s)+|(?:两个?月?|那|它们|都)*(?:一共|总共|合计|加起来|加在一起)(?:呢|多少钱?)?"
)
SUM_ALONE = re.compile(
    r"(?:and |so )*(?:(?:what (?:is|was) |give me )?the )?(?:grand )?(?:total|sum)(?: of (?:that|those|them|it))?|"
    r"(?:[那这][几两三四五]?(?:个|张|笔)?(?:订单|单)?)?(?:加起来|加在一起|总共|一共|合计|总计|总额)(?:呢|花?了?多少钱?|是多少)?"
)
"""Asks for a sum and says not of what."""

FEW = {"two": 2, "three": 3, "four": 4, "2": 2, "3": 3, "4": 4, "两": 2, "二": 2, "三": 3, "四": 4}


class History(Orders):
    """Reads a question as a filter over the shopper's own orders and what shall be said of those that it leaves."""

    def order(self, asked: Asked) -> Iterator[Piece]:
        yield from self.history(asked) or super().order(asked)

    def history(self, asked: Asked) -> list[Piece]:
        """The answer to a question over many orders; [] where it is none, or nobody is signed in."""
        return list(self._history(asked)) if self.turn.customer_id is not None else []

    def _history(self, asked: Asked) -> Iterator[Piece]:
        text = asked.text
        if OF_THE_ORDER.search(text) and self.order_meant(asked):
            return  # "which order was that, and when did I place it"
        spans = periods(text, local(self.turn.now))
        open_ended = SUM_ALONE.fullmatch(text.strip(" ?!.")) or any(
            pattern.search(text) for pattern in (phrases_own.TOGETHER, phrases_own.AVERAGE, phrases_own.EXTREME_OF_IT)
        )
        going_on = not spans and not asked.codes and (asked.there or asked.follows or open_ended)
        days = period(text, local(self.turn.now)) if spans else self.days_before if going_on else None
        numbers = self.numbers(asked)
        if (beside := phrases_own.MONTH_BESIDE.search(text)) and self.days_before and not spans:
            spans = [month_beside(self.days_before, back=beside["back"] is not None)]
            days = spans[0]
        both = list(dict.fromkeys([*spans, *self.days_told()]))
        if len(spans) == 1 and (now := phrases_own.THAN_BEFORE.search(text)):
            both = [*spans, *periods("this month" if now["month"] else "this year", local(self.turn.now))]
        if few := phrases_own.LATEST_FEW.search(text):
            latest = self.orders_in(None)[: FEW[next(filter(None, few.groups()))]]
            yield from self.together([order["order_id"] for order in latest])
        elif WHICH_MONTH.search(text):
            yield from self.dearest_month(days)
        elif phrases_own.UNDERWAY.search(text):
            beside = self.order_before if self.last_about == "order" and phrases_own.ELSE.search(text) else ""
            yield from self.underway(beside)
        elif phrases_own.COMPARES.search(text) and not spans and len(pair := self.pair(asked)) == 2:
            yield from self.two_orders(*pair)
        elif beside:
            yield from self.summed(days)
        elif phrases_own.TOGETHER.search(text) and len(numbers) > 1 and not spans and not HOW_MANY.search(text):
            yield from self.together(numbers)
        elif phrases_own.TOGETHER.search(text) and BOTH_ALONE.fullmatch(text.strip(" ?!.")) and len(both) == 2:
            yield from self.both_together(both)
        elif len(spans) == 2 and phrases_own.IN_SUM.search(text) and not self.goods(asked):
            yield from self.both_together(spans)
        elif phrases_own.COMPARES.search(text) and len(both) > 1 and (len(spans) > 1 or not self.goods(asked) or spans):
            yield from self.beside(both[: max(2, len(spans))], self.goods(asked))
        elif len(spans) > 1 and not asked.codes and phrases_own.HOW_MANY_ORDERS.search(text):
            yield from self.beside(spans, self.goods(asked))
        elif len(spans) > 1 and days == spans[0] and not asked.codes and not self.goods(asked):
            for each in spans:
                yield from self.summed(each)
        elif found := phrases_own.EXTREME_OF_IT.search(text) if days or self.one_told(asked) else None:
            orders = self.one_told(asked) or self.orders_in(days)
            if "order" in text or len(orders) > 1:
                pick = min if phrases_own.LEAST.search(found[0]) else max
                yield from self.one_of([pick(orders, key=lambda order: order["total"])], asked)
            else:
                yield from self.dearest(orders, cheapest=phrases_own.LEAST.search(found[0]) is not None)
        elif asked.codes:
            return
        elif found := phrases_own.EXTREME_GOODS.search(text):
            yield from self.dearest(self.orders_in(days), cheapest=phrases_own.LEAST.search(found[0]) is not None)
        elif phrases_own.AVERAGE.search(text) and days:
            yield from self.average(days)
        elif (at := weekday(text)) is not None and not IN_TIME.search(text) and not self.goods(asked):
            yield from self.on_weekday([order for order in self.orders_in(days) if self.placed(order).weekday() == at])
        elif words := self.goods(asked):
            if "bought_when" in asked.aspects and not days and not self.things(asked):
                yield from self.tell_bought(self.orders_in(None), words)
            else:
                yield from self.of_goods(words, days, asked)
        elif days and (at_about := ago(text, local(self.turn.now))) and not asked.aspects & {"total", "orders"}:
            yield from self.placed_about(at_about, days, asked)
        elif days and (not spans or HOW_MANY.search(text) or phrases_own.HOW_MANY_ORDERS.search(text)):
            yield from self.summed(days)

    @property
    def days_before(self) -> Days | None:
        """The days that the last answer summed up."""
        told = any(key.startswith("orders:") for key in self.turn.focus) and not self.told_returns
        return next(self.days_told(), None) if told else None

    @property
    def told_returns(self) -> bool:
        """Whether the last answer told what came back, and summed up no orders."""
        return bool(self.asked_before) and RETURNED.search(self.asked_before[0].lower()) is not None

    def days_told(self) -> Iterator[Days]:
        """The days that the last two answers summed up, the latest first."""
        for focus in [said.focus for said in reversed(self.turn.history) if not said.by_shopper][:2]:
            for key in focus:
                first, _dots, last = key.removeprefix("orders:").partition("..")
                if key.startswith("orders:") and first and last:
                    yield date.fromisoformat(first), date.fromisoformat(last)

    def one_told(self, asked: Asked) -> list[dict[str, Any]]:
        """The order that is named, or that was told just now, alone."""
        number = next(iter(asked.codes), "") or self.order_told or self.order_before
        return self.call("get_order", order_id=number).data.get("orders", []) if number else []

    def numbers(self, asked: Asked) -> list[str]:
        """The orders that are named, with those that the last two answers told, each one alone."""
        told = [said.focus for said in reversed(self.turn.history) if not said.by_shopper][:2]
        alone = [[key.removeprefix("order:") for key in focus if key.startswith("order:")] for focus in told]
        return list(dict.fromkeys([*asked.codes, *(each[0] for each in alone if len(each) == 1)]))

    def goods(self, asked: Asked) -> str:
        """What of the goods is asked for; of "how many of those" what was asked before."""
        words = self.things(asked)
        goes_on = HOW_MANY.search(asked.text) or "bought_when" in asked.aspects or self.carries(asked)
        if not words and self.last_about in ("order", "product") and goes_on and self.asked_before:
            words = self.things(self.understood(self.asked_before[0])[-1])
        return words

    def carries(self, asked: Asked) -> bool:
        """Whether only the days are new ("and in the summer?"): the goods are those that were asked for before."""
        return (
            asked.follows and len(asked.text) <= MOST_LETTERS and period(asked.text, local(self.turn.now)) is not None
        )

    def things(self, asked: Asked) -> str:
        """What a question names of goods, without the words of questions over many orders."""
        words = (phrases_own.HISTORY_WORDS_ZH.sub("", word) for word in super().things(asked).split())
        return " ".join(word for word in words if word and word not in phrases_own.HISTORY_WORDS)

    def placed(self, order: dict[str, Any]) -> date:
        return local(order["placed_at"])

    def orders_in(self, days: Days | None) -> list[dict[str, Any]]:
        """All orders of these days, or of all days, the latest first."""
        found: dict[str, dict[str, Any]] = {}
        given = between(days) if days else {"limit": 20}
        for _call in range(MOST_CALLS):
            rows = self.call("get_order", **given).data.get("orders", [])
            new = [order for order in rows if order["order_id"] not in found]
            found |= {order["order_id"]: order for order in new}
            if len(rows) < given["limit"] or not new:
                break
            given["until"] = self.placed(rows[-1]).isoformat()
        return list(found.values())

    def placed_about(self, at: date, about: Days, asked: Asked) -> Iterator[Piece]:
        """The orders of a day, or of the nearest to it on which they ordered, with their goods."""
        orders = self.orders_in(None)
        least = min((abs(self.placed(order) - at) for order in orders), default=timedelta())
        found = [order for order in orders if abs(self.placed(order) - at) == least]
        if not (found and about[0] <= self.placed(found[0]) <= about[1]):
            yield Sentence(_("In that time you ordered nothing."))
        if len(found) == 1:
            yield from self.tell_order(found[0], replace(asked, aspects=asked.aspects | {"items"}))
            return
        for order in found[:SHOWN]:
            yield self.order_line(order)
            yield from self.items_of(order)

    def one_of(self, orders: list[dict[str, Any]], asked: Asked) -> Iterator[Piece]:
        if not orders:
            yield Sentence(_("There is no such order of yours."))
        for order in orders[:1]:
            yield from self.tell_order(order, asked)

    def together(self, numbers: list[str]) -> Iterator[Piece]:
        """Some orders, and what they come to together."""
        orders = [
            order for number in numbers for order in self.call("get_order", order_id=number).data.get("orders", [])
        ]
        for order in orders:
            yield self.order_line(order)
        kept = [order for order in orders if order["state"] != "cancelled"]
        if len(orders) > 1:
            total = sum((order["total"] for order in kept), Decimal(0))
            yield Sentence(_("Together they come to %(total)s.") % {"total": self.money(total)}, keys_of(kept))
        if len(orders) > len(kept):
            yield Sentence(_("What was called off is not counted."), keys_of(orders))

    def pair(self, asked: Asked) -> list[dict[str, Any]]:
        """Two orders that are compared: those told just now, or the one that was told and the one before it."""
        numbers = self.numbers(asked)
        if len(numbers) == 1 and BEFORE_THAT.search(asked.text):
            latest = [order["order_id"] for order in self.orders_in(None)]
            at = latest.index(numbers[0]) if numbers[0] in latest else len(latest)
            numbers += latest[at + 1 : at + 2]
        found = (self.call("get_order", order_id=number).data.get("orders", []) for number in numbers[:2])
        named = self.things(replace(asked, words=phrases_own.COMPARES.sub(" ", asked.words)))
        return [order for orders in found for order in orders] if not named else []

    def two_orders(self, one: dict[str, Any], other: dict[str, Any]) -> Iterator[Piece]:
        """Two orders, and by how much one came to more."""
        yield from map(self.order_line, (one, other))
        less, more = sorted((one, other), key=lambda order: order["total"])
        told = {
            "more": more["order_id"],
            "less": less["order_id"],
            "difference": self.money(more["total"] - less["total"]),
        }
        text = _("Order %(more)s came to %(difference)s more than order %(less)s.")
        if more["total"] == less["total"]:
            text = _("They came to the same.")
        yield Sentence(text % told, keys_of([one, other]))

    def underway(self, beside: str = "") -> Iterator[Piece]:
        """The orders that have yet to arrive, beside one that was told, with their days, and what they come to together."""
        latest = self.orders_in(None)
        orders = [order for order in latest if order["state"] in ARRIVING and order["order_id"] != beside]
        if not orders:
            text = _("You are waiting for no other order.") if beside else _("You are waiting for no order.")
            yield Sentence(text)
        yield from map(self.due_line, orders[:SHOWN])
        if len(orders) > 1:
            told = {"total": self.money(sum((order["total"] for order in orders), Decimal(0)))}
            yield Sentence(_("Together they come to %(total)s.") % told, keys_of(orders))

    def due_line(self, order: dict[str, Any]) -> Sentence:
        """An order with the days on which it should arrive."""
        if not (order["expected_from"] and order["expected_by"]):
            return self.order_line(order)
        told = {"number": order["order_id"], "date": day(order["placed_at"]), "total": self.money(order["total"])}
        told |= {"from": day(order["expected_from"]), "by": day(order["expected_by"])}
        text = _("Order %(number)s of %(date)s: %(total)s, it should arrive between %(from)s and %(by)s")
        return Sentence(text % told, keys_of([order]))

    def beside(self, both: list[Days], words: str) -> Iterator[Piece]:
        """Two times beside each other: what was spent, or how many of some goods were bought."""
        keys, totals = [], []
        for days in sorted(both):
            if words:
                yield Sentence(_("From %(from)s to %(by)s:") % {"from": day(days[0]), "by": day(days[1])})
                orders = self.orders_in(days)
                bought = list(self.bought_in_all(orders, words, days)) if orders else []
                yield from bought or [Sentence(_("In that time you bought nothing of “%(words)s”.") % {"words": words})]
                continue
            found = self.call("get_order", **between(days))
            yield from self.headline(found, days)
            if not found.error:
                keys.append(found.sources[0].key)
                totals.append((found.data["summary"]["total"], days))
        if len(totals) == 2 and None not in (totals[0][0], totals[1][0]):
            (less, _days), (more, days) = sorted(totals)
            if more > less > 0:
                told = {"difference": self.money(more - less), "from": day(days[0]), "by": day(days[1])}
                yield Sentence(_("You spent %(difference)s more from %(from)s to %(by)s.") % told, tuple(keys))

    def both_together(self, both: list[Days]) -> Iterator[Piece]:
        """Two times that were told, and what they come to together."""
        found = [self.call("get_order", **between(days)) for days in sorted(both)]
        for each, days in zip(found, sorted(both), strict=True):
            yield from self.headline(each, days)
        totals = [each.data["summary"]["total"] for each in found if not each.error]
        if len(totals) == 2 and None not in totals:
            told = {"total": self.money(sum(totals, Decimal(0)))}
            yield Sentence(_("Together they come to %(total)s.") % told, tuple(each.sources[0].key for each in found))

    def dearest(self, orders: Iterable[dict[str, Any]], *, cheapest: bool) -> Iterator[Piece]:
        """What cost most, or least, by the piece."""
        bought = [
            (item["value"] / item["units"], order, item) for order in orders for item in order["items"] if item["units"]
        ]
        if not bought:
            yield Sentence(_("You have not ordered anything yet."))
            return
        _each, order, item = (min if cheapest else max)(bought, key=lambda row: row[0])
        cited = (f"order:{order['order_id']}",)
        text = _("The cheapest by the piece") if cheapest else _("The most expensive by the piece")
        told = {"what": text, "date": day(order["placed_at"]), "number": order["order_id"]}
        yield Sentence(_("%(what)s you bought on %(date)s, with order %(number)s:") % told, cited)
        yield self.item_line(order, item)

    def dearest_month(self, days: Days | None) -> Iterator[Piece]:
        """The month in which they spent most."""
        spent: dict[date, Decimal] = {}
        for order in self.orders_in(days):
            first = self.placed(order).replace(day=1)
            spent[first] = spent.get(first, Decimal(0)) + (order["total"] if order["state"] != "cancelled" else 0)
        if not spent:
            yield Sentence(_("You have not ordered anything yet."))
            return
        first = max(spent, key=lambda month: spent[month])
        before = first - timedelta(days=1)
        yield from self.summed(month_beside((before, before), back=False))

    def average(self, days: Days) -> Iterator[Piece]:
        """What they ordered in these days, and the mean of it."""
        found = self.call("get_order", **between(days))
        yield from self.headline(found, days)
        summary = found.data.get("summary", {})
        if summary.get("orders") and summary["total"] is not None:
            each = (summary["total"] / summary["orders"]).quantize(CENT)
            text = _("That is %(average)s an order on average.")
            yield Sentence(text % {"average": self.money(each)}, (found.sources[0].key,))

    def on_weekday(self, orders: list[dict[str, Any]]) -> Iterator[Piece]:
        if not orders:
            yield Sentence(_("None of your orders was placed on that day of the week."))
        for order in orders[:SHOWN]:
            yield self.order_line(order)

    def of_goods(self, words: str, days: Days | None, asked: Asked) -> Iterator[Piece]:
        """What they bought of some goods: how many in all, which ones, or in which orders of these days."""
        text = self.asked_before[0].lower() if self.carries(asked) and self.asked_before else asked.text
        counted, which = HOW_MANY.search(text), phrases_own.WHICH_GOODS.search(text)
        if not (days or which or counted):
            return
        orders = self.orders_in(days)
        held = named_items(orders, words)
        if not held and (ids := set(self.alike(words))):
            held = [(order, [item for item in order["items"] if item["product_id"] in ids]) for order in orders]
            held = [each for each in held if each[1]]
        if not held:
            # Of "when does what I ordered yesterday arrive in Leeds?" the rest names no goods.
            if days and (counted or which or "ever" in asked.aspects):
                yield Sentence(_("In that time you bought nothing of “%(words)s”.") % {"words": words})
            return
        if counted or not days:
            if "bought_when" in asked.aspects:
                yield from self.tell_bought(orders, words)
            yield from self.bought_in_all(orders, words, days, most=MOST_GOODS)
            return
        if len(held) == 1:
            self.order_told = held[0][0]["order_id"]
        self.sums_told = True
        for order, items in held[:SHOWN]:
            cited = (f"order:{order['order_id']}",)
            yield self.order_line(order)
            yield from (self.item_line(order, item) for item in items[:MOST_GOODS])
            if len(held) == 1 and order["state"] in ARRIVING:
                yield from self.arrival_of(order)
            if len(items) > MOST_GOODS:
                yield Sentence(_("The rest is on the page of the order."), cited)

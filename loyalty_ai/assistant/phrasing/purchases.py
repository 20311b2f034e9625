"""Answers about single things that the shopper bought: which order held them, how many, what one cost, what a sum was for."""

# ruff: noqa: E501 (a pattern is read as one line of a table)
from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Any

from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from loyalty_ai.assistant.amounts import amounts
from loyalty_ai.assistant.arrivals import wanted_by
from loyalty_ai.assistant.backends.base import Piece
from loyalty_ai.assistant.periods import Days, period
from loyalty_ai.assistant.phrases import Intent
from loyalty_ai.assistant.phrases_own import COMPARES, TO_COME, UNDERWAY
from loyalty_ai.assistant.phrasing.choosing import catalogue, named, units_of
from loyalty_ai.assistant.phrasing.finding import MOST_SHOWN
from loyalty_ai.assistant.phrasing.history import MOST_GOODS
from loyalty_ai.assistant.phrasing.listing import OF_THEM, SUM, Listing
from loyalty_ai.assistant.phrasing.orders import (
    AND,
    ARRIVING,
    AS_MANY,
    BEFORE_THAT,
    BOUGHT,
    HOW_MANY,
    IN_TIME,
    MOST,
    OWN_AGAIN,
    between,
    keys_of,
    unique_ids,
    unit_price,
)
from loyalty_ai.assistant.phrasing.voice import CERTAIN, FURTHEST, SHOWN, day, local
from loyalty_ai.assistant.questions import Asked, words_of
from loyalty_ai.assistant.questions import asked as read
from loyalty_ai.assistant.tokens import words as stems_of
from loyalty_ai.assistant.turn import Sentence

Order = dict[str, Any]
Item = dict[str, Any]
"""As `get_order` gives them."""

EACH = re.compile(r"\b(?:each|apiece|a piece|per piece|for one|one of them|single)\b|每|单价")
"""Asks what one of them cost."""

HOW_MANY_ALONE = re.compile(
    r"(?:and |so )?how many(?: (?:of (?:them|those)|was (?:it|that)|were (?:there|they)|did i (?:get|buy|have|order)|have i got))*"
)
NOW = re.compile(
    r"\b(?:now|today|still|these days|nowadays|any ?more|currently|at the moment|the site|online|left)\b|现在|还|如今"
)
"""Sets what was bought beside what it costs today."""

ORDERED_BY = re.compile(r"\bthe .{2,40} (?:that )?(?:i|we) (?:bought|ordered|got|purchased)\b")
"""Says of goods that they ordered them: "the cups I ordered"."""

ORDERS_WITH = re.compile(
    r"\borders (?:with|containing|that (?:had|have|held|contained|included)|in which|of mine with)\b|(?:有|含|包含|买了?)[^,，。]{1,10}的(?:所有|全部)?订单"
)
"""Asks for the orders that held some goods."""

HELD_IN = re.compile(
    r"^(?:and )?(?:was|were|is|are|did (?:i|we))\b(?P<goods>.*)\bin (?:my|our|the) (?:last|latest|most recent|newest) (?:orders?|parcel|package|delivery)$|"
    r"^(?:and )?(?:did|does) (?:my|our|the) (?:last|latest|most recent|newest) (?:order|parcel|package|delivery) (?:have|include|contain|come with)\b(?P<behind>.*)|"
    r"(?:最近|上|最后|最新)的?[那这]?一?[个笔次张]?订?单里?[面中]?(?:有没有|是否|有|包含|含)+(?P<zh>[^,，。]+?)(?:吗|么|没有?)?$"
)
"""Asks whether the latest order held some goods."""

LATEST_ORDER = re.compile(
    r"\bin (?:my|our|the) (?:last|latest|most recent|newest) (?:order|parcel|package|delivery)\b|(?:最近|上|最后|最新)的?[那这]?一?[个笔次张]?订?单里"
)
COMING = re.compile(
    r"\b(?:when|what day|will|should|do|does|are|is)\b.{0,60}\b(?:get here|arrive|be here|be delivered|reach me|turn up|be with me|land)\b|"
    r"(?:什么时候|几时|何时|哪天|几号|多久).{0,4}(?:能|会|可以|才)?.{0,2}(?:到货?|送到|收到|送达)"
)
"""Asks when something comes that was ordered."""

PRICED = re.compile(
    r"\b(?:price[ds]?|costs?|cheap\w*|dear\w*|pricier|more expensive|less|more than|paid|pay|how much|gone (?:up|down)|left|"
    r"in stock|what (?:is|are) (?:it|they|that|those) now)\b|£|\$|€|价|钱|贵|便宜|货"
)

PAST = re.compile(
    r"\b(?:was|were|did|cost me|paid|pay|came to|come to|in (?:that|it|there)|just|only)\b|花|付|一共|总共|合计|加起来"
)
"""Speaks of what was paid, and of no price of today."""

GOES_WORDS = re.compile(
    r"\b(?:nicely|alongside|complements?|often|based|next|own|match\w*|ordered|suggestions?|else|similar|colou?rs?)\b|根据|同系列|配套|套$"
)
MINE = re.compile(r"\b(?:my|our|mine)\b|我的|我家")
"""Words of a question of what goes with something that name none of it; that it is theirs."""

SOME = 3
"""Goods that are named of those that were bought."""


class Purchases(Listing):
    """Tells of single things among the shopper's own orders."""

    def order(self, asked: Asked) -> Iterator[Piece]:
        told = self.of_listed(asked) if "listed" in asked.aspects else None
        pieces = list(told()) if told else self.purchase(asked) or self.never_bought_that(asked)
        yield from pieces or super().order(asked)

    def never_bought_that(self, asked: Asked) -> list[Piece]:
        """That no order held the goods which they say they ordered, where it is so."""
        words = self.things(asked) if self.turn.customer_id is not None and ORDERED_BY.search(asked.text) else ""
        if not words or asked.codes or asked.aspects & {"bought_when", "ever"}:
            return []
        orders = self.orders_in(None)
        held = not orders or self.holding(orders, words) or not self.names_goods(words)
        return [] if held else [self.none_of(words, orders)]

    def cart_add(self, asked: Asked) -> Iterator[Piece]:
        """What is wanted once more of the order that was told just now, as many as then; else whatever the words name."""
        orders = self.one_told(asked) if self.order_before and OWN_AGAIN.search(asked.text) else []
        if self.turn.customer_id is None or asked.words or asked.codes or not orders:
            yield from super().cart_add(asked)
            return
        shown = [item for item in orders[0]["items"] if f"product:{item['product_id']}" in self.turn.focus]
        items = shown or self.lines_meant(asked, orders[0]) or orders[0]["items"]
        wanted = [item for item in items if item["product_id"]]
        if asked.units and asked.units > 1 and len(wanted) == 1 and not AS_MANY.search(asked.text):
            wanted = [wanted[0] | {"units": asked.units}]
        key = (f"order:{orders[0]['order_id']}",)
        yield from self.once_more(wanted, Sentence(_("This is what that order held:"), key), asked)

    def goes_with(self, asked: Asked) -> Iterator[Piece]:
        """What goes with some goods that they bought; with a whole order where none are named."""
        bought, words = BOUGHT.search(asked.text), GOES_WORDS.sub(" ", asked.words)
        of_theirs = bought or MINE.search(asked.text) or (self.last_about == "order" and not words)
        if self.turn.customer_id is None or not of_theirs:
            yield from super().goes_with(asked)
            return
        words = self.words_held(replace(asked, words=words))
        days = period(asked.text, local(self.turn.now))
        orders = self.orders_in(None) if words else []
        held = (self.held(self.orders_in(days), words) if days and words else []) or self.held(orders, words)
        if not words and not bought and (told := self.one_told(asked)):
            held = [(told[0], told[0]["items"])]
        items = {item["product_id"]: item for _order, items in held for item in items if item["product_id"]}
        if not items:
            if words and bought and orders:
                yield self.none_of(words, orders)
                yield from self.goes_with_named(replace(asked, words=words))
            elif words and not bought:
                yield from self.goes_with_named(asked)
            else:
                yield from super().goes_with(asked)
            return
        titles = get_text_list([item["title"] for item in list(items.values())[:SOME]], _("and"))
        intro = _("This goes well with what you ordered:")
        if words:
            intro = _("You bought %(titles)s; this goes well with it:") % {"titles": titles}
        yield from self.going_with(list(items), Sentence(intro, keys_of(order for order, _items in held)), asked)

    def purchase(self, asked: Asked) -> list[Piece]:
        """The answer to a question about single things that were bought; [] where it is none, or nobody is signed in."""
        return list(self._purchase(asked)) if self.turn.customer_id is not None else []

    def _purchase(self, asked: Asked) -> Iterator[Piece]:
        days = period(asked.text, local(self.turn.now))
        if TO_COME.search(asked.text) and HOW_MANY.search(asked.text) and (words := self.things(asked)):
            coming = [order for order in self.orders_in(None) if order["state"] in ARRIVING]
            yield from self.these_lines(
                [(order, item) for order, items in self.holding(coming, words) for item in items]
            )
            return
        if MOST.search(asked.text) or UNDERWAY.search(asked.text):
            return
        if LATEST_ORDER.search(asked.text) and HOW_MANY.search(asked.text) and (words := self.things(asked)):
            yield from self.whether_in(words, self.orders_in(None))
            return
        if asked.codes and HOW_MANY.search(asked.text) and (words := self.things(asked)):
            orders = self.call("get_order", order_id=asked.codes[0]).data.get("orders", [])
            yield from self.whether_in(words, orders) if orders else ()
            return
        if "charge" in asked.aspects and (sums := sums_of(asked.text)):
            yield from self.charged(sums, days)
        elif words := self.held_in_latest(asked):
            yield from self.whether_in(words, self.orders_in(None))
        elif (lines := self.lines_asked(asked)) is not None:
            yield from lines()
        elif COMING.search(asked.text) and not asked.codes and (words := self.things(asked)):
            held = self.holding(self.orders_in(None), words)
            yield from self.tell_order(held[0][0], replace(asked, aspects=frozenset({"expected"}))) if held else ()
        elif ("way" in asked.aspects or self.wanted(asked)) and not asked.codes and not self.order_meant(asked):
            orders = self.orders_in(days) if days and not self.wanted(asked) else self.orders_in(None)
            held = self.holding(orders, self.things(asked))
            for order in ([order for order, _items in held] or orders)[:1]:
                yield from self.tell_order(order, asked)
        elif ORDERS_WITH.search(asked.text) and not asked.codes and (goods := self.goods_held(asked)):
            yield from self.in_which(goods, days)
        elif asked.aspects & {"count", "which"} and not asked.codes and (goods := self.goods_held(asked)):
            if "bought_when" in asked.aspects and len(goods) == 1:
                yield from self.tell_bought(self.orders_in(days), goods[0])
            yield from self.in_which(goods, days) if "which" in asked.aspects else self.in_all(goods, days)

    def held_in_latest(self, asked: Asked) -> str:
        """The goods of which a question asks whether the latest order held them; "" where it asks no such thing."""
        found = HELD_IN.search(asked.text.strip(" ?!.？"))
        said = next(filter(None, found.groups()), "") if found else ""
        return self.things(replace(asked, text=said, words=words_of(said))) if said else ""

    def whether_in(self, words: str, orders: list[Order]) -> Iterator[Piece]:
        """The goods of the latest order that have all the words; where it has none, that it is so and which order had any."""
        latest = orders[:1]
        for order in latest:
            yield self.order_line(order)
            if items := named(order["items"], words):
                yield from self.these_lines([(order, item) for item in items])
                return
            text = _("In that order I find nothing for “%(words)s”.")
            yield Sentence(text % {"words": words}, keys_of([order]))
        alike = self.alike(words)[:SOME]
        for order in orders[1:]:
            items = named(order["items"], words) or [item for item in order["items"] if item["product_id"] in alike]
            if items:
                yield self.order_line(order)
                yield from (self.item_line(order, item) for item in items[:SHOWN])
                return

    def wanted(self, asked: Asked) -> bool:
        """Whether a question asks for something to be there by a day to come."""
        return IN_TIME.search(asked.text) is not None and wanted_by(asked.text, local(self.turn.now)) is not None

    def goods_held(self, asked: Asked) -> list[str]:
        """What of the goods a question names, each of an enumeration for itself."""
        parts = [self.things(replace(asked, text=part, words=words_of(part))) for part in AND.split(asked.text)]
        orders = self.orders_in(None)
        named_whole = [part for part in parts if part and any(named(order["items"], part) for order in orders)]
        whole = self.words_held(asked)
        return named_whole if len(named_whole) > 1 else [whole] if whole else []

    def words_held(self, asked: Asked) -> str:
        """What of the goods a question names; of one that names none what was asked before."""
        earlier = (self.understood(text)[-1] for text in self.asked_before[:FURTHEST])
        return next(filter(None, (self.things(each) for each in (asked, *earlier))), "")

    def charged(self, sums: list[Decimal], days: Days | None) -> Iterator[Piece]:
        """The orders that came to a sum, with what was in them."""
        orders = self.orders_in(days)
        found = [order for order in orders if order["total"] in sums]
        found = found or [order for order in orders if any(item["value"] in sums for item in order["items"])]
        for order in found[:SHOWN]:
            yield self.order_line(order)
            yield from self.items_of(order)
            if not order["items"]:
                yield Sentence(_("That order lists no goods."), (f"order:{order['order_id']}",))
        if not found:
            yield Sentence(_("None of your orders came to that sum."))
            yield from self.offer_person()

    def in_all(self, goods: list[str], days: Days | None) -> Iterator[Piece]:
        """How many they bought of what the words name: of each such product, and of all together."""
        orders = self.orders_in(days)
        ids = {
            item["product_id"] for words in goods for _order, items in self.holding(orders, words) for item in items
        } - {""}
        if not ids:
            yield self.none_of(" ".join(goods), orders)
            return
        given = between(days) if days else {"limit": 1}
        found = self.call("get_order", product_ids=sorted(ids)[:20], summary=True, **given)
        if found.error:
            yield from self.no_orders_now()
            return
        rows, cited = found.data["summary"]["most_often"], (found.sources[0].key,)
        for row in rows[:MOST_GOODS]:
            yield self.counted(row, cited)
        yield from self.less_returns(orders, ids, found)
        if len(rows) > 1:
            units = f"{found.data['summary']['units']:,}"
            yield Sentence(_("Together that is %(units)s units.") % {"units": units}, cited)

    def in_which(self, goods: list[str], days: Days | None) -> Iterator[Piece]:
        """The orders that held what the words name, the latest first, each with it."""
        orders = self.orders_in(days)
        found = [each for words in goods for each in self.holding(orders, words)]
        items_of = {
            order["order_id"]: [i for o, items in found if o is order for i in items] for order, _items in found
        }
        held = [(order, items_of[order["order_id"]]) for order in orders if order["order_id"] in items_of]
        for order, items in held[:SHOWN]:
            listed = "; ".join(f"{item['units']} × {item['title']}" for item in items[:MOST_SHOWN])
            told = {"number": order["order_id"], "date": day(order["placed_at"]), "goods": listed}
            yield Sentence(_("Order %(number)s of %(date)s: %(goods)s") % told, (f"order:{order['order_id']}",))
        if not held:
            yield self.none_of(" ".join(goods), orders)

    def things_of(self, text: str) -> str:
        """What an earlier message named of goods; of "did I buy gift sets" all of it, as that was no wish for a gift."""
        last = self.understood(text)[-1]
        return self.things(read(last.text) if last.intent is Intent.GIFT else last)

    def bought(self, words: str) -> bool:
        """Whether something that they bought has all the words."""
        return any(named(order["items"], words) for order in self.orders_in(None))

    def held(self, orders: list[Order], words: str) -> list[tuple[Order, list[Item]]]:
        """The same, but nothing where the words name goods of the shop that are not among them: red mugs are no red candles."""
        titles = {item["title"] for order in orders for item in order["items"]}
        missing = [
            part for word in words.split() for part in parts_of(word) if not any(says(title, part) for title in titles)
        ]
        others = any(named(self.search(word, available=False), word) for word in missing)
        return [] if others else self.holding(orders, words)

    def bought_any(self, words: str) -> bool:
        """Whether something that they bought has any of the words."""
        return bool(words) and bool(self.held(self.orders_in(None), GOES_WORDS.sub(" ", words)))

    @staticmethod
    def none_of(words: str, orders: list[Order]) -> Sentence:
        text = _("In your latest orders I find nothing for “%(words)s”.")
        return Sentence(text % {"words": words}, tuple(f"order:{order['order_id']}" for order in orders[:1]))

    @staticmethod
    def holding(orders: list[Order], words: str) -> list[tuple[Order, list[Item]]]:
        """The orders with the items whose titles have most of the words, with those items; what no item has counts for none."""
        titles = {item["title"] for order in orders for item in order["items"]}
        scores: dict[str, Fraction] = dict.fromkeys(titles, Fraction())
        for word in {part for said in words.split() for part in parts_of(said)}:
            having = [title for title in titles if says(title, word)]
            for title in having:  # a word that fewer titles have says more
                scores[title] += Fraction(1, len(having))
        most = max(scores.values(), default=0)
        found = (
            (order, [item for item in order["items"] if most and scores[item["title"]] == most]) for order in orders
        )
        return [each for each in found if each[1]]

    # Of the order that was told just now.

    def lines_asked(self, asked: Asked) -> Callable[[], Iterator[Piece]] | None:
        """What tells of some things of the order that was told just now: what they came to, what one was, what it costs today."""
        of_orders = COMPARES.search(asked.text) and BEFORE_THAT.search(asked.text)
        if of_orders or asked.codes or asked.ordinals or period(asked.text, local(self.turn.now)):
            return None
        now = NOW.search(asked.text) and PRICED.search(asked.text)
        paid = (
            EACH.search(asked.text)
            or HOW_MANY_ALONE.fullmatch(asked.text)
            or (asked.aspects & {"count", "left", "total"} and PAST.search(asked.text))
        )
        goes_on = self.about_many and (now or EACH.search(asked.text)) and (asked.there or not self.things(asked))
        if goes_on and (words := self.words_held(asked)):
            held = self.holding(self.orders_in(None), words)
            lines = {item["product_id"]: (order, item) for order, items in reversed(held) for item in items}
        elif now and BOUGHT.search(asked.text) and (words := self.things(asked)):
            held = self.held(self.orders_in(None), words)
            lines = {item["product_id"]: (order, item) for order, items in reversed(held) for item in items}
        elif (
            (words := self.goods_before)
            and OF_THEM.search(asked.text)
            and SUM.search(asked.text)
            and not self.things(asked)
        ):
            return partial(self.paid_in_all, words)
        elif self.last_about == "order" and (now or paid) and (orders := self.one_told(asked)):
            lines = {item["title"]: (orders[0], item) for item in self.lines_meant(asked, orders[0])}
        else:
            return None
        sums = {each.value for each in amounts(asked.text) if each.money}
        named_by_price = [line for line in lines.values() if unit_price(line[1]) in sums]
        meant = named_by_price or list(lines.values())
        return partial(self.then_and_now if now else self.these_lines, meant) if meant else None

    @property
    def about_many(self) -> bool:
        """Whether the last answer summed up orders and told none alone."""
        return self.last_about == "" and any(key.startswith("orders:") for key in self.turn.focus)

    @property
    def goods_before(self) -> str:
        """The goods that the question before counted over many orders."""
        return self.things(self.understood(self.asked_before[0])[-1]) if self.about_many and self.asked_before else ""

    def paid_in_all(self, words: str) -> Iterator[Piece]:
        """What they paid for all that they bought of some goods."""
        held = self.holding(self.orders_in(self.days_before), words)
        items = [item for _order, items in held for item in items]
        titles = get_text_list(unique_ids(item["title"] for item in items), _("and"))
        total = self.money(sum((item["value"] for item in items), Decimal(0)))
        text = _("Together that is %(total)s: %(titles)s")
        yield Sentence(text % {"total": total, "titles": titles}, keys_of(order for order, _items in held))

    def lines_meant(self, asked: Asked, order: Order) -> list[Order]:
        """The items of an order that a question names one by one, or that the questions before it were about."""
        words = self.things(asked)
        held = [word for word in words.split() if named(order["items"], word)]
        if words and not held and any(row["score"] >= CERTAIN for row in self.search(words, available=False)):
            return []
        if held:
            both = named(order["items"], " ".join(held), strictly=True) or named(order["items"], " ".join(held))
            if both and not AND.search(asked.text):
                return both
            return [item for item in order["items"] if any(item in named(order["items"], word) for word in held)]
        for text in self.asked_before[:FURTHEST]:
            if words := self.things_of(text):
                return next((items for _order, items in self.holding([order], words)), [])
        return order["items"] if len(order["items"]) == 1 else []

    def these_lines(self, lines: list[tuple[Order, Item]]) -> Iterator[Piece]:
        """Some things of an order, what one of each was, and what they came to together."""
        for order, item in lines[:MOST_SHOWN]:
            yield self.item_line(order, item, each=True)
        if 1 < len(lines) <= SHOWN + 1 and len({order["order_id"] for order, _item in lines}) == 1:
            titles = get_text_list([item["title"] for _order, item in lines], _("and"))
            total = self.money(sum((item["value"] for _order, item in lines), Decimal(0)))
            cited = (f"order:{lines[0][0]['order_id']}",)
            yield Sentence(_("Together that is %(total)s: %(titles)s") % {"total": total, "titles": titles}, cited)

    def then_and_now(self, lines: list[tuple[Order, Item]]) -> Iterator[Piece]:
        """What some things that were bought were, what they cost today, and by how much that is more or less."""
        live = {row["product_id"]: row for row in self.rows(item["product_id"] for _order, item in lines[:SHOWN])}
        for order, item in lines[:SHOWN]:
            yield self.item_line(order, item, each=True)
            row, paid = live.get(item["product_id"]), unit_price(item)
            if row is None:
                continue
            yield self.state(row)
            if row["price"] is None or paid is None:
                continue
            cited = (f"order:{order['order_id']}", f"product:{row['product_id']}")
            if row["price"] == paid:
                yield Sentence(_("%(title)s has the same price now as it had for you.") % row, cited)
                continue
            text = _("%(title)s is %(difference)s dearer now than it was for you.")
            if row["price"] < paid:
                text = _("%(title)s is %(difference)s cheaper now than it was for you.")
            told = {"title": row["title"], "difference": self.money(abs(row["price"] - paid))}
            yield Sentence(text % told, cited)


def parts_of(word: str) -> list[str]:
    """A word; of Chinese, which writes none apart, the things that it names."""
    return [word] if word.isascii() else [unit.word for unit in units_of(word, catalogue("en"))] or [word]


def says(title: str, word: str) -> bool:
    """Whether a title has a word, or one that it is a part of: "stands" of a cakestand."""
    ends = (rf"{re.escape(stem)}(?:e?s)?\b" for stem in stems_of(word, "en"))
    return bool(named([{"title": title}], word)) or any(re.search(end, title.lower()) for end in ends)


def sums_of(text: str) -> list[Decimal]:
    """The money that a text names, be it without a sign: "204.40"."""
    return [each.value for each in amounts(text) if each.money or each.value.as_tuple().exponent == -2]

"""Answers about the shopper's own orders, and what follows from them: the usual order, what goes with it."""

# ruff: noqa: E501 (a pattern is read as one line of a table)
from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from loyalty_ai.assistant.arrivals import wanted_by
from loyalty_ai.assistant.backends.base import Piece, Tools
from loyalty_ai.assistant.periods import EVER, EVERY, NAMED, period
from loyalty_ai.assistant.phrasing.cart import Cart
from loyalty_ai.assistant.phrasing.choosing import (
    by_likeness,
    codes_of,
    named,
)
from loyalty_ai.assistant.phrasing.finding import MOST_SHOWN
from loyalty_ai.assistant.phrasing.voice import SHOWN, day, key, local, unique
from loyalty_ai.assistant.questions import CODE, Asked, words_of
from loyalty_ai.assistant.turn import Found, Outcome, Sentence, Turn

IN_TIME = re.compile(
    r"\b(?:will|would|is|going to|does|do)\b.{0,40}\b(?:by|before|in time|on time|for|until|ahead of|(?:be|get) (?:here|there|delivered) on|(?:arrive|come) on|(?:come|arrive|be here|get here|turn up) then)\b|前"
)
"""Asks whether an order is there by a day."""

WITHOUT = re.compile(
    r"\b(?:without|except(?: for)?|but not|not the|apart from|leav(?:e|ing) (?:out|off)|skip(?:ping)?|minus|but no|drop|no more)\b (?:the |any |my )?(?P<what>.+)|"
    r"(?:除了|不要|去掉|别要|不含|不带)(?P<zh>[^,，。]+?)(?:以外|之外|外|了)?(?:[,，。]|其他.*|都.*|$)"
)
"""What of the usual order is not wanted."""

AND = re.compile(r"\b(?:and|or|nor|plus|with|&)\b|,|和|跟|、|或")

MOST_USUAL = 6
"""Products of a usual order."""

MONTH_ZH = re.compile(r"(?:十[一二]?|[一二三四五六七八九]|\d{1,2}) ?月份?")

ARRIVED = re.compile(r"\b(?:arriv\w*|deliver\w*|came(?! to)|come(?! to)|get here|got here|due|turn\w* up)\b|到|送")
"""Asks when an order came."""

ARRIVING = {"placed", "preparing", "dispatched"}

ORDER_NUMBER = re.compile(r"orders?\b|订单|单号|这单|包裹|parcel|package")

ORDER_WORDS = re.compile(
    r"orders?|ordered|parcels?|packages?|pieces?|units?|delivery|deliveries|purchases?|shipment|shipped|packed|arriv(?:es?|ed|ing)|lands?|landed|dispatched|history|status|state|contents|"
    r"track(ing)?|number|latest|recent|previous|shopping|yesterday|year|ago|订单|包裹|快递|物流|最近|一单|这单|单|寄出|发货|送达|到|明细|记录|历史|进度|状态|"
    r"january|february|march|april|may|june|july|august|september|october|november|december|总共|一共|[一二三四五六七八九十]+月|\d+月|花|付|20\d\d"
)


MOST = re.compile(
    r"\bmost (?:often|frequently|of all)|\bthe most\b|\bmost (?:bought|ordered|purchased|frequent)|"
    r"\b(?:buy|bought|order|ordered|purchased?) most\b|"
    r"favou?rite|\b(?:my|our) (?:top|best) |最常|最经常|最多"
)
"""Asks what was bought most often, and not for it in the cart unless `AGAIN`."""
AGAIN = re.compile(r"\bagain\b|\bre-?order|\b(?:cart|basket|usual|please add)\b|再|购物车|老样子|照旧|老规矩")

BEFORE_THAT = re.compile(
    r"\b(?:before (?:that|it|this)|previous|earlier|other|next) ?(?:one|order)?\b|\bbefore$|"
    r"上一?(?:个|笔)?(?:单|订单)|再(?:上|之)?前|再(?:往前|上)一?[次回]|更早|另(?:一|外)"
)
"""Of an order that was told just now: the one before it."""

BEFORE_IT = re.compile(r"\b(?:last|latest|previous|recent|newest|before|other)\b|上|最近|最新|之前|另")
"""Of an order: another than the one that was told just now."""

EXTREME = re.compile(
    r"\b(?:biggest|largest|smallest|most expensive|dearest|cheapest)\b(?: \w+)? (?:order|purchase|shop)\b|"
    r"最(?:贵|大|高|多|便宜|小)的?.{0,4}(?:订单|一单|单子|一笔)"
)
HOW_MANY = re.compile(
    r"\bhow many\b(?! (?:orders|times|parcels)\b)|\b(?:altogether|in (?:all|total))\b|几(?:个|件|盒|套|只)|多少(?:个|件|盒|套|只)|[买订]过?了?多少(?!钱)"
)
"""Of a product that they bought: how many in all, not only the last time."""
LAST_TIME = re.compile(r"\blast\b|\blatest\b|上次|上回|最近")
OF_THE_ORDER = re.compile(
    r"\b(?:which|what) (?:order|one of my orders)\b|\bi (?:place|placed)\b|\bplace (?:it|that)\b|哪个订单|哪一?[单笔]|下的?单"
)
"""Of the order itself, and not of the goods in it."""

HERE_YET = re.compile(
    r"\b(?:arriv\w*|shipped|dispatched|delivered|sent|on its way|here yet|get here|track\w*|where)\b|到哪|到了|发货|寄出|送到"
)
"""Asks where an order is, be it named by what is in it."""
RHYTHM = re.compile(
    r"\b(?:when|what day)\b.{0,20}\b(?:am i|will i|should i|do i|would i)\b.{0,20}\b(?:due|order|reorder|buy|shop|run out)\b|"
    r"\b(?:days|time|weeks|gap)\b.{0,20}\bbetween (?:my|our) orders\b|\bmy next order\b.{0,12}\bdue\b|\bhow often do i (?:order|buy|shop)\b|"
    r"(?:什么时候|几时|多久).{0,6}(?:该|要|会)?再(?:买|下单|订)|多久(?:买|下单|订)一次|下(?:次|一次|回).{0,4}(?:该|什么时候).{0,6}(?:买|下单|订)"
)
"""Asks when the next order is due, by how often they order."""
OF_MONTHS = re.compile(r"\b(?:which|what) month\b|哪一?个?月")
"""Asks for a month, and for no goods."""
AS_MANY = re.compile(
    r"\b(?:the )?same (?:quantity|quantities|number|amount|units)\b|\bas many(?: as (?:then|before|last time))?\b|(?:同样|一样|相同)的?(?:数量|多)"
)
"""As many as they bought then."""
OWN_AGAIN = re.compile(
    r"\b(?:put|add|buy|order|get|reorder|throw|pop|need|want) (?:me )?(?:some |more )*(?:of )?my (?!(?:shopping )?(?:basket|cart|trolley|order|bag)\b)|"
    r"\bagain\b|\bsame\b|\bre-?order\b|\blast time\b|再|上次|一样|同样"
)
"""Something that they bought before is wanted once more."""

BOUGHT = re.compile(
    r"\b(?:i|we) (?:have |had |just |already |last |once |recently |also )*(?:bought|ordered|purchased|got|had|own)\b|\b(?:did|have) (?:i|we) (?:just |last )?(?:buy|order|get)\b|"
    r"\b(?:bought|ordered|purchased|had|got) (?:from|off) you\b|\bmy (?:\w+ ){0,2}(?:orders?|purchases?)\b|\b(?:last|latest) order\b|"
    r"(?<!一起)[买订](?:了|过|的)|上次|上回|订单|下单|上个月|我有你们"
)
"""Speaks of something that they bought."""

CENT = Decimal("0.01")


class Orders(Cart):
    """Tells orders, as far as they are the shopper's own; `order_told` is the number of the one that was told last,
    `sought` the product looked for in them, `sums_told` whether lines of several were told with what each came to."""

    def __init__(self, turn: Turn, tools: Tools, currency: str) -> None:
        super().__init__(turn, tools, currency)
        of_orders = [key.removeprefix("order:") for key in turn.focus if key.startswith("order:")]
        self.order_told = self.sought = ""
        self.sums_told = False
        self.order_before = of_orders[0] if len(of_orders) == 1 else ""

    def goes_with(self, asked: Asked) -> Iterator[Piece]:
        if not BOUGHT.search(asked.text):
            yield from self.goes_with_named(asked)
            return
        if self.turn.customer_id is None:
            yield from self.sign_in()
            return
        orders, intro = self.orders_of(asked)
        if not orders:
            yield Sentence(_("You have no order yet that something could go with."))
            yield from self.recommended("popular", asked)
            return
        base = [item["product_id"] for order in orders for item in order["items"] if item["product_id"]]
        yield from self.going_with(base, Sentence(intro, keys_of(orders)), asked)

    def goes_with_named(self, asked: Asked) -> Iterator[Piece]:
        """What goes with the product that a question names or points at, else with the cart."""
        rows = self.choose(asked).products[:1]
        if not rows and self.turn.cart:
            rows = self.rows([item.product_id for item in self.turn.cart])
        if not rows:
            yield from self.none_found(asked)
            return
        titles = get_text_list([row["title"] for row in rows], _("and"))
        intro = Sentence(_("What goes well with %(title)s:") % {"title": titles}, tuple(key(row) for row in rows))
        if matching := self.of_kind_like(asked, rows[0]):
            yield intro
            yield from self.lines(matching[:SHOWN])
            return
        yield from self.going_with([row["product_id"] for row in rows], intro, asked)

    def going_with(self, base: list[str], intro: Sentence, asked: Asked) -> Iterator[Piece]:
        """What is often bought together with some products, else what is like them."""
        found = self.call("get_recommendations", kind="goes_with", product_ids=unique_ids(base)[:20], limit=12)
        rows = found.data.get("products", [])
        rows = [row for row in rows if self.fits(row, asked) and row["product_id"] not in base]
        if not rows:
            rows = [
                row for each in base[:2] for row in self.call("get_product", product_id=each).data.get("similar", [])
            ]
            rows = [row for row in unique(rows) if self.fits(row, asked) and row["product_id"] not in base]
        if not rows:
            yield Sentence(_("I know of nothing that is often bought together with that."))
            yield from self.recommended("for_you", asked)
            return
        yield intro
        yield from self.lines(rows[: asked.count or SHOWN], lambda row: row.get("reason", ""))

    def orders_of(self, asked: Asked, *, most: int = 20) -> tuple[list[dict[str, Any]], str]:
        """The orders that are meant, latest first, and how to introduce what goes with them."""
        orders = self.call("get_order", limit=most).data.get("orders", [])
        days = period(asked.text, local(self.turn.now))
        if days and (within := [order for order in orders if days[0] <= local(order["placed_at"]) <= days[1]]):
            return within, _("This goes well with what you ordered:")
        told = {"number": orders[0]["order_id"], "date": day(orders[0]["placed_at"])} if orders else {}
        return orders[:1], _(
            "Your latest order is %(number)s of %(date)s; this goes well with it:"
        ) % told if orders else ""

    def order(self, asked: Asked) -> Iterator[Piece]:
        if asked.codes and (rows := self.rows(codes_of(asked))) and not ORDER_NUMBER.search(asked.text):
            self.meant = rows
            for row in rows:
                yield self.state(row)
            return
        if self.turn.customer_id is None:
            yield from self.sign_in()
            return
        if self.sums_told and "total" in asked.aspects and not (asked.words or asked.codes or asked.ordinals):
            return  # "which lunch bags did i buy, and how much were they": told with each
        if RHYTHM.search(asked.text):
            yield from self.next_due()
            return
        if MOST.search(asked.text) and not (asked.codes or EXTREME.search(asked.text)):
            yield from self.often()
            return
        if asked.codes:
            for code in asked.codes[:3]:
                found = self.call("get_order", order_id=code)
                if orders := found.data.get("orders"):
                    if orders[0]["order_id"] != self.order_told or asked.aspects:
                        yield from self.tell_order(orders[0], asked)
                else:
                    yield self.none_such(code)
                    yield Outcome.REFUSED
            return
        of_goods = self.sought and asked.aspects & {"bought_when", "ever"} and not OF_THE_ORDER.search(asked.text)
        if not of_goods and (number := self.order_meant(asked)):
            for order in self.call("get_order", order_id=number).data.get("orders", []):
                yield from self.tell_order(order, asked)
            return
        found = self.call("get_order", limit=20)
        if found.error:
            yield from self.no_orders_now()
            return
        orders = found.data["orders"]
        if not orders:
            yield Sentence(_("You have not ordered anything yet."))
            return
        numbers = [order["order_id"] for order in orders]
        if self.order_before in numbers[:-1] and BEFORE_THAT.search(asked.text) and (asked.follows or asked.there):
            earlier = orders[numbers.index(self.order_before) + 1 :]
            words = "" if ORDER_NUMBER.search(asked.text) else self.looked_for()
            if not words or not (held := named_items(earlier, words)):
                yield from self.tell_order(earlier[0], asked)
                return
            order, items = held[0]  # "and the time before", of goods that were looked for
            yield self.order_line(order)
            yield from (self.item_line(order, item) for item in items[:SHOWN])
            return
        words = self.things(asked)
        of_product = asked.aspects & {"bought_when", "ever"}
        if of_product and not words:
            words = self.sought
            if not words and (asked.here or asked.there) and (rows := self.pointed(asked)):
                words = rows[0]["title"]
        in_all = words and HOW_MANY.search(asked.text) and not LAST_TIME.search(asked.text)
        if in_all and (told := list(self.bought_in_all(orders, words, period(asked.text, local(self.turn.now))))):
            if "bought_when" in asked.aspects:
                yield from self.tell_bought(orders, words)
            yield from told
            return
        if words and not of_product and HERE_YET.search(asked.text) and (held := named_items(orders, words)):
            yield from self.tell_order(held[0][0], asked)
            return
        if words and (of_product or named_items(orders, words)):
            yield from self.tell_bought(orders, words)
            return
        days = period(asked.text, local(self.turn.now))
        if days:
            if "total" in asked.aspects:
                yield from self.summed(days)
                return
            found = self.call("get_order", **between(days))
            if found.error:
                yield from self.no_orders_now()
                return
            orders = found.data["orders"]
            if not orders:
                yield Sentence(_("In that time you ordered nothing."))
                return
            if len(orders) > 1:
                yield Sentence(_("These are your orders from that time:"), (found.sources[0].key,))
        several = days is not None or (
            "list" in asked.aspects
            and re.search(
                r"orders|purchases|history|so far|what (?:all )?(?:have|had) (?:i|we)\b|记录|列表|历史|所有|全部|列|订单.{0,4}哪些|哪些.{0,2}订单|几(单|个订单)",
                asked.text,
            )
        )
        if several and len(orders) > 1:
            spent = "total" in asked.aspects
            if days is None and (spent or len(orders) > SHOWN) and (so_far := self.in_all_so_far(spent=spent)):
                yield from so_far
                yield Sentence(_("The latest of them:"), so_far[0].sources)
            for order in orders[:SHOWN]:
                yield self.order_line(order)
                if "items" in asked.aspects and days:
                    yield from self.items_of(order)
            return
        yield from self.tell_order(orders[0], asked)

    def in_all_so_far(self, *, spent: bool = False) -> list[Sentence]:
        """How many orders they have placed, and what they have spent; [] where no loyalty may be told."""
        found = self.call("get_loyalty")
        if found.error:
            return []
        text = ngettext(
            "You have placed %(count)d order so far.", "You have placed %(count)d orders so far.", found.data["orders"]
        )
        told = [Sentence(text % {"count": found.data["orders"]}, ("loyalty",))]
        if spent:
            text = _("What you have spent comes to %(spent)s, less what you returned.")
            told.append(Sentence(text % {"spent": self.money(found.data["spent"])}, ("loyalty",)))
        return told

    def looked_for(self) -> str:
        """The goods that the questions before asked when they were bought; "" where they asked no such thing."""
        for text in self.asked_before:
            before = self.understood(text)[-1]
            if words := self.things(before):
                return words if before.aspects & {"bought_when", "ever"} else ""
            if not BEFORE_THAT.search(before.text):
                break
        return ""

    @staticmethod
    def things(asked: Asked) -> str:
        """What a question about orders names beside them."""
        named = {word for found in (NAMED, EVERY) for match in found.finditer(asked.text) for word in match[0].split()}
        told = asked.words
        if told and not asked.text.isascii() and NAMED.search(asked.text):  # a day is cut out before its characters are
            told = words_of(NAMED.sub(" ", CODE.sub(" ", asked.text)))
        words = EVERY.sub(" ", NAMED.sub(" ", MONTH_ZH.sub(" ", told))).split()
        return " ".join(word for word in words if word not in named and not ORDER_WORDS.fullmatch(word))

    def order_meant(self, asked: Asked) -> str:
        """The order that a question goes on about without naming it: of this message, or as "it" of the one before."""
        if (
            self.things(asked)
            or asked.ordinals
            or BEFORE_IT.search(asked.text)
            or period(asked.text, local(self.turn.now))
        ):
            return ""
        goes_on = asked.there or not ORDER_NUMBER.search(asked.text)
        return self.order_told or (self.order_before if goes_on and self.last_about == "order" else "")

    def no_orders_now(self) -> Iterator[Piece]:
        yield Sentence(_("Your orders cannot be looked up at the moment; please ask again in a minute."))
        yield Outcome.UNANSWERED

    def summed(self, days: tuple[date, date]) -> Iterator[Piece]:
        """How many orders of these days there are, what they came to, and which they are."""
        found = self.call("get_order", **between(days))
        if found.error:
            yield from self.no_orders_now()
            return
        orders, cited = found.data["orders"], (found.sources[0].key,)
        yield from self.headline(found, days)
        if any("returned" in order["state"] for order in orders):
            yield Sentence(_("What you sent back is not taken off."), cited)
        if any(order["state"] == "cancelled" for order in orders):
            yield Sentence(_("What was called off is not counted."), cited)
        if len(orders) > SHOWN:
            yield Sentence(_("The latest of them:"), cited)
        for order in orders[:SHOWN]:
            yield self.order_line(order)

    def headline(self, found: Found, days: tuple[date, date]) -> Iterator[Piece]:
        """How many orders of these days there are, and what they came to."""
        if found.error:
            yield from self.no_orders_now()
            return
        summary = found.data["summary"]
        told = {"from": day(days[0]), "by": day(days[1]), "total": self.money(summary["total"])}
        if not found.data["orders"]:
            text = (
                _("From %(from)s to %(by)s you ordered nothing.")
                if days[0] > EVER
                else _("Up to %(by)s you ordered nothing.")
            )
            yield Sentence(text % told, (found.sources[0].key,))
        elif summary["total"] is not None and days[0] > EVER:
            text = ngettext(
                "From %(from)s to %(by)s you placed %(count)d order, which came to %(total)s.",
                "From %(from)s to %(by)s you placed %(count)d orders, which came to %(total)s together.",
                summary["orders"],
            )
            yield Sentence(text % (told | {"count": summary["orders"]}), (found.sources[0].key,))
        elif summary["total"] is not None:
            text = ngettext(
                "Up to %(by)s you placed %(count)d order, which came to %(total)s.",
                "Up to %(by)s you placed %(count)d orders, which came to %(total)s together.",
                summary["orders"],
            )
            yield Sentence(text % (told | {"count": summary["orders"]}), (found.sources[0].key,))

    def summed_up(self) -> tuple[Found, list[Piece]]:
        """The latest order with what all sum up to, and what to say where there are none."""
        found = self.call("get_order", summary=True, limit=1)
        if found.error:
            return found, list(self.no_orders_now())
        return found, [] if found.data["orders"] else [Sentence(_("You have not ordered anything yet."))]

    def often(self) -> Iterator[Piece]:
        """What was bought in the most orders."""
        found, none = self.summed_up()
        if none:
            yield from none
            return
        cited = (found.sources[0].key,)
        rows = [row for row in found.data["summary"]["most_often"] if row["orders"] > 1]
        if not rows:
            yield Sentence(_("Nothing was in more than one of your orders."), cited)
            return
        yield Sentence(_("You bought these most often:"), cited)
        for row in rows[:SHOWN]:
            yield self.counted(row, cited)

    def own_tier(self) -> Iterator[Piece]:
        """The shopper's own tier, beside a rule that is not the same for all."""
        if self.turn.customer_id is not None and not (found := self.call("get_loyalty")).error:
            yield Sentence(_("Your tier is %(tier)s.") % {"tier": found.data["tier_name"]}, ("loyalty",))

    def order_line(self, order: dict[str, Any]) -> Sentence:
        told = {
            "number": order["order_id"],
            "date": day(order["placed_at"]),
            "total": self.money(order["total"]),
            "state": state_name(order["state"]),
        }
        return Sentence(_("Order %(number)s of %(date)s: %(total)s, %(state)s") % told, (f"order:{order['order_id']}",))

    def tell_order(self, order: dict[str, Any], asked: Asked) -> Iterator[Piece]:
        """One order: always its number, day and state; its items, total and arrival where they are asked for."""
        cited = (f"order:{order['order_id']}",)
        told = {"total": self.money(order["total"])}
        yield self.state_of(order)
        if order["state"] in ARRIVING:
            yield from self.arrival_of(order, asked.text)
        elif order["state"] == "delivered" and order["expected_by"] and ARRIVED.search(asked.text):
            yield Sentence(_("It was due by %(by)s.") % {"by": day(order["expected_by"])}, cited)
        if "total" in asked.aspects or not asked.aspects & {"items", "expected"}:
            yield Sentence(_("It came to %(total)s in all.") % told, cited)
        if "items" in asked.aspects:
            yield Sentence(_("In it:"), cited)
            yield from self.items_of(order)
            if len(order["items"]) > MOST_SHOWN and "total" not in asked.aspects:
                yield Sentence(_("It came to %(total)s in all.") % told, cited)

    def arrival_of(self, order: dict[str, Any], text: str = "") -> Iterator[Piece]:
        """When an order should be there, and whether that is by the day that a text names."""
        if not order["expected_by"]:
            return
        if order["expected_from"] and order["expected_from"] != order["expected_by"]:
            days = {"from": day(order["expected_from"]), "by": day(order["expected_by"])}
            wanted = wanted_by(text, local(self.turn.now)) if IN_TIME.search(text) else None
            told = _("It should arrive between %(from)s and %(by)s.")
            if wanted and wanted >= order["expected_by"]:
                told = _("Yes, it should arrive between %(from)s and %(by)s.")
            elif wanted and wanted < order["expected_from"]:
                told = _("No, it should arrive between %(from)s and %(by)s.")
            yield Sentence(told % days, keys_of([order]))
        else:
            yield Sentence(_("It should arrive by %(by)s.") % {"by": day(order["expected_by"])}, keys_of([order]))

    @staticmethod
    def none_such(number: str) -> Sentence:
        text = _("I can show you only your own orders, and none of them has the number %(number)s.")
        return Sentence(text % {"number": number})

    def state_of(self, order: dict[str, Any]) -> Sentence:
        self.order_told = order["order_id"]
        told = {"number": order["order_id"], "date": day(order["placed_at"]), "state": state_name(order["state"])}
        return Sentence(_("Your order %(number)s of %(date)s is %(state)s.") % told, (f"order:{order['order_id']}",))

    def item_line(self, order: dict[str, Any], item: dict[str, Any], *, each: bool = False) -> Sentence:
        """A thing of an order with what it came to."""
        told = {"units": item["units"], "title": item["title"], "value": self.money(item["value"])}
        if not each or item["units"] < 2:
            text = _("%(units)s × %(title)s: %(value)s")
        else:
            text = _("%(units)s × %(title)s: %(value)s, %(each)s each")
            told["each"] = self.money(unit_price(item))
        return Sentence(text % told, (f"order:{order['order_id']}",))

    def items_of(self, order: dict[str, Any]) -> Iterator[Piece]:
        cited = (f"order:{order['order_id']}",)
        for item in order["items"][:MOST_SHOWN]:
            told = {"units": item["units"], "title": item["title"], "value": self.money(item["value"])}
            text = _("%(units)s × %(title)s: %(value)s") % told
            if item["returned"]:
                text += _(" (%(count)s returned)") % {"count": item["returned"]}
            yield Sentence(text, cited)
        if len(order["items"]) > MOST_SHOWN:
            yield Sentence(_("The rest is on the page of the order."), cited)

    def tell_bought(self, orders: list[dict[str, Any]], words: str) -> Iterator[Piece]:
        """When they last bought what the words name."""
        self.sought = words
        found = named_items(orders, words)
        if not found:  # in other words, or in another language: what the shop's search finds, among more orders
            ids = self.alike(words)
            orders_with = self.call("get_order", product_ids=ids, limit=1).data.get("orders", []) if ids else []
            found = [(order, [item for item in order["items"] if item["product_id"] in ids]) for order in orders_with]
        if not found:
            text = _("In your latest orders I find nothing for “%(words)s”.")
            yield Sentence(text % {"words": words}, keys_of(orders[:1]))
            return
        order, items = found[0]
        cited = (f"order:{order['order_id']}",)
        told = {"date": day(order["placed_at"]), "number": order["order_id"]}
        yield Sentence(_("You last bought that on %(date)s, with order %(number)s:") % told, cited)
        yield from (self.item_line(order, item) for item in items[:SHOWN])
        if order["state"] in ARRIVING:
            yield from self.arrival_of(order)

    def alike(self, words: str) -> list[str]:
        """The products that the shop's search finds most like the words."""
        return [row["product_id"] for row in by_likeness(self.search(words, available=False, limit=20), words)]

    def bought_of(self, orders: list[dict[str, Any]], words: str) -> list[dict[str, Any]]:
        """What they bought of what the words name, each product once, as it was bought last."""
        found = [item for _order, items in named_items(orders, words) for item in items]
        if not found and words:
            ids = self.alike(words)
            found = [item for order in orders for item in order["items"] if item["product_id"] in ids]
        latest: dict[str, dict[str, Any]] = {}
        for item in found:
            if item["product_id"]:
                latest.setdefault(item["product_id"], item)
        return list(latest.values())

    def bought_in_all(
        self, orders: list[dict[str, Any]], words: str, days: tuple[date, date] | None, most: int = SHOWN
    ) -> Iterator[Piece]:
        """How many units they bought of what the words name, in these days or ever; nothing where they bought none."""
        ids = [item["product_id"] for item in self.bought_of(orders, words)] or self.alike(words)
        if not ids:
            return
        found = self.call("get_order", product_ids=ids[:20], summary=True, **(between(days) if days else {"limit": 1}))
        rows = found.data["summary"]["most_often"] if not found.error else []
        for row in rows[:most]:
            yield self.counted(row, (found.sources[0].key,))
        yield from self.less_returns(orders, ids, found)
        if 1 < len(rows) <= most:
            units = {"units": f"{found.data['summary']['units']:,}"}
            yield Sentence(_("Together that is %(units)s units.") % units, (found.sources[0].key,))

    @staticmethod
    def less_returns(orders: list[dict[str, Any]], ids: Iterable[str], found: Found) -> Iterator[Piece]:
        """That what came back of some products is not counted, where anything did."""
        back = {item["product_id"] for order in orders for item in order["items"] if item["returned"]}
        if back.intersection(ids) and not found.error:
            yield Sentence(_("What you sent back is not counted."), (found.sources[0].key,))

    @staticmethod
    def counted(row: dict[str, Any], cited: tuple[str, ...]) -> Sentence:
        text = ngettext(
            "%(title)s: in %(orders)d order, %(units)d units in all",
            "%(title)s: in %(orders)d orders, %(units)d units in all",
            row["orders"],
        )
        return Sentence(text % row, cited)

    def next_due(self) -> Iterator[Piece]:
        """When they ordered last, and when the next order falls by how often they did."""
        found, none = self.summed_up()
        if none:
            yield from none
            return
        yield self.order_line(found.data["orders"][0])
        if due := found.data["summary"]["next_due"]:
            text = _("Going by how often you have ordered so far, the next order falls around %(date)s.")
            yield Sentence(text % {"date": day(due)}, (found.sources[0].key,))
        else:
            yield Sentence(_("That is too few orders to say when the next one is due."))

    def cart_add(self, asked: Asked) -> Iterator[Piece]:
        """What is wanted once more is the product that they bought; else whatever the words name."""
        if self.turn.customer_id is not None and asked.words and OWN_AGAIN.search(asked.text):
            items = self.bought_of(self.call("get_order", limit=20).data.get("orders", []), asked.words)
            if len(items) == 1:
                yield from self.propose([(items[0]["product_id"], asked.units or items[0]["units"])], add=True)
                return
        yield from super().cart_add(asked)

    def usual(self, asked: Asked) -> Iterator[Piece]:
        if self.turn.customer_id is None:
            yield from self.sign_in()
            return
        if EXTREME.search(asked.text) or RHYTHM.search(asked.text) or OF_MONTHS.search(asked.text):
            yield from self.order(asked)
            return
        if MOST.search(asked.text) and not AGAIN.search(asked.text):
            yield from self.often()
            return
        found = self.call("get_order", limit=20)
        if found.error:
            yield from self.no_orders_now()
            return
        orders = found.data["orders"]
        if not orders:
            yield Sentence(_("You have not ordered anything yet, so I know of no usual order."))
            yield from self.recommended("popular", asked)
            return
        wanted = [item for item in orders[0]["items"] if item["product_id"]]
        again = "last_order" not in asked.aspects and repeated(orders)
        words = self.things(replace(asked, words=AGAIN.sub(" ", asked.words)))
        unwanted: list[str] = []
        if without := WITHOUT.search(asked.text):
            unwanted = [words for part in AND.split(without["what"] or without["zh"]) if (words := words_of(part))]
            words = ""
        among = [[order] for order in orders] if "last_order" in asked.aspects else [orders]
        of_these = next(filter(None, (self.bought_of(each, words) for each in among)), []) if words else []
        wanted = of_these or again or wanted
        if of_these:
            intro = Sentence(_("This is what you bought of that, as many of each as last time:"))
        elif again:
            intro = Sentence(_("This is what you buy again and again, as many of each as last time:"))
        else:
            intro = Sentence(_("This is what your latest order held:"), keys_of(orders[:1]))
        most = MOST_USUAL if again else MOST_SHOWN
        yield from self.once_more(wanted, intro, asked, most=most, unwanted=unwanted)

    def once_more(
        self,
        wanted: list[dict[str, Any]],
        intro: Sentence,
        asked: Asked,
        *,
        most: int = MOST_SHOWN,
        unwanted: Iterable[str] = (),
    ) -> Iterator[Piece]:
        """Propose what of some things that they bought is in stock, as many of each as then, without what is not wanted."""
        live = {row["product_id"]: row for row in self.rows([item["product_id"] for item in wanted])}
        ready = [item for item in wanted if item["product_id"] in live and live[item["product_id"]]["available"]]
        ready = [item for item in ready[:most] if not any(named([item], words) for words in unwanted)]
        missing = [item for item in wanted[: len(ready) + 3] if item not in ready and item["product_id"] in live][:3]
        if not ready:
            yield Sentence(_("Nothing of what you usually buy is in stock at the moment."), intro.sources)
            yield from self.recommended("for_you", asked)
            return
        proposed = list(self.propose([(item["product_id"], item["units"]) for item in ready], add=False, tell=False))
        yield intro
        for item in ready:
            row = live[item["product_id"]]
            told = {"units": item["units"], "title": row["title"], "price": self.money(row["price"])}
            text = _("%(units)s × %(title)s, %(price)s each") % told
            yield Sentence(text, ("cart", key(row)) if self.turn.cart is not None else (key(row),))
        if "total" in asked.aspects and all(live[item["product_id"]]["price"] is not None for item in ready):
            rows = [live[item["product_id"]] for item in ready]
            lines = ", ".join(f"{item['units']} × {row['title']}" for item, row in zip(ready, rows, strict=True))
            total = sum((item["units"] * row["price"] for item, row in zip(ready, rows, strict=True)), Decimal(0))
            told = {"list": lines, "total": self.money(total)}
            yield Sentence(_("%(list)s: %(total)s together.") % told, tuple(key(row) for row in rows))
        for item in missing:
            row = live[item["product_id"]]
            if not row["available"]:
                yield Sentence(_("%(title)s is sold out at the moment.") % {"title": row["title"]}, (key(row),))
        yield from proposed


def between(days: tuple[date, date]) -> dict[str, Any]:
    """The arguments of `get_order` for the orders of these days."""
    since = {"since": days[0].isoformat()} if days[0] > EVER else {}
    return {**since, "until": days[1].isoformat(), "limit": 20}


def keys_of(orders: Iterable[dict[str, Any]]) -> tuple[str, ...]:
    return tuple(f"order:{order['order_id']}" for order in orders)


def unique_ids(ids: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(ids))


def named_items(orders: Iterable[dict[str, Any]], words: str) -> list[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """The orders with items that the words name, with those items."""
    return [(order, items) for order in orders if (items := named(order["items"], words))]


def repeated(orders: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """What was bought in two orders or more, the most often bought first, with the units of the last time."""
    latest: dict[str, dict[str, Any]] = {}
    times: Counter[str] = Counter()
    for order in orders:
        for item in order["items"]:
            if item["product_id"] and item["units"] > item["returned"]:
                latest.setdefault(item["product_id"], item)
                times[item["product_id"]] += 1
    return [latest[product_id] for product_id, count in times.most_common() if count > 1]


def state_name(state: str) -> str:
    """An order's state as it is said."""
    names = {
        "placed": _("placed"),
        "preparing": _("being prepared"),
        "dispatched": _("on its way"),
        "delivered": _("delivered"),
        "cancelled": _("cancelled"),
        "returned": _("returned"),
        "partly_returned": _("partly returned"),
    }
    return names.get(state, state)


def unit_price(item: dict[str, Any]) -> Decimal | None:
    """What one of a thing was, to the penny; None where there is none."""
    return (item["value"] / item["units"]).quantize(CENT) if item["units"] else None

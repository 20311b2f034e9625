"""What becomes of something that the shopper bought: may it go back, be called off or changed, what if it is late or broken, what
came back of it; with the rule as it holds for their tier and their country.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from functools import cached_property

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from loyalty_ai.assistant.arrivals import lead_of
from loyalty_ai.assistant.backends.base import Piece
from loyalty_ai.assistant.phrases import Intent
from loyalty_ai.assistant.phrases_own import CONTENTS
from loyalty_ai.assistant.phrasing.cases import Case, Cases
from loyalty_ai.assistant.phrasing.matters import (
    DAYS_LONG,
    EXCHANGES,
    HARMED,
    MONEY_BACK,
    RULES,
    SPENT,
    WAITS,
    WHAT_NOW,
    matters_in,
)
from loyalty_ai.assistant.phrasing.orders import ARRIVING, between
from loyalty_ai.assistant.phrasing.purchases import Item, Order
from loyalty_ai.assistant.phrasing.terms import CLAUSES, OPENED, TIERED, TIERS, country_in, for_tier, from_country
from loyalty_ai.assistant.phrasing.voice import SHOWN, asked_of, day, local
from loyalty_ai.assistant.questions import PIECE, Asked, asks, normal
from loyalty_ai.assistant.turn import Outcome, Sentence

LEFT = {"dispatched", "delivered", "returned", "partly_returned"}
"""States of an order that is out of the shop's hands."""

STILL = re.compile(r"\bstill\b|\bin time\b|\btoo late\b|还能|还可以|来得及|来不及|还来")
"""Asks whether the time for it is over."""

LONGEST = 60
"""Days ahead that the calendar is counted."""

NOTHING = Asked(Intent.POLICY, "")
"""A question to which the text of a rule is put."""


class Rulings(Cases):
    """Tells a case."""

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
            if matter in HARMED:
                yield from self.mended()

    def mended(self) -> Iterator[Piece]:
        """What somebody whose goods came to harm is to send, unless they ask something else, and what they get then where they
        ask what to do."""
        text = normal(self.turn.text)
        now = WHAT_NOW.search(text) is not None
        if now or not any(map(asks, PIECE.split(text))):
            query = _("what we need from you, photo of the damage")
            listed = list(self.rule(query))
            for part, first in zip(self.treating(query, 0.1), listed, strict=False):
                yield replace(first, text=_("%(what)s: %(list)s") % {"what": part["heading"], "list": first.text})
            yield from listed[1:]
        if now:
            yield from self.rule(_("damaged, a new one or your money back"))

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
            self.order_told = order["order_id"]
            yield self.order_line(order)
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
        if EXCHANGES.search(question.text):
            yield from self.rule(_("exchanges"))
        yield self.state_of(order)
        if CONTENTS.search(question.text):
            yield from self.items_of(order)
        for item in items[:SHOWN]:
            yield self.item_line(order, item)
        if not items and case.placed:
            yield self.held_so_many(order)
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
            yield self.held_so_many(order)
        if "dearest" in asks and order["items"]:
            yield Sentence(_("You spent the most of it on this:"), cited)
            yield self.item_line(order, max(order["items"], key=lambda item: item["value"]), each=True)

    @staticmethod
    def held_so_many(order: Order) -> Sentence:
        """How many products an order held."""
        count = len(order["items"])
        text = ngettext("It held %(count)d product.", "It held %(count)d different products.", count)
        return Sentence(text % {"count": count}, (f"order:{order['order_id']}",))

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
                text = _("%(returned)s of %(units)s × %(title)s came back, and %(value)s was refunded.")
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

    def returning(self, order: Order, items: list[Item]) -> Iterator[Piece]:
        """Whether what was bought can still go back, until when, what that costs and how it is done."""
        barred = list(self.barred([item["title"] for item in items]))
        yield from barred
        if barred and all(self.never_returned(item["title"]) for item in items):
            return
        told = list(self.rule(_("how long you have to return goods, within days of delivery")))
        rule = next(((each, found) for each in told if (found := DAYS_LONG.search(each.text))), None)
        over = False
        if rule and order["state"] in ARRIVING and STILL.search(normal(self.turn.text)):
            yield Sentence(_("You can still return that order."), (f"order:{order['order_id']}", *rule[0].sources))
        elif rule and order["state"] not in ARRIVING | {"cancelled", "returned"}:
            over = yield from self.still(order, int(rule[1][1]), rule[0].sources)
        yield from told
        if over:
            return
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
        if matter in HARMED:
            yield from self.mended()
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
        if any(map(self.excepted_of, titles)):
            yield from self.rule(_("what cannot be returned"))

    def never_returned(self, title: str) -> bool:
        """Whether goods of such a title cannot be returned, be they opened or not."""
        return any(not OPENED.search(part) for part in self.excepted_of(title))

    # A rule as it holds for them.

    def rule(self, query: str, *, only: str = "", of: str = "") -> Iterator[Piece]:
        """What the documents say of a subject, as it holds for the shopper; of several sentences those that say `only`, of a
        list what it says `of` something."""
        passages = self.treating(query, 0.1)
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

"""Answers about tiers: one's own, what it gives, until when it lasts, what is missing to the next."""

# ruff: noqa: E501 (a pattern is read as one line of a table)

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from loyalty_ai.assistant import phrases_own
from loyalty_ai.assistant.amounts import amounts
from loyalty_ai.assistant.backends.base import Piece
from loyalty_ai.assistant.keeping import last_to_count
from loyalty_ai.assistant.periods import Days, coming, period, rolling_year
from loyalty_ai.assistant.phrases_own import OWN_TIER
from loyalty_ai.assistant.phrasing.matters import matters_in
from loyalty_ai.assistant.phrasing.perks import (
    ASKED_OF_ME,
    COSTS_SOMETHING,
    CUE,
    FREE,
    OF_MY_TIER,
    Perk,
    perk_asked,
    perks_of,
    says_of,
)
from loyalty_ai.assistant.phrasing.rulings import Rulings
from loyalty_ai.assistant.phrasing.terms import TIERS
from loyalty_ai.assistant.phrasing.voice import (
    SHOWN,
    asked_of,
    day,
    local,
)
from loyalty_ai.assistant.questions import Asked, normal
from loyalty_ai.assistant.turn import Found, Sentence

YEAR = 365
"""Days of orders that a tier is counted by, which the oldest leaves first."""

RELEVANT = 0.3
"""Score of a passage from which on it may answer."""

HEARD, PLAIN, SURELY = 0.6, 0.75, 0.78
"""Likeness to a known wording from which on its subject is what is asked, plainly so, and whatever was quoted before."""

LONG_ENOUGH = gettext_noop("how long you have to return goods, within days of delivery")

GIVES = re.compile(
    r"\b(?:can|do|does|will|would|could) (?:i|we|it) (?:get|have|include|mean)\b.{0,40}\b(?:with|for|as|on|in) (?:my|a|the|being)? ?(?:tier|level|status|gold|silver|platinum)\b|"
    r"\bdo(?:es)? for me\b|\bin it for me\b|\bworth (?:it|having)\b|\b(?:tier|level|status|gold|silver|platinum)\b.{0,12}\bgives? me\b|\b(?:benefits?|perks|advantages|privileges)\b|\bget\b.{0,20}\bfor being\b|"
    r"\bwhat (?:does|do|will|would|can)\b.{0,25}\b(?:give|gives|get|bring|offer)\b|"
    r"好处|权益|福利|特权|享受|有什么用"
)

POINTS = re.compile(
    r"\b(?:any|earn|get|collect|have|no|there|more|how many|my|bonus|loyalty|reward) (?:\w+ )?points\b|积分"
)
"""Asks what is missing to a tier; asks for points."""

OF_TIERS = re.compile(
    r"\b(?:tiers?|levels?|status|member(?:s|ship)?|gold|silver|platinum)\b|等级|会员|金卡|银卡|白金|铂金"
)
"""A tier, and what it gives."""

LEAVES = re.compile(r"(\d+) days old|满 ?(\d+) ?天")
"""The age at which an order counts no longer, as documents say it."""

COUNTED = re.compile(
    r"(?=.*\b(?:when|until|till|how long|no longer|any ?more|stop\w*|still|keep|next|does|do)\b)(?:.*\b(?:orders?|bought|ordered|purchases?|spent|things?|tier|level|membership)\b).*\b(?:count(?:s|ed|ing)?(?! of)|the count|drops? out|falls? out)\b|"
    r"(?:不再|不|还|多久|什么时候|什么时候就|到什么时候).{0,6}(?:计入|算(?:在|进|了|数)?(?=$|吗|了|在|进|[?？,，。])|作数)|算到(?:什么时候|几时|哪天|多久)|(?:计入|算在|算进).{0,6}(?:等级|会员)|(?:记录|消费).{0,8}保留(?:多久|到)|(?:金卡|银卡|白金|等级|级别).{0,12}(?:会掉|掉级|降级|没了|失去|保住)|"
    r"\b(?:tier|level|status|gold|silver|platinum|membership)\b.{0,30}\b(?:safe|until when|for how long)\b"
)
"""Asks how long what was bought counts towards a tier."""

LOSES = re.compile(
    r"\b(?:lose|losing|drop\w*|fall\w*|downgraded|go (?:back|down)|run out|expire\w*)\b|掉|降|失去|过期|到期"
)

SUPPOSES = re.compile(
    r"\b(?:if|when|once|suppose|say) (?:i|we)\b.{0,30}\b(?:spend|spent|order|buy|bought|pay|add|return|send)\b.{0,20}\d|"
    r"\b(?:another|with|spend(?:ing)?) £ ?\d|\ban? (?:extra |further )?£ ?\d[\d.,]* (?:order|spend)\b|£ ?\d[\d.,]* (?:more|extra)\b|\border (?:of|for|worth) £ ?\d|"
    r"(?:再|如果|要是|假如).{0,6}(?:买|花|消费|下单).{0,6}\d"
)

SENT_AWAY = re.compile(r"\b(?:return|returning|refund|send(?:ing)? back|send)\b[^\d]*$")
"""A spend that somebody supposes, and what of it goes back."""


class Tiers(Rulings):
    """Tells of tiers."""

    def loyalty(self, asked: Asked) -> Iterator[Piece]:
        if GIVES.search(asked.text):
            yield from self.benefits(asked)
            return
        if self.turn.customer_id is None:
            yield from self.sign_in()
            return
        if not OF_TIERS.search(asked.text) and (told := self.history(asked)):
            yield from told
            return
        days = period(asked.text, local(self.turn.now))
        if days and asked.aspects & {"orders", "spent"}:
            yield from self.summed(days)
            return
        found = self.call("get_loyalty")
        if found.error:
            yield self.no_loyalty()
            return
        wanted = asked.aspects & {"orders", "spent", "since"} or (
            {"tier"} if not phrases_own.AVERAGE.search(asked.text) else set()
        )
        data, cited = found.data, ("loyalty",)
        if "tier" in wanted:
            yield Sentence(_("Your tier is %(tier)s.") % {"tier": data["tier_name"]}, cited)
        so_far = self.in_all_so_far(spent=True)
        if wanted & {"orders", "tier"}:
            yield so_far[0]
        if wanted & {"spent", "tier"}:
            yield so_far[1]
        if phrases_own.AVERAGE.search(asked.text) and data["average_order"] is not None:
            text = _("An order of yours comes to %(average)s on average, less what you returned.")
            yield Sentence(text % {"average": self.money(data["average_order"])}, cited)
        if "since" in wanted and data["since"]:
            yield Sentence(_("You have been a customer since %(date)s.") % {"date": day(data["since"])}, cited)
        elif "since" in wanted:
            yield Sentence(_("You have not ordered anything yet."), cited)

    def headline(self, found: Found, days: Days) -> Iterator[Piece]:
        """What the orders of some days came to; of the last twelve months also what is left of it without what came back."""
        yield from super().headline(found, days)
        loyalty = self.call("get_loyalty") if days == rolling_year(local(self.turn.now)) and not found.error else None
        if (
            loyalty
            and not loyalty.error
            and loyalty.data["spent_in_365_days"] not in (None, found.data["summary"]["total"])
        ):
            text = _("Less what you returned, that is %(spent)s.")
            yield Sentence(text % {"spent": self.money(loyalty.data["spent_in_365_days"])}, ("loyalty",))

    @staticmethod
    def no_loyalty() -> Sentence:
        return Sentence(
            _(
                "There is no loyalty to show: it is measured from your orders, and only while you allow "
                "personalised pages."
            )
        )

    def benefits(self, asked: Asked) -> Iterator[Piece]:
        """Their tier, and what the shop's documents say that a tier gives."""
        found = self.call("get_loyalty") if self.turn.customer_id is not None else None
        if found and not found.error:
            yield Sentence(_("Your tier is %(tier)s.") % {"tier": found.data["tier_name"]}, ("loyalty",))
        query = _("what a tier gives")
        yield from self.quote(asked_of(asked, "", text=query), self.passages(query, 0.1))

    def own_perk(self, asked: Asked) -> list[Piece]:
        """Whether something that the documents say a tier gives is theirs, with the rule for it; [] where none is asked for."""
        points = asked.codes or asked.ordinals or (asked.here and self.turn.product)
        asks = ASKED_OF_ME.search(asked.text) and CUE.search(asked.text)
        if points or not asks or {*matters_in(asked.text)} - {"return"}:
            return []
        tier, told = self.tier_and_country[0], [name for name, said in TIERS.items() if said.search(asked.text)]
        if self.turn.customer_id is not None and told and tier not in told:
            return []  # what another tier gives
        lists = self.treating(_("what a tier gives"), 0.1)
        perk = perk_asked(asked.text, [perk for each in lists for perk in perks_of(each["text"])])
        if perk is None:
            return self.free_for_all(asked)
        found = self.treating(_(LONG_ENOUGH)) if matters_in(asked.text) else []
        found += self.passages(perk.text, RELEVANT)
        rules = [each for each in found if each not in lists and says_of(perk, each["text"])]
        told = list(self.for_them(self.quote(asked_of(asked, ""), rules[:1] or lists)))
        own = list(self.own_tier())  # the verdict tells it
        return [self.perk_verdict(perk, asked.text, lists[0]["key"]), *(piece for piece in told if piece not in own)]

    def free_for_all(self, asked: Asked) -> list[Piece]:
        """What the documents say of something that somebody hopes to get for nothing with a tier, and that no tier gives."""
        text = OF_MY_TIER.sub(" ", asked.text)
        if text == asked.text or not FREE.search(text):
            return []
        said = self.listen(" ".join(text.split()))
        rules = self.treating(said.query) if said is not None and said.query and said.likeness >= HEARD else []
        return list(self.for_them(self.quote(asked_of(asked, "", text=said.query), rules))) if said and rules else []

    def perk_verdict(self, perk: Perk, text: str, cited: str) -> Sentence:
        """Yes or no: whether the shopper's tier gives something, or leaves something to pay, as the question has it."""
        found = self.call("get_loyalty") if self.turn.customer_id is not None else None
        if found is None:
            return Sentence(_("Which tier is yours I can tell you once you are signed in."))
        if found.error:
            return self.no_loyalty()
        has = found.data["tier"] in perk.tiers
        verdict = _("Yes, that comes with your tier, %(tier)s.")
        if not has:
            verdict = _("No, that does not come with your tier, %(tier)s.")
        if COSTS_SOMETHING.search(text) and not FREE.search(text):
            verdict = _("No, it is free with your tier, %(tier)s.")
            if not has:
                verdict = _("Yes, it is not free with your tier, %(tier)s.")
        return Sentence(verdict % {"tier": found.data["tier_name"]}, ("loyalty", cited))

    def tier_ends(self, asked: Asked) -> Iterator[Piece]:
        """Until when their tier lasts without another order, and by what the documents say that it is kept."""
        leaves = _("an order leaves the count, how many days")
        rules = self.passages(leaves, 0.1)[:1]
        lasting = [] if COUNTED.search(asked.text) else self.lasting(asked.text, rules)
        yield from lasting or self.own_tier()
        if self.turn.customer_id is not None and not lasting:
            yield from self.leaving(asked.text, rules)
        for query in (leaves, *([] if lasting or COUNTED.search(asked.text) else [_("nothing expires but the tier")])):
            yield from self.quote(asked_of(asked, "", text=query), self.passages(query, 0.1)[:1])

    def lasting(self, text: str, rules: list[dict[str, Any]]) -> list[Sentence]:
        """Their tier, and until when it lasts; with yes or no where a text names a day to come. [] where that is not known."""
        found = self.call("get_loyalty") if self.turn.customer_id is not None else None
        if found is None or found.error:
            return []
        days, today = days_counted(rules), local(self.turn.now)
        counting = [
            (
                order["order_id"],
                self.placed(order),
                sum((item["value"] - item["refunded"] for item in order["items"]), Decimal(0)),
            )
            for order in self.orders_in((today - days + timedelta(days=1), today))
            if order["state"] != "cancelled"
        ]
        last = last_to_count(counting, found.data["tier_from"], found.data["spent_in_365_days"])
        if last is None:
            return []
        at, named = last[1] + days, coming(text, today)
        told = _("Without another order you stay %(tier)s until %(date)s.")
        if named and not LOSES.search(text):
            told = _("Yes, without another order you stay %(tier)s until %(date)s.")
            if named > at:
                told = _("No, without another order you stay %(tier)s until %(date)s.")
        given = {"tier": found.data["tier_name"], "date": day(at)}
        cited = ("loyalty", f"order:{last[0]}", *(rule["key"] for rule in rules))
        return [Sentence(told % given, cited)]

    def leaving(self, text: str, rules: list[dict[str, Any]]) -> Iterator[Piece]:
        """When the orders that a text means, else the oldest that still counts, count no longer."""
        days, today, of_days = days_counted(rules), local(self.turn.now), self.days_of(text)
        picked = self.picked(text) or (self.orders_in(of_days) if of_days else [])
        counting = self.orders_in((today - days, today))
        for order in (picked or counting[-1:])[:SHOWN]:
            at = self.placed(order) + days
            told = {"number": order["order_id"], "date": day(order["placed_at"]), "last": day(at)}
            text = _("Order %(number)s of %(date)s counts until %(last)s.")
            if at <= today:
                text = _("Order %(number)s of %(date)s counted until %(last)s.")
            yield Sentence(text % told, (f"order:{order['order_id']}", *(rule["key"] for rule in rules)))

    def next_tier(self, asked: Asked) -> Iterator[Piece]:
        """Their tier, what is missing to the one that they name or to the next, and how tiers are counted."""
        found = self.call("get_loyalty") if self.turn.customer_id is not None else None
        if found and not found.error:
            yield Sentence(_("Your tier is %(tier)s.") % {"tier": found.data["tier_name"]}, ("loyalty",))
            above = found.data["tiers_above"]
            said = [name for name, pattern in TIERS.items() if pattern.search(asked.text)]
            rows = [row for row in above if row["tier"] in said] or above[:1]
            if said and rows and rows[0]["tier"] not in said:
                yield Sentence(_("That tier is behind you already."))
            for row in rows:
                yield from self.missing_to(row, self.supposed(asked))
            if not above and found.data["tier"] == next(iter(TIERS)):
                yield Sentence(_("There is no tier above it."), ("loyalty",))
        elif found:
            yield self.no_loyalty()
        elif (said := self.listen(asked.text)) and said.own:  # "am I gold yet"
            yield Sentence(_("Which tier is yours I can tell you once you are signed in."))
        tiers = _("tiers spend silver gold platinum year")
        yield from self.quote(asked_of(asked, "", text=tiers), self.passages(tiers, 0.1))
        if GIVES.search(asked.text):
            yield from self.benefits(asked)
        if POINTS.search(asked.text):
            yield from self.rule(_("points to collect or to spend"))

    def missing_to(self, row: dict[str, Any], change: Decimal) -> Iterator[Piece]:
        """What is missing to a tier above, and what were once they had spent so much more."""
        told = {"tier": row["tier_name"], "missing": self.money(row["missing"])}
        enough = _("What you have spent is enough for %(tier)s; your tier follows when it is next counted.")
        short = _("You need to spend %(missing)s more to reach %(tier)s.")
        yield Sentence((short if row["missing"] else enough) % told, ("loyalty",))
        if change:
            left = row["missing"] - change
            text = _("With that you would be %(left)s short of %(tier)s.")
            reached = _("With that you would reach %(tier)s.")
            yield Sentence((text if left > 0 else reached) % (told | {"left": self.money(left)}), ("loyalty",))

    def supposed(self, asked: Asked) -> Decimal:
        """What the shopper supposes that they spend, less what they suppose to send back, in this question or the one before."""
        earlier = normal(self.asked_before[0]) if self.asked_before and asked.follows else ""
        text = next((each for each in (asked.text, normal(self.turn.text), earlier) if SUPPOSES.search(each)), "")
        change = Decimal(0)
        for each in amounts(text):
            back = SENT_AWAY.search(text[max(0, each.start - 24) : each.start])
            change += -each.value if back else each.value
        return change

    def for_tier(self, asked: Asked) -> Iterator[Piece]:
        """What the rule that was quoted last says of a tier, the sentences that name it where any does."""
        before = next(
            (told for text in self.asked_before if not OWN_TIER.search(told := self.understood(text)[-1].text)), ""
        )
        told = [piece for piece in self.policy(asked_of(asked, "", text=before)) if isinstance(piece, Sentence)]
        names = next((name for name in TIERS.values() if name.search(asked.text)), None)
        yield from [piece for piece in told if names and names.search(piece.text)] or told


def days_counted(rules: list[dict[str, Any]]) -> timedelta:
    """How long an order counts by what the documents say."""
    found = next((each for rule in rules if (each := LEAVES.search(rule["text"]))), None)
    return timedelta(days=int(found[1] or found[2]) if found else YEAR)

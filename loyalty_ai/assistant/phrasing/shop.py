"""Answers about loyalty, policies and privacy, and to all that is no question to the shop."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from loyalty_ai.assistant.backends.base import Piece
from loyalty_ai.assistant.phrasing.extracts import best_sentences
from loyalty_ai.assistant.phrasing.orders import Orders
from loyalty_ai.assistant.phrasing.voice import EMPTY_OF_POLICIES, asked_of, day
from loyalty_ai.assistant.questions import Asked
from loyalty_ai.assistant.turn import Outcome, Sentence

RELEVANT = 0.3
"""Score of a passage from which on it may answer."""

ALSO = re.compile(r",? and (?=(?:how|what|when|where|who|which|is|are|do|does|can|will|put|add|include)\b)")

IN_GENERAL = re.compile(r"\b(?:policy|policies|rules|terms)\b|政策|规定|规则|条款")


class Shop(Orders):
    """Quotes the shop's documents, tells the shopper's tier, and is polite."""

    def loyalty(self, asked: Asked) -> Iterator[Piece]:
        if self.turn.customer_id is None:
            yield from self.sign_in()
            return
        found = self.call("get_loyalty")
        if found.error:
            yield Sentence(
                _(
                    "There is no loyalty to show: it is measured from your orders, and only while you allow "
                    "personalised pages."
                )
            )
            return
        wanted = asked.aspects & {"orders", "spent", "since"} or {"tier"}
        data, cited = found.data, ("loyalty",)
        told = {"tier": data["tier_name"], "spent": self.money(data["spent"])}
        if "tier" in wanted:
            yield Sentence(_("Your tier is %(tier)s.") % told, cited)
        if wanted & {"orders", "tier"}:
            text = ngettext(
                "You have placed %(count)d order so far.", "You have placed %(count)d orders so far.", data["orders"]
            )
            yield Sentence(text % {"count": data["orders"]}, cited)
        if wanted & {"spent", "tier"}:
            yield Sentence(_("What you have spent comes to %(spent)s, less what you returned.") % told, cited)
        if "since" in wanted and data["since"]:
            yield Sentence(_("You have been a customer since %(date)s.") % {"date": day(data["since"])}, cited)
        elif "since" in wanted:
            yield Sentence(_("You have not ordered anything yet."), cited)

    def next_tier(self, asked: Asked) -> Iterator[Piece]:
        if self.turn.customer_id is not None:
            yield from (
                piece
                for piece in self.loyalty(asked_of(asked, "", aspects=frozenset({"tier"})))
                if isinstance(piece, Sentence)
            )
        tiers = _("tiers spend silver gold platinum year")
        yield from self.quote(asked_of(asked, "", text=tiers), self.passages(tiers, 0.1))

    def policy(self, asked: Asked) -> Iterator[Piece]:
        if IN_GENERAL.search(asked.text):  # what a whole document says: its terms and what it costs
            query = f"{EMPTY_OF_POLICIES.sub(' ', asked.words or asked.text)} {_('how long, how many days')}"
            yield from self.quote(asked_of(asked, asked.words, text=query), self.passages(query, RELEVANT))
            return
        first, *more = ALSO.split(asked.text)
        passages = self.passages(first, RELEVANT) or self.passages(asked.words or asked.text, RELEVANT)
        passages = passages or self.passages(self.known_to_policies(first), RELEVANT / 2)
        yield from self.quote(asked_of(asked, asked.words, text=first), passages)
        for text in more:  # "... and how long does it take?"
            yield from self.goes_on_about(asked_of(asked, "", text=text))

    def privacy(self, asked: Asked) -> Iterator[Piece]:
        yield Sentence(
            _(
                "What the shop keeps about you is on your own page of data and choices. There you can read it, "
                "take it with you, erase it, and switch personalised pages off."
            )
        )
        passages = self.passages(asked.text, RELEVANT) or self.passages(_("privacy data we keep about you"), RELEVANT)
        for text, passage in best_sentences(asked.text, passages):
            yield Sentence(text, (passage["key"],))

    def others(self, asked: Asked) -> Iterator[Piece]:
        yield Sentence(
            _(
                "I can only talk about your own account. Other people's orders and details stay private, and so "
                "does whatever is internal to the shop."
            )
        )
        yield Outcome.REFUSED

    def injection(self, asked: Asked) -> Iterator[Piece]:
        yield Sentence(_("I cannot do that. How I work is fixed, and prices are the shop's own."))
        yield self.offer()
        yield Outcome.REFUSED

    def person(self, asked: Asked) -> Iterator[Piece]:
        yield Sentence(_("I have passed this on. Somebody from the shop will read it and answer you here."))
        yield Outcome.HANDED_OVER

    def abuse(self, asked: Asked) -> Iterator[Piece]:
        yield Sentence(
            _(
                "I am sorry that you are annoyed. Tell me what is wrong, or ask for a person, and "
                "somebody from the shop will answer."
            )
        )

    def help(self, asked: Asked) -> Iterator[Piece]:
        yield self.offer()
        yield Sentence(_("I can also propose a cart, such as your usual order; you confirm it yourself."))

    def about(self, asked: Asked) -> Iterator[Piece]:
        yield Sentence(
            _(
                "I am the shop's assistant, a program: I look things up in the shop's own data. A person "
                "answers when you ask for one."
            )
        )

    def greeting(self, asked: Asked) -> Iterator[Piece]:
        yield Sentence(_("Hello! What can I do for you?"))
        yield self.offer()

    def thanks(self, asked: Asked) -> Iterator[Piece]:
        yield Sentence(_("You are welcome."))

    def bye(self, asked: Asked) -> Iterator[Piece]:
        yield Sentence(_("Goodbye, and thank you for your visit."))

    def yes(self, asked: Asked) -> Iterator[Piece]:
        yield Sentence(
            _(
                "If it is about your cart: I change nothing myself, please confirm with the button. "
                "Otherwise tell me what you would like."
            )
        )

    def no(self, asked: Asked) -> Iterator[Piece]:
        yield Sentence(_("All right. Is there something else?"))

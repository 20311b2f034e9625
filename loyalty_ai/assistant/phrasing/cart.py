"""Answers about the cart; a change is only proposed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from loyalty_ai.assistant.amending import ALL, amended
from loyalty_ai.assistant.backends.base import Piece
from loyalty_ai.assistant.phrases import Intent
from loyalty_ai.assistant.phrasing.advice import Advice
from loyalty_ai.assistant.phrasing.choosing import (
    by_likeness,
    named,
)
from loyalty_ai.assistant.phrasing.voice import asked_of, key
from loyalty_ai.assistant.questions import Asked, normal, words_of
from loyalty_ai.assistant.tokens import words as stems
from loyalty_ai.assistant.tokens import words_of_title
from loyalty_ai.assistant.turn import Sentence

MOST_UNITS = 999
"""Of one product in a cart."""

MAY_AMEND = {
    *(Intent.CART_SET, Intent.CART_REMOVE, Intent.CART_ADD, Intent.CART, Intent.NONE, Intent.SEARCH, Intent.PRICE),
    *(Intent.COMPARE, Intent.DESCRIBE, Intent.SIMILAR, Intent.STOCK, Intent.RECOMMEND),
}
"""What the tables may read in a change of the cart."""

EXCEPT = re.compile(
    r"\b(?:except|but(?! please)|apart from|other than|besides|save)\b(?: for)? (?P<what>.+)|"
    r"(?:除了|只留下?|保留)(?P<zh>[^,，。]+?)(?:以外|之外|外)?(?:[,，。]|都|全|$)"
)
"""What stays where the cart is emptied."""

CART_WORDS = re.compile(r"carts?|baskets?|trolley|order|购物车|out|units?|them")


class Cart(Advice):
    """Shows the cart and proposes what it shall hold."""

    def in_cart(self, words: str) -> list[dict[str, str]]:
        """The lines of the cart that words name, [] without words."""
        lines = [{"product_id": item.product_id, "title": item.title} for item in self.turn.cart or ()]
        return named(lines, words) if words else []

    def spoken_of(self, lines: list[dict[str, str]]) -> list[dict[str, str]]:
        """The line of the cart that the message has more words of than of any other: "take the doormat out, we have enough"."""
        said = {*stems(words_of(normal(self.turn.text)), "en")}
        held = {line["product_id"]: len(said & words_of_title(line["title"])) for line in lines}
        most = max(held.values(), default=0)
        found = [line for line in lines if held[line["product_id"]] == most]
        return found if most and len(found) == 1 else []

    def amends(self, asked: Asked) -> Asked | None:
        """A question that changes how many the cart holds of what it names or points at, with the units of each; else None."""
        found = amended(asked.text) if self.turn.cart and asked.intent in MAY_AMEND else None
        if found is None:
            return None
        to, words = found
        cart, edits = self.turn.cart, asked.intent in (Intent.CART_SET, Intent.CART_REMOVE, Intent.CART_ADD)
        if words:
            named_lines = {line["product_id"] for line in self.in_cart(words)}
            lines = [item for item in cart if item.product_id in named_lines]
        elif asked.ordinals and "cart" in self.turn.focus:
            lines = [cart[place - 1 if place > 0 else -1] for place in asked.ordinals if place <= len(cart)]
        elif asked.codes:
            lines = [item for item in cart if item.product_id in asked.codes]
        else:
            lines = list(cart) if ALL.search(asked.text) or len(cart) == 1 else []
        if not lines or not (words or edits) or (len(lines) > 1 and words and not ALL.search(asked.text)):
            return None
        ids, units = zip(*((item.product_id, to(item.units)) for item in lines), strict=True)
        return replace(asked, intent=Intent.CART_SET, codes=ids, counts=units, words="", ordinals=())

    def propose(self, items: list[tuple[str, int]], *, add: bool, tell: bool = True) -> Iterator[Piece]:
        """Propose that the cart hold these units, or so many more, with whatever else of this message was proposed.

        The shopper's own yes applies it; `proposed` says so when the message is answered.
        """
        cart = {item.product_id: item.units for item in self.turn.cart or ()} | self.changes
        if self.turn.cart is None:
            yield Sentence(_("I cannot see your cart here; open the product's page to put it in."))
            return
        wanted = {}
        for product_id, units in items:
            held = cart.get(product_id, 0)
            shall = held + units if add else units if tell else max(units, held)
            wanted[product_id] = min(MOST_UNITS, shall)
        every = self.changes | wanted
        found = self.call("update_cart", items=[{"product_id": key, "units": units} for key, units in every.items()])
        if found.error:
            yield from self.not_proposed(items)
            return
        self.changes = every
        if tell:
            for item in found.data["items"]:
                told = {"title": item["title"], "units": item["units"], "price": self.money(item["price"])}
                if item["product_id"] not in wanted:
                    continue
                if item["units"]:
                    text = _("%(units)s × %(title)s, %(price)s each, would then be in your cart.")
                else:
                    text = _("%(title)s would be taken out of your cart.")
                yield Sentence(text % told, ("cart", f"product:{item['product_id']}"))

    def proposed(self) -> Iterator[Piece]:
        """What the cart would come to, and that nothing has changed yet, where the message proposed anything."""
        if not self.changes:
            return
        every = [{"product_id": key, "units": units} for key, units in self.changes.items()]
        total = self.call("update_cart", items=every).data.get("total")
        if total:
            yield Sentence(_("Your cart would then come to %(total)s.") % {"total": self.money(total)}, ("cart",))
        yield Sentence(_("Nothing has changed yet: please confirm below."), ("cart",))

    def not_proposed(self, items: list[tuple[str, int]]) -> Iterator[Piece]:
        rows = self.rows([product_id for product_id, _units in items])
        for row in rows:
            if not row["available"]:
                yield Sentence(_("%(title)s is sold out at the moment.") % {"title": row["title"]}, (key(row),))
        if all(row["available"] for row in rows):
            yield Sentence(_("Your cart holds that already; there is nothing to change."), ("cart",))

    def cart(self, asked: Asked) -> Iterator[Piece]:
        found = self.call("get_cart")
        if found.error:
            yield Sentence(_("I cannot see your cart here."))
            yield from self.offer_person()
            return
        if not found.data["lines"]:
            yield Sentence(_("Your cart is empty."), ("cart",))
            return
        yield Sentence(_("In your cart:"), ("cart",))
        for line in found.data["lines"]:
            told = {"units": line["units"], "title": line["title"], "total": self.money(line["total"])}
            yield Sentence(_("%(units)s × %(title)s: %(total)s") % told, ("cart",))
        if found.data["total"] is not None:
            yield Sentence(_("In all %(total)s.") % {"total": self.money(found.data["total"])}, ("cart",))
        if asked.available or asked.intent is Intent.STOCK:
            yield from self.still_to_be_had(found.data["lines"])

    def still_to_be_had(self, lines: list[dict[str, Any]]) -> Iterator[Piece]:
        """Whether what the cart holds is in stock."""
        rows = self.rows([line["product_id"] for line in lines])
        gone = [row for row in rows if not row["available"]]
        if rows and not gone:
            yield Sentence(_("All of it is in stock."), tuple(map(key, rows)))
        for row in gone:
            yield Sentence(_("%(title)s is sold out at the moment.") % {"title": row["title"]}, (key(row),))

    def cart_add(self, asked: Asked) -> Iterator[Piece]:
        if asked.counts:
            yield from self.propose(list(zip(asked.codes, asked.counts, strict=True)), add=True)
            return
        words = asked_of(asked, " ".join(word for word in asked.words.split() if word != str(asked.units)))
        chosen = self.choose(words)
        if not chosen.products and words.words != asked.words:
            chosen = self.choose(asked)
        if not chosen.products:
            yield from self.none_found(asked)
        elif not chosen.sure:
            yield from self.which(chosen.products, words.words)
        else:
            yield from self.propose([(row["product_id"], asked.units or 1) for row in chosen.products[:3]], add=True)

    def cart_change(self, asked: Asked) -> Iterator[Piece]:
        """Another number of units of something in the cart, or none."""
        if asked.counts:
            yield from self.propose(list(zip(asked.codes, asked.counts, strict=True)), add=False)
            return
        if self.turn.cart is None:
            yield Sentence(_("I cannot see your cart here."))
            return
        units = 0 if asked.intent is Intent.CART_REMOVE else asked.units
        lines = [{"product_id": item.product_id, "title": item.title} for item in self.turn.cart]
        words = " ".join(word for word in asked.words.split() if word != str(units) and not CART_WORDS.fullmatch(word))
        fitting = self.in_cart(words)
        if not fitting and (asked.codes or asked.ordinals or asked.here or asked.there):
            pointed = self._choose(asked_of(asked, "")).products
            ids = {row["product_id"] for row in pointed}
            fitting = [line for line in lines if line["product_id"] in ids]
            if not fitting and units and len(pointed) == 1 and not words:  # "make that 4", of what waits for a yes
                yield from self.propose([(pointed[0]["product_id"], units)], add=False)
                return
        if not fitting and words:
            similar = {row["product_id"] for row in by_likeness(self.search(words, available=False, limit=20), words)}
            fitting = [line for line in lines if line["product_id"] in similar]
        if not fitting and not units and (words or asked.there):
            fitting = self.spoken_of(lines)
        if not fitting and not words and len(lines) == 1:
            fitting = lines
        if (
            not fitting and units and (words or (not lines and len(self.shown) == 1))
        ):  # "make it 5", of what was proposed
            yield from self.cart_add(asked if words else asked_of(asked, "", there=True))
        elif not fitting:
            yield Sentence(_("That is not in your cart."), ("cart",))
            yield from self.cart(asked)
        elif len(fitting) > 1 or units is None:
            yield Sentence(_("Which product in your cart do you mean, and how many would you like?"), ("cart",))
            yield from self.cart(asked)
        else:
            yield from self.propose([(fitting[0]["product_id"], units)], add=False)

    def cart_empty(self, asked: Asked) -> Iterator[Piece]:
        if not self.turn.cart:
            yield from self.cart(asked)
            return
        kept = EXCEPT.search(asked.text)
        stays = {line["product_id"] for line in self.in_cart(words_of(kept["what"] or kept["zh"]))} if kept else set()
        if kept and not stays:
            yield Sentence(_("Which product in your cart do you mean, and how many would you like?"), ("cart",))
            yield from self.cart(asked)
            return
        goes = [(item.product_id, 0) for item in self.turn.cart if item.product_id not in stays]
        yield from self.propose(goes, add=False)

    def checkout(self, asked: Asked) -> Iterator[Piece]:
        yield Sentence(_("I cannot place an order or take a payment; you do both yourself, from your cart."))
        if self.turn.cart:
            yield from self.cart(asked)

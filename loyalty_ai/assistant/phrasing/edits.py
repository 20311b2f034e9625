"""What a message changes in the cart: several lines at once, what goes while the rest stays, one thing for another."""

# ruff: noqa: E501 (a pattern is read as one line of a table)

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from loyalty_ai.assistant.amending import ALL
from loyalty_ai.assistant.amounts import amounts
from loyalty_ai.assistant.phrases import Intent
from loyalty_ai.assistant.phrasing.cart import Cart
from loyalty_ai.assistant.phrasing.choosing import Row, named
from loyalty_ai.assistant.phrasing.finding import COLOUR
from loyalty_ai.assistant.phrasing.mentions import JOINED, PUTS, Mentions
from loyalty_ai.assistant.phrasing.voice import unique
from loyalty_ai.assistant.questions import Asked, asked, asks, words_of

EDITS = {Intent.CART_REMOVE, Intent.CART_SET}
AFTER_EDITS = {Intent.PRICE, Intent.STOCK, Intent.POLICY, Intent.NONE, Intent.CART, Intent.SEARCH}
REMAINS = re.compile(
    r"\b(?:left|remain\w*|new total|total|comes? to|to pay|i pay|owe|cost)\b|还剩|剩下|剩多少|一共|总共|合计|总价"
)
"""What a changed cart would come to."""
WHAT_WITHOUT = re.compile(
    r"\b(?:how much|what|total|comes?|cost)\b.{0,40}?\b(?:without|minus|less|if (?:i|we) (?:take|took|leave|left|drop|dropped|remove|removed)(?: out)?) (?P<en>(?:the|my|that|those) .+)|"
    r"(?:不要|去掉|不算|除去|拿掉|减去)(?P<zh>[^,，。?？]+?)(?:的话|后|之后|以后)?[,，]?(?:一共|总共|总价|合计|是|要|还)*多少"
)
"""What the cart comes to without something."""
SWAP = re.compile(
    r"^(?:please |can you |could you |actually |and )*(?:swap|switch|exchange|replace|change) "
    r"(?P<goes>(?:the |my |that |those )?[a-z].+?) "
    r"(?:for|with|to|by) (?P<comes>(?:the|an?|some|\d+|one|two) .+)|"
    r"把(?P<goes_zh>.{2,20}?)(?:换成|换为|替换成)(?P<comes_zh>.{2,20})"
)
INSTEAD = re.compile(
    r"\b(?:put|add|pop|have|take|get|want|like) (?P<comes>(?:the|an?|some|\d+|one|two|my) .+?)(?: in| there)?,? "
    r"(?:instead of|in place of|rather than) (?P<goes>.+)"
)
"""Something in the cart for something else."""

SETS = re.compile(
    r"\b(?:make|change|set|update) (?:it|that|this|them|those|my (?:cart|basket))\b(?: to| into)?|[改换变调](?:成|为|到)"
)
"""The cart shall hold what is named behind it."""
ONLY_PUTS = {Intent.NONE, Intent.SEARCH, Intent.PRICE}
"""What the tables read in so many of this and so many of that alone, after a proposal."""

_VERBS = r"(?:please |then |also |can you |just )*(?:drop|lose|remove|take|bin|scrap|ditch|delete|dump|chuck|get rid|make|change|set|put|add)"
STAYS = re.compile(
    rf"\b(?:(?:(?:i |we )?(?:only|just) (?:want|need)|keep|hold on to|hang on to|leave(?! out\b)(?![\w '&-]* (?:out|off)\b))(?: in)? (?P<en>[a-z0-9][\w '&-]*?)(?= but | and {_VERBS}|[,.;!?]|$)|"
    r"(?P<they>(?:the|my)(?: (?!but\b|and the\b|and my\b|can\b|must\b)[\w'&-]+)+?) (?:can |should |shall |must |will |to )?stays?\b(?= but | and |[,.;!?]|$))|"
    r"(?:留着|留下|保留|只要|只留)(?P<zh>[^,，。;]{1,12})|(?P<das>[^,，。;掉走出只留保]{1,12}?)(?:要|先|就|还是)*(?:留着|留下|保留|别动|不动|不变|还要)"
)
"""What of the cart stays where something else goes."""
AND = re.compile(r"^[ ,]*(?:and|but)\b|\b(?:and|but)[ ,]*$")
KEEPING = re.compile(r"\b(?:keep|leave|alone|stays?)\b|留着|留下|保留")
GOES = re.compile(
    r"\b(?:(?:can|may|should|shall|must|has to|have to) go|drop|lose|remove|take|bin|scrap|ditch|delete|dump|chuck|get rid of|out|off)\b|"
    r"[拿去删丢扔][掉走除]|移[除走出]|取[出走]|拿出来?|(?:不(?:想)?要|不买|去)了"
)
"""It goes."""
ONLY = re.compile(r"\b(?:just|only) keep\b|\bkeep (?:just|only)\b|只(?:要|需要?)?(?:留|保留)")
REST = re.compile(r"\b(?:everything|anything|all|the rest|the others?)\b|其[他它余]|别的|剩下|另外的|都|全部")
"""Nothing but what is named stays; all that is not named."""


class Edits(Cart, Mentions):
    """Reads how a message changes the cart."""

    def edited(self, found: list[Asked]) -> list[Asked]:
        """The questions; a swap as what goes and what comes, without what is asked of a changed cart, which a proposal tells."""
        kept: list[Asked] = []
        for now in found:
            if left_out := self.left_out(now):
                kept.append(left_out)
            elif amends := self.while_some_stay(now) or self.so_many_of_each(now) or self.amends(now):
                kept.append(amends)
            elif swap := self.swapped(now):
                kept += swap
            elif len(found) > 1 and self.only_keeps(now):
                continue
            elif not (
                any(self.edits(each) for each in kept) and REMAINS.search(now.text) and now.intent in AFTER_EDITS
            ):
                kept.append(now)
        return kept

    def left_out(self, now: Asked) -> Asked | None:
        """What the cart comes to without some of it, as the proposal to take that out; else None."""
        found = WHAT_WITHOUT.search(now.text) if self.turn.cart else None
        lines = self.lines_named(next(filter(None, found.groups()))) if found else None
        if not lines:
            return None
        return replace(now, intent=Intent.CART_SET, codes=tuple(lines), counts=(0,) * len(lines), words="", ordinals=())

    def edits(self, now: Asked) -> bool:
        """Whether a question changes the cart that is seen."""
        puts = now.intent is Intent.CART_ADD and self.turn.cart is not None and PUTS.search(now.text)
        return now.intent in EDITS or bool(puts)

    def while_some_stay(self, now: Asked) -> Asked | None:
        """What goes out of the cart where a message says so of several lines, or tells which stay; else None."""
        stays = STAYS.search(now.text) if self.turn.cart else None
        rest = now.text.replace(stays[0], " ") if stays else now.text
        goes = GOES.search(rest) is not None
        if not self.turn.cart or not (stays or (goes and now.intent is Intent.CART_REMOVE)) or SWAP.search(now.text):
            return None
        kept = self.lines_named(next(filter(None, stays.groups()))) if stays else []
        if kept is None or (stays and (amounts(stays[0]) or not (kept or REST.search(stays[0])))):
            return None
        if stays and (amounts(rest) or not (goes or ONLY.search(now.text))):
            changed = asked(AND.sub("", rest).strip(" ,"))
            return self.amends(changed) or (changed if changed.intent in EDITS else None)
        gone = self.lines_named(GOES.sub(" ", rest))
        if kept and not gone and (REST.search(rest) or ONLY.search(now.text)):
            gone = [item.product_id for item in self.turn.cart]
        codes = tuple(code for code in gone or () if code not in kept)
        if not codes or amounts(rest) or not (stays or len(codes) > 1):
            return None
        return replace(now, intent=Intent.CART_SET, codes=codes, counts=(0,) * len(codes), words="", ordinals=())

    def only_keeps(self, now: Asked) -> bool:
        """Whether a part of a message only tells which lines of the cart stay."""
        stays = STAYS.search(now.text) if self.turn.cart else None
        return stays is not None and not words_of(now.text.replace(stays[0], " ")) and bool(self.lines_named(stays[0]))

    def lines_named(self, text: str) -> list[str] | None:
        """The lines of the cart that a text names one by one; None where one of its names is no line's, or may be several's."""
        text = KEEPING.sub(" ", REST.sub(" ", text))
        whole = self.in_cart(words_of(text))
        found = [whole] if whole else [self.in_cart(words) for words in map(words_of, JOINED.split(text)) if words]
        if any(len(lines) != 1 and not (lines and ALL.search(text)) for lines in found):
            return None
        return [line["product_id"] for lines in found for line in lines]

    def so_many_of_each(self, now: Asked) -> Asked | None:
        """So many of one thing and so many of another for the cart, where the names leave out their kind; else None.

        "Make that two red and one blue", "2 Spaceboy lunch boxes and 1 Dolly Girl".
        """
        puts = now.intent is Intent.CART_ADD
        sets = now.intent is Intent.CART_SET or SETS.search(now.text)
        proposed = "cart" in self.turn.focus and now.intent in ONLY_PUTS and not asks(now.text)
        if self.turn.cart is None or not (puts or sets or proposed) or now.codes or now.bounded:
            return None
        text = SETS.sub(" ", now.text)
        pieces = [piece for piece in self._cut(text) if piece.words or piece.numbers]
        counted = [bool(piece.numbers or amounts(piece.text)) for piece in pieces]
        if len(pieces) < 2 or not (any(counted) if sets else all(counted)):
            return None
        items = self._each_of_kind(pieces)
        if len(items) < 2:
            return None
        intent = Intent.CART_ADD if puts else Intent.CART_SET
        codes, counts = tuple(items), tuple(items.values())
        return replace(now, intent=intent, codes=codes, counts=counts, words="", ordinals=(), units=None)

    def _each_of_kind(self, pieces: Sequence) -> dict[str, int]:
        """The units of each product that pieces name, by half of the kind of those before it or at hand; {} where one is none."""
        lines = self.rows([item.product_id for item in self.turn.cart or ()])
        at_hand = unique([*self.shown, *lines])
        known: list[Row] = []
        units: dict[str, int] = {}
        for piece in pieces:
            if not piece.words:  # "the bunting to 3"
                if known:
                    units[known[-1]["product_id"]] = piece.numbers[0]
                continue
            kinds = [COLOUR.sub(" ", row["title"].lower()) for row in [*reversed(known), *at_hand]]
            mention = self.named_of_kind(piece, kinds, named(lines, piece.words))
            if mention is None or mention.row["product_id"] in units:
                return {}
            known.append(mention.row)
            units[mention.row["product_id"]] = mention.units or 1
        return units

    def swapped(self, now: Asked) -> list[Asked]:
        """What goes out of the cart and what comes in its place, of its kind where only its looks are said; [] for no swap."""
        found = (SWAP.search(now.text) or INSTEAD.search(now.text)) if self.turn.cart else None
        if found is None:
            return []
        said = {name: text for name, text in found.groupdict().items() if text}
        goes, comes = (asked((said.get(name) or said[f"{name}_zh"]).strip()) for name in ("goes", "comes"))
        lines = self.in_cart(goes.words)
        if len(lines) != 1:
            return []
        units = next(item.units for item in self.turn.cart if item.product_id == lines[0]["product_id"])
        meant = self.of_kind(comes.text, lines[0]["title"])
        codes, counts = ((meant.row["product_id"],), (meant.units or units,)) if meant else ((), ())
        comes = replace(comes, intent=Intent.CART_ADD, codes=codes, counts=counts, units=comes.units or units)
        return [replace(goes, intent=Intent.CART_REMOVE), comes]

"""Answers about a product: price, stock, what it is, how it compares, what is like it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal

from django.utils.translation import gettext as _

from loyalty_ai.assistant.amounts import counted
from loyalty_ai.assistant.backends.base import Piece
from loyalty_ai.assistant.following import SELLS, points_at_some
from loyalty_ai.assistant.hearing import CHINESE
from loyalty_ai.assistant.phrases import NUMBERS, Intent
from loyalty_ai.assistant.phrasing.advice import Advice
from loyalty_ai.assistant.phrasing.choosing import (
    Choice,
    Row,
    by_likeness,
    codes_of,
    named,
)
from loyalty_ai.assistant.phrasing.finding import COLOUR, COLOURS, HAVE_YOU, LOOKS, MOST_SHOWN, OTHERS, recoloured
from loyalty_ai.assistant.phrasing.needs import CLAUSE
from loyalty_ai.assistant.phrasing.titles import HOLDS, MEASURED, PROPERTY, colours_in, size_in, stated_in, told_in
from loyalty_ai.assistant.phrasing.voice import CERTAIN, MOST_CHOICES, MOST_FOUND, SHOWN, STILL, asked_of, key, unique
from loyalty_ai.assistant.questions import Asked, asked
from loyalty_ai.assistant.tokens import words as stems
from loyalty_ai.assistant.turn import Sentence

DIFFERENCE = re.compile(r"how much|by what|\b(?:difference|gap)\b|差|贵多少|便宜多少|贵几|便宜几")
JOINTS = r"\b(?:and|or|vs\.?|versus|with|to|than|against|from)\b|[,:&]|和|跟|与|还是|比(?!较)|同| - "
BESIDE = re.compile(r"^\W*(?:just|only|for|because|as|since|i|we|it|is|are|so|my|price|which|what|how|do|does)\b")
"""What is said beside two things that are compared, and names none."""
ASIDE = re.compile(r"(?<=[a-z0-9])[\s,;?!.-]+(?:is there |are there |and )?(?:any|what is the|which) differences?\b.*$")
"""What is asked of two things that were named before."""
LOOK_ASKED = re.compile(
    rf"(?:^|[,.;?!]+ ?| (?=and ))(?:and |but |also |so )*(?:does|do|is|are|has|have|can i get|could i have) "
    rf"[^,.;?!]*?\b(?P<en>{LOOKS})\b[^,.;?!]*[.?!]*$|"
    r"(?:^|[,.;?!]+ ?)(?:它们?|这些|都|也|还|那)*有(?:没有)?(?P<zh>[红蓝绿黄粉紫橙橘黑白灰银金米棕]色|[大小]号)的?[吗么呢]?[?]?$"
)
"""In which colour or size either of two things shall be."""
NO_NAMES = frozenset(["either", "both", "each", "come", "comes", "available", "version", "versions", "colour", "color"])
"""What such a question says beside the colour."""
WHETHER = re.compile(
    r"^(?:and |so |but )?(?:is|are|isn't|aren't|does|do|will|would)\b(?! (?:you|there|i|we|your)\b)|"
    r"(?:超过|不到|低于|高于|多于|少于|以上|以下|以内|之内).{0,12}[吗么]|是不是|有没有超过"
)
"""Whether something is so, and not what there is."""
SUM_SAID = re.compile(r"\d|\b(?:pounds?|quid|fiver|tenner|pence)\b|[镑块元]")
"""A price, and not "more than the one without"."""
SELLS_ZH = re.compile(r"受欢迎|畅销|热门|好卖|人气|卖得?(?:更|最|比较)?[好多快]|买的人(?:更|最|比较)?多")
"""Which of some is bought more."""
SOLD_OUT = re.compile(r"\b(?:sold|run) out\b|\bout of stock\b|\ball gone\b")
OF_COLOURS = re.compile(r"^colou?rs?\b|\b(?:what|which) colou?rs?\b|什么颜色|啥颜色")
AND = re.compile(r",? (?=and (?!saucer))|(?<=,) |(?<=[；，])|(?=和\d)")

MOST_COMPARED = 3
WHICH_ONES = re.compile(r"\b(?:which|what)\b(?! (?:is|one is|colou?rs?|sizes?)\b)|哪[几些]|哪(?:款|种|个)(?!.*还是)")
"""It asks which of a kind can be had."""
"""Products beside each other."""

MOST_SAID = re.compile(r"\b(?:costs? (?:the )?most|dearest|priciest|most expensive|highest price)\b|最贵")
LEAST_SAID = re.compile(r"\b(?:costs? (?:the )?least|cheapest|least expensive|lowest price)\b|最便宜")
"""Asks which of some costs most, or least."""

SIZES = {"large", "big", "small", "medium", "mini", "giant", "jumbo", "tall", "short", "long"}


class Products(Advice):
    """Speaks of one product, or of a few beside each other."""

    def about_one(self, asked: Asked, say: Callable[[Row], Iterator[Piece]]) -> Iterator[Piece]:
        """Say something of the product that is meant, or ask which one it is."""
        if self.topic and not (self.meant or asked.words or asked.codes or asked.here or asked.ordinals):
            yield from self.goes_on_about(asked)  # "can you wrap it, and how much is that"
            return
        if asked.words and (found := self.of_letters(asked)):
            yield from found
            return
        chosen = self.choose(asked)
        one = (
            chosen.products[0]
            if chosen.sure and len(chosen.products) == 1 and asked.words and not asked.codes
            else None
        )
        titled = self.titled(asked) if one else None
        if one and titled and titled["title"].lower().startswith(one["title"].lower()):
            chosen = replace(chosen, products=[titled])  # "the cup of tea kneeling pad", beside one without the tea
        if chosen.sure and COLOURS.search(asked.text):
            say = self.sizes_of if "sizes" in asked.aspects else self.colours_of
        if asked.words and not asked.codes and not chosen.sure and self.of_no_kind(asked):
            yield from self.none_of_kind(asked)
            return
        among = asked.words and not asked.codes and not chosen.sure and len(chosen.products) > 1
        if among and (
            (asked.bounded and "afford" not in asked.aspects) or asked.order or OTHERS.search(asked.text)
        ):  # a wish for some of a kind, in stock or cheap
            yield from self.find(asked)
            return
        if not chosen.products:
            if self.listed and not asked.words and not asked.codes:
                return  # "which sizes are there, and what do they cost": the list has just said it
            if self.topic and not asked.words:
                yield from self.goes_on_about(asked)
                return
            if asked.words and (passages := self.passages(asked.text, 0.7)):
                yield from self.quote(asked, passages)
                return
            rows = self.nearest(asked)
            if rows and says_most(rows, asked.words):
                self.meant = rows[:1]
                yield from say(rows[0])
                yield from self.by_name(asked, rows[0])
            elif rows:
                yield from self.show_nearest(asked, rows)
            else:
                yield from self.none_found(asked)
        elif chosen.sure or (len(chosen.products) == 1 and has_most(chosen.products[0], self.told(asked.words))):
            self.meant = chosen.products
            for row in chosen.products[:MOST_CHOICES]:
                yield from say(row)
                yield from self.by_name(asked, row)
        else:
            ready = [row for row in chosen.products if row["available"]] if asked.available else []
            rows = (ready or chosen.products)[: MOST_SHOWN if COLOURS.search(asked.text) else MOST_CHOICES]
            if asked.words:
                yield Sentence(_("Here is what I found for “%(words)s”:") % {"words": self.told(asked.words)})
                yield from self.lines(rows)
            else:
                for row in rows:
                    yield self.state(row)

    @staticmethod
    def by_name(asked: Asked, row: Row) -> Iterator[Piece]:
        """What the title says of what a question asks beside a price or the stock: how big it is, how many it holds."""
        asks = HOLDS.search(asked.text) or MEASURED.search(asked.text)
        if asks and (measure := told_in(row["title"], asked.text)):
            yield Sentence(_("By its name: %(number)s.") % {"number": measure}, (key(row),))

    def affords(self, asked: Asked, row: Row) -> Iterator[Piece]:
        """How many of a product a sum of money buys, and what is left of it."""
        price, had = row["price"], asked.high
        if price is None or not row["available"] or price > had:
            yield self.state(row)
            return
        units = int(had // price)
        told = {"sum": self.money(had), "units": units, "title": row["title"], "total": self.money(units * price)}
        left = had - units * price
        if left:
            text = _("For %(sum)s you get %(units)s × %(title)s: %(total)s, which leaves %(left)s.")
        else:
            text = _("For %(sum)s you get exactly %(units)s × %(title)s.")
        yield Sentence(text % (told | {"left": self.money(left)}), (key(row),))
        yield self.state(row)

    def price(self, asked: Asked) -> Iterator[Piece]:
        if "afford" in asked.aspects:
            chosen = self._choose(asked)
            ready = [row for row in chosen.products if row["available"]]
            if not chosen.sure and len(ready) > 1 and len({row["price"] for row in ready}) == 1:
                yield from list(self.affords(asked, ready[0]))[:1]
            yield from self.about_one(asked, lambda row: self.affords(asked, row))
            return
        if asked.counts:
            known = {row["product_id"]: row for row in self.rows(asked.codes)}
            rows = [known[code] for code in asked.codes]
            if len(rows) == 1:
                self.meant = rows
                yield from self.cost(rows[0], asked.counts[0])
            elif asked.both:
                yield from self.sum_of(list(asked.counts), rows)
            else:
                self.meant = rows
                for row in rows:
                    yield self.state(row)
                yield from self.most_of(asked, rows)
            return
        if asked.order and (asked.words or asked.there or asked.both):
            yield from self.find(asked)
            return
        wanted = [(found[0], asked_(found[1])) for piece in AND.split(asked.text) if (found := counted(piece))]
        at_hand = (asked.units or 1) if asked.there and not asked.words else 1  # "two of those, how much altogether"
        units = wanted[0][0] if len(wanted) == 1 else at_hand
        named_alone = asked_of(asked, wanted[0][1].words) if units > 1 and wanted and wanted[0][1].words else asked
        if named_alone is not asked and not self._choose(named_alone).sure:
            units, named_alone = 1, asked
        if len(wanted) > 1:
            yield from self.told_each(wanted)
            return
        if asked.follows and asked.units and not asked.words:  # "and what would six come to?"
            for row in self.pointed(asked)[:MOST_CHOICES]:
                yield from self.cost(row, asked.units)
            return
        yield from self.about_one(named_alone, lambda row: self.cost(row, units))

    def within(self, asked: Asked) -> list[Piece]:
        """Whether one product costs as much, or as little, as a question supposes; [] where it asks for no such thing."""
        supposes = asked.bounded and WHETHER.search(asked.text) and SUM_SAID.search(asked.text)
        if not supposes or asked.intent is Intent.POLICY:  # "is tax added on top of the £5 for it" asks for a rule
            return []
        chosen = self._choose(asked)
        row = chosen.products[0] if chosen.sure and len(chosen.products) == 1 else None
        if row is None or row["price"] is None:
            return []
        self.meant = [row]
        holds = (asked.low is None or row["price"] >= asked.low) and (asked.high is None or row["price"] <= asked.high)
        text = _("Yes: %(fact)s") if holds else _("No: %(fact)s")
        return [Sentence(text % {"fact": self.state(row).text}, (key(row),))]

    def told_each(self, wanted: list[tuple[int, Asked]]) -> Iterator[Piece]:
        """So many of each thing: what they cost where one product is meant, else what there is of it."""
        for count, part in wanted:
            if not part.words:  # "what do you have, and what would 30 cost"
                for row in self.listed[:MOST_CHOICES]:
                    yield from list(self.cost(row, count))[1:]
                continue
            chosen = self._choose(part)
            if chosen.sure and len(chosen.products) == 1:
                yield from self.cost(chosen.products[0], count)
            elif chosen.products:
                yield Sentence(_("Here is what I found for “%(words)s”:") % {"words": self.told(part.words)})
                yield from self.lines(chosen.products[:3])
            else:
                yield Sentence(_("I searched for “%(words)s” and found nothing that fits.") % {"words": part.words})

    def sum_of(self, counts: list[int], rows: list[Row]) -> Iterator[Piece]:
        """What so many of each cost, and all together."""
        self.meant = rows
        for row in rows:
            yield self.state(row)
        if all(row["price"] is not None for row in rows):
            several = max(counts) > 1
            lines = [
                f"{count} × {row['title']}" if several else row["title"]
                for count, row in zip(counts, rows, strict=True)
            ]
            total = sum((count * row["price"] for count, row in zip(counts, rows, strict=True)), Decimal(0))
            told = {"list": ", ".join(lines), "total": self.money(total)}
            yield Sentence(_("%(list)s: %(total)s together.") % told, tuple(key(row) for row in rows))

    def cost(self, row: Row, units: int) -> Iterator[Piece]:
        """What a product costs, and so many of it."""
        yield self.state(row)
        if units > 1 and row["price"] is not None:
            told = {"units": units, "title": row["title"], "total": self.money(units * row["price"])}
            yield Sentence(_("%(units)s × %(title)s: %(total)s") % told, (key(row),))

    def stock(self, asked: Asked) -> Iterator[Piece]:
        def say(row: Row) -> Iterator[Piece]:
            price = self.money(row["price"])
            gone = SOLD_OUT.search(asked.text) is not None  # it asks whether it is gone, and not whether it is there
            if row["available"] and gone:
                text = _("No, %(title)s is in stock, at %(price)s.") if price else _("Yes, %(title)s is in stock.")
            elif row["available"]:
                text = _("Yes, %(title)s is in stock, at %(price)s.") if price else _("Yes, %(title)s is in stock.")
            else:
                text = (
                    _("Yes, %(title)s is sold out at the moment.")
                    if gone
                    else _("No, %(title)s is sold out at the moment.")
                )
            yield Sentence(text % {"title": row["title"], "price": price}, (key(row),))
            if (asked.follows or "left" in asked.aspects) and asked.units and row["available"]:
                yield from list(self.cost(row, asked.units))[1:]
            if not row["available"] and len(asked.codes) < 2:
                if others := self.like(row):
                    yield Sentence(_("Something similar:"))
                    yield from self.lines(others[:3])
                if STILL.search(asked.text):
                    yield from self.when_back(asked)

        if WHICH_ONES.search(asked.text) and asked.words and not asked.codes and (rows := self.in_stock(asked)):
            self.meant = rows
            yield Sentence(self.searched(asked))
            yield from self.lines(rows[:MOST_SHOWN])
            if len(rows) > MOST_SHOWN:
                yield Sentence(_("There are more of them: ask for the rest, or say what it shall be like or cost."))
            return
        if asked.order and not asked.words and len(self.shown) > 1:  # "the cheaper one, do you have 8"
            priced = [row for row in self.shown if row["price"] is not None]
            self.meant = sorted(priced, key=lambda row: row["price"], reverse=asked.order == "dearest")[:1]
        yield from self.about_one(asked, say)
        if "left" in asked.aspects and (not self.meant or any(row["available"] for row in self.meant)):
            yield Sentence(_("I cannot see how many are left."))

    def in_stock(self, asked: Asked) -> list[Row]:
        """What can be had of a kind: what is one by the end of its title, else whatever is called so."""
        rows = named(self.search(asked.words, asked, limit=MOST_FOUND), asked.words, strictly=True)
        kind = stems(asked.words, "en")[-1:]
        return [row for row in rows if stems(row["title"], "en")[-1:] == kind] or rows

    def describe(self, asked: Asked) -> Iterator[Piece]:
        if asked.codes and not self.rows(codes_of(asked)):  # the number of an order
            yield from self.order(asked)
            return
        property_ = "unknown" in asked.aspects
        plain = " ".join(word for word in asked.words.split() if not (property_ and PROPERTY.fullmatch(word)))
        at_hand = property_ and (self.shown or self.turn.product)
        asked = asked_of(asked, plain if plain or at_hand else asked.words)
        chosen = self._choose(asked)
        if not chosen.products and self.listed and not asked.words and COLOURS.search(asked.text):
            return  # the list has just said it
        if not chosen.products and not (asked.words and self.passages(asked.text, CERTAIN)):
            if not asked.words and self.topic_before and (going_on := self.going_on(asked)):
                yield from self.quote(asked, going_on)
                return
            named_goods = property_ or COLOURS.search(asked.text) or HAVE_YOU.search(asked.text)
            named_goods = named_goods or self.names_in_chinese(asked)
            rows = self.nearest(asked) if named_goods else []
            if rows and says_most(rows, asked.words):
                yield from self.describe_one(asked, rows[0])
            elif rows:
                yield from self.show_nearest(asked, rows)
            elif CHINESE.search(asked.text) and not asked.words:
                yield from self.none_found(asked)
            else:
                yield from self.out_of_scope(asked)
            return
        if property_ and len(chosen.products) > 1 and not COLOURS.search(asked.text):
            said = set(stems(asked.text, "en"))  # "the tea set": a word that names little alone tells which is meant
            shared = [len(said.intersection(stems(row["title"], "en"))) for row in chosen.products]
            best = [row for row, words in zip(chosen.products, shared, strict=True) if words == max(shared)]
            for row in best[:MOST_CHOICES]:
                yield self.state(row)
                yield from self.by_name(asked, row)
            if not any(told_in(row["title"], asked.text) or size_in(row["title"], asked.text) for row in best):
                yield from self.says_no_more()
            return
        yield from self.about_one(asked, lambda row: self.describe_one(asked, row))

    def says_no_more(self) -> Iterator[Piece]:
        yield Sentence(_("The shop's data says no more about it, and I would rather not guess."))
        yield from self.offer_person()

    def describe_one(self, asked: Asked, row: Row) -> Iterator[Piece]:
        found = self.call("get_product", product_id=row["product_id"]).data.get("product", row)
        told, cited = {"title": row["title"], "code": row["product_id"], "category": row["category"]}, (key(row),)
        wanted = asked.aspects & {"category", "code", "link", "unknown"}
        if not wanted and (colours := colours_in(row["title"])) and OF_COLOURS.search(asked.text):
            yield self.state(row)
            yield Sentence(_("By its name, its colour is %(colour)s.") % {"colour": colours}, cited)
            return
        if not wanted - {"unknown"} and (stated := stated_in(row["title"], asked.text)):
            yield self.state(row)
            yield Sentence(_("By its name: %(number)s.") % {"number": stated}, cited)
            return
        if "code" in wanted:
            yield Sentence(_("The code of %(title)s is %(code)s.") % told, cited)
        if "category" in wanted and row["category"]:
            yield Sentence(_("%(title)s is in %(category)s.") % told, cited)
        if "link" in wanted:
            yield Sentence(_("Here is the page of %(title)s.") % told, cited)
        if not wanted or "unknown" in wanted:
            yield self.state(row)
        if not wanted:
            if row["category"]:
                yield Sentence(_("It is in %(category)s, and its code is %(code)s.") % told, cited)
            else:
                yield Sentence(_("Its code is %(code)s.") % told, cited)
        description = found.get("description", "")
        if "unknown" in wanted and (measure := told_in(row["title"], asked.text)):
            yield Sentence(_("By its name: %(number)s.") % {"number": measure}, cited)
            return
        if "unknown" in wanted and not description and (size := size_in(row["title"], asked.text)):
            yield Sentence(_("By its name: %(number)s.") % {"number": size}, cited)
        colours = colours_in(row["title"])
        if "unknown" in wanted and colours and OF_COLOURS.search(asked.text):
            yield Sentence(_("By its name, its colour is %(colour)s.") % {"colour": colours}, cited)
            if not PROPERTY.search(OF_COLOURS.sub(" ", asked.text)) and not CLAUSE.search(asked.text):
                return
        if description and (not wanted or "unknown" in wanted):
            yield Sentence(description, cited)
        if "unknown" in wanted and not description:
            yield from self.says_no_more()

    def compare(self, asked: Asked) -> Iterator[Piece]:
        """Two or three products beside each other; behind them what there is of each in a colour that is asked for."""
        plain, look = without_look(asked)
        if "look" not in asked.aspects:
            yield from self.side_by_side(plain)
        for part in self.things_compared(plain) if look else ():
            kind = recoloured(part, look)
            words = f"{look} {kind}" if kind.isascii() else f"{look}{kind}"
            rows = named(self.search(words), words) or named(self.search(words, available=False), words)
            if rows:
                yield Sentence(self.searched(asked_of(asked, words, order="", text="")))
                yield from self.lines(by_likeness(rows, words)[:2])
            else:
                yield Sentence(_("I searched for “%(words)s” and found nothing that fits.") % {"words": words})

    def side_by_side(self, asked: Asked) -> Iterator[Piece]:
        rows = self.compared(asked)
        if len(rows) < 2:
            if rows:
                yield self.state(rows[0])
                yield Sentence(_("What shall I compare it with? Tell me a second product by name or code."))
            else:
                yield Sentence(_("Which products shall I compare? Tell me their names or codes."))
            return
        self.meant = rows
        apart = len({row["category"] for row in rows}) > 1
        for row in rows:
            yield self.state(row)
            if row["category"] and apart:
                yield Sentence(
                    _("%(title)s is in %(category)s.") % {"title": row["title"], "category": row["category"]},
                    (key(row),),
                )
        priced = sorted((row for row in rows if row["price"] is not None), key=lambda row: row["price"])
        cited = tuple(key(row) for row in rows)
        if len(priced) > 1 and priced[0]["price"] == priced[-1]["price"]:
            yield Sentence(_("They cost the same."), cited)
        elif len(priced) > 1:
            text = _("%(title)s is the cheaper one.") if len(rows) == 2 else _("%(title)s is the cheapest of them.")
            yield Sentence(text % {"title": priced[0]["title"]}, (key(priced[0]),))
            if len(rows) == 2:
                difference = self.money(priced[1]["price"] - priced[0]["price"])
                yield Sentence(_("The difference is %(amount)s.") % {"amount": difference}, cited)
        if SELLS.search(asked.text) or SELLS_ZH.search(asked.text):
            yield from self.bought_more(rows)
        told = self.described(rows)
        yield from told
        if "unknown" in asked.aspects and not told:
            yield from self.says_no_more()

    def most_of(self, asked: Asked, rows: list[Row]) -> Iterator[Piece]:
        """Which of them costs most, or least, where that is asked."""
        priced = sorted((row for row in rows if row["price"] is not None), key=lambda row: row["price"])
        dear, cheap = (said.search(asked.text) is not None for said in (MOST_SAID, LEAST_SAID))
        if len(priced) < 2 or priced[0]["price"] == priced[-1]["price"] or dear == cheap:
            return
        row, text = priced[0], _("%(title)s is the cheapest of them.")
        if dear:
            row, text = priced[-1], _("%(title)s is the most expensive of them.")
        yield Sentence(text % {"title": row["title"]}, (key(row),))

    def bought_more(self, rows: list[Row]) -> Iterator[Piece]:
        """Which of them more orders of late hold, by the shop's own orders."""
        found = self.call("lookup_catalog", product_ids=[row["product_id"] for row in rows], by_sales=True)
        placed = [row for row in found.data.get("products", []) if row["sales_place"]]
        best = [row for row in placed if row["sales_place"] == 1]
        if len(best) == 1:
            text = _("%(title)s sells better: more of the latest orders hold it.")
            yield Sentence(text % {"title": best[0]["title"]}, (key(best[0]),))
        elif best:
            yield Sentence(_("They sell equally well: as many of the latest orders hold each."), tuple(map(key, best)))
        else:
            yield Sentence(_("None of the latest orders holds any of these."), tuple(map(key, rows)))

    def described(self, rows: list[Row]) -> list[Piece]:
        """What the shop's data say of each."""
        found = [(row, self.call("get_product", product_id=row["product_id"]).data.get("product", {})) for row in rows]
        return [Sentence(text, (key(row),)) for row, product in found if (text := product.get("description"))]

    def compared(self, asked: Asked) -> list[Row]:
        """The products that shall be compared, at most three."""
        if asked.codes or asked.ordinals or (asked.both and not asked.words):
            rows = self._choose(asked).products
            if asked.here and len(rows) == 1:
                rows = [*self.page(), *rows]
            if len(rows) > 1 or not asked.both:
                return unique(rows)[:MOST_COMPARED]
        if not asked.words and len(self.meant) > 1:  # of the same message
            return self.meant[:MOST_COMPARED]
        rows = []
        for words in self.of_the_others_kind(self.things_compared(asked), asked.text):
            found = self._choose(asked_of(asked, words, text=words)) if words else Choice(self.pointed(asked))
            rows += found.products[:1]
        rows = unique(rows)
        if len(rows) < 2 and asked.words and (asked.both or asked.units == 2):  # "between the two tree of life mugs"
            rows = self.two_of(asked) or rows
        if len(rows) < 2 and (asked.here or asked.there):
            rows = unique([*self.pointed(asked)[:1], *rows])
        if len(rows) < 2 and not asked.words:  # what the answers before were about, one by one
            lists = [each for each in self.lists() if len(each) <= MOST_COMPARED]
            rows = unique([*rows, *(row for each in lists[:2] for row in each)])
            if len(rows) < 2:
                rows = next((each for each in self.lists() if len(each) > 1), rows)
        return rows[:MOST_COMPARED]

    def two_of(self, asked: Asked) -> list[Row]:
        """The two or three products of a kind that is named alone, what can be had first; [] where there are more or fewer."""
        kind = " ".join(word for word in asked.words.split() if not word.isdigit() and word not in NUMBERS)
        found = by_likeness(self.search(kind, available=False, limit=20), kind)
        alike = named(found, kind, strictly=True)
        ready = [row for row in alike if row["available"]]
        return next((rows for rows in (ready, alike) if 1 < len(rows) <= MOST_COMPARED), [])

    def things_compared(self, asked: Asked) -> list[str]:
        """The parts; one that borrowed the kind of the other and is goods of its own ("an umbrella or a lunch bag") without it."""

        def own(part: str) -> str:
            thing, _space, rest = part.partition(" ")
            if not rest or part in asked.text or COLOUR.fullmatch(thing) or thing not in asked.text:
                return part
            rows = named(self.search(part, available=False), part, strictly=True)
            return part if rows or not self.names_goods(thing) else thing

        return [own(part) for part in self.parts_of(asked)]

    @staticmethod
    def parts_of(asked: Asked) -> list[str]:
        """The words of each product that shall be compared; what one leaves out ("the green and the red clock") the other says."""
        text = re.sub(r"^.*?(?:between|compare|difference|区别|对比(?:一下)?|比较(?:一下)?)(?![a-z])", " ", asked.text)
        # "is the set with jars cheaper than ..." has a with of its own
        joints = r"\bthan\b|比(?!较)" if re.search(r"\bthan\b", text) else JOINTS
        pieces = [piece for at, piece in enumerate(re.split(joints, text)) if not (at > 1 and BESIDE.match(piece))]
        parts = [part.words for piece in pieces if (part := asked_(piece)).words][:3]
        if (
            len(parts) < 2 or text != asked.text
        ):  # "the black scales or the mint ones, any difference apart from colour"
            before = ASIDE.sub("", asked.text)
            told = [part.words for piece in re.split(joints, before) if (part := asked_(piece)).words][:3]
            parts = told if len(told) > 1 and before != asked.text and before.strip() else parts
        if len(parts) == 2 and COLOUR.fullmatch(parts[0]) and (other := COLOUR.match(parts[1])):  # 大号和小号野餐篮
            parts[0] += parts[1][other.end() :]
        elif len(parts) == 2 and "".join(parts).isascii():
            one, other = sorted((part.split() for part in parts), key=len)
            if len(one) == 1 and len(other) > 1:
                alike = ({word, *one} <= SIZES or all(map(COLOUR.fullmatch, [word, *one])) for word in other)
                at = next((at for at, same in enumerate(alike) if same), 0)
                parts[parts.index(one[0])] = " ".join([*other[:at], *one, *other[at + 1 :]])
        return parts

    def of_the_others_kind(self, parts: list[str], text: str) -> list[str]:
        """The parts; one that leaves out its kind ("the sweetheart one") with the words of the first that it may be of."""
        if len(parts) < 2 or not points_at_some(text):
            return parts
        short = {part for part in parts if re.search(rf"\b{re.escape(part.split()[-1])}(?: \w+)? ones?\b", text)}
        whole = next((part for part in parts if part not in short), parts[0])
        plain = whole.split()
        completed = []
        for part in parts:
            kinds = (" ".join(plain[at:]) for at in range(1, len(plain)) if part is not whole)
            fits = (both for kind in kinds if named(self.search(both := f"{part} {kind}", available=False), both))
            completed.append(next(fits, part))
        return completed

    def similar(self, asked: Asked) -> Iterator[Piece]:
        chosen = self.choose(asked)
        if not chosen.products:
            yield from self.none_found(asked)
            return
        row = chosen.products[0]
        at_hand = self.page() or self.shown
        if at_hand and not asked.codes and at_hand[0] != row and (rows := self.of_kind_like(asked, at_hand[0])):
            yield Sentence(_("Similar to %(title)s:") % {"title": at_hand[0]["title"]}, (key(at_hand[0]),))
            yield from self.lines(rows[:SHOWN])
            return
        known = self.call("get_product", product_id=row["product_id"]).data.get("similar", [])
        alike = self.like(row)
        rows = unique([*alike, *known])[:SHOWN] if alike else known
        if not rows:
            rows = [other for other in self.search(row["title"]) if other["product_id"] != row["product_id"]][:3]
        if asked.order == "cheapest" and (less := self.cheaper(asked_of(asked, ""))):
            rows = less[:SHOWN]
        elif asked.order and row["price"] is not None:  # "like this one but cheaper"
            cheaper, price = asked.order == "cheapest", row["price"]
            near = unique([*rows, *self.search(row["title"], limit=20)])
            rows = [each for each in near if each["price"] not in (None, price) and (each["price"] < price) == cheaper][
                :SHOWN
            ]
        if not rows and asked.order == "cheapest" and (near := alike or known):
            text = _("Nothing similar to %(title)s costs less. This is similar:")
            yield Sentence(text % {"title": row["title"]}, (key(row),))
            yield from self.lines(near[:SHOWN])
            return
        if not rows:
            yield Sentence(_("I know of nothing similar to %(title)s.") % {"title": row["title"]}, (key(row),))
            yield from self.offer_person()
            return
        yield Sentence(_("Similar to %(title)s:") % {"title": row["title"]}, (key(row),))
        yield from self.lines(rows)


def without_look(question: Asked) -> tuple[Asked, str]:
    """A question that compares things without what it asks of their colour or size, and that colour.

    >>> from loyalty_ai.assistant.phrases import Intent
    >>> without_look(asked("which is cheaper, an umbrella or a bag, and does either come in black"))[1]
    'black'
    """
    found = LOOK_ASKED.search(question.text)
    look = (found["en"] or found["zh"]) if found else ""
    if not found or not {*asked_(found[0]).words.split()} <= NO_NAMES | {look}:
        return question, ""
    return replace(asked_(question.text[: found.start()]), aspects=question.aspects, both=question.both), look


def has_most(row: Row, words: str) -> bool:
    """Whether a product has more than half of the words."""
    plain = [word for word in words.split() if not word.isdigit()]
    return 2 * sum(bool(named([row], word)) for word in plain) > len(plain)


def says_most(rows: list[Row], words: str) -> bool:
    """Whether the first has more of the words than any other, and most of them."""
    plain = words.split()
    has = [sum(bool(named([row], word)) for word in plain) for row in rows]
    return 2 * has[0] > len(plain) > 1 and all(has[0] > each for each in has[1:])


def asked_(text: str) -> Asked:
    return asked(text.strip() or " ")

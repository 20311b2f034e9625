"""Answers to a business that buys in bulk: what so many cost, what comes off by the shop's document, and who may buy so."""

# ruff: noqa: E501 (a pattern is read as one line of a table)
from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from django.utils.translation import gettext as _

from loyalty_ai.assistant.amounts import amounts, counted, things_counted
from loyalty_ai.assistant.backends.base import Piece
from loyalty_ai.assistant.hearing import all_heard
from loyalty_ai.assistant.phrases import MEASURE_ZH, Intent
from loyalty_ai.assistant.phrasing.products import Products
from loyalty_ai.assistant.phrasing.voice import CERTAIN, FURTHEST, MOST_CHOICES, Row, asked_of, key
from loyalty_ai.assistant.questions import Asked, normal, words_of
from loyalty_ai.assistant.questions import asked as asked_about
from loyalty_ai.assistant.turn import Outcome, Sentence

MANY, MUCH = 50, Decimal(150)
"""Units of one thing, and a spend, from which on a business buys in bulk."""

_KINDS = (
    r"hotels?(?: chain)?|restaurants?|b ?& ?b|b and b|bed and breakfasts?|guest ?houses?|hostels?|caf[eé]s?|coffee shops?|tea ?rooms?|pubs?|bakery|"
    r"bakeries|(?:gift |card |farm |village )?shops?|boutiques?|stores?|salons?|spas?|compan(?:y|ies)|firms?|business(?:es)?|caterers?|venues?"
)
_OTHERS = r"schools?|nurser(?:y|ies)|charit(?:y|ies)|church(?:es)?|(?:event|wedding) planners?|florists?"
BUSINESS = re.compile(
    rf"\b(?:we|i) (?:all )?(?:run|own|manage|have|supply|am opening|are opening|are|am) (?:an?|the|two|three|several|some) (?:[\w'-]+ ){{0,2}}?(?:{_KINDS}|{_OTHERS})\b|"
    rf"\bfor (?:an?|our|my|the|some) (?:[\w'-]+ ){{0,2}}?(?:{_KINDS})\b(?! (?:door|sign|gift|toy))|\b(?:hotel|restaurant|caf[eé]) chain\b|"
    r"我们?(?:是|想)?(?:开|经营|有)?(?:了|着)?(?:一)?[家间个]?.{0,4}(?:店|馆|餐厅|酒店|民宿|公司|酒吧|学校|企业)"
)
WHOLESALE = re.compile(r"\bwholesale\b|批发|进货")

"""Speaks for a business, or names what only a business does."""

DEAL = re.compile(
    r"\b(?:deals?|discounts?|off|cheaper|better price|trade|wholesale|bulk|terms|rate)\b|折|优惠|便宜|批发价"
)
OFF_THE_PRICE = re.compile(r"\b(?:deals?|discounts?|off|cheaper|better price|terms|rate)\b|折|优惠|便宜|批发价")
TO_PAY = re.compile(
    r"\b(?:discounts?|deal|% off|off|pay(?! (?:\w+ )*(?:by|with|via)\b)|come to|altogether|total|grand|how much|reduction|enough)\b|折|优惠|够|付多少|省多少|多少钱|一共|总共"
)
OFF = re.compile(
    r"(?:£|\$|€) ?(?P<from>\d[\d,]*) or more(?: gets| has|:)? (?P<share>\d{1,2}) ?%|满 ?(?P<from_zh>\d[\d,]*) ?英?镑优惠 ?(?P<share_zh>\d{1,2}) ?%"
)
SAVES = re.compile(
    r"\b(?:how much|what|which|any|do|does|would|will|can|could|is there)\b.{0,60}\b(?:save[sd]?|savings?|discounts?|money off|off(?= an? (?:£|\d|order))|(?:get|have|be) (?:anything|something|any money|much|a bit) off|come off|comes off|taken off|reductions?|rebate)\b|"
    r"(?:省|减|优惠|便宜|折扣|打).{0,4}(?:多少|几|吗|什么)|(?:什么|多少)(?:优惠|折扣)|(?:能|可以|会|有)(?:省|优惠|减|打折|折扣)"
)
ORDER_ALONE = re.compile(r"\d+|order\w*|spend\w*|purchase|.*[一那]单|订单|单|下单")
OF_ORDERS = re.compile(r"\borders?\b|\bspend|单")
OF_AN_ORDER = re.compile(
    r"\b(?:orders?|basket|purchase|spend(?:ing)?|buy(?:ing)?)\b(?: \w+){0,2} (?:£ ?)?\d{3,}\b(?! ?(?:of|x|[a-z]+s\b))|\b\d{3,} (?:order|spend)\b|[单买花].{0,4}\d{3,}"
)
"""Asks what comes off; words of an order that name no goods; speaks of one; a sum of money that an order comes to, be it without a sign."""
LEAST = re.compile(
    r"\b(?:min|minimum|least|smallest|lowest|(?:the |for the |our |my )?first (?:\w+ )?(?:time|order|one|purchase))\b|最低|最少|至少|起订"
)
"""What a document takes off from which sum on."""

_SOME = r"(?P<n>(?<![£$€\d.])[1-9]\d{1,2}(?![\d.%]))"
_ENDS = r"people|guests|pounds|quid|days|years|characters|letters|words|cm|for|by|before|in|on|at|to|from|with|and|or"
SO_MANY = re.compile(
    rf"{_SOME.replace('<n>', '<n_zh>')} ?(?:{MEASURE_ZH})(?P<zh>[\u3400-\u9fffa-z ]{{1,24}}?)(?=[,.?!]|有|够|可以|能|行|库存|你们|$)|"
    rf"{_SOME}(?: of)?(?: (?:the|your|those|these|them))?(?P<rest>(?: (?!(?:{_ENDS})\b)[a-z'-]+)*)"
)
PLENTY = re.compile(r"\benough\b|\b(?:that|so|as|this) many\b|够|[这那]么多")
TO_BE_HAD = re.compile(
    r"\b(?:can|could|may|might) (?:i|we) (?:still )?(?:order|buy|get|have|take)\b|"
    r"\b(?:can|could|may) (?:it|this|that|they|these|those) (?:still )?be (?:had|ordered|bought)\b|\b(?:do you|have you|would you|you) (?:have|got|stock)\b|"
    r"\bpossible\b|\bok(?:ay)? to order\b|\bavailable\b|\bin stock\b|有货|可以(?:吗|买|订)|[能行][吗买订]|买(?:得|不)到|库存"
)
OF_PRICE = re.compile(
    rf"{DEAL.pattern}|\bhow much\b|\b(?:cost|price|total|add|put|cart|basket|trolley)\b|\bi (?:have )?(?:ordered|bought)\b|多少钱|购物车|买了|买过"
)
"""Many units of something; asks whether there are as many, or whether they can be had; asks for their price, or wants them put."""

BESIDE = re.compile(r",? and |, ?")
"""Where a business asks one thing more."""

SURELY = 0.8
"""Likeness from which on a message asks for one thing of the document and not for its terms."""

MOST_LIKELY, OF_TRADE = 3, {True: 0.6, False: 0.4}
"""Subjects that a part may be heard as beside a business's order, and the likeness, in English or not, from which on one is meant."""


class Trade(Products):
    """Tells a business of its terms."""

    def trade(self, asked: Asked) -> list[Piece]:
        """What a business that wants many things is told; [] where nobody speaks for one, or no document treats it."""
        if LEAST.search(asked.text) and not OFF_THE_PRICE.search(asked.text):
            return []  # another part of the document
        told = [normal(self.turn.text), *map(normal, self.asked_before[:FURTHEST])]
        before = next((text for text in told if self.buys_in_bulk(text)), "")
        goes_on = before and TO_PAY.search(asked.text)
        if goes_on and asked.words:  # of other goods it asks something else
            goes_on = not any(row["score"] >= CERTAIN for row in self.search(asked.words))
        text = asked.text if self.buys_in_bulk(asked.text) else before if goes_on else ""
        rules = self.passages(_("bulk discounts"), 0.5)[:1] if before else []
        if not rules:
            return []
        if told := self.another_term(asked, rules[0]["title"]):
            return told
        if self.topic == rules[0]["title"] and (told := self.more_of_trade(asked, self.topic)):
            return told
        if not text:
            return []
        told = list(self._trade(text, rules)) or [Outcome.ANSWERED]  # an earlier part was told it all
        more = [self.more_of_trade(replace(asked, text=each), self.topic) for each in BESIDE.split(asked.text)[1:]]
        return [*told, *(piece for pieces in more for piece in pieces)]

    def another_term(self, asked: Asked, title: str) -> list[Piece]:
        """What the document says of what is plainly asked beside the terms that every business is told: samples."""
        said = next(iter(all_heard(asked.text)), None)
        treated = self.treating(said.query) if said and said.query and said.likeness >= SURELY else []
        terms = {passage["key"] for query in self.terms() for passage in self.passages(query, 0.5)[:1]}
        if not treated or treated[0]["title"] != title or treated[0]["key"] in terms:
            return []
        return list(self.quote(asked_of(asked, "", text=said.query), treated))

    @staticmethod
    def terms() -> tuple[str, ...]:
        """What every business is told."""
        return _("bulk discounts"), _("who can buy wholesale"), _("minimum order wholesale")

    def many_wanted(self) -> Asked | None:
        """The question whether very many units of something can be had; None where a message asks no such thing."""
        text = normal(self.turn.text)
        found = SO_MANY.search(text)
        units = int(found["n"] or found["n_zh"]) if found else 0
        plenty = PLENTY.search(text) is not None
        if (
            units < (2 if plenty else MANY)
            or OF_PRICE.search(text)
            or BUSINESS.search(text)
            or not (plenty or TO_BE_HAD.search(text))
        ):
            return None
        whole = asked_about(text)
        words = words_of(found["rest"] or found["zh"] or "") if found else ""
        words = words or (whole.words if plenty else "")  # "enough ponchos for 50 people"
        if not words and not (plenty and (whole.here or whole.there)):
            return None
        rows = self.search(words, available=False) if words else []
        if words and not any(row["score"] >= CERTAIN for row in rows):
            return None
        if any(str(units) in row["title"].lower().split() for row in rows):
            return None  # "the tokyo 78 airline bag": part of its name
        return replace(whole, intent=Intent.STOCK, words=words, codes=(), units=units, aspects=frozenset({"enough"}))

    def so_many(self, asked: Asked) -> Iterator[Piece]:
        """What is known of whether so many can be had: what is in stock, what they come to, and the rules for large orders."""
        units, found = asked.units or 1, self.choose(asked).products
        rows = ([row for row in found if row["available"]] or found)[:MOST_CHOICES]
        if not rows:
            yield from self.none_found(asked)
            return
        if len(rows) == 1:
            yield from self.cost(rows[0], units if rows[0]["available"] else 1)
        else:
            yield from self.which(rows[:0], asked.words)
            told = {row["product_id"]: self.money(units * row["price"]) for row in rows if row["price"] is not None}
            text = _("%(units)s of them: %(total)s")
            yield from self.lines(rows, lambda row: text % {"units": units, "total": told.get(row["product_id"], "")})
        if any(row["available"] for row in rows):
            yield Sentence(_("I cannot see how many are left."))
        yield from self.rule(_("limits: as many units as are in stock, at most so many of a product"))
        yield from self.rule(_("bulk discounts"))

    def more_of_trade(self, asked: Asked, title: str) -> list[Piece]:
        """What the document says that is asked beside a business's order, and that another document may say of shoppers."""
        for said in all_heard(asked.text)[:MOST_LIKELY]:
            treated = (
                self.treating(said.query) if said.query and said.likeness >= OF_TRADE[asked.text.isascii()] else []
            )
            if treated and treated[0]["title"] == title:
                return list(self.quote(asked_of(asked, "", text=said.query), treated))
        return []

    @staticmethod
    def buys_in_bulk(text: str) -> bool:
        """Whether a message speaks for a business and of many things, of much money, or of a better price."""
        spend = max((each.value for each in amounts(text) if each.money), default=Decimal(0))
        if not BUSINESS.search(text):
            return WHOLESALE.search(text) is not None and spend >= MUCH
        many = things_counted(text) or counted(text)
        units = many if many is None else many[0] if isinstance(many, tuple) else many.value
        return bool((units and units >= MANY) or spend >= MUCH or DEAL.search(text))

    def _trade(self, text: str, rules: list[Row]) -> Iterator[Piece]:
        named = WHOLESALE.search(text) is not None
        sums = [each.value for each in amounts(text) if each.money and (named or each.value >= MUCH)]
        found = counted(BUSINESS.sub(" ", text))
        goods = self._choose(asked_about(found[1])).products if found else []
        if found and goods and goods[0]["price"] is not None:
            yield from self.cost(goods[0], found[0])
            sums = [found[0] * goods[0]["price"]]
        if sums:
            yield from self.taken_off(sums[0], rules[0], tuple(key(row) for row in goods[:1]))
        for query in self.terms():
            for passage in self.passages(query, 0.5)[:1]:
                yield from self.quote(asked_of(asked_about(query), "", text=query), [passage])

    def saved(self, asked: Asked) -> list[Piece]:
        """What comes off an order of so much by the shop's document; [] where that is not asked, or no document says it."""
        bare = OF_AN_ORDER.search(asked.text) is not None
        spend = max((each.value for each in amounts(asked.text) if each.money or bare), default=0)
        words = " ".join(word for word in asked.words.split() if not ORDER_ALONE.fullmatch(word))
        least = 1 if OF_ORDERS.search(asked.text) else MUCH
        if not SAVES.search(asked.text) or spend < least or (words and self.names_in_title(words)):
            return []
        rules = self.passages(_("bulk discounts"), 0.5)[:1]
        told = [piece for rule in rules for piece in self.taken_off(Decimal(spend), rule)]
        return [*told, *self.rule(_("bulk discounts"))] if told else []

    def names_in_title(self, words: str) -> bool:
        """Whether goods plainly are called so."""
        return any(row["score"] >= CERTAIN for row in self.search(words, available=False))

    def taken_off(self, spend: Decimal, rule: Row, goods: tuple[str, ...] = ()) -> Iterator[Piece]:
        """What a rule takes off a sum; nothing where it takes off none of any."""
        steps = [
            (Decimal((each["from"] or each["from_zh"]).replace(",", "")), int(each["share"] or each["share_zh"]))
            for each in OFF.finditer(rule["text"])
        ]
        share = max((share for least, share in steps if spend >= least), default=0)
        told = {"share": share, "sum": self.money(spend)}
        if share:
            off = (spend * share / 100).quantize(Decimal("0.01"))
            told |= {"off": self.money(off), "rest": self.money(spend - off)}
            text = _("For a wholesale customer %(share)s %% of %(sum)s come off: %(off)s, which leaves %(rest)s.")
            yield Sentence(text % told, (rule["key"], *goods))
        elif steps:
            least, share = min(steps)
            text = _("An order of %(sum)s gets no discount: %(share)s %% come off from %(least)s on.")
            yield Sentence(text % (told | {"share": share, "least": self.money(least)}), (rule["key"],))

"""The default backend: understands by tables, looks up by the tools, answers in sentences of its own. No language model.

Whatever it states it has just been told by a tool, so nothing can be invented; what it cannot find it says it cannot find.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from loyalty_ai.assistant.backends.base import Backend, Piece, Tools
from loyalty_ai.assistant.choosing import (
    POSSIBLE,
    SURE,
    Choice,
    Row,
    by_likeness,
    codes_of,
    decide,
    named,
)
from loyalty_ai.assistant.extracts import best_sentences
from loyalty_ai.assistant.phrases import Intent
from loyalty_ai.assistant.questions import Asked, asked, continued, interests, period, understand
from loyalty_ai.assistant.turn import Found, Outcome, Sentence, Turn
from loyalty_ai.serving.money import format_money

SHOWN, MOST_SHOWN, MOST_CHOICES, MOST_USUAL = 5, 12, 4, 6
"""Products of a list, of one that was asked for by number, to choose from, and of a usual order."""

CERTAIN = 0.75
"""Score of a product from which on the words alone say that it is meant."""

RELEVANT = 0.3
"""Score of a passage from which on it may answer."""

GIFT_SHARE = Decimal("0.2")
"""Of a budget: what a gift should cost at least, where there is enough of that."""

MOST_UNITS = 999
"""Of one product in a cart."""

MOST_STEPS = 6
"""Searches for the very cheapest: each begins below the cheapest of the one before."""

ABOUT_PRODUCTS = {
    Intent.PRICE,
    Intent.STOCK,
    Intent.DESCRIBE,
    Intent.SIMILAR,
    Intent.GOES_WITH,
    Intent.SEARCH,
    Intent.GIFT,
    Intent.RECOMMEND,
    Intent.CART_ADD,
    Intent.COMPARE,
}
ARRIVING = {"placed", "preparing", "dispatched"}


class TemplatesBackend(Backend):
    """Retrieval and deterministic phrasing in the active language."""

    name = "templates"
    instant = True

    def reply(self, turn: Turn, tools: Tools) -> Iterator[Piece]:
        """Answer each question of the message in turn."""
        return Reply(turn, tools, self.store.currency).pieces()


class Reply:
    """The answer to one message; `meant` are the products that its questions so far were about."""

    def __init__(self, turn: Turn, tools: Tools, currency: str) -> None:
        self.turn = turn
        self.tools = tools
        self.currency = currency
        self.meant: list[Row] = []
        self._shown: list[Row] | None = None

    def pieces(self) -> Iterator[Piece]:
        """Sentences, then how it ended: answered where any question was."""
        outcomes = []
        for question in self.questions():
            for piece in self.answer(question):
                if isinstance(piece, Outcome):
                    outcomes.append(piece)
                else:
                    yield piece
        order = (Outcome.HANDED_OVER, Outcome.ANSWERED, Outcome.UNANSWERED, Outcome.REFUSED)
        yield min(outcomes, key=order.index)

    def questions(self) -> list[Asked]:
        """The message's questions; one that goes on with the last message's is completed from there."""
        found = understand(self.turn.text)
        first = found[0]
        said = [said.text for said in self.turn.history if said.by_shopper]
        if said and self.goes_on(first):
            before = understand(said[-1])[-1]
            if before.intent in ABOUT_PRODUCTS:
                found[0] = continued(first, before)
        return found

    @staticmethod
    def goes_on(now: Asked) -> bool:
        """Whether a question can only be read together with the one before."""
        pointed = now.here or now.there or now.ordinals or now.codes
        if now.intent is Intent.NONE:
            return bool(now.follows or now.bounded or now.order or pointed)
        return now.intent is Intent.SEARCH and not now.words and bool(now.bounded or now.order or now.follows)

    def answer(self, question: Asked) -> Iterator[Piece]:
        """One question's sentences and its outcome."""
        method: Callable[[Asked], Iterator[Piece]] = METHODS[question.intent]
        ended = False
        for piece in method(self, question):
            ended = ended or isinstance(piece, Outcome)
            yield piece
        if not ended:
            yield Outcome.ANSWERED

    # Which products are meant.

    def call(self, name: str, **arguments: Any) -> Found:
        return self.tools.call(name, {key: value for key, value in arguments.items() if value is not None})

    def rows(self, product_ids: Iterable[str]) -> list[Row]:
        wanted = list(dict.fromkeys(product_ids))[:20]
        return self.call("lookup_catalog", product_ids=wanted).data.get("products", []) if wanted else []

    def search(self, words: str, asked: Asked | None = None, *, available: bool = True, limit: int = 12) -> list[Row]:
        bounds = {"min_price": asked.low, "max_price": asked.high} if asked else {}
        found = self.call("search_catalog", query=words[:400], available_only=available, limit=limit, **bounds)
        return [row for row in found.data.get("products", []) if row["score"] >= POSSIBLE and not row.get("muted")]

    @property
    def shown(self) -> list[Row]:
        """The products of the last answer, in their order."""
        if self._shown is None:
            keys = [key.removeprefix("product:") for key in self.turn.focus if key.startswith("product:")]
            self._shown = self.rows(keys)
        return self._shown

    def page(self) -> list[Row]:
        return self.rows([self.turn.product]) if self.turn.product else []

    def pointed(self, asked: Asked) -> list[Row]:
        """What is meant without naming it: this page, what was just said, what was last shown."""
        if asked.here:
            return self.page() or self.meant[-1:] or self.shown
        return self.meant[-1:] or self.shown or self.page()

    def choose(self, asked: Asked, *, many: bool = False) -> Choice:
        """The product that a question is about."""
        chosen = self._choose(asked)
        if many or chosen.sure or len(chosen.products) <= 1:
            self.meant = chosen.products if chosen.sure else self.meant
        return chosen

    def _choose(self, asked: Asked) -> Choice:
        if asked.codes and (rows := self.rows(codes_of(asked))):
            return Choice(rows, sure=True)
        if asked.ordinals and self.shown:
            places = [place - 1 if place > 0 else len(self.shown) - 1 for place in asked.ordinals]
            return Choice([self.shown[place] for place in places if place < len(self.shown)], sure=True)
        if asked.both and (rows := (self.shown if len(self.shown) > 1 else [*self.page(), *self.shown])[:3]):
            return Choice(rows, sure=len(rows) > 1 or rows[0]["product_id"] == self.turn.product)
        if asked.here and self.turn.product and (rows := self.page()):
            return Choice(rows, sure=True)
        if not asked.words or asked.there:
            rows = self.pointed(asked)
            strong = (
                [row for row in self.search(asked.words, available=False) if row["score"] >= CERTAIN]
                if asked.words
                else []
            )
            if not strong:
                return Choice(rows, sure=len(rows) == 1)
        if (
            asked.words
            and self.shown
            and (fitting := named(self.shown, asked.words))
            and (asked.follows or len(fitting) == 1)
        ):
            return Choice(fitting, sure=len(fitting) == 1)
        return decide(self.search(asked.words, available=False), asked.words)

    # Words of products.

    def money(self, amount: Decimal | None) -> str:
        return format_money(amount, self.currency) if amount is not None else ""

    def line(self, row: Row, why: str = "") -> Sentence:
        """One product of a list."""
        if row["price"] is None:
            text = _("%(title)s: sold out") if not row["available"] else _("%(title)s: no price at the moment")
        else:
            text = _("%(title)s: %(price)s, in stock") if row["available"] else _("%(title)s: %(price)s, sold out")
        text %= {"title": row["title"], "price": self.money(row["price"])}
        if why:
            text = _("%(product)s – %(why)s") % {"product": text, "why": why}
        return Sentence(text, (key(row),))

    def lines(self, rows: Iterable[Row], why: Callable[[Row], str] = lambda row: "") -> Iterator[Sentence]:
        for row in rows:
            yield self.line(row, why(row))

    def state(self, row: Row) -> Sentence:
        """What a product costs and whether it can be had."""
        if row["price"] is None:
            text = _("%(title)s has no price at the moment.")
        elif row["available"]:
            text = _("%(title)s costs %(price)s and is in stock.")
        else:
            text = _("%(title)s costs %(price)s but is sold out at the moment.")
        return Sentence(text % {"title": row["title"], "price": self.money(row["price"])}, (key(row),))

    def which(self, rows: list[Row], words: str) -> Iterator[Piece]:
        """Ask back, with the facts beside each that may be meant."""
        if words:
            yield Sentence(_("Several products fit “%(words)s”. Which one do you mean?") % {"words": words})
        else:
            yield Sentence(_("Which one of these do you mean?"))
        yield from self.lines(rows[:MOST_CHOICES])

    def none_found(self, asked: Asked) -> Iterator[Piece]:
        if not asked.words and not asked.codes:
            yield Sentence(
                _("Which product do you mean? Its name or its code is enough, or open its page and ask again.")
            )
            yield Outcome.ANSWERED
            return
        words = asked.words or " ".join(asked.codes)
        text = _("I searched for “%(words)s” and found nothing that fits.")
        yield Sentence(text % {"words": words})
        yield from self.offer_person()

    def offer_person(self) -> Iterator[Piece]:
        yield Sentence(
            _("Would you like a person to help? Ask for one, and somebody from the shop will answer you here.")
        )
        yield Outcome.UNANSWERED

    # Products.

    def about_one(self, asked: Asked, say: Callable[[Row], Iterator[Piece]]) -> Iterator[Piece]:
        """Say something of the product that is meant, or ask which one it is."""
        chosen = self.choose(asked)
        if not chosen.products:
            if asked.words and (passages := self.passages(asked.text, 0.7)):
                yield from self.quote(asked, passages)
                return
            yield from self.none_found(asked)
        elif chosen.sure:
            for row in chosen.products[:MOST_CHOICES]:
                yield from say(row)
        else:
            yield from self.which(chosen.products, asked.words)

    def price(self, asked: Asked) -> Iterator[Piece]:
        if asked.order and asked.words:
            yield from self.find(asked)
            return
        yield from self.about_one(asked, lambda row: iter([self.state(row)]))

    def stock(self, asked: Asked) -> Iterator[Piece]:
        def say(row: Row) -> Iterator[Piece]:
            price = self.money(row["price"])
            if row["available"]:
                text = _("Yes, %(title)s is in stock, at %(price)s.") if price else _("Yes, %(title)s is in stock.")
            else:
                text = _("No, %(title)s is sold out at the moment.")
            yield Sentence(text % {"title": row["title"], "price": price}, (key(row),))
            if "left" in asked.aspects and row["available"]:
                yield Sentence(_("I cannot see how many are left."))
            if not row["available"]:
                similar = self.call("get_product", product_id=row["product_id"]).data.get("similar", [])
                if others := [other for other in similar if other["available"]]:
                    yield Sentence(_("Something similar:"))
                    yield from self.lines(others)

        yield from self.about_one(asked, say)

    def describe(self, asked: Asked) -> Iterator[Piece]:
        chosen = self._choose(asked)
        if not chosen.products and not (asked.words and self.passages(asked.text, CERTAIN)):
            yield from self.out_of_scope(asked)
            return
        yield from self.about_one(asked, lambda row: self.describe_one(asked, row))

    def describe_one(self, asked: Asked, row: Row) -> Iterator[Piece]:
        found = self.call("get_product", product_id=row["product_id"]).data.get("product", row)
        told, cited = {"title": row["title"], "code": row["product_id"], "category": row["category"]}, (key(row),)
        wanted = asked.aspects & {"category", "code", "link", "unknown"}
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
        if description and (not wanted or "unknown" in wanted):
            yield Sentence(description, cited)
        if "unknown" in wanted and not description:
            yield Sentence(_("The shop's data says no more about it, and I would rather not guess."))
            yield from self.offer_person()

    def compare(self, asked: Asked) -> Iterator[Piece]:
        rows = self.compared(asked)
        if len(rows) < 2:
            if rows:
                yield self.state(rows[0])
                yield Sentence(_("What shall I compare it with? Tell me a second product by name or code."))
            else:
                yield Sentence(_("Which products shall I compare? Tell me two by name or code."))
            return
        self.meant = rows
        for row in rows:
            yield self.state(row)
            if row["category"]:
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
        for row in rows:
            description = (
                self.call("get_product", product_id=row["product_id"]).data.get("product", {}).get("description")
            )
            if description:
                yield Sentence(description, (key(row),))

    def compared(self, asked: Asked) -> list[Row]:
        """The products that shall be compared, at most three."""
        if asked.codes or asked.ordinals or (asked.both and not asked.words):
            rows = self._choose(asked).products
            if asked.here and len(rows) == 1:
                rows = [*self.page(), *rows]
            return unique(rows)[:3]
        rows = []
        for words in self.parts_of(asked):
            found = self._choose(asked_of(asked, words)) if words else Choice(self.pointed(asked))
            rows += found.products[:1]
        rows = unique(rows)
        if len(rows) < 2 and (asked.here or asked.there):
            rows = unique([*self.pointed(asked)[:1], *rows])
        if not rows and len(self.shown) > 1:
            rows = self.shown
        return rows[:3]

    @staticmethod
    def parts_of(asked: Asked) -> list[str]:
        """The words of each product that shall be compared; what one leaves out ("the green and the red clock") the other says."""
        text = re.sub(r"^.*?(?:between|compare|difference|区别|对比(?:一下)?|比较(?:一下)?)(?![a-z])", " ", asked.text)
        parts = [
            part.words
            for piece in re.split(
                r"\b(?:and|or|vs\.?|versus|with|to|than|against|from)\b|[,:&]|和|跟|与|还是|比(?!较)|同", text
            )
            if (part := asked_(piece)).words
        ][:3]
        if len(parts) == 2 and "".join(parts).isascii():
            one, other = sorted((part.split() for part in parts), key=len)
            if len(one) == 1 and len(other) > 1:
                parts[parts.index(one[0])] = " ".join([*one, *other[1:]])
        return parts

    def similar(self, asked: Asked) -> Iterator[Piece]:
        chosen = self.choose(asked)
        if not chosen.products:
            yield from self.none_found(asked)
            return
        row = chosen.products[0]
        rows = self.call("get_product", product_id=row["product_id"]).data.get("similar", [])
        if not rows:
            rows = [other for other in self.search(row["title"]) if other["product_id"] != row["product_id"]][:3]
        if not rows:
            yield Sentence(_("I know of nothing similar to %(title)s.") % {"title": row["title"]}, (key(row),))
            yield from self.offer_person()
            return
        yield Sentence(_("Similar to %(title)s:") % {"title": row["title"]}, (key(row),))
        yield from self.lines(rows)

    # Looking for something.

    def find(self, asked: Asked) -> Iterator[Piece]:
        if asked.here and asked.words and (page := self.page()):  # "do you have this in blue?"
            asked = asked_of(asked, f"{asked.words} {page[0]['title'].lower()}")
        if asked.codes and (rows := self.rows(codes_of(asked))):
            self.meant = rows
            for row in rows:
                yield self.state(row)
            return
        if asked.order and not asked.words:
            yield Sentence(_("Tell me which kind of product, such as mugs, and I look for it."))
            return
        if not asked.words:
            yield from self.recommend(asked)
            return
        rows = self.extreme(asked) if asked.order else self.search(asked.words, asked, limit=20)
        best = max((row["score"] for row in rows), default=0)
        if best < SURE and (passages := self.passages(asked.text, max(best, SURE))):
            yield from self.quote(asked, passages)
            return
        if not rows:
            yield from self.nothing_fits(asked)
            return
        count = asked.count or (1 if asked.order and not re.search(r"\b\w+s\b.*(are|ones)", asked.text) else SHOWN)
        rows = rows if asked.order else [row for row in by_likeness(rows, asked.words) if row["score"] >= 0.75 * best]
        self.meant = rows[:1] if count == 1 or len(rows) == 1 else self.meant
        yield Sentence(self.searched(asked, one=min(count, len(rows)) == 1))
        yield from self.lines(rows[: min(count, MOST_SHOWN)])

    def extreme(self, asked: Asked) -> list[Row]:
        """What the words name, by price: the cheapest of all or the dearest of all first."""
        cheap = asked.order == "cheapest"
        rows: dict[str, Row] = {}
        low, high, least = asked.low, asked.high, Decimal(0)
        for _step in range(MOST_STEPS):
            found = self.search(asked.words, limited(asked, low, high), limit=20)
            least = least or max((Decimal(str(row["score"])) for row in found), default=Decimal(0)) * Decimal("0.8")
            fresh = [row for row in found if row["score"] >= least and row["price"] is not None]
            rows |= {row["product_id"]: row for row in fresh}
            if len(found) < 20 or not fresh:
                break
            prices = [row["price"] for row in fresh]
            low, high = (low, min(prices) - Decimal("0.01")) if cheap else (max(prices) + Decimal("0.01"), high)
            if (cheap and high < 0) or (not cheap and high is not None and low > high):
                break
        kept = (
            named(rows.values(), asked.words, strictly=True) or named(rows.values(), asked.words) or list(rows.values())
        )
        return sorted(kept, key=lambda row: row["price"], reverse=not cheap)

    def searched(self, asked: Asked, *, one: bool) -> str:
        """What was searched for, and within which prices."""
        told = {"words": asked.words}
        if asked.order == "cheapest" and one:
            return _("The cheapest I found for “%(words)s”:") % told
        if asked.order == "dearest" and one:
            return _("The most expensive I found for “%(words)s”:") % told
        if asked.bounded:
            return _("Here is what I found for “%(words)s” within your price:") % told
        return _("Here is what I found for “%(words)s”:") % told

    def nothing_fits(self, asked: Asked) -> Iterator[Piece]:
        """Say that nothing fits; where only the price or the stock forbids it, show what there is."""
        rows = by_likeness(self.search(asked.words, available=False), asked.words)
        if not rows or rows[0]["score"] < SURE:
            yield from self.none_found(asked)
            return
        if asked.bounded:
            yield Sentence(
                _("Nothing for “%(words)s” is within that price. This is what there is:") % {"words": asked.words}
            )
            rows.sort(key=lambda row: (row["price"] is None, row["price"]), reverse=asked.high is None)
        else:
            yield Sentence(
                _("All that I find for “%(words)s” cannot be ordered at the moment:") % {"words": asked.words}
            )
        yield from self.lines(rows[:3])

    def gift(self, asked: Asked) -> Iterator[Piece]:
        words = " ".join(word for word in asked.words.split() if not word.isdigit() and word not in PEOPLE)
        lines = interests(words)
        picked: dict[str, tuple[Row, str]] = {}
        for said, search in lines[:4]:
            for row in self.gifts_for(search, asked)[:4]:
                picked.setdefault(row["product_id"], (row, said))
        chosen = interleaved(picked.values(), asked.count or SHOWN)
        if not chosen:
            if lines:
                text = _("For “%(words)s” I found no gift that fits; these are popular with our customers:")
                yield Sentence(text % {"words": words})
            yield from self.recommended("popular", asked, intro=not lines)
            return
        yield Sentence(self.gift_intro(words, asked))
        for row, said in chosen:
            yield self.line(row, _("goes with “%(words)s”") % {"words": said})

    def gifts_for(self, line: str, asked: Asked) -> list[Row]:
        """Products for one line of interest; of a budget rather something worth giving than the very cheapest."""
        if asked.high is not None and asked.low is None:
            rows = self.search(line, limited(asked, asked.high * GIFT_SHARE, asked.high))
            if len(rows) >= 2:
                return rows
        rows = self.search(line, asked)
        prices = sorted(row["price"] for row in rows if row["price"] is not None)
        if asked.bounded or len(prices) < 2 * SHOWN:
            return rows
        return [row for row in rows if row["price"] is not None and row["price"] >= prices[len(prices) // 2]]

    @staticmethod
    def gift_intro(words: str, asked: Asked) -> str:
        if asked.bounded:
            return _("Gift ideas for “%(words)s” within your price, all in stock:") % {"words": words}
        return _("Gift ideas for “%(words)s”, all in stock:") % {"words": words}

    def recommend(self, asked: Asked) -> Iterator[Piece]:
        if asked.words and self.search(asked.words, asked):
            yield from self.find(asked)
            return
        kind = "discover" if re.search(r"\bnew\b|新", asked.text) else "for_you"
        yield from self.recommended(kind, asked)

    def popular(self, asked: Asked) -> Iterator[Piece]:
        rows = self.search(asked.words, asked, limit=20) if asked.words else []
        if rows and rows[0]["score"] >= SURE:
            yield from self.find(asked)
            return
        yield from self.recommended("popular", asked)

    def recommended(self, kind: str, asked: Asked, *, intro: bool = True) -> Iterator[Piece]:
        found = self.call("get_recommendations", kind=kind, limit=20)
        rows = [row for row in found.data.get("products", []) if self.fits(row, asked)]
        if not rows and kind != "popular":
            found = self.call("get_recommendations", kind="popular", limit=20)
            rows = [row for row in found.data.get("products", []) if self.fits(row, asked)]
        if not rows:
            yield Sentence(
                _(
                    "I have nothing to recommend at the moment. Tell me what you are looking for, and I will search for it."
                )
            )
            return
        if intro and found.data.get("personal"):
            yield Sentence(_("These may suit you:"))
        elif intro:
            yield Sentence(_("These are popular with our customers:"))
        yield from self.lines(rows[: asked.count or SHOWN], lambda row: row.get("reason", ""))

    @staticmethod
    def fits(row: Row, asked: Asked) -> bool:
        price = row["price"]
        if not row["available"] or (asked.bounded and price is None):
            return False
        return (asked.low is None or price >= asked.low) and (asked.high is None or price <= asked.high)

    def goes_with(self, asked: Asked) -> Iterator[Piece]:
        bought = bool(asked.aspects & {"bought_when", "ever"}) or re.search(
            r"\b(bought|ordered|purchased|order|got)\b|买(了|过|的)|上次|上回|订单|下单|上个月", asked.text
        )
        if bought:
            if self.turn.customer_id is None:
                yield from self.sign_in()
                return
            orders, told = self.orders_of(asked)
            if not orders:
                yield Sentence(_("You have no order yet that something could go with."))
                yield from self.recommended("popular", asked)
                return
            base = [item["product_id"] for order in orders for item in order["items"] if item["product_id"]]
            intro, cited = told, tuple(f"order:{order['order_id']}" for order in orders)
        else:
            rows = self.choose(asked).products[:1]
            if not rows and self.turn.cart:
                rows = self.rows([item.product_id for item in self.turn.cart])
            if not rows:
                yield from self.none_found(asked)
                return
            base, cited = [row["product_id"] for row in rows], tuple(key(row) for row in rows)
            intro = _("What goes well with %(title)s:") % {
                "title": get_text_list([row["title"] for row in rows], _("and"))
            }
        rows = self.call("get_recommendations", kind="goes_with", product_ids=unique_ids(base)[:20], limit=12).data.get(
            "products", []
        )
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
        yield Sentence(intro, cited)
        yield from self.lines(rows[: asked.count or SHOWN], lambda row: row.get("reason", ""))

    # Orders.

    def sign_in(self) -> Iterator[Piece]:
        yield Sentence(_("That is about your own account: please sign in, then ask me again."))
        yield Outcome.REFUSED

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
        if asked.codes:
            for code in asked.codes[:3]:
                found = self.call("get_order", order_id=code)
                if orders := found.data.get("orders"):
                    yield from self.tell_order(orders[0], asked)
                else:
                    text = _("I can show you only your own orders, and none of them has the number %(number)s.")
                    yield Sentence(text % {"number": code})
                    yield Outcome.REFUSED
            return
        orders = self.call("get_order", limit=20).data.get("orders", [])
        if not orders:
            yield Sentence(_("You have not ordered anything yet."))
            return
        words = " ".join(word for word in asked.words.split() if not ORDER_WORDS.fullmatch(word))
        if words and (asked.aspects & {"bought_when", "ever"} or named_items(orders, words)):
            yield from self.tell_bought(orders, words, asked)
            return
        days = period(asked.text, local(self.turn.now))
        if days:
            orders = [order for order in orders if days[0] <= local(order["placed_at"]) <= days[1]]
            if not orders:
                yield Sentence(_("In that time you ordered nothing."))
                return
            if len(orders) > 1:
                yield Sentence(_("These are your orders from that time:"))
        several = days is not None or (
            "list" in asked.aspects
            and re.search(r"orders|purchases|history|记录|列表|历史|所有|全部|几(单|个订单)", asked.text)
        )
        if several and len(orders) > 1:
            for order in orders[:SHOWN]:
                yield self.order_line(order)
                if "items" in asked.aspects and days:
                    yield from self.items_of(order)
            return
        yield from self.tell_order(orders[0], asked)

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
        told = {
            "number": order["order_id"],
            "date": day(order["placed_at"]),
            "state": state_name(order["state"]),
            "total": self.money(order["total"]),
        }
        yield Sentence(_("Your order %(number)s of %(date)s is %(state)s.") % told, cited)
        if order["state"] in ARRIVING and order["expected_by"]:
            if order["expected_from"] and order["expected_from"] != order["expected_by"]:
                days = {"from": day(order["expected_from"]), "by": day(order["expected_by"])}
                yield Sentence(_("It should arrive between %(from)s and %(by)s.") % days, cited)
            else:
                yield Sentence(_("It should arrive by %(by)s.") % {"by": day(order["expected_by"])}, cited)
        elif order["state"] == "delivered" and order["expected_by"] and "expected" in asked.aspects:
            yield Sentence(_("It was due by %(by)s.") % {"by": day(order["expected_by"])}, cited)
        if "total" in asked.aspects or not asked.aspects & {"items", "expected"}:
            yield Sentence(_("It came to %(total)s in all.") % told, cited)
        if "items" in asked.aspects:
            yield Sentence(_("In it:"), cited)
            yield from self.items_of(order)

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

    def tell_bought(self, orders: list[dict[str, Any]], words: str, asked: Asked) -> Iterator[Piece]:
        """When they last bought what the words name."""
        found = named_items(orders, words)
        if not found:
            text = _("In your latest orders I find nothing for “%(words)s”.")
            yield Sentence(text % {"words": words}, keys_of(orders[:1]))
            return
        order, items = found[0]
        cited = (f"order:{order['order_id']}",)
        told = {"date": day(order["placed_at"]), "number": order["order_id"]}
        yield Sentence(_("You last bought that on %(date)s, with order %(number)s:") % told, cited)
        for item in items[:SHOWN]:
            line = {"units": item["units"], "title": item["title"], "value": self.money(item["value"])}
            yield Sentence(_("%(units)s × %(title)s: %(value)s") % line, cited)

    def usual(self, asked: Asked) -> Iterator[Piece]:
        if self.turn.customer_id is None:
            yield from self.sign_in()
            return
        orders = self.call("get_order", limit=20).data.get("orders", [])
        if not orders:
            yield Sentence(_("You have not ordered anything yet, so I know of no usual order."))
            yield from self.recommended("popular", asked)
            return
        wanted = [item for item in orders[0]["items"] if item["product_id"]]
        again = "last_order" not in asked.aspects and repeated(orders)
        wanted = again or wanted
        live = {row["product_id"]: row for row in self.rows([item["product_id"] for item in wanted])}
        ready = [item for item in wanted if item["product_id"] in live and live[item["product_id"]]["available"]]
        ready = ready[: MOST_USUAL if again else MOST_SHOWN]
        missing = [item for item in wanted[: len(ready) + 3] if item not in ready and item["product_id"] in live][:3]
        if not ready:
            yield Sentence(_("Nothing of what you usually buy is in stock at the moment."), keys_of(orders[:1]))
            yield from self.recommended("for_you", asked)
            return
        proposed = list(self.propose([(item["product_id"], item["units"]) for item in ready], add=False, tell=False))
        if again:
            yield Sentence(_("This is what you buy again and again, as many of each as last time:"))
        else:
            yield Sentence(_("This is what your latest order held:"), keys_of(orders[:1]))
        for item in ready:
            row = live[item["product_id"]]
            told = {"units": item["units"], "title": row["title"], "price": self.money(row["price"])}
            text = _("%(units)s × %(title)s, %(price)s each") % told
            yield Sentence(text, ("cart", key(row)) if self.turn.cart is not None else (key(row),))
        for item in missing:
            row = live[item["product_id"]]
            if not row["available"]:
                yield Sentence(_("%(title)s is sold out at the moment.") % {"title": row["title"]}, (key(row),))
        yield from proposed

    # The cart.

    def propose(self, items: list[tuple[str, int]], *, add: bool, tell: bool = True) -> Iterator[Piece]:
        """Propose that the cart hold these units, or so many more; the shopper's own yes applies it."""
        cart = {item.product_id: item.units for item in self.turn.cart or ()}
        if self.turn.cart is None:
            yield Sentence(_("I cannot see your cart here; open the product's page to put it in."))
            return
        wanted = []
        for product_id, units in items:
            held = cart.get(product_id, 0)
            shall = held + units if add else units if tell else max(units, held)
            wanted.append({"product_id": product_id, "units": min(MOST_UNITS, shall)})
        found = self.call("update_cart", items=wanted)
        if found.error:
            yield from self.not_proposed(items)
            return
        if tell:
            for item in found.data["items"]:
                told = {"title": item["title"], "units": item["units"], "price": self.money(item["price"])}
                if item["units"]:
                    text = _("%(units)s × %(title)s, %(price)s each, would then be in your cart.")
                else:
                    text = _("%(title)s would be taken out of your cart.")
                yield Sentence(text % told, ("cart", f"product:{item['product_id']}"))
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

    def cart_add(self, asked: Asked) -> Iterator[Piece]:
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
        if self.turn.cart is None:
            yield Sentence(_("I cannot see your cart here."))
            return
        units = 0 if asked.intent is Intent.CART_REMOVE else asked.units
        lines = [{"product_id": item.product_id, "title": item.title} for item in self.turn.cart]
        words = " ".join(word for word in asked.words.split() if word != str(units) and not CART_WORDS.fullmatch(word))
        fitting = named(lines, words) if words else []
        if not fitting and (asked.codes or asked.ordinals or asked.here or asked.there):
            pointed = self._choose(asked_of(asked, "")).products
            ids = {row["product_id"] for row in pointed}
            fitting = [line for line in lines if line["product_id"] in ids]
        if not fitting and words:
            similar = {row["product_id"] for row in by_likeness(self.search(words, available=False, limit=20), words)}
            fitting = [line for line in lines if line["product_id"] in similar]
        if not fitting and not words and len(lines) == 1:
            fitting = lines
        if not fitting and units and words:
            yield from self.cart_add(asked)
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
        yield from self.propose([(item.product_id, 0) for item in self.turn.cart], add=False)

    def checkout(self, asked: Asked) -> Iterator[Piece]:
        yield Sentence(_("I cannot place an order or take a payment; you do both yourself, from your cart."))
        if self.turn.cart:
            yield from self.cart(asked)

    # Loyalty, policies, privacy.

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
        passages = self.passages(_("tiers spend silver gold platinum year"), 0.1)
        yield from self.quote(asked, passages)

    def passages(self, query: str, least: float) -> list[dict[str, Any]]:
        told = EMPTY_OF_POLICIES.sub(" ", query).strip() or query
        found = self.call("search_shop_policies_and_faqs", query=told[:400], limit=8).data.get("passages", [])
        return [passage for passage in found if passage["score"] >= least]

    def policy(self, asked: Asked) -> Iterator[Piece]:
        if IN_GENERAL.search(asked.text):  # what a whole document says: its terms and what it costs
            query = f"{EMPTY_OF_POLICIES.sub(' ', asked.words or asked.text)} {_('how long, how many days')}"
            yield from self.quote(asked_of(asked, asked.words, text=query), self.passages(query, RELEVANT))
            return
        passages = self.passages(asked.text, RELEVANT) or self.passages(asked.words or asked.text, RELEVANT)
        yield from self.quote(asked, passages)

    def quote(self, asked: Asked, passages: list[dict[str, Any]]) -> Iterator[Piece]:
        """The sentences of the policies that answer, word for word."""
        sentences = best_sentences(asked.text, passages)
        if not sentences:
            yield Sentence(_("I found nothing about that in our policies and answers."))
            yield from self.offer_person()
            return
        for text, passage in sentences:
            yield Sentence(text, (passage["key"],))

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

    # What is not looked up.

    def others(self, asked: Asked) -> Iterator[Piece]:
        yield Sentence(
            _(
                "I can only talk about your own account. Other people's orders and details stay private, and so "
                "does whatever is internal to the shop."
            )
        )
        yield Outcome.REFUSED

    def out_of_scope(self, asked: Asked) -> Iterator[Piece]:
        yield Sentence(_("I cannot help with that: I only know this shop."))
        yield self.offer()
        yield Outcome.REFUSED

    def injection(self, asked: Asked) -> Iterator[Piece]:
        yield Sentence(_("I cannot do that. How I work is fixed, and prices are the shop's own."))
        yield self.offer()
        yield Outcome.REFUSED

    @staticmethod
    def offer() -> Sentence:
        return Sentence(
            _(
                "You can ask me about products, prices and stock, gifts, your orders and cart, your loyalty "
                "tier, delivery or returns."
            )
        )

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

    def unknown(self, asked: Asked) -> Iterator[Piece]:
        """Nothing in the tables fits: whatever the shop's data knows of the words, else an honest no."""
        if asked.codes:
            if rows := self.rows(codes_of(asked)):
                self.meant = rows
                for row in rows:
                    yield self.state(row)
            else:
                yield from self.order(asked)
            return
        if asked.bounded and not asked.words:
            yield from self.recommend(asked)
            return
        if pointed := (asked.ordinals or asked.both) and self._choose(asked).products:
            for row in pointed:
                yield self.state(row)
            return
        rows = self.search(asked.words) if asked.words else []
        best = max((row["score"] for row in rows), default=0)
        if best >= CERTAIN:
            yield from self.find(asked)
            return
        passages = self.passages(asked.text, SURE)
        if passages:
            yield from self.quote(asked, passages)
            return
        if asked.words and GENERAL.search(asked.text):
            yield from self.out_of_scope(asked)
            return
        yield Sentence(_("Sorry, I did not understand that."))
        yield self.offer()
        yield from self.offer_person()


METHODS: dict[Intent, Callable[[Reply, Asked], Iterator[Piece]]] = {
    Intent.INJECTION: Reply.injection,
    Intent.OTHERS: Reply.others,
    Intent.SCOPE: Reply.out_of_scope,
    Intent.PERSON: Reply.person,
    Intent.PRIVACY: Reply.privacy,
    Intent.CART_EMPTY: Reply.cart_empty,
    Intent.CART_REMOVE: Reply.cart_change,
    Intent.CART_SET: Reply.cart_change,
    Intent.CART_ADD: Reply.cart_add,
    Intent.CART: Reply.cart,
    Intent.CHECKOUT: Reply.checkout,
    Intent.USUAL: Reply.usual,
    Intent.GOES_WITH: Reply.goes_with,
    Intent.COMPARE: Reply.compare,
    Intent.SIMILAR: Reply.similar,
    Intent.NEXT_TIER: Reply.next_tier,
    Intent.LOYALTY: Reply.loyalty,
    Intent.ORDER: Reply.order,
    Intent.POLICY: Reply.policy,
    Intent.GIFT: Reply.gift,
    Intent.POPULAR: Reply.popular,
    Intent.RECOMMEND: Reply.recommend,
    Intent.STOCK: Reply.stock,
    Intent.PRICE: Reply.price,
    Intent.DESCRIBE: Reply.describe,
    Intent.SEARCH: Reply.find,
    Intent.ABUSE: Reply.abuse,
    Intent.HELP: Reply.help,
    Intent.ABOUT: Reply.about,
    Intent.THANKS: Reply.thanks,
    Intent.BYE: Reply.bye,
    Intent.GREETING: Reply.greeting,
    Intent.YES: Reply.yes,
    Intent.NO: Reply.no,
    Intent.NONE: Reply.unknown,
}

ORDER_NUMBER = re.compile(r"orders?\b|订单|单号|这单|包裹|parcel|package")
ORDER_WORDS = re.compile(
    r"orders?|ordered|parcels?|packages?|delivery|deliveries|purchases?|shipment|shipped|arrived?|dispatched|history|status|state|contents|"
    r"track(ing)?|number|latest|recent|previous|shopping|yesterday|year|ago|订单|包裹|快递|物流|最近|一单|这单|单|寄出|发货|送达|到|明细|记录|历史|进度|状态|"
    r"january|february|march|april|may|june|july|august|september|october|november|december|总共|一共|[一二三四五六七八九十]+月|\d+月|花|付"
)
IN_GENERAL = re.compile(r"\b(?:policy|policies|rules|terms)\b|政策|规定|规则|条款")
EMPTY_OF_POLICIES = re.compile(
    r"\b(?:policy|policies|rules|terms|faq|benefits?|accept|methods?)\b|政策|规定|规则|是什么|有哪些|方式|怎么办|咋办"
)
"""Words of a question about policies that no policy needs to hold."""

CART_WORDS = re.compile(r"carts?|baskets?|trolley|order|购物车|out|units?|them")
GENERAL = re.compile(
    r"^(who|why|what|how|when|where|which|is|are|does|do|can|could|should|would|tell|explain|give|name)\b|谁|为什么|什么|怎么|哪里|如何|吗|多少|哪"
)
_PEOPLE = """
wife husband hubby partner mum mom mother dad father sister brother son daughter friend mate neighbour neighbor boss girlfriend
boyfriend fiance fiancee aunt uncle cousin nan gran grandma grandmother grandad grandfather teacher parents man woman couple host
hostess secret santa stocking filler fillers stuffer retirement leaving
"""
PEOPLE = frozenset(_PEOPLE.split())
"""Who a gift is for, where that says nothing of what they like."""


def asked_(text: str) -> Asked:
    return asked(text.strip() or " ")


def asked_of(question: Asked, words: str, **changes: Any) -> Asked:
    """The question about these words."""
    return replace(question, words=words, **changes)


def limited(question: Asked, low: Decimal | None, high: Decimal | None) -> Asked:
    return asked_of(question, question.words, low=low, high=high)


def key(row: Row) -> str:
    """The source key of a product."""
    return f"product:{row['product_id']}"


def keys_of(orders: Iterable[dict[str, Any]]) -> tuple[str, ...]:
    return tuple(f"order:{order['order_id']}" for order in orders)


def unique(rows: Iterable[Row]) -> list[Row]:
    return list({row["product_id"]: row for row in rows}.values())


def unique_ids(ids: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(ids))


def interleaved(picked: Iterable[tuple[Row, str]], most: int) -> list[tuple[Row, str]]:
    """The first of each line, then the second of each, until there are enough."""
    lines: dict[str, list[tuple[Row, str]]] = {}
    for row, line in picked:
        lines.setdefault(line, []).append((row, line))
    longest = max((len(found) for found in lines.values()), default=0)
    return [found[at] for at in range(longest) for found in lines.values() if at < len(found)][:most]


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
        "partly_returned": _("delivered, partly returned"),
    }
    return names.get(state, state)


def local(moment: datetime | date) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def day(moment: datetime | date) -> str:
    """A date as the reader's language writes it."""
    return date_format(local(moment), "DATE_FORMAT")

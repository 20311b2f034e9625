"""Every product that a message about goods names, how many of each, and what of them shall be reckoned."""

# ruff: noqa: E501 (a pattern is read as one line of a table)

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from loyalty_ai.assistant.amounts import amounts, number, prices
from loyalty_ai.assistant.following import LONGEST, NO_THING, SELLS, UNWANTED
from loyalty_ai.assistant.phrases import ASPECTS, NUMBERS, SERVED, Intent
from loyalty_ai.assistant.phrases_own import OWN, TOGETHER
from loyalty_ai.assistant.phrasing.choosing import Row, named
from loyalty_ai.assistant.phrasing.finding import COLOUR, COLOUR_ZH, HAVE_YOU, PEOPLE, SIZE
from loyalty_ai.assistant.phrasing.titles import HOLDS
from loyalty_ai.assistant.phrasing.voice import Voice, unique
from loyalty_ai.assistant.questions import CODE, Asked, asked, corrected, normal
from loyalty_ai.assistant.tokens import words as stems

MOST_PIECES = 9
"""Pieces of a message that are put together in every way; a longer one is a story."""

JOINED = re.compile(
    r"\bsame (?:price|colou?r|size|thing) as\b|\bas (?:dear|cheap|expensive|much) as\b|\s+[-–]\s+|[,;:?!]+|\.(?=\s|$)|\b(?:and|or|vs\.?|versus|with|than|against|to|plus)\b|&"
    r"|和(?!平)|跟(?!随)|与|以及|还有|还是|或者|加上?(?=[一二两三四五六七八九十\d])|、|比(?!较|赛)"
)
"""Where one thing that is named may end and another begin; it may also stand inside of a name."""

APART = re.compile(r"\bdiffer|\bgap\b|\bcompar|\bvs\b|\bversus\b|\bcheaper\b|\bdearer\b|\bpricier\b|\bmore expensive\b|\bby (?:how much|what)\b|\bside by side\b|\b(?:decide|choose|torn) between\b|\bthan\b|\bsame (?:price|thing|money)\b|\b(?:cost|priced) (?:exactly |just )?the same\b|区别|差|对比|比较|比|哪[个款种].{0,3}(?:便宜|贵|划算)|一样")  # fmt: skip
"""It sets two things beside each other."""

OF_EACH = re.compile(
    rf"(?:各|分别|每[样种款个])(?:颜色|款式?|尺寸|自|要|买|来|拿|订)*(?P<zh>[一二两三四五六七八九十]|\d{{1,2}})|\b(?P<en>\d{{1,2}}|{'|'.join(NUMBERS)}) (?:of )?each\b"
)
"""So many of each thing that is named."""
EVERY = re.compile(
    r"\beach\b.{0,30}\bcolou?rs?\b|\beach (?:size|design|kind|one|version|sort|pattern)|颜色|款式|尺寸|每[种款]|花色"
)
"""Of each in which there is a thing."""

EITHER = re.compile(r"\bor\b|还是")

_THINGS_ZH = "[个件只盒套包条张本副支瓶把对块串盏顶袋]"
AFFORDS_ZH = re.compile(
    rf"(?:够|能|可以|可)(?:我)?(?:买|订|换)(?:到|得?起|得到)?(?:多少|几){_THINGS_ZH}?|(?:买|订)得起(?:多少|几){_THINGS_ZH}?|买(?:多少|几){_THINGS_ZH}"
)
AFFORDS = re.compile(
    r"\bas many\b.*\bas (?:possible|i can|we can|it (?:buys|gets)|that (?:buys|gets))\b|"
    r"\bhow many\b(?!.*\b(?:have you|you have|you got|do you)\b)(?=.*\b(?:buy|get|afford|have|order|take|purchase)\b)|\bhow many\b(?=.*\b(?:is|would) that(?: be)?\b)|\bhow many (?=.*\b(?:for|with|out of|from) (?:£|\d|my|that|a (?:tenner|fiver)))|"
    rf"{AFFORDS_ZH.pattern}"
)
"""It asks for how many a sum of money is enough."""
GETS = re.compile(
    r"\bas many(?: of)?\b|\bas (?:possible|i can|we can|it buys|that buys)\b|\bhow many\b|\b(?:can|could|would|will|do) (?:i|we) (?:get|buy|afford|have|order)\b"
)

IN_ALL = re.compile(rf"{TOGETHER.pattern}|\badd (?:it|them|that|those|these) (?:all )?up\b|总价|\btotals?\b|\b(?:come|comes|came|coming) to\b|\bset me back\b|\bthe (?:pair|lot|bill|damage)\b|\bhow much\b.*\b(?:for|are) (?:the )?(?:two|three|both)\b|\b(?:how much|what) (?:is|would|will|does|do) (?:that|it|this|i|they)(?: all)?(?: be| cost| come to| pay| owe)?$|一[起并](?:买|要|的?话?多少)|要?付多少")  # fmt: skip
"""It asks what things come to."""

ASKS_SUM = re.compile(r"多少|几[块镑]|\bhow much\b|\bwhat (?:would|will|do|does|is)\b")

PLUS = re.compile(r"\bplus\b|^(?:and |so |then )+(?:all )?together with\b")
"""One thing is added to another, whatever the sum is called."""

BESIDE_IT = re.compile(r"\bcompar\w+ (?:to|with)\b|\b(?:than|vs|versus|against)\b|\bdifference\b|\bas well\b|\bsame\b|一样|^(?:那|那么|它)*(?:跟|和|与|同|比)|^(?:and|or|but) ")  # fmt: skip
"""What is named alone is set beside, or goes with, what is at hand."""

ASKED = re.compile(
    rf"\bside by side\b|\b(?:decide|choose|torn) between\b|\bdiffers?\b|\b(?:apart from|besides|other than) (?:the |their )?(?:colou?rs?|size|price)s?\b|\b(?:(?:the|any) )?(?:{ASPECTS['unknown'][0]})\b"
)
"""What is asked of things and names none."""

THIS = re.compile(r"\b(?:this|that|it|its|those|these|them|they)\b|[这那](?:一?[个款件只种]|些)|它")
FEW_SAID = {"half a dozen": "6", "a dozen": "12", "a couple of": "2"}
A_FEW = re.compile("|".join(FEW_SAID))
THE_TWO = re.compile(r"\b(?:the|these|those) (?:two|pair|three)\b|\bboth\b|[这那]两[个款种件]|两[者款种]|都")
OF_KIND = re.compile(
    r"\b(?:the|an?|one|that|any|some)\b(?: [\w'-]+){1,4} ones?\b|的(?:$|[也我多呢有是和跟与那价要一更贵便比哪好])|款$|款(?=比|多少|呢)|"
    r"^in [a-z]+(?: and [a-z]+)?$"
)
"""It leaves out what kind of thing it is."""
LOOKS_SAID = {
    "big": "large",
    "bigger": "large",
    "larger": "large",
    "little": "small",
    "smaller": "small",
    "tiny": "small",
}
"""Sizes as titles write them."""
SOME = re.compile(r"\bones\b|^(?!.*[那这]).*的(?:呢|有吗|有没有)?[?]?$")

OF_A_KIND = 0.4
LOOSELY = 0.3
"""Of the words of a title so many must be another's too, where both are of one kind; and where a list of such says so itself."""
ARTICLE = re.compile(r"\b(?:the|an?|some|any|my|your)\b(?! (?:bit|lot|moment|minute|second|while|way|same)\b)")
LATIN = re.compile(r"[a-z][a-z0-9&'./ -]*[a-z0-9]")
CARRIES = frozenset([Intent.PRICE, Intent.STOCK, Intent.COMPARE, Intent.NONE, Intent.SEARCH, Intent.DESCRIBE, Intent.CART_ADD, Intent.POPULAR])  # fmt: skip
"""Questions that may be about goods by name."""
GOES_ON = (Intent.PRICE, Intent.STOCK, Intent.DESCRIBE, Intent.CART_ADD)
"""What may be asked of another one of the kind by its looks alone."""
PUTS = re.compile(r"\b(?:add|put|pop|stick|throw|chuck)\b|[加放][入到进]|再加")
"""It changes the cart, whatever sum it asks for beside."""
ONE_FACT = frozenset(["code", "category", "link", "unknown"])
"""What is told of a product beside its price and stock."""
PAID = re.compile(r"\b(?:pay|cost|box|money|by)\b")
SERVICE = re.compile(SERVED)
NAMELESS = NO_THING | PEOPLE
"""Words that name no product alone: numbers, measures, people."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A product that is named, and how many of it; None where no number is said."""

    row: Row
    units: int | None = None


@dataclass(frozen=True, slots=True)
class _Piece:
    """A run of a message between two joints.

    Args:
        words: what it names.
        numbers: those that it says, from 2 on.
        points: whether it names nothing and points at what is at hand.
        of_kind: whether it leaves out what kind of thing it is.
        start, end: where it stands in the message.
    """

    text: str
    words: str
    numbers: tuple[int, ...] = ()
    codes: tuple[str, ...] = ()
    points: bool = False
    of_kind: bool = False
    start: int = 0
    end: int = 0


class Mentions(Voice):
    """Resolves what is named in a message to products."""

    def afforded(self) -> list[Asked]:
        """How many of a thing a sum of money buys, where a message asks that: "I have £20, how many of these can I get"; else []."""
        text = normal(self.turn.text)
        before = normal(self.asked_before[0]) if self.asked_before else ""
        if not AFFORDS.search(text) or OWN.search(text):
            return []
        sums = [each for each in amounts(text) if each.money]
        sums = sums or ([each for each in amounts(before) if each.money] if self.last_about == "product" else [])
        if len(sums) != 1:
            return []
        question = asked(GETS.sub(" ", AFFORDS_ZH.sub(" ", prices(text)[1])))
        told = asked(text)
        words = " ".join(word for word in question.words.split() if word not in NAMELESS)
        wanted = replace(
            told, intent=Intent.PRICE, words=words, low=None, high=sums[0].value, units=None, order="", count=None
        )
        return [replace(wanted, aspects=frozenset({"afford"}), available=False, both=False)]

    def reckoned_up(self, found: list[Asked]) -> list[Asked]:
        """The questions; neighbours that reckon with goods which they name, as one about those products.

        "12 mugs and 6 of the egg cups, what is that altogether", "the small one or the large one, what is the difference".
        """
        runs: list[list[Asked]] = []
        for now in found:
            joins = runs and self._of_goods(now) and self._of_goods(runs[-1][-1])
            runs[-1].append(now) if joins else runs.append([now])
        return [each for run in runs for each in (self._as_one(run) if self._of_goods(run[0]) else run)]

    @staticmethod
    def _of_goods(now: Asked) -> bool:
        """Whether a question may be about goods by their names, and sets no bounds to what is looked for."""
        if (
            HOLDS.search(now.text)
            or now.bounded
            or now.ordinals
            or now.counts
            or (now.order and not (now.words or now.both))
        ):
            return False
        of_money = now.intent is Intent.POLICY and (IN_ALL.search(now.text) or APART.search(now.text))
        sums = (IN_ALL.search(now.text) and ASKS_SUM.search(now.text)) or PLUS.search(now.text)
        together = now.intent is Intent.GOES_WITH and sums
        return now.intent in CARRIES or bool(together) or bool(of_money and not SERVICE.search(PAID.sub(" ", now.text)))

    def _as_one(self, run: list[Asked]) -> list[Asked]:
        text = ", ".join(now.text for now in run)
        said, intents = corrected(text), {now.intent for now in run}
        each = OF_EACH.search(said)
        sums = (IN_ALL.search(said) or PLUS.search(said)) is not None or (
            each is not None and (Intent.PRICE in intents or ASKS_SUM.search(said) is not None)
        )
        apart = APART.search(said) is not None or Intent.COMPARE in intents
        either = self.asked_before and len(text) <= LONGEST and intents <= {Intent.NONE, Intent.SEARCH}
        apart = apart or bool(either and EITHER.search(said))
        adds = Intent.CART_ADD in intents and not (sums and not (self.turn.cart is not None and PUTS.search(said)))
        of_orders = self.turn.customer_id is not None and (self.last_about == "order" or OWN.search(text))
        if of_orders or (SELLS.search(said) and not apart):
            return run
        pieces = self._cut(text)
        named_ones = sum(bool(piece.words or piece.codes) for piece in pieces)
        several = apart or sums or named_ones > 1 or any(piece.numbers for piece in pieces)
        if not (several or (self.asked_before and OF_KIND.search(text) and not UNWANTED.search(text))):
            return run  # one thing and nothing to reckon: whoever answers finds it
        mentions = self.mentioned(text)
        if (apart or (sums and not adds)) and len(mentions) < 2:
            mentions = self.beside_those_at_hand(text, mentions)
        if not (apart or named_ones) and len(mentions) == 1 and mentions[0].units is None:
            return run  # "what would that come to", of so many that were spoken of before
        if len(run) == 1 and (told := self._goes_on_about(run[0], mentions)):
            return [told]
        if each and not mentions and named_ones == 1 and EVERY.search(said):
            words = next(piece.words for piece in pieces if piece.words)
            rows = named(self.search(words, limit=20), words, strictly=True)
            mentions = [Mention(row) for row in rows if 1 < len(rows) <= MOST_PIECES]
        if each:
            units = int(number(each["zh"] or each["en"]) or 1)
            mentions = [replace(named, units=units) for named in mentions]
        counted = any(named.units for named in mentions)
        aspects = frozenset[str]().union(*(now.aspects for now in run))
        asks_price = sums or Intent.PRICE in intents or bool(intents & {Intent.CART_ADD, Intent.POLICY})
        if len(mentions) < 2 and (apart or adds or not (mentions and asks_price and (counted or sums))):
            return run
        asks_each = (
            intents <= {Intent.PRICE, Intent.STOCK}
            or (intents == {Intent.DESCRIBE} and not aspects & ONE_FACT)
            or (intents == {Intent.SEARCH} and HAVE_YOU.search(said))
        )
        if not (apart or adds or sums or counted or asks_each):
            return run
        if apart:
            intent = Intent.COMPARE
        elif adds:
            intent = Intent.CART_ADD
        else:
            intent = Intent.STOCK if intents <= {Intent.STOCK, Intent.SEARCH} and not counted else Intent.PRICE
        return [
            replace(
                asked(text),
                intent=intent,
                words="",
                codes=tuple(each.row["product_id"] for each in mentions),
                counts=tuple(each.units or 1 for each in mentions),
                here=False,
                there=False,
                both=sums or counted,
                units=None,
                order="",
                ordinals=(),
                follows=False,
                aspects=aspects,
            )
        ]

    def _goes_on_about(self, now: Asked, mentions: list[Mention]) -> Asked | None:
        """ "And the sweetheart one?": what was asked before, of another one of the kind."""
        short = self.asked_before and now.intent in (Intent.NONE, Intent.SEARCH) and len(now.text) <= LONGEST
        if not (
            short and not now.order and len(mentions) == 1 and OF_KIND.search(now.text) and mentions[0].units is None
        ):
            return None
        if SOME.search(now.text):
            return None
        before = asked(normal(self.asked_before[0]))
        intent = before.intent if before.intent in GOES_ON else Intent.PRICE
        counts = (before.units or 1,) if intent is Intent.CART_ADD else (1,)
        return replace(
            now, intent=intent, words="", codes=(mentions[0].row["product_id"],), counts=counts, follows=False
        )

    def mentioned(self, text: str) -> list[Mention]:
        """The products that a plain text names one by one; [] where something that it names is none, or may be several."""
        pieces = self._cut(text)
        if not pieces or len(pieces) > MOST_PIECES:
            return []
        found: list[Mention | _Piece] = []
        kinds: list[str] = []
        at = 0
        while at < len(pieces):
            size, mention = self._named_at(text, pieces[at:])
            piece = pieces[at]
            if mention is not None:
                found.append(mention)
            elif not piece.words:
                if piece.numbers and found and isinstance(found[-1], Mention) and found[-1].units is None:
                    found[-1] = _mention(found[-1].row, piece)  # "the skittles, and what would four cost"
                elif piece.points or piece.numbers:
                    found.append(piece)
            else:
                found.append(piece)
                kinds += [piece.words] * self._family(piece)
            at += size
        return self._completed(found, kinds)

    def beside_those_at_hand(self, text: str, mentions: list[Mention]) -> list[Mention]:
        """What is named alone and what it is set beside; the two at hand, where nothing is named."""
        if not (BESIDE_IT if mentions else THE_TWO).search(text):
            return mentions
        rows = self.page()
        for each in self.lists():
            if len(rows) + len(mentions) > 1:
                break
            rows = unique([*rows, *each])
        known = {each.row["product_id"] for each in mentions}
        rows = [row for row in rows if row["product_id"] not in known]
        return [*map(Mention, rows), *mentions] if len(rows) + len(mentions) == 2 else mentions

    @staticmethod
    def _cut(text: str) -> list[_Piece]:
        """The pieces of a plain text; "small medium" as one for each."""
        text = ASKED.sub(lambda found: " " * len(found[0]), text)
        bounds = [0, *(at for joint in JOINED.finditer(text) for at in joint.span()), len(text)]
        pieces: list[_Piece] = []
        for start, end in zip(bounds[::2], bounds[1::2], strict=True):
            if text[start:end].strip():
                piece = replace(_piece(text[start:end]), start=start, end=end)
                looks = piece.words.split()
                apart = len(looks) > 1 and all(SIZE.fullmatch(word) for word in looks)
                pieces += [replace(piece, words=word) for word in looks] if apart else [piece]
        return pieces

    def _named_at(self, text: str, pieces: Sequence[_Piece]) -> tuple[int, Mention | None]:
        """How many pieces from the first on are one name, and the product; more than one for a title with a joint in it."""
        for size in (3, 2):
            parts = pieces[:size]
            said = text[parts[0].start : parts[-1].end]
            apart = len({part.start for part in parts}) < size or re.search(r"[,;:?!.]", said)
            if apart or not all(part.words for part in parts):
                continue
            whole = _piece(said)
            row = self._one(whole)
            if row is not None and named([row], self.told(whole.words), strictly=True):
                return size, _mention(row, whole)
        piece = pieces[0]
        row = None
        if piece.codes:
            row = next(iter(self.rows(piece.codes)), None)
            units = next(iter(piece.numbers), None)  # a code holds no number of the title's
            return 1, Mention(row, units) if row is not None else None
        elif piece.of_kind or COLOUR.fullmatch(piece.words):
            fitting = named(self.shown, piece.words) if piece.words else []
            row = fitting[0] if len(fitting) == 1 else None
        elif piece.words:
            row = self._one(piece)
        return 1, _mention(row, piece) if row is not None else None

    def _one(self, piece: _Piece) -> Row | None:
        """The one product that a piece names, English in Chinese first; None where there is none or several."""
        latin = max(LATIN.findall(piece.words), key=len, default="") if not piece.words.isascii() else ""
        names = [latin, piece.words] if " " in latin else [piece.words]
        for said in [*names, *(f"{units} {name}" for units in piece.numbers for name in names)]:
            chosen = self._choose(Asked(Intent.PRICE, said, said))
            if chosen.sure and len(chosen.products) == 1:
                return chosen.products[0]
        return None

    def _family(self, piece: _Piece) -> bool:
        """Whether several products are called so."""
        return len(named(self.search(piece.words, available=False, limit=20), piece.words)) > 1

    def _completed(self, found: list[Mention | _Piece], kinds: list[str]) -> list[Mention]:
        """The mentions; what leaves out its kind with that of the others, or of what is at hand."""
        titles = [each.row["title"].lower() for each in found if isinstance(each, Mention)]
        partly = [each.words for each in found if isinstance(each, _Piece) and COLOUR.sub("", each.words).strip()]
        kinds = [*kinds, *titles, *partly, *(row["title"].lower() for row in self._at_hand())]
        mentions: list[Mention] = []
        families: set[str] = set()
        of_family = False
        for each in found:
            if isinstance(each, Mention):
                mentions.append(each)
            elif not each.words:
                at_hand = self._at_hand()
                if len(at_hand) == 1 and (each.points or not mentions):
                    mentions.append(_mention(at_hand[0], each))
                elif each.numbers and not mentions:
                    return []
            elif made := self._of_kind(each, kinds, loosely=of_family):
                families.discard(made[0])
                mentions.append(_mention(made[1], each))
            elif each.words in kinds[: len(kinds) - len(titles)] and self._family(each):
                families.add(each.words)
                of_family = True  # "the two slates, dolly girl and dinosaur": what follows names some of these
            elif (
                each.of_kind
                and not SOME.search(each.text)
                and (row := self._one(each)) is not None
                and self._alike() <= {*stems(row["title"], "en"), *stems(each.words, "en")}
            ):
                mentions.append(_mention(row, each))
            elif not self._strange(each):
                return []
        if families:
            return []
        merged: dict[str, Mention] = {}
        for each in mentions:
            known = merged.get(each.row["product_id"])
            merged[each.row["product_id"]] = each if known is None or known.units is None else known
        return list(merged.values())

    def _of_kind(self, piece: _Piece, kinds: Sequence[str], *, loosely: bool = False) -> tuple[str, Row] | None:
        """The product that looks as a piece says and shares most with one of the kinds, with that kind."""
        if not (COLOUR.sub(" ", piece.words).strip() == "" or piece.of_kind or loosely):
            return None
        piece = replace(piece, words=" ".join(LOOKS_SAID.get(word, word) for word in piece.words.split()))
        same = self._alike()
        for kind in dict.fromkeys(kinds):
            if kind == piece.words:
                continue
            rows = named(self.search(f"{piece.words} {kind}", available=False, limit=20), piece.words)
            rows = [row for row in rows if same - {*stems(piece.words, "en")} <= {*stems(row["title"], "en")}]
            look, whole = set(stems(piece.words, "en")), set(stems(kind, "en"))
            alike = {row["product_id"]: len((whole - look).intersection(stems(row["title"], "en"))) for row in rows}
            most = max(alike.values(), default=0)
            best = [row for row in rows if alike[row["product_id"]] == most]
            if not SOME.search(piece.text):
                shortest = min((len(row["title"].split()) for row in best), default=0)
                best = [row for row in best if len(row["title"].split()) == shortest]
            if len(best) == 1 and most >= max(
                1, (LOOSELY if loosely or piece.of_kind else OF_A_KIND) * len(whole - look)
            ):
                return kind, best[0]
            plain = COLOUR_ZH.sub("", kind)
            row = None if kind.isascii() else self._one(replace(piece, words=f"{piece.words} {plain}", numbers=()))
            if row is not None and (named([row], plain) or not plain.strip()):
                return kind, row
        return None

    def named_of_kind(self, piece: _Piece, kinds: Sequence[str], lines: Sequence[Row]) -> Mention | None:
        """The product that a piece names: the one line of the cart, one of the kinds that looks so, or that of its own name."""
        found = None if len(lines) == 1 else self._of_kind(piece, kinds, loosely=True)
        row = lines[0] if len(lines) == 1 else found[1] if found else self._one(piece)
        return _mention(row, piece) if row is not None else None

    def of_kind(self, text: str, title: str) -> Mention | None:
        """The product that a plain text names, of the kind that has this title where it only says how it looks."""
        piece = _piece(text)
        found = self._of_kind(piece, [title.lower()])
        row = found[1] if found else self._one(piece)
        return _mention(row, piece) if row is not None else None

    def _strange(self, piece: _Piece) -> bool:
        """Whether a piece names nothing of the shop, by its words or with a number or an article before them."""
        if piece.numbers or ARTICLE.search(piece.text):
            return False
        unknown = self.call("search_catalog", query=piece.words, available_only=False, limit=12).data.get("unknown", ())
        return set(piece.words.split()) <= {*unknown}

    def _alike(self) -> set[str]:
        """What all titles of those at hand have, stemmed, where they are several: what they are."""
        titles = [{*stems(row["title"], "en")} for row in self._at_hand()]
        return set.intersection(*titles) if len(titles) > 1 else set()

    def _at_hand(self) -> list[Row]:
        return self.page() or self.meant[-1:] or self.shown


def _piece(text: str) -> _Piece:
    """What a run of a plain text says."""
    read = asked(text.replace("/", " ").strip() or " ")  # "red/cream"
    plain = A_FEW.sub(lambda few: FEW_SAID[few[0]], THE_TWO.sub(" ", CODE.sub(" ", text)))
    numbers = tuple(int(each.value) for each in amounts(plain) if not each.money and 1 < each.value < 1000)
    said = {str(units) for units in numbers} | {name for name, value in NUMBERS.items() if value in numbers}
    words = " ".join(word for word in read.words.split() if word not in said)
    words = "" if NAMELESS.issuperset(words.split()) else words
    codes = tuple(dict.fromkeys(form for code in read.codes for form in (code.upper(), code.lower())))
    points = THIS.search(plain) is not None and not words
    return _Piece(text, words, numbers, codes, points, OF_KIND.search(text.strip()) is not None)


def _mention(row: Row, piece: _Piece) -> Mention:
    """The product with the first number of the piece that is none of its title: of "4 sets of 6 skittles" the four."""
    title = (
        []
        if piece.codes
        else [str(NUMBERS.get(word, word)) for word in re.findall(r"[a-z]+|\d+", row["title"].lower())]
    )
    left = []
    for units in piece.numbers:
        if str(units) in title:
            title.remove(str(units))
        else:
            left.append(units)
    return Mention(row, left[0] if left else None)

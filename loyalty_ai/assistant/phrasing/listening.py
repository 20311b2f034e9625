"""Which part of the documents a question is about, in whatever words: by what it was heard as, and by what was quoted before."""

# ruff: noqa: E501 (a pattern is read as one line of a table)

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from loyalty_ai.assistant.arrivals import lead_of, wanted_by
from loyalty_ai.assistant.backends.base import Piece
from loyalty_ai.assistant.hearing import CHINESE, Heard, all_heard, heard
from loyalty_ai.assistant.phrases import Intent
from loyalty_ai.assistant.phrasing.extracts import Question, amounts_asked, erased
from loyalty_ai.assistant.phrasing.matters import HARMED, RULES, matters_in
from loyalty_ai.assistant.phrasing.tiers import (
    HEARD,
    LONG_ENOUGH,
    PLAIN,
    SURELY,
    Tiers,
)
from loyalty_ai.assistant.phrasing.voice import (
    CARRIED,
    CERTAIN,
    Row,
    asked_of,
    day,
    local,
)
from loyalty_ai.assistant.questions import TAG_ZH, Asked, asks, normal
from loyalty_ai.assistant.turn import Sentence

SAME_DOCUMENT = 0.25
"""How much less likely a subject may be that the document treats which was quoted just now."""

FAINT = 0.48
"""Likeness from which on what documents treat is heard in a question that goes on about them."""

WHOLE, CERTAINLY = 0.75, 0.86
"""Likeness to a known wording from which on a question is one by itself, whatever it begins with: 那包装要钱吗."""

SURELY_HEARD = 0.875
"""Likeness from which on that is what a question asks, whatever the tables read in it: a chance of about 0.93."""

SEVERAL, AGAIN, NEARLY_AS, AHEAD = 3, 0.2, 0.1, 0.08
"""Subjects that a question may be heard as, what it is worth to have been quoted just now, how much more plainly another document
must be asked, and how much more plainly than any other subject one is asked for that was quoted."""

HARDLY, MANY, NEARBY = 0.25, 0.4, 0.12
"""Share of a question's words that a part of the documents has which hardly treats it, and one which may; how much less likely the latter may be."""

ADRIFT = re.compile(
    r"\b(?:take[ns]?|taking|get|gets|happens?|comes?|goes?|works?)\b|"
    r"\b(?:too|also|as well)\b|"
    "大概|大约|一般|也会?|一起|都|通常|以后|之后|那边|^那|[呢吗]|具体|到底|然后|^还有|^另外|^和|要?多久|多长时间|什么时候|何时|要?几[天号日]|要?多少钱?|怎[么样]|[由要]?谁[来要]?(?:付|出|承担)?"
)
"""Words that say nothing of what is meant."""

CHOSEN = {"express delivery", "delivery on a chosen day, at weekends", "加急和指定日期"}

UNTIL_WHEN = {
    **dict.fromkeys(
        ("how to cancel an order", "how to change an order"), "until when can an order be changed or cancelled"
    ),
    **dict.fromkeys(("怎样取消订单", "怎样修改"), "什么时候可以修改"),
}
"""How something is done that can be done for a time only, and until when: neither helps without the other."""

TO_ANOTHER = "sending a gift to another address"
"""The subjects of what comes with a tier, and of what is sent only where the shop delivers to."""

CHOSEN_DAY = re.compile(
    r"\b(?:on )?(?:an? )?(?:mon|tues|wednes|thurs|fri|satur|sun)day (?:deliver\w*|slots?)\b|\b(?:on )?an? (?:mon|tues|wednes|thurs|fri|satur|sun)day\b|"
    r"\b(?:next|same)[ -]day\b|周末送|(?:周|星期)[一二三四五六日天]送"
)
"""Subjects of questions for another day or a quicker way than every order's, and the day as part of that."""

AND_SO = re.compile(
    r",? (?=(?:with|without)\b)|, (?=(?:and|but)\b)|, ?(?=[\u3400-\u9fff])|,? and (?=(?:with|without|no)\b)"
)
"""Where a second condition begins: "straight to my friend, without a bill"."""

EXCEPTED = {"what cannot be returned", "不能退货 耳环 肥皂 定制"}

EXCEPTS = re.compile(
    r"\b(?:what|which|anything|any (?:things|goods|items)|everything|exceptions?|excluded)\b|什么|哪些|哪种|例外|所有"
)
"""Until when anything may go back; the subject of what cannot, and questions for all of it: others name goods that perhaps can."""

TOO_LITTLE = 8
"""Letters of a part that says little by itself: 怎么拿."""

COSTS = re.compile(r"(?:sending|send|posting|post|postage|delivery|cost|costs|pay|pays|long|days|\s)+|邮费|运费")
"""Words of a question that ask what something costs or how long it takes, whatever it is."""

NAMES = (
    (
        re.compile(
            r"\b(?:new zealand|australia|canada|mexico|brazil|argentina|japan|china|hong kong|taiwan|korea|india|pakistan|"
            r"singapore|malaysia|thailand|vietnam|indonesia|philippines|dubai|israel|turkey|egypt|south africa|nigeria|kenya|russia|ukraine|poland|"
            r"czech republic|hungary|romania|bulgaria|greece|croatia|slovenia|slovakia|serbia|estonia|latvia|lithuania|iceland|malta|cyprus|"
            r"france|germany|ireland|belgium|netherlands|luxembourg|austria|switzerland|italy|spain|portugal|denmark|sweden|norway|finland)\b|"
            r"新西兰|澳大利亚|加拿大|美国|墨西哥|巴西|日本|中国|香港|台湾|韩国|印度|新加坡|马来西亚|泰国|越南|土耳其|埃及|南非|俄罗斯|波兰|捷克|匈牙利|"
            r"希腊|冰岛|马耳他|法国|德国|爱尔兰|比利时|荷兰|卢森堡|奥地利|瑞士|意大利|西班牙|葡萄牙|丹麦|瑞典|挪威|芬兰"
        ),
        re.compile(r"\b(?:deliver\w*|ship\w*|send\w*|post\w*|mail)\b(?!.{0,30}\bback\b)|寄|送到|发到|发往|配送"),
        gettext_noop("countries we deliver to"),
    ),
    (
        re.compile(
            r"\b(?:klarna|clearpay|afterpay|paypal|apple pay|google pay|amazon pay|shop pay|venmo|bitcoin|crypto\w*|ethereum|"
            r"cheques?|cash|visa|mastercard|maestro|diners club|discover|american express|alipay|wechat(?: pay)?|unionpay)\b|"
            r"微信|支付宝|银联|比特币|花呗|支票|现金"
        ),
        re.compile(r"\b(?:pay\w*|take|accept|use)\b|付|用|支持|接受"),
        gettext_noop("ways to pay, cards"),
    ),
)
"""Names that a document may or may not list, what asks about them, and what documents call that."""

PLAIN_RIVAL, AS_PLAINLY = 0.82, 0.06
"""Likeness from which on nothing is told beside, and how much less plainly a second subject may be heard that is."""

SHORT = 48
"""Letters of a message that may say little without the one before."""

SENTENCES, IN_ITS_SENTENCE, TOO_SHORT = re.compile(r"[.?!;]+(?=\s|$|[\u3400-\u9fff])"), 0.7, 3
"""Where sentences end; likeness of one from which on a part of it is heard as the whole is, where that is plainer; letters of a part
that says too little."""


class Listening(Tiers):
    """Hears what documents treat."""

    def listen(self, text: str) -> Heard | None:
        """What a text seems to ask, listened to only once."""
        if text not in self.listened:
            self.listened[text] = self.borne_out(text, heard(text, self.before(text)))
        return self.listened[text]

    def before(self, text: str) -> str:
        """The question that a short one goes on with, behind a rule or a tier that was told: "and who gets the money"; else ""."""
        goes_on = self.last_about in ("passage", "loyalty") and len(text) <= SHORT and not self.turn.cart
        return normal(self.asked_before[0]) if goes_on and self.asked_before else ""

    def borne_out(self, text: str, said: Heard | None) -> Heard | None:
        """What a text was heard as; where that part of the documents has hardly a word of it, what it was heard as nearly as
        plainly whose part has many."""
        foreign = (CHINESE.search(text) is None) != (self.turn.language == "en")
        if said is None or foreign:
            return said
        goes_on = self.last_about == "passage" and not said.own and not (said.query and self.treating(said.query))
        if goes_on and said.likeness < CERTAINLY + NEARBY:  # of a rule that was quoted rather what documents treat
            likely = (
                each for each in all_heard(text, self.before(text))[:SEVERAL] if each.query and each.likeness >= FAINT
            )
            return next((each for each in likely if self.treating(each.query or "")), said)
        if said.query and self.last_about == "passage" and self.topic_before and said.likeness < CERTAINLY:
            for each in all_heard(text, self.before(text))[
                :SEVERAL
            ]:  # "what is the least I have to spend", after wholesale
                part = (
                    self.treating(each.query) if each.query and each.likeness >= said.likeness - SAME_DOCUMENT else []
                )
                if part and part[0]["title"] == self.topic_before:
                    return replace(each, likeness=said.likeness)
        if not said.query or said.likeness >= PLAIN:
            return said
        own = self.treating(said.query)
        rivals = [
            each
            for each in all_heard(text, self.before(text))
            if each.query and each.likeness >= said.likeness - NEARBY
        ]
        if not own:
            return said
        if Question(text, own).said(own[0]) >= MANY:
            return said
        treated = [(each, part) for each in [said, *rivals[:SEVERAL]] for part in self.treating(each.query or "")]
        if len(treated) < 2:
            return said
        question = Question(text, [part for _each, part in treated])
        best, part = max(treated, key=lambda each: question.said(each[1]))
        return best if question.said(treated[0][1]) < HARDLY and question.said(part) >= MANY else said

    def heard(self, asked: Asked) -> Heard | None:
        """What a question in words of its own seems to ask; None where it goes on about something, or nobody can say."""
        goes_on = (asked.follows or asked.there) and self.turn.history and asked.intent is not Intent.POLICY
        foreign = (CHINESE.search(asked.text) is None) != (self.turn.language == "en")
        if foreign or asked.codes:
            return None
        said = self.listen(asked.text)
        within = self.listen(sentence_of(asked.text, normal(self.turn.text)))
        faint = said is not None and (not (said.query or said.own) or said.likeness < IN_ITS_SENTENCE)
        if faint and within and within.query and within.likeness >= IN_ITS_SENTENCE and said.likeness < within.likeness:
            said = within  # "could you put a note in, how much can I write"
        goods = asked.words if asked.intent is Intent.POLICY and " " in asked.words else ""
        if goods and goods in asked.text and (said is None or said.likeness < HEARD):
            plainer = self.listen(asked.text.replace(goods, "thing", 1))  # "is the price of the bread bin without vat"
            said = max(filter(None, (said, plainer)), key=lambda each: each.likeness, default=None)
        whole = said is not None and said.likeness >= WHOLE and asked.words and not asked.there
        whole = whole or (
            said is not None and said.likeness >= CERTAINLY
        )  # "if I leave it till tomorrow, will you keep it"
        return said if whole or not goes_on else None

    def nearly_as(self, subject: str, asked: Asked, passages: list[Row]) -> list[Row]:
        """What the same document says of a second subject that a question was heard as nearly as plainly: how wrapping is asked for,
        beside what it costs."""
        first, second = [*all_heard(asked.text, self.before(asked.text))[:2], None, None][:2]
        if not (passages and first and second and second.query) or first.query != subject:
            return []
        if first.likeness >= PLAIN_RIVAL or first.likeness - second.likeness > AS_PLAINLY:
            return []
        keys = {part["key"] for part in passages}
        told = (part for part in self.treating(second.query) if part["title"] == passages[0]["title"])
        return [part for part in told if part["key"] not in keys]

    def on(self, subject: str, asked: Asked) -> Iterator[Piece]:
        """What the documents say of a subject."""
        if not subject:
            yield from self.out_of_scope(asked)
            return
        if subject == TO_ANOTHER and NAMES[0][0].search(asked.text):
            yield from self.not_named(asked) or self.rule(_(NAMES[0][2]))  # a gift to somebody abroad
            return
        if verdict := self.arriving(asked, subject) or self.open_then(asked, subject):
            yield from verdict
            if subject not in CHOSEN:
                return
        goods = self.shown if asked.there and "return" in subject and self.last_about == "product" else []
        yield from self.barred([row["title"] for row in goods])
        if subject in EXCEPTED and not (EXCEPTS.search(asked.text) or self.excepted(asked.text)):
            yield from self.rule(_(LONG_ENOUGH))
        passages = self.treating(subject)
        if not asked.text or (CHINESE.search(asked.text) is None) != (self.turn.language == "en"):
            asked = asked_of(asked, "", text=subject)
        if not passages:  # the shop may put it in the shopper's own words
            passages = self.passages(asked.text, CERTAIN)
            passages = passages if passages and Question(asked.text, passages).said(passages[0]) >= MANY else []
        if subject in UNTIL_WHEN:
            yield from self.rule(UNTIL_WHEN[subject])
        yield from self.for_them(self.quote(asked, passages))
        if beside := self.nearly_as(subject, asked, passages):
            yield from self.for_them(self.quote(asked, beside))
        harmed = HARMED.intersection(matters_in(asked.text))
        ruled = {part["key"] for matter in harmed for part in self.treating(_(RULES[matter]), 0.1)}
        if any(part["key"] in ruled for part in passages[:1]):
            yield from self.mended()
        said = self.listen(asked.text)
        if said is None or said.likeness < CERTAINLY or said.query != subject:
            yield from self.and_so(asked, subject)
        if subject in CHOSEN and not verdict:
            yield from self.expected_anyway()

    def and_so(self, asked: Asked, subject: str) -> Iterator[Piece]:
        """What the documents say of a second condition of a question, which they treat elsewhere."""
        parts = [each for each in AND_SO.split(asked.text) if not TAG_ZH.fullmatch(each) and len(each) > TOO_SHORT]
        for text in parts if len(parts) > 1 else []:
            said = self.listen(text)
            other = said is not None and said.query not in (None, "", subject) and asks(text)
            other = other and said.likeness >= (PLAIN if len(text) < TOO_LITTLE else HEARD)
            if other and (treated := self.treating(said.query)):
                yield from self.quote(asked_of(asked, "", text=said.query), treated)

    def expected_anyway(self) -> Iterator[Piece]:
        """When an order of today should be there, for who names a day by which they need it and asks for a quicker way."""
        today = local(self.turn.now)
        rules = self.passages(_("how long delivery takes"), 0.1)[:1]
        lead = lead_of(each["text"] for each in rules)
        if (
            lead is None
            or rules[0]["key"] in self.cited
            or not wanted_by(CHOSEN_DAY.sub(" ", normal(self.turn.text)), today)
        ):
            return
        first, last = lead.window(today)
        if lead.certain(today):
            told = {"ordered": day(today), "first": day(first), "last": day(last)}
            text = _("An order of %(ordered)s should arrive between %(first)s and %(last)s.")
            yield Sentence(text % told, (rules[0]["key"],))

    def document(self, title: str, text: str) -> list[Row]:
        """The parts of a document that its title or a text finds."""
        found = [*self.passages(title.lower(), 0.0), *self.passages(f"{title.lower()} {text}", 0.0)]
        return list({each["key"]: each for each in found if each["title"] == title}.values())

    def plainly_treated(self, asked: Asked, held: list[Row]) -> bool:
        """Whether a question by itself is plainly one for these parts of documents."""
        said = self.listen(asked.text)
        return (
            said is not None
            and bool(said.query)
            and said.likeness >= PLAIN
            and ([each["key"] for each in self.treating(said.query)] == [each["key"] for each in held])
        )

    def going_on(self, asked: Asked) -> list[Row]:
        """The part of the document spoken of that a question means which has no subject of its own; [] where it has one.

        What it says is heard by itself and behind the document's title ("and how long would that take"); an amount that it asks
        for is to be in the part, and what was quoted just now is no answer to anything else.
        """
        topic = self.topic or self.topic_before
        held = self.document(topic, asked.text) if topic else []
        if not held:
            return []
        question = Question(erased(ADRIFT.sub(" ", asked.text)), held)
        forms = amounts_asked(asked.text)
        before = self.cited or {key for key in self.turn.focus if key.startswith("passage:")}
        by_itself = all_heard(asked.text)
        alone = next(iter(by_itself), None)
        points = asked.follows or asked.there
        joins = points or not asked.words or COSTS.fullmatch(asked.words)
        if alone is not None and alone.query is not None and alone.likeness >= HEARD:
            own = self.treating(alone.query) if alone.query else []
            if own and own[0]["title"] == topic:
                most = max(map(question.share, held))
                others = (each.likeness for each in by_itself[1:] if each.query)
                leads = alone.likeness - max(others, default=0.0) >= AHEAD
                if alone.likeness >= PLAIN or leads or (own[0]["key"] not in before and question.share(own[0]) >= most):
                    return own
            elif (question.missing(held) and not (points and alone.likeness < SURELY)) or (
                own and not points and question.names(own[0]["title"]) and not question.names(topic)
            ):
                return []
        likely: dict[str, float] = {}
        for said in [*by_itself[:SEVERAL], *all_heard(f"{topic.lower()} {asked.text}")[:SEVERAL]]:
            for each in self.treating(said.query) if said.query and said.likeness >= CARRIED else []:
                if each["title"] == topic:
                    likely[each["key"]] = max(likely.get(each["key"], 0.0), said.likeness)
        plainly = max(SURELY, max(likely.values(), default=0.0) + NEARLY_AS)
        if not joins and alone is not None and alone.query is not None and alone.likeness >= plainly:
            return []

        def fits(each: Row) -> float:
            again = (AGAIN if forms else -AGAIN) if each["key"] in before else 0.0
            return question.share(each) + likely.get(each["key"], 0.0) + again

        formed = [each for each in held if any(form.search(each["text"]) for form in forms)]
        best = max(formed or held, key=fits)
        return [best] if fits(best) >= HEARD or not question.missing(held) else []


def sentence_of(part: str, message: str) -> str:
    """The sentence of a message that a part is from.

    >>> sentence_of("how much can i write", "lovely. can you put a note in, how much can i write? thanks")
    'can you put a note in, how much can i write'
    """
    return next((each.strip() for each in SENTENCES.split(message) if part in each), part)

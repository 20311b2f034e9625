"""Guards the other words: what a thing is made of and does, who bought it, and names of what nobody looked up."""

from __future__ import annotations

from loyalty_ai.assistant.claims import wording
from loyalty_ai.assistant.claims.evidence import kind_of
from loyalty_ai.assistant.claims.naming import BLANK
from loyalty_ai.assistant.claims.reading import Reading, Wrong
from loyalty_ai.assistant.readings import fold
from loyalty_ai.assistant.tokens import words
from loyalty_ai.assistant.turn import FactKind

TOO_MANY = 3
"""So many words that neither the facts nor the question hold, more than half of all, make a sentence on products another tale."""


def check_properties(reading: Reading) -> None:
    """Material, size, safety, health and the like stand in the product's own words; other praise needs none.

    Raises:
        Wrong: they do not, or the words tell of somebody or something else.
    """
    evidence, body = reading.evidence, reading.figures
    before = [key for key in reading.before if kind_of(key) == "product"]
    keys = [*(reading.about("product") or before or evidence.keys("product")), *reading.carriers]
    texts = [text for key in keys for text in evidence.folded(key, FactKind.TEXT, FactKind.NAME)]
    tiers = [tier for key in keys for tier in evidence.folded(key, FactKind.TIER)]
    said, held = _content(body), {word for text in texts + tiers for word in _content(text)}
    if any(wording.SENSITIVE.fullmatch(word) for word in said - held):
        raise Wrong
    if any(match.group() not in " ".join(texts) for match in wording.SENSITIVE_ZH.finditer(body)):
        raise Wrong
    _check_subject(reading, said - held)
    _check_buyer(reading, keys)
    if reading.products() and not wording.UNABLE.search(body):
        asked = _content(fold(reading.turn.text))
        unknown = {word for word in said - held - asked - wording.SMALL_TALK if word.isascii()}
        if len(unknown) >= TOO_MANY and len(unknown) > 0.5 * len(said):
            raise Wrong


def _check_subject(reading: Reading, new: set[str]) -> None:
    """
    Raises:
        Wrong: words that no fact holds may name what the sentence is about.
    """
    strange = new - wording.SMALL_TALK - wording.EMPTY_WORDS - wording.PRICE_TALK
    meant = [key for key in reading.carriers if kind_of(key) == "product"]
    if meant and (reading.elsewhere or (strange and not reading.products())):
        raise Wrong(*meant)  # "it" may stand for what was found; a name of something else may not
    orders = _orders(reading)
    if orders and strange - _ORDER_TALK:
        raise Wrong(*orders)  # whose it is, where it goes: nothing that a tool tells of an order


def _check_buyer(reading: Reading, keys: list[str]) -> None:
    """
    Raises:
        Wrong: that somebody bought something is said by no order, no sum of orders, and no words of the product.
    """
    if not wording.BOUGHT.search(reading.figures) or _orders(reading):
        return
    if {kind_of(key) for key in reading.carriers} & {"loyalty", "cart", "orders"}:
        return
    texts = [text for key in keys for text in reading.evidence.folded(key, FactKind.TEXT)]
    if not any(wording.BOUGHT.search(text) for text in texts):
        raise Wrong(*(named.key for named in reading.products()))


def _orders(reading: Reading) -> list[str]:
    return [key for key in reading.cited(named.key for named in reading.named) if kind_of(key) == "order"]


def says_nothing(reading: Reading) -> bool:
    """A bare yes or no, or a pronoun with a verb: says something that nobody can check."""
    if reading.carriers or reading.named:
        return False
    return not _content(reading.figures) - wording.EMPTY_WORDS and not wording.COURTESY.search(reading.figures)


def _content(folded: str) -> set[str]:
    """Words that say something, without place holders and numbers."""
    found = words(folded.replace(BLANK, " "), "en")
    return {word for word in found if word not in wording.SMALL_WORDS and not word[0].isdigit()}


_ORDER_TALK = _content(
    fold(
        "order number placed made dispatched sent posted shipped delivered delivery delivers cancelled refunded returned "
        "prepared preparing processing packed way arrive arrives arriving arrived expected due total totals came comes "
        "contains included items units status state currently track tracking latest recent previous earlier between soon "
        "already still yet partly received come back hold holds one two three four five six seven eight nine ten eleven "
        "twelve thirteen twenty thirty first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth "
        "thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth thirtieth monday tuesday "
        "wednesday thursday friday saturday sunday january february march april may june july august september october "
        "november december day week month date tomorrow yesterday worth amount altogether paid cost "
        "订单号已发货出送达到提交合计处理中取消退款预计准备下签收部分最近上一日月年周期编共笔内含于前后之间件状态正运输途路您的是至期起止约左右还到仍"
    )
)
"""What may be said of any order beside its facts."""

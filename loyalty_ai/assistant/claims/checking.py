"""The way of a sentence through the guards: it stays with what carries it, gives way to the fact, or is dropped."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import override

from loyalty_ai.assistant.asking import spoken
from loyalty_ai.assistant.claims import rules, wording
from loyalty_ai.assistant.claims.amounts import check_comparison, check_money
from loyalty_ai.assistant.claims.corrections import facts_of
from loyalty_ai.assistant.claims.days import check_days
from loyalty_ai.assistant.claims.evidence import Evidence
from loyalty_ai.assistant.claims.numbers import check_codes, check_numbers, check_shares
from loyalty_ai.assistant.claims.properties import check_properties, says_nothing
from loyalty_ai.assistant.claims.reading import Reading, Wrong
from loyalty_ai.assistant.claims.states import check_states, check_stock
from loyalty_ai.assistant.claims.text import leads_away, readable, tidy
from loyalty_ai.assistant.claims.tiers import check_tier, says_own_tier
from loyalty_ai.assistant.turn import Sentence, Turn

LONGEST = 1_000
"""Characters of one sentence; what goes on longer is no sentence."""

GUARDS = (
    check_codes,
    check_money,
    check_shares,
    check_states,
    check_days,
    check_stock,
    check_comparison,
    check_tier,
    check_numbers,  # behind money, which tells what it was reckoned with
)
"""One kind of claim each, in this order: each notes the keys that carry it and raises `Wrong` for what is not carried."""


def check(
    text: str, evidence: Evidence, *, turn: Turn, sources: Sequence[str] | None = None, before: Sequence[str] = ()
) -> Sentence | None:
    """The sentence with the sources that carry it, or the checked fact in its place, or None where nothing carries it.

    Args:
        text: one sentence, or one line of a list.
        sources: None for words of a language model. What our own code phrased names the keys it was made from, none for words
            that say nothing of the shop; then only numbers, dates, money, stock and states are checked.
        before: what the sentence before cited: that is what "it" means.
    """
    tidied, given = tidy(text), tuple(sources or ())
    if not tidied or len(tidied) > LONGEST or not readable(tidied, evidence) or leads_away(tidied, evidence):
        return None
    if quoted := rules.quoted(tidied, evidence, given):
        return Sentence(tidied, evidence.citable([*given, quoted]))
    with override(spoken(turn.language)):
        reading = Reading(tidied, evidence, turn, given, sources is not None, tuple(before))
        try:
            return _judged(reading)
        except Wrong as wrong:
            return wrong.instead or facts_of(wrong.keys, evidence, reading.currency)


def _judged(reading: Reading) -> Sentence | None:
    """
    Raises:
        Wrong: what it says is not what the facts say.
    """
    policy = ""
    if not reading.ours:
        policy = rules.policy_of(reading)
        if says_own_tier(reading) or (policy and rules.supported(reading)):
            return Sentence(reading.text, reading.cited())
        if wording.DONE.search(reading.figures):
            raise Wrong
    for guard in GUARDS:
        guard(reading)
    if policy == "weak" and not reading.carriers:
        raise Wrong
    if not reading.ours:
        check_properties(reading)
        if says_nothing(reading):
            return None
    elif not reading.given and reading.text.endswith((":", "：")):
        return Sentence(reading.text)  # it leads to a list, whose lines cite their own
    # our own code says what it was made from; words that only happen to be a title ("Lunch & Picnic") name no product
    named = () if reading.given else (each for each in reading.named if each.exact or not reading.ours)
    return Sentence(reading.text, reading.cited(each.key for each in named))

"""What is said in place of a false sentence: the facts of the products or orders that it got wrong."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from loyalty_ai.assistant.claims import wording
from loyalty_ai.assistant.claims.evidence import Evidence, kind_of, own_id
from loyalty_ai.assistant.claims.text import plain
from loyalty_ai.assistant.turn import FactKind, Sentence
from loyalty_ai.serving.money import format_money

TO_COME = {"placed", "preparing", "dispatched"}
"""States of an order that has yet to arrive."""

MOST = 3
"""Sources whose facts are said."""


def facts_of(keys: Iterable[str], evidence: Evidence, currency: str) -> Sentence | None:
    """The facts of the first products and orders among the keys, as sentences of our own; None where nothing is known."""
    tell = {"product": _product, "order": _order}
    said = {key: tell[kind_of(key)](key, evidence, currency) for key in dict.fromkeys(keys) if kind_of(key) in tell}
    told = [(key, text) for key, text in said.items() if text][:MOST]
    return Sentence(plain(" ".join(text for _key, text in told)), tuple(key for key, _text in told)) if told else None


def _product(key: str, evidence: Evidence, currency: str) -> str:
    names, prices = evidence.values(key, FactKind.NAME), evidence.values(key, FactKind.PRICE)
    if not names:
        return ""
    values = {"product": names[-1]}
    if prices:
        values["price"] = format_money(prices[-1], currency)
    available = evidence.values(key, FactKind.AVAILABLE)[-1:]
    if available == [False]:
        return _("%(product)s is sold out.") % values
    if prices and available:
        return _("%(product)s costs %(price)s and is in stock.") % values
    return _("%(product)s costs %(price)s.") % values if prices else ""


def _order(key: str, evidence: Evidence, currency: str) -> str:
    said = []
    states = evidence.values(key, FactKind.STATE)
    if label := wording.state_sentence(str(states[-1])) if states else "":
        said.append(label % {"number": own_id(key)})
    expected = sorted(set(evidence.values(key, FactKind.EXPECTED_BY)))
    if expected and (not states or str(states[-1]) in TO_COME):
        first, last = (date_format(day, "DATE_FORMAT") for day in (expected[0], expected[-1]))
        between = _("It should arrive between %(first)s and %(last)s.") % {"first": first, "last": last}
        said.append(between if first != last else _("It should arrive by %(last)s.") % {"last": last})
    totals = [total for name, values in evidence.groups(key) if not name for total in values.get(FactKind.TOTAL, ())]
    if totals:
        said.append(_("Its total is %(money)s.") % {"money": format_money(totals[0], currency)})
    return " ".join(said)

"""What an answer may say: the facts that were read in this turn, and whether a sentence is carried by them.

A sentence is read, not believed. Money, dates, shares, numbers, stock, the state of an order, points of policy and properties of a
product must stand in facts of the sources that the sentence names; what does not is replaced by the fact, or dropped. A doubt
drops: a true sentence lost costs less than a false one said.

`checking` asks, in this order: `text` (is it readable, does it lead away), `rules` (is it a document's own word or its meaning),
then one guard for each kind of claim: `numbers`, `amounts` with `sums`, `states`, `days`, `tiers` and `properties`. All of them
read one `reading.Reading`, whose names `naming` finds, against one `evidence.Evidence`, by the words of `wording`; `corrections`
says the fact instead.
"""

from loyalty_ai.assistant.claims.checking import check
from loyalty_ai.assistant.claims.evidence import Evidence
from loyalty_ai.assistant.claims.text import plain, tidy

__all__ = ["Evidence", "check", "plain", "tidy"]

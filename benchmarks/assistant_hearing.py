"""Does the assistant hear what is asked in words that no document has?

    python -m benchmarks.assistant_hearing [--show]

Questions to the policies of the demo shop in everyday words, nearly half of which no document answers. `DEVELOPMENT` was looked
at while the wordings and the thresholds were made, `FRESH` only afterwards, and no wording was added for it; both are by the
author of the wordings, so other people's questions fare worse. Printed for each, as one JSON line: how many were answered from
the right part of a document (`right`), from another (`wrong`) or not at all (`missed`); of those that nothing answers, how many
were refused or handed over (`refused`); the milliseconds of an answer; and all of it without hearing (`deaf`).
"""

from __future__ import annotations

import argparse
import os
import sys
from typing import Any
from unittest.mock import patch

import django

from benchmarks.output import BadInput, run_command

DEVELOPMENT: dict[str, str | None] = {
    "and who pays the postage": "delivery#what-delivery-costs",
    "can I send it back if I just don't like it": "returns#how-long",
    "my parcel never turned up": "delivery#if-a-parcel",
    "what if the teapot is smashed when I open the box": "damaged-goods#",
    "can I swap it for a different one": "returns#exchanges",
    "how do I get my cash back": "returns#when-the-money|returns#how-to",
    "can I come and pick my order up myself": "contact#visit",
    "I want to make a complaint about a rude employee": "contact#complaints",
    "could you mail it to my aunt in Toronto": "delivery#countries",
    "I need it by tomorrow morning, is that possible": "delivery#express|delivery#how-long",
    "when does the money leave my account": "payment#when-you",
    "do you accept mobile wallets": "payment#ways",
    "my card got declined, did the order go through": "payment#if-a",
    "can I buy a gift card for my sister": "payment#gift-vouchers",
    "I changed my mind about what I bought an hour ago": "order-changes#|returns#how-long",
    "do I need to register to buy something": "order-changes#ordering",
    "can you put a little note in with it": "gift-wrapping#gift-messages",
    "could you send a present straight to my nephew": "gift-wrapping#sending",
    "does putting it in my basket hold it for me": "stock#is-my-cart",
    "can I reserve something before it is released": "stock#sold",
    "is it cheaper if I buy hundreds": "wholesale#bulk",
    "how do I climb up to platinum": "loyalty#the-tiers|loyalty#what",
    "what happens if my friend signs up with my code": "loyalty#bringing",
    "do you share my information with advertisers": "privacy#we-sell",
    "stop emailing me newsletters": "privacy#your-choices",
    "is this a bot or a human": "privacy#the-assistant|contact#chat",
    "can I return the earrings I bought": "returns#what-cannot",
    "does it cost me anything to post things back": "returns#what-a",
    "do you have a toilet for customers": None,
    "how much do you pay your staff": None,
    "are your factories audited for child labour": None,
    "what is the carbon footprint of a mug": None,
    "do you run pottery workshops": None,
    "do you offer insurance on fragile items": None,
    "do you buy second hand ornaments": None,
    "what is the weather like in Leeds": None,
    "can you help me with my tax return": None,
    "what time does the train to London leave": None,
    "is the cake stand safe for the dishwasher": None,
    "what is your share price": None,
    "write me a poem about autumn": None,
    "how tall is the eiffel tower": None,
    "can I advertise on your website": None,
    "can I pay in three instalments over the year with interest": None,
    "do students get money off": None,
    "which bank do you use": None,
    "how do I reset my phone": None,
    "book me a table for two": None,
    "how old is the queen": None,
    "do you repair broken clocks from other shops": None,
    "what is the meaning of life": None,
}
"""Question -> where its answer is, as beginnings of document#anchor; None where nowhere."""

FRESH: dict[str, str | None] = {
    "are you open on boxing day": "contact#holidays",
    "do you do wrapping": "gift-wrapping#",
    "the vase came in pieces": "damaged-goods#",
    "I got someone else's stuff in my package": "damaged-goods#if-something|damaged-goods#what",
    "do I have to keep the original box": "returns#how-long",
    "is there somewhere I can pop in and have a look": "contact#visit",
    "who do I ring if something is wrong": "contact#telephone|contact#write|contact#complaints",
    "do you post to Dublin": "delivery#countries",
    "will the postman come on a Sunday": "delivery#express|delivery#orders-at",
    "will I be stung for customs fees in Zurich": "delivery#customs",
    "can I settle the bill with a cheque": "payment#ways",
    "is it secure to type in my bank details": "payment#is-paying",
    "have you got any promo codes": "payment#gift-vouchers",
    "I put the wrong house number on my order": "order-changes#wrong",
    "can I add another mug to what I already ordered": "order-changes#how-to-change",
    "will the price be visible to the person receiving it": "gift-wrapping#prices",
    "what colour is the ribbon on the wrapping": "gift-wrapping#what-it",
    "when will you have more of the ones that have run out": "stock#when-it|stock#sold",
    "how many can I buy at once": "stock#limits",
    "we run a cafe and would like trade prices": "wholesale#",
    "could our hotel try a few pieces before committing": "wholesale#samples",
    "do my points run out": "loyalty#points",
    "what do I get out of being a gold member": "loyalty#what",
    "I want to be forgotten": "privacy#having",
    "do you track me with cookies": "privacy#cookies",
    "how long is it covered if it stops working": "damaged-goods#faults",
    "I opened the candle and hate the smell, can it go back": "returns#what-cannot",
    "my grandma got this as a present and wants to return it": "returns#gifts",
    "are you hiring at the moment": None,
    "who founded the company": None,
    "is your packaging recyclable": None,
    "can I bring my dog to the store opening": None,
    "can you install the curtain rail for me": None,
    "can I hire tableware for a wedding": None,
    "do you sell car tyres": None,
    "who won the football last night": None,
    "how do I cook a turkey": None,
    "how do I get candle wax out of a carpet": None,
    "are the mugs microwave safe": None,
    "can you recommend a good plumber": None,
    "do you do engraving of names": None,
    "are you on instagram": None,
    "do you sponsor charities": None,
    "will you match a competitor's price": None,
    "is there wheelchair access": None,
    "what is the capital of France": None,
    "do you have a franchise programme": None,
    "what vaccinations do I need for Kenya": None,
    "can you translate this letter into Spanish": None,
    "who designs your products": None,
    "tell me a joke about lawyers": None,
}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--show", action="store_true", help="say on stderr what was not right")
    options = parser.parse_args(arguments)
    return run_command("benchmarks.assistant_hearing", lambda: evaluate(show=options.show))


def evaluate(*, show: bool) -> dict[str, Any]:
    """Ask both sets.

    Raises:
        BadInput: the demo shop was not loaded.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop_demo.settings")
    django.setup()
    from loyalty_ai.assistant.models import Document

    if not Document.objects.filter(live=True).exists():
        raise BadInput("the demo shop is not loaded; `manage.py loyalty_demo` loads it")
    sets = {"development": DEVELOPMENT, "fresh": FRESH}
    found = {name: ask_all(questions, show=show) for name, questions in sets.items()}
    with patch("loyalty_ai.assistant.hearing.likely", return_value=[]):
        return found | {f"{name}_deaf": ask_all(questions, show=False) for name, questions in sets.items()}


def ask_all(questions: dict[str, str | None], *, show: bool) -> dict[str, Any]:
    """The counts of one set of questions."""
    from benchmarks.assistant import part, run_thread
    from benchmarks.assistant_questions import Ask

    counts = dict.fromkeys(("answerable", "right", "wrong", "missed", "unanswerable", "refused"), 0)
    seconds = []
    for question, places in questions.items():
        answer, _, took = run_thread(Ask("policy", "en", question, {}), "templates")
        seconds.append(took)
        if places:
            found = any(place.startswith(tuple(places.split("|"))) for place in cited(answer))
            ended = "right" if found else "wrong" if answer.outcome == "answered" else "missed"
        else:
            ended = "answered" if answer.outcome == "answered" else "refused"
        counts["answerable" if places else "unanswerable"] += 1
        counts[ended] = counts.get(ended, 0) + 1
        if show and ended in ("wrong", "missed", "answered"):
            print(f"{ended}: {question}\n    > {answer.text[:200]!r}", file=sys.stderr)
    counts.pop("answered", None)
    seconds.sort()
    return counts | {"milliseconds": {"p50": part(seconds, 0.5), "p95": part(seconds, 0.95)}}


def cited(answer: Any) -> list[str]:
    """The parts of documents that an answer cites, as document#anchor."""
    from loyalty_ai.assistant.models import Passage

    keys = [source.key.partition(":")[2] for source in answer.sources if source.key.startswith("passage:")]
    return [
        f"{each.document.slug}#{each.anchor}" for each in Passage.objects.filter(pk__in=keys).select_related("document")
    ]


if __name__ == "__main__":
    sys.exit(main())

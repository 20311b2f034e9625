"""A hostile model's server gets nothing: no effect, nobody else's data, no price that is not the shop's; the shopper an answer.

`python -m benchmarks.assistant_hostile` is the long form.
"""

from __future__ import annotations

import pytest

from loyalty_ai.conf import get_adapter
from tests.assistant import siege as besieging
from tests.assistant.hostile_server import Hostile, Loot, serve
from tests.assistant.siege import Besieger, amounts_in, besiege, converse, everything_else


@pytest.fixture
def siege(settings, db, monkeypatch):
    settings.LOYALTY_AI = besieging.SETTINGS
    monkeypatch.setattr(Besieger, "server", Hostile(20261124, Loot()), raising=False)
    siege = besiege()
    before = everything_else(siege)
    yield siege
    assert siege.found == []
    assert everything_else(siege) == before
    assert siege.confirmed == 0


def test_hundreds_of_hostile_answers_in_process(siege):
    for seed in range(120):
        converse(siege, seed)
    assert Besieger.server.asked > 200
    assert Besieger.server.generated > 500
    assert siege.answers > 120
    assert siege.by_model > siege.answers // 5
    assert siege.amounts_seen > 30


def test_hostile_answers_over_a_real_line(siege, settings, monkeypatch):
    server = Hostile(7, Loot(), stall=0.4)
    with serve(lambda body: server(body)) as address:
        options = {"model": "m", "base_url": address, "timeout": 0.2, "deadline": 3, "retries": 0}
        assistant = besieging.SETTINGS["ASSISTANT"] | {"OPTIONS": options}
        adapter = get_adapter("default")
        settings.LOYALTY_AI = besieging.SETTINGS | {"ASSISTANT": assistant}
        monkeypatch.setattr("loyalty_ai.conf._adapters", {"default": adapter})
        monkeypatch.setattr(Besieger, "transport", lambda self: super(Besieger, self).transport())
        monkeypatch.setattr(Besieger, "server", server)
        for seed in range(25):
            converse(siege, seed, turns=1)
    assert server.asked > 25
    assert siege.answers == 25


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("The mug costs £4.95.", ["4.95"]),
        ("4.95英镑 or GBP 5", ["4.95", "5"]),
        ("It is 95p, £１２.５０ or 1,200 pounds", ["0.95", "12.50", "1200"]),
        ("only 9.99", ["9.99"]),
        ("$5 or 5 EUR", [None, None]),
        ("twelve pounds; 十二英镑; half price", [None, None, None]),
        ("on 24 December, order 581475, version 1.2.3, 30 days", []),
    ],
)
def test_the_judge_sees_every_amount(text, amounts):
    assert [amount and str(amount) for amount in amounts_in(text)] == amounts

"""A backend for tests: answers by rule through the real tools, so that everything but the understanding is the real thing."""

from __future__ import annotations

from collections.abc import Iterator

from loyalty_ai.assistant.backends.base import Backend, Piece, Tools
from loyalty_ai.assistant.turn import Outcome, Sentence, Turn


class Clerk(Backend):
    """Knows one cake stand; proposes it for the cart where asked to, and calls a person where asked for one."""

    name = "clerk"
    instant = True

    def reply(self, turn: Turn, tools: Tools) -> Iterator[Piece]:
        chinese = turn.language == "zh-hans"
        if "person" in turn.text:
            yield Outcome.HANDED_OVER
            yield Sentence("I am asking a person to join us.")
            return
        product = tools.call("lookup_catalog", {"product_ids": ["22423"]}).data["products"][0]
        source = (f"product:{product['product_id']}",)
        price = f"£{product['price']}"
        yield Sentence(f"{product['title']}：{price}。" if chinese else f"{product['title']} costs {price}.", source)
        if "cart" in turn.text or "购物车" in turn.text:
            tools.call("update_cart", {"items": [{"product_id": "22423", "units": 2}]})

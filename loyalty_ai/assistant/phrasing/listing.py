"""Goes on about several orders that an answer listed: what they come to, how many they are, the first or the dearest of them."""

# ruff: noqa: E501 (a pattern is read as one line of a table)
from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from loyalty_ai.assistant.backends.base import Piece
from loyalty_ai.assistant.periods import period
from loyalty_ai.assistant.phrases_own import AVERAGE, LEAST
from loyalty_ai.assistant.phrasing.history import SUM_ALONE, History
from loyalty_ai.assistant.phrasing.orders import ARRIVING, between
from loyalty_ai.assistant.phrasing.voice import FURTHEST, local
from loyalty_ai.assistant.questions import Asked
from loyalty_ai.assistant.turn import Sentence

Order = dict[str, Any]
Item = dict[str, Any]
"""As `get_order` gives them."""

SUM = re.compile(
    r"\b(?:sum|total|altogether|all together|together|combined|add(?:ed)? up|adds? up|add (?:them|those|these|that|it|all) (?:all )?up|come to|came to|cost(?: me)?|set me back|spen[dt]|paid|pay|how much|all in|in all|worth)\b|"
    r"加起来|加在一起|一共|总共|合计|共|总[价额数和]|多少钱|花了"
)
OF_THEM = re.compile(
    r"\b(?:they|them|these|those|all|ever|both|altogether|together|combined|lot|each|the (?:three|four|five|two))\b|这些|那些|它们|这[几两三四五]|那[几两三四五]|全部|所有|都|加起来|加在一起|其中|里面"
)
HOW_MANY_OF_THEM = re.compile(
    r"^(?:and |so |ok )*how many(?: orders)?(?: (?:are|were|is) (?:there|they|that|those|these|it))?(?: in (?:all|total))?$|^(?:那|这)?(?:一共|总共|有)*(?:有)?(?:几|多少)(?:个|单|笔|张)?(?:订单|单)?$"
)
WHICH = re.compile(r"(?:and |so )?(?:which|what)(?: one| of (?:them|those|these))? (?:was|is|came|cost)\b|哪")
OLDEST = re.compile(r"\b(?:oldest|earliest|longest ago|(?:very )?first (?:of (?:all|them all)|ever))\b|最早|最老|最先")
NEWEST = re.compile(r"\b(?:newest|latest|most recent)\b|最近|最新|最晚|最后")
MOST_OF_THEM = re.compile(
    r"\b(?:most expensive|dearest|priciest|costliest|biggest|largest|highest|cheapest|smallest|lowest|least(?: expensive)?|more|higher|bigger|larger|dearer|less|lower|smaller|cheaper)\b|最(?:贵|便宜|大|小|高|低|多|少)"
)
SOONEST = re.compile(
    r"\b(?:first|soonest|next|earliest)\b.{0,30}\b(?:of (?:it|them|these|those)|one|parcel|order|arriv\w*|come|due|here)\b|最先|先到|第一个|最早"
)
LIST_WORDS = re.compile(
    r"\b(?:due|waiting|coming|here|ones?|list\w*|worth|each|set|earlier|later|soonest|newest|next|hold|contain\w*)\b|其中|哪[一]?[个单笔]|平均|列出|加起来|里面"
)
COMES = re.compile(r"\b(?:arriv\w*|come|coming|due|get here|be here|expect\w*|land|turn up)\b|到|送")
"""What may be asked of orders that were listed, and words that mean all of them."""


class Listing(History):
    """Reads a question as one about the orders that were listed."""

    @property
    def orders_listed(self) -> list[str]:
        """The numbers of the orders that the latest answer that listed several told, none where goods were shown since."""
        for at, focus in enumerate(said.focus for said in reversed(self.turn.history) if not said.by_shopper):
            kinds = {key.partition(":")[0] for key in focus}
            if at >= FURTHEST or "product" in kinds or ("orders" in kinds and not self.told_returns):
                break
            numbers = list(self.alone_told(focus))
            if len(numbers) > 1 or (numbers and not at and self.told_returns):
                return numbers
        return []

    @staticmethod
    def alone_told(focus: Iterable[str]) -> Iterator[str]:
        """The numbers of the orders that an answer told one by one."""
        return (key.removeprefix("order:") for key in focus if key.startswith("order:"))

    def of_listed(self, asked: Asked) -> Callable[[], Iterator[Piece]] | None:
        """What tells of the orders that were listed what a question asks of them; None where it asks nothing of these."""
        if self.turn.customer_id is None:
            return None
        if (days := self.days_before) and SUM_ALONE.fullmatch(asked.text.strip(" ?!.")):
            return partial(self.summed, days)
        numbers = self.orders_listed
        elsewhere = asked.codes or asked.bounded or period(asked.text, local(self.turn.now))
        if not numbers or elsewhere or MOST_OF_THEM.sub(" ", LIST_WORDS.sub(" ", self.things(asked))).strip():
            return None
        text, all_of_them = asked.text.strip(" ?!.,"), OF_THEM.search(asked.text) is not None
        just_now = self.last_about == "order" and len(numbers) == len([*self.alone_told(self.turn.focus)])
        if self.told_returns:
            back = self.back_of(numbers) if just_now and SUM.search(text) else []
            return partial(self.sum_of_returns, back) if back else None
        if HOW_MANY_OF_THEM.match(text):
            return partial(self.count_of_listed, numbers)
        if not (all_of_them or just_now):
            return None
        if AVERAGE.search(text):
            return partial(self.mean_of_listed, numbers)
        if COMES.search(text) and SOONEST.search(text):
            return partial(self.soonest_of_listed, numbers)
        if MOST_OF_THEM.search(text) and WHICH.match(text):
            all_of_them = True
        for pattern, by in ((OLDEST, self.placed), (NEWEST, self.placed), (MOST_OF_THEM, total_of)):
            if all_of_them and (found := pattern.search(text)):
                least = pattern is OLDEST or (pattern is MOST_OF_THEM and LEAST.search(found[0]) is not None)
                return partial(self.extreme_of_listed, numbers, asked, by, least=least)
        if just_now and asked.ordinals and max(asked.ordinals) <= len(numbers):
            places = (place - 1 if place > 0 else -1 for place in asked.ordinals)
            return partial(self.at_places, [numbers[place] for place in places], asked)
        if SUM.search(text) and not asked.ordinals and (all_of_them or not asked.there or "total" in asked.aspects):
            return partial(self.sum_of_listed, numbers)
        return None

    def those(self, numbers: list[str]) -> list[Order]:
        by_number = {order["order_id"]: order for order in self.orders_in(None)}
        return [by_number[number] for number in numbers if number in by_number]

    @property
    def cut_short(self) -> bool:
        """Whether the last answer listed only the latest of all orders, and told how many all are."""
        return "loyalty" in self.turn.focus

    def sum_of_listed(self, numbers: list[str]) -> Iterator[Piece]:
        """What they come to, before each of them; of a list that was cut short, what all orders do."""
        told = self.in_all_so_far(spent=True) if self.cut_short else list(self.together(numbers))
        yield from sorted(told, key=lambda sentence: len(sentence.sources) < len(numbers))

    def count_of_listed(self, numbers: list[str]) -> Iterator[Piece]:
        yield from self.in_all_so_far() or map(self.order_line, self.those(numbers))

    def mean_of_listed(self, numbers: list[str]) -> Iterator[Piece]:
        """The mean of all orders; what those that were listed come to where that may not be told."""
        found = self.call("get_loyalty")
        if found.error or found.data["average_order"] is None:
            yield from self.together(numbers)
            return
        text = _("An order of yours comes to %(average)s on average, less what you returned.")
        yield Sentence(text % {"average": self.money(found.data["average_order"])}, ("loyalty",))

    def at_places(self, numbers: list[str], asked: Asked) -> Iterator[Piece]:
        for order in self.those(numbers):
            yield from self.tell_order(order, asked)

    def back_of(self, numbers: list[str]) -> list[tuple[Order, Item]]:
        """What came back of some orders."""
        return [(order, item) for order in self.those(numbers) for item in order["items"] if item["returned"]]

    def sum_of_returns(self, back: list[tuple[Order, Item]]) -> Iterator[Piece]:
        """What was paid for several things that came back."""
        placed = [self.placed(order) for order, _item in back]
        ids = sorted({item["product_id"] for _order, item in back if item["product_id"]})[:20]
        found = self.call("get_order", summary=True, product_ids=ids, **between((min(placed), max(placed))))
        total = sum(item["refunded"] for _order, item in back)
        if not found.error and found.data["summary"]["refunded"] == total:
            text = _("For what you sent back that is %(total)s in all.")
            yield Sentence(text % {"total": self.money(total)}, (found.sources[0].key,))

    def soonest_of_listed(self, numbers: list[str]) -> Iterator[Piece]:
        """Those of them that arrive first."""
        orders = [order for order in self.those(numbers) if order["state"] in ARRIVING and order["expected_by"]]
        first = min((order["expected_by"] for order in orders), default=None)
        yield from (self.due_line(order) for order in orders if order["expected_by"] == first)
        if not orders:
            yield Sentence(_("You are waiting for no order."))

    def extreme_of_listed(
        self, numbers: list[str], asked: Asked, by: Callable[[Order], Any], *, least: bool
    ) -> Iterator[Piece]:
        """The one of them that is the first or the last by something."""
        orders = self.orders_in(None) if self.cut_short else self.those(numbers)
        if orders:
            yield from self.tell_order((min if least else max)(orders, key=by), asked)


def total_of(order: Order) -> Decimal:
    return order["total"]

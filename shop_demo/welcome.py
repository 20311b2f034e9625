"""The demo's one retention action: a message to whoever has been away, and the one account that allows letters."""

from __future__ import annotations

from loyalty_ai.actions.models import Action
from loyalty_ai.actions.services import start_action
from loyalty_ai.experiments.assignment import new_salt, share
from loyalty_ai.loyalty.models import RFMGroup
from loyalty_ai.privacy.services import choose
from loyalty_ai.shop.expiry import shop_now
from loyalty_ai.shop.models import Store

EDITH = "15535"
"""She has been away and, as the demo has it, said yes to letters. Of the log's other customers nobody was asked."""

HOLDOUT = 10
WORDS = {
    "en-gb": {
        "headline": "It has been a while – the kettle is on",
        "body": "New mugs, lanterns and bunting came in since your last order. Have a look while they are here.",
    },
    "zh-hans": {
        "headline": "好久不见，水已烧开",
        "body": "自您上次下单以来，新到了马克杯、灯笼和彩旗。趁还有货，来看看吧。",
    },
}


def start_welcome(store: Store) -> Action:
    """Plan the action and start it; tonight it takes whoever allows it."""
    choose(store=store, external_id=EDITH, choices={"marketing": True}, source="demo account")
    salt = new_salt()
    while 100 * share(salt=salt, customer=EDITH) < HOLDOUT:  # one in ten would see nothing of it
        salt = new_salt()
    action = Action.objects.create(
        store=store,
        key="welcome-back",
        title="Welcome back whoever was away",
        groups=[RFMGroup.AT_RISK, RFMGroup.NEEDS_ATTENTION],
        words=WORDS,
        link="/shop/",
        holdout=HOLDOUT,
        salt=salt,
    )
    return start_action(action, now=shop_now(store))

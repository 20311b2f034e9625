"""Customers with unique strings come in by every way, are erased at a random moment of every step, and nothing of them is left.

Two nights of a small shop run with the real commands and the real model. In the second one customer is erased beside each step,
on another connection, at a statement of the step chosen at random. Then every column of every table, every file of the workers,
the broker's folder, the cache and the log are searched.
"""

from __future__ import annotations

import gzip
import json
import logging
import os
import pickle
import random
import struct
import threading
import time
from datetime import datetime, timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Permission, User
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from rest_framework.test import APIClient

import loyalty_ai.tasks  # noqa: F401 (registers the kinds of jobs)
from loyalty_ai.actions.delivery import deliver
from loyalty_ai.actions.models import Action, ActionOutcome
from loyalty_ai.actions.services import decide
from loyalty_ai.assistant.models import Conversation, Message
from loyalty_ai.assistant.services import say
from loyalty_ai.conf import get_adapter
from loyalty_ai.experiments.models import Exposure
from loyalty_ai.jobs.models import Job, JobChunk
from loyalty_ai.privacy.receipts import public_keys, verify_receipt
from loyalty_ai.privacy.services import erase_customer
from loyalty_ai.registry.datasets import build_dataset
from loyalty_ai.registry.models import ModelVersion, VersionDeadline
from loyalty_ai.serving import scoring
from loyalty_ai.serving.models import Prediction
from loyalty_ai.serving.page import LoyaltyPage
from loyalty_ai.serving.selectors import read_page
from loyalty_ai.shop.adapters.base import CustomerRecord, EventRecord, ProductRecord
from loyalty_ai.shop.consent import record_consent
from loyalty_ai.shop.models import Customer, ErasureRecord, Event, RejectedRow, Store
from loyalty_ai.shop.wishes import mute
from tests import fakes
from tests.actions.people import make_action

pytestmark = pytest.mark.django_db(transaction=True)

NIGHTS = int(os.environ.get("LOYALTY_CANARY_NIGHTS", "1"))
"""How often the whole is done, each time with other moments; the first time with new ones in every run of the tests."""

STEPS = ("sync", "metrics", "pages", "train", "score", "promote", "actions")
FIRST_KEY = 7_700_000_001
"""Keys of customers begin here, so that their bytes are as unique as the strings."""

TRAINING = {
    "epochs": 1, "rolling_epochs": 1, "rounds": 5, "ranker_windows": 2, "window_days": 14, "candidates": 10, "threads": 1,
    "checkpoint_steps": 2,
}  # fmt: skip
MODEL = {"dim": 16, "layers": 1, "heads": 1, "context": 16, "text_dim": 16}
SERVED_SECONDS, GONE_SECONDS = 1, 60


class Eraser:
    """Erases a customer on a thread of its own when the step's connection comes to its n-th statement, or when the step ends."""

    def __init__(self, who: str, at: int, root: Path) -> None:
        self.who, self.at, self.root, self.statements = who, at, root, 0
        self.thread = threading.Thread(target=self.run)
        self.error: BaseException | None = None

    def __call__(self, execute, sql, params, many, context):
        self.statements += 1
        if self.statements == self.at:
            self.thread.start()
            time.sleep(0.02)  # one processor is enough for both to be under way
        return execute(sql, params, many, context)

    def run(self) -> None:
        try:
            customer = Customer.objects.select_related("store").get(external_id=self.who)
            self.key, asked = customer.pk, time.monotonic()
            self.receipt = erase_customer(customer=customer, now=timezone.now()).receipt
            done = time.monotonic()
            page = read_page(store="default", customer_id=self.who, seconds=5)
            assert (page.customer, page.profile, page.bought, page.recent) == (None, None, [], [])
            assert set(page.lists) <= {4}  # what is popular
            assert time.monotonic() - done < SERVED_SECONDS
            while key_in_files(self.root, self.key):
                assert time.monotonic() - asked < GONE_SECONDS
                time.sleep(0.01)
            self.seconds = time.monotonic() - asked
        except BaseException as error:  # noqa: BLE001 (raised again in the test's own thread)
            self.error = error
        finally:
            connection.close()

    def finish(self) -> None:
        if not self.thread.ident:
            self.thread.start()
        self.thread.join(120)
        assert not self.thread.is_alive()
        if self.error:
            raise self.error
        assert self.seconds < GONE_SECONDS


def key_in_files(root: Path, key: int) -> list[Path]:
    """Files that hold the key of a customer, as a number of eight bytes or as text; a file that goes meanwhile holds nothing."""
    forms = struct.pack("<q", key), str(key).encode()
    found = []
    for path in (path for path in root.rglob("*") if path.is_file()):
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            continue
        if any(form in content for form in forms):
            found.append(path)
    return found


def text_in_files(root: Path, text: str) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file() and text.encode() in contents(path)]


def contents(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def text_in_tables(text: str) -> dict[str, int]:
    """Rows of every table but the shop's own that hold the text in any column, as text, JSON, array or bytes."""
    found = {}
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition
            AND relnamespace = 'public'::regnamespace AND relname ~ '^(loyalty_ai|django|celery)'"""
        )
        for (table,) in cursor.fetchall():
            cursor.execute(
                f'SELECT count(*) FROM "{table}" t WHERE t::text LIKE %s OR t::text LIKE %s',
                [f"%{text}%", f"%{text.encode().hex()}%"],
            )
            if count := cursor.fetchone()[0]:
                found[table] = count
    return found


def text_in_cache(text: str) -> list[str]:
    stored = getattr(cache, "_cache", {})
    return [key for key, value in stored.items() if text in key or text.encode() in pickle.dumps(value)]


@pytest.fixture
def shop(settings, tmp_path) -> SimpleNamespace:
    """Forty customers of sixteen products, not yet synced; the broker is a folder, the cache is this process's."""
    root = tmp_path / "artifacts"
    own = {
        "RETENTION": {"behaviour": None},
        "ARTIFACTS": root,
        "DEVICE": "cpu",
        "TRAINING": TRAINING,
        "MODEL": MODEL,
        "TOP_K": 8,
    }
    settings.LOYALTY_AI = fakes.FAKE_SETTINGS | own
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": str(tmp_path)}
    }
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval(pg_get_serial_sequence('loyalty_ai_customer', 'id'), %s, false)", [FIRST_KEY])
    scoring._seat.cache_clear()
    store, adapter = fakes.make_store(), get_adapter("default")
    adapter.add(*(ProductRecord(product_id=f"P{n}", title=f"Mug {n}", price=Decimal(5)) for n in range(16)))
    for n in range(40):
        adapter.add(CustomerRecord(customer_id=f"C{n}"), *orders(f"C{n}", n))
    service = APIClient()
    user = User.objects.create(username="service")
    user.user_permissions.set(Permission.objects.filter(codename="add_event"))
    service.force_login(user)
    yield SimpleNamespace(store=store, adapter=adapter, root=root, folder=tmp_path, service=service, user=user)
    scoring._seat.cache_clear()
    scoring._model.cache_clear()


def orders(who: str, taste: int, *, days: range = range(0, 120, 12)) -> list[EventRecord]:
    """An order every twelve days, and a look at something; every string of them names the customer."""
    found = []
    for day in days:
        at = fakes.NOON + timedelta(days=day + taste % 7)
        line = {"customer_id": who, "order_id": f"order-{who}-{day}", "occurred_at": at, "value": Decimal(5)}
        seen = {"type": "view_item", "product_id": f"P{taste % 16}", "session": f"session-{who}"}
        found += [
            *(
                EventRecord(key=f"{who}-{day}-{item}", type="purchase", product_id=f"P{item}", **line)
                for item in {taste % 4, 4 + taste % 4, (taste + day) % 16}
            ),
            EventRecord(key=f"{who}-{day}-look", customer_id=who, occurred_at=at, **seen),
        ]
    return found


def plant(shop: SimpleNamespace, who: str) -> None:
    """Let a customer in by every way: the shop, a file, the API, the assistant, the admin, a job; with what each refuses."""
    shop.adapter.add(CustomerRecord(customer_id=who), *orders(who, 3))
    at = fakes.NOON + timedelta(days=50)
    shop.adapter.add(
        EventRecord(key=f"{who}-lost", type="purchase", occurred_at=at, customer_id=who, product_id="no-such"),
        EventRecord(key=f"{who}-odd", type="dance", occurred_at=at, customer_id=who, product_id="P1"),
    )
    command("loyalty_sync")
    import_file(shop, who)
    post(shop, who)
    customer = Customer.objects.get(external_id=who)
    conversation = Conversation.objects.create(store=shop.store, customer=customer, language="en")
    question = say(
        conversation=conversation, text=f"I am {who}. Where is order-{who}-12?", client_key=f"key-{who}"[:64]
    )
    Message.objects.filter(answers=question).update(
        state=Message.State.DONE, text=f"Hello {who}", cards=[who], context={"page": who}, sources=[{"title": who}]
    )
    fakes.take(customer, error=f"{who} was not found", at=fakes.NOON)
    for purpose in ("preferences", "marketing"):
        record_consent(customer=customer, purpose=purpose, granted=True, source="test")
    mute(customer=customer, kind="brand", value=f"brand of {who}")
    LogEntry.objects.create(
        user=shop.user, content_type=ContentType.objects.get_for_model(Customer), object_id=str(customer.pk),
        object_repr=who, action_flag=CHANGE, change_message=f"looked at {who}",
    )  # fmt: skip
    Job.objects.create(store=shop.store, kind="mail", slot=f"mail:{uuid4()}", params={"customer": who})
    broken = f"IntegrityError: Key (store_id, external_id)=(1, {who}) already exists."
    job = Job.objects.create(store=shop.store, kind="mail", slot=f"mail:{uuid4()}", state="failed", error=broken)
    JobChunk.objects.create(job=job, number=0, error=broken)


def import_file(shop: SimpleNamespace, who: str) -> None:
    at = (fakes.NOON + timedelta(days=51)).isoformat()
    lines = [
        "USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE,SESSION_ID,ORDER_ID",
        f"{who},P2,{at},view,session-{who},",
        f"{who},P2,{at},purchase,,file-order-{who}",
        f"{who},P2,no time,view,,",
        f"{who},no-such,{at},view,,",
        f"too short,{who}",
        f'"{who},P2,{at},view,,',
    ]
    file = shop.folder / "import" / "log.csv"
    file.parent.mkdir(exist_ok=True)
    file.write_text("\n".join(lines) + "\n")
    command("loyalty_sync", "--file", str(file))
    file.unlink()


def post(shop: SimpleNamespace, who: str) -> None:
    event = {"type": "view_item", "product_id": "P3", "occurred_at": "2011-07-20T12:00:00Z", "customer_id": who}
    events = [
        event | {"key": f"{who}-api", "session": f"session-{who}"},
        event | {"key": f"{who}-api-2", "product_id": "no-such"},
        event | {"key": f"{who}-api", "product_id": "P4"},
    ]
    assert shop.service.post("/loyalty/api/events/", {"events": events}, format="json").status_code == 200


def command(name: str, *args: str) -> dict:
    out = StringIO()
    call_command(name, *args, "--json", stdout=out, stderr=StringIO())
    return json.loads(out.getvalue())


def night(shop: SimpleNamespace, erasers: dict[str, Eraser]) -> dict[str, int]:
    """One round of the pipeline, each step beside its eraser; how many statements each step took."""
    version = ModelVersion.objects.count() + 1
    steps = {
        "sync": lambda: command("loyalty_sync"),
        "metrics": lambda: refresh(shop),
        "pages": lambda: visit(shop),
        "train": lambda: command("loyalty_train"),
        "score": lambda: command("loyalty_score", "--version", str(version)),
        "promote": lambda: command(
            "loyalty_promote", str(version), "--override", "--reason", "a shop of a test is small"
        ),
        "actions": lambda: act(shop, now=timezone.now() + timedelta(days=10 * version)),
    }
    taken = {}
    for name, step in steps.items():
        beside = erasers.get(name) or Eraser("", 0, shop.root)
        with connection.execute_wrapper(beside):
            step()
        if name in erasers:
            beside.finish()
        taken[name] = beside.statements
    return taken


def visit(shop: SimpleNamespace) -> None:
    """Everybody looks at a page, and what it showed them is written down."""
    for who in Customer.objects.filter(store=shop.store).order_by("pk").values_list("external_id", flat=True):
        page = LoyaltyPage(store="default", customer_id=who, patience=30)
        page.recommended(limit=4)
        page.record()


def refresh(shop: SimpleNamespace) -> None:
    from loyalty_ai.loyalty.services import refresh_profiles

    refresh_profiles(store=shop.store)


def act(shop: SimpleNamespace, now: datetime) -> None:
    """Every customer who allows it is taken, and the shop writes to whoever is not held out."""
    shop.adapter.can_notify = True
    shop.adapter.notify = lambda customer_id, **letter: None
    given = {"groups": [], "days_since_order": 1, "again_after_days": 1, "holdout": 20, "key": "canaries"}
    if not Action.objects.filter(key="canaries").exists():
        make_action(shop.store, **given)
    decide(store=shop.store, now=now)
    deliver(store=shop.store, now=now)


def assert_nothing_is_left(shop: SimpleNamespace, who: str, log: str) -> None:
    assert text_in_tables(who) == {}
    assert text_in_files(shop.folder, who) == []
    assert text_in_files(settings.VAR / "broker", who) == []
    assert text_in_cache(who) == []
    assert who not in log


@pytest.mark.parametrize("seed", range(NIGHTS))
def test_erased_at_any_moment_of_any_step_nothing_of_anybody_is_left(shop, caplog, seed):
    caplog.set_level(logging.INFO)
    chance = random.Random(seed or None)
    erased = {step: f"canary-{step}-{uuid4().hex[:12]}" for step in STEPS}
    stays = f"canary-stays-{uuid4().hex[:12]}"
    for who in (*erased.values(), stays):
        plant(shop, who)
    fakes.make_experiment(shop.store, holdout=0, challenger=50)
    taken = night(shop, {})
    assert Exposure.objects.filter(customer__external_id__in=erased.values()).count() >= len(erased)
    assert Prediction.objects.filter(customer__external_id__in=erased.values()).count() == len(erased)
    assert set(ActionOutcome.objects.filter(action__key="canaries").values_list("round", flat=True)) == {1}
    # The search finds what is there: whoever stays is in all of these.
    assert set(text_in_tables(stays)) >= {
        *(f"loyalty_ai_{name}" for name in ("customer", "event", "eventkey", "order", "message", "job", "jobchunk", "mute")),
        "loyalty_ai_rejectedrow", "loyalty_ai_actionoutcome", "django_admin_log",
    }  # fmt: skip

    for number, who in enumerate((*erased.values(), stays)):
        shop.adapter.add(*orders(who, number, days=range(130, 140, 12)))
    moments = {step: chance.randint(1, taken[step]) for step in STEPS}
    erasers = {step: Eraser(erased[step], moments[step], shop.root) for step in STEPS}
    running = ModelVersion.objects.count() + 1
    night(shop, erasers)

    logging.getLogger("tests").info("moments %s of %s", moments, taken)  # shown where something was left
    rows = {name: text_in_tables(stays)[name] for name in ("loyalty_ai_event", "loyalty_ai_rejectedrow")}
    for step, eraser in erasers.items():
        assert_nothing_is_left(shop, eraser.who, caplog.text)
        assert not key_in_files(shop.root, eraser.key), step
        verify_receipt(eraser.receipt, public_keys())
        listed = {entry["version"] for entry in eraser.receipt["versions"]}
        assert listed == (
            {1} if step in ("sync", "metrics", "pages") else {1, running} if step != "train" else listed | {1}
        )
    assert VersionDeadline.objects.filter(version__number__in=[1, running]).count() == 2

    # The same again by every way in: nothing comes back, for nobody but who stays.
    Store.objects.filter(pk=shop.store.pk).update(cursors={})
    told = command("loyalty_sync")["events"]
    assert told["accepted"] == 0
    assert told["erased"] > 0
    for who in erased.values():
        import_file(shop, who)
        post(shop, who)
    for who in erased.values():
        assert_nothing_is_left(shop, who, caplog.text)
    assert {name: text_in_tables(stays)[name] for name in rows} == rows

    # What is trained now proves that they are not in it.
    trained = command("loyalty_train", "--from-scratch")["version"]
    version = ModelVersion.objects.get(number=trained)
    checked = Customer.objects.filter(events__isnull=False).distinct().count()
    assert version.data_counts["erasures"] == {"in_force": len(erased), "customers_checked": checked, "found": 0}
    assert not VersionDeadline.objects.filter(version=version).exists()
    people = build_dataset(store=shop.store, cutoff=version.cutoff).people
    assert not {eraser.key for eraser in erasers.values()} & set(people.tolist())
    for eraser in erasers.values():
        assert not key_in_files(shop.root, eraser.key)


def test_at_rest_an_erasure_stops_serving_within_a_second(shop):
    who = f"canary-{uuid4().hex}"
    plant(shop, who)
    refresh(shop)
    run = fakes.make_run(shop.store)
    customer = Customer.objects.get(external_id=who)
    fakes.recommend(run, customer, 1, shop.store.products.all()[:3])
    assert read_page(store="default", customer_id=who, seconds=5).lists
    start = time.monotonic()
    erase_customer(customer=customer, now=timezone.now())
    assert not read_page(store="default", customer_id=who, seconds=5).lists
    assert time.monotonic() - start < SERVED_SECONDS
    assert text_in_tables(who) == {}
    assert Event.objects.exists()
    assert RejectedRow.objects.count() == ErasureRecord.objects.filter(lifted_at__isnull=False).count() == 0

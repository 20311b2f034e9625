"""System checks: every wrong setting is an error with a hint before it is a surprise."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.validators import slug_re
from django.db import DatabaseError, connections, router
from django.utils.module_loading import import_string

from loyalty_ai.conf import DEFAULTS, REGION_WANTED, STORE_DEFAULTS, app_settings, get_adapter, is_region
from loyalty_ai.shop.adapters.base import ShopAdapter
from loyalty_ai.shop.models import Purpose, Store

TRAINING_QUEUE = "loyalty_train"
THROTTLE_SCOPES = ("loyalty_read", "loyalty_ingest", "loyalty_assistant")
LOYALTY = "loyalty_ai"
SECRET_LENGTH = 24
LONGEST_DAYS = 36_500


def adapter_error(message: str, hint: str) -> Error:
    return Error(message, hint=hint, id="loyalty_ai.E001")


def key_error(message: str, hint: str) -> Error:
    return Error(message, hint=hint, id="loyalty_ai.E002")


@register(LOYALTY)
def check_keys(**kwargs: Any) -> list[CheckMessage]:
    """E002: an unknown key, or a value that its key cannot have."""
    given = app_settings.user_settings()
    if not isinstance(given, dict):
        return [key_error("LOYALTY_AI is not a dict.", "Write LOYALTY_AI = {'STORES': {...}} in your settings.")]
    errors = list(unknown_keys("LOYALTY_AI", given, DEFAULTS))
    for key, (right, wanted) in VALUES.items():
        if key in given and not right(given[key]):
            errors.append(key_error(f'LOYALTY_AI["{key}"] is {given[key]!r}.', f"It must be {wanted}."))
    errors += model_errors(given)
    errors += assistant_errors(given)
    errors += retention_errors(given)
    for slug, entry in stores(given):
        errors += store_errors(slug, entry)
    return errors


def unknown_keys(where: str, given: dict[str, Any], known: Iterable[str]) -> Iterator[Error]:
    for key in given:
        if key not in known:
            near = get_close_matches(str(key), known, n=1, cutoff=0.6)
            hint = f"Did you mean {near[0]}?" if near else f"Known keys: {', '.join(sorted(known))}."
            yield key_error(f"{where} has an unknown key {key!r}.", hint)


def stores(given: Any) -> list[tuple[str, dict[str, Any]]]:
    """The well-formed entries of STORES; what is malformed is E002's."""
    entries = given.get("STORES", {}) if isinstance(given, dict) else {}
    return [item for item in entries.items() if isinstance(item[1], dict)] if isinstance(entries, dict) else []


def store_errors(slug: str, entry: dict[str, Any]) -> Iterator[Error]:
    where = f'LOYALTY_AI["STORES"]["{slug}"]'
    if not isinstance(slug, str) or not slug_re.match(slug) or len(slug) > 50:
        yield key_error(f"{where}: the name is no slug.", "Use up to 50 letters, digits, hyphens and underscores.")
    yield from unknown_keys(where, entry, STORE_DEFAULTS)
    for key, (right, wanted) in STORE_VALUES.items():
        if key in entry and not right(entry[key]):
            yield key_error(f'{where}["{key}"] is {entry[key]!r}.', f"It must be {wanted}.")


def model_errors(given: dict[str, Any]) -> Iterator[Error]:
    from loyalty_ai.ml.config import ModelConfig, TrainingConfig  # plain dataclasses, no torch behind them

    for key, config in (("MODEL", ModelConfig), ("TRAINING", TrainingConfig)):
        values = given.get(key, {})
        if isinstance(values, dict):
            try:
                config.from_dict(values)
            except (TypeError, ValueError) as error:
                yield key_error(f'LOYALTY_AI["{key}"]: {error}.', f"The fields are those of {config.__name__}.")


def assistant_errors(given: dict[str, Any]) -> Iterator[Error]:
    values = given.get("ASSISTANT", {})
    if not isinstance(values, dict):
        return
    yield from unknown_keys('LOYALTY_AI["ASSISTANT"]', values, DEFAULTS["ASSISTANT"])
    for key, (right, wanted) in ASSISTANT_VALUES.items():
        if key in values and not right(values[key]):
            yield key_error(f'LOYALTY_AI["ASSISTANT"]["{key}"] is {values[key]!r}.', f"It must be {wanted}.")


def retention_errors(given: dict[str, Any]) -> Iterator[Error]:
    values = given.get("RETENTION", {})
    if not isinstance(values, dict):
        return
    yield from unknown_keys('LOYALTY_AI["RETENTION"]', values, DEFAULTS["RETENTION"])
    for key in DEFAULTS["RETENTION"]:
        if not (values.get(key) is None or (whole(1)(values[key]) and values[key] <= LONGEST_DAYS)):
            yield key_error(
                f'LOYALTY_AI["RETENTION"]["{key}"] is {values[key]!r}.',
                f"It must be a whole number of days from 1 to {LONGEST_DAYS}, or None to keep it.",
            )


def whole(least: int) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and value >= least


def text(longest: int) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and 0 < len(value) <= longest


def mapping(keys: Iterable[str], right: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, dict) and all(k in keys and right(v) for k, v in value.items())


CONSENT_DEFAULTS = (
    mapping(Purpose.values, lambda value: isinstance(value, bool)),
    f"a dict of True or False for {', '.join(Purpose.values)}",
)
CONSENT_REGIONS = (
    lambda value: isinstance(value, dict) and all(is_region(k) and CONSENT_DEFAULTS[0](v) for k, v in value.items()),
    f"{CONSENT_DEFAULTS[1]}, by region; {REGION_WANTED}",
)
VALUES: dict[str, tuple[Callable[[Any], bool], str]] = {
    "STORES": (
        lambda value: isinstance(value, dict) and all(isinstance(entry, dict) for entry in value.values()),
        "a dict with one dict a store, e.g. {'default': {'ADAPTER': 'myshop.loyalty.MyShop'}}",
    ),
    "ARTIFACTS": (
        lambda value: value is None or (isinstance(value, str | os.PathLike) and str(value) != ""),
        "the path of a folder, or None",
    ),
    "DEVICE": (text(40), 'a device: "auto", "cpu", "cuda", "cuda:1" or "mps"'),
    "MODEL": (lambda value: isinstance(value, dict), "a dict of fields of ModelConfig"),
    "TRAINING": (lambda value: isinstance(value, dict), "a dict of fields of TrainingConfig"),
    "TOP_K": (whole(1), "a whole number from 1"),
    "HORIZONS": (mapping(("churn", "value"), whole(1)), "a dict of whole days for 'churn' and 'value'"),
    "KEEP_RUNS": (whole(0), "a whole number from 0"),
    "REQUIRE_AUDIT": (lambda value: isinstance(value, bool), "True or False"),
    "CONSENT_DEFAULTS": CONSENT_DEFAULTS,
    "RETENTION": (lambda value: isinstance(value, dict), "a dict of days by kind of data"),
    "ASSISTANT": (lambda value: isinstance(value, dict), "a dict of the assistant's settings"),
    "LEASE_SECONDS": (whole(1), "a whole number of seconds from 1"),
    "WEBHOOK_HOSTS": (
        lambda value: isinstance(value, list | tuple) and all(text(253)(host) for host in value),
        "a list of host names, e.g. ['crm.internal']",
    ),
    "CONFIRM_URL": (lambda value: value is None or text(500)(value), "an address, the name of one, or None"),
    "ERASURE_KEYS": (
        lambda value: isinstance(value, dict) and all(text(16)(k) and text(10_000)(v) for k, v in value.items()),
        "a dict of secrets by version, newest first, e.g. {'1': 'a long secret'}",
    ),
    "ERASURE_DAYS": (whole(1), "a whole number of days from 1"),
}
ASSISTANT_VALUES: dict[str, tuple[Callable[[Any], bool], str]] = {
    "BACKEND": (text(300), '"templates", "openai", "transformers" or the dotted path of a Backend'),
    "OPTIONS": (
        lambda value: isinstance(value, dict) and all(isinstance(key, str) for key in value),
        "a dict of the backend's own arguments",
    ),
    **{
        key: (lambda value: value is None or whole(0)(value), "a whole number of tokens, or None")
        for key in ("CONVERSATION_TOKENS", "CUSTOMER_TOKENS", "STORE_TOKENS")
    },
    "STORE_MONEY": (
        lambda value: (
            value is None or (isinstance(value, int | float | Decimal) and not isinstance(value, bool) and value >= 0)
        ),
        "an amount of money from 0, or None",
    ),
    "CONCURRENT": (whole(1), "a whole number from 1"),
    "PER_MINUTE": (whole(1), "a whole number from 1"),
    "STRANGERS_PER_MINUTE": (lambda value: value is None or whole(1)(value), "a whole number from 1, or None"),
}
STORE_VALUES: dict[str, tuple[Callable[[Any], bool], str]] = {
    "CURRENCY": (
        lambda value: isinstance(value, str) and len(value) == 3 and value.isascii() and value.isupper(),
        "a code of three capital letters, e.g. 'EUR'",
    ),
    "LANGUAGE": (text(16), "a language code, e.g. 'en'"),
    "TIME_ZONE": (
        lambda value: isinstance(value, str) and value in available_timezones(),
        "a name of the tz database, e.g. 'Europe/London' (on Windows install tzdata)",
    ),
    "OPTIONS": (
        lambda value: isinstance(value, dict) and all(isinstance(key, str) for key in value),
        "a dict of the adapter's own arguments",
    ),
    "CONSENT_DEFAULTS": CONSENT_DEFAULTS,
    "CONSENT_REGIONS": CONSENT_REGIONS,
    "PERSONAL_OFFERS": (lambda value: isinstance(value, bool), "True or False"),
}


@register(LOYALTY)
def check_adapters(**kwargs: Any) -> list[CheckMessage]:
    """E001: an adapter that is missing, incomplete, or finds something wrong with its shop."""
    given = app_settings.user_settings()
    if not (isinstance(given, dict) and given.get("STORES")):
        hint = "Add LOYALTY_AI = {'STORES': {'default': {'ADAPTER': 'myshop.loyalty.MyShop'}}} to your settings."
        return [adapter_error("loyalty_ai knows no store.", hint)]
    return [error for slug, entry in stores(given) for error in adapter_errors(slug, entry)]


def adapter_errors(slug: str, entry: dict[str, Any]) -> Iterator[Error]:
    where, path = f'LOYALTY_AI["STORES"]["{slug}"]', entry.get("ADAPTER")
    if not path or not isinstance(path, str):
        yield adapter_error(
            f"{where} has no ADAPTER.", "Name a ShopAdapter, e.g. 'loyalty_ai.shop.adapters.oscar.OscarShop'."
        )
        return
    try:
        adapter = import_string(path)
    except Exception as error:  # noqa: BLE001 (whatever the shop's module raises is said, with its name)
        yield adapter_error(
            f"{where}: {path} cannot be imported ({type(error).__name__}: {error}).", "Correct ADAPTER."
        )
        return
    if not (isinstance(adapter, type) and issubclass(adapter, ShopAdapter)):
        yield adapter_error(
            f"{where}: {path} is not a ShopAdapter.", "Derive it from loyalty_ai.shop.adapters.base.ShopAdapter."
        )
        return
    streams = ("customers", "products", "events")
    if missing := [name for name in streams if getattr(adapter, name) is getattr(ShopAdapter, name)]:
        yield adapter_error(
            f"{where}: {path} does not implement {', '.join(missing)}.", "Each yields what changed since a cursor."
        )
        return
    try:
        problems = get_adapter(slug).check()
    except Exception as error:  # noqa: BLE001 (as above)
        yield adapter_error(
            f"{where}: {path} cannot be made ({type(error).__name__}: {error}).", "Correct its OPTIONS."
        )
        return
    for problem in problems:
        yield adapter_error(f"{where}: {problem}", f"{path} found this in the shop; mend it there or in OPTIONS.")


@register(LOYALTY)
def check_artifacts(**kwargs: Any) -> list[CheckMessage]:
    """E003: no model version can be written where ARTIFACTS points."""
    try:
        folder = Path(app_settings.artifacts).absolute()
    except (AttributeError, TypeError):  # LOYALTY_AI or ARTIFACTS is of the wrong type: E002
        return []
    parent = next(path for path in (folder, *folder.parents) if path.exists())
    if parent.is_dir() and os.access(parent, os.W_OK | os.X_OK):
        return []
    return [
        Error(
            f"The artifact folder {folder} cannot be written.",
            hint=f"Let the worker's user write {parent}, or point LOYALTY_AI['ARTIFACTS'] elsewhere.",
            id="loyalty_ai.E003",
        )
    ]


@register(LOYALTY)
def check_queues(**kwargs: Any) -> list[CheckMessage]:
    """E004: something else waits on the queue of training, behind jobs that take an hour in a pool of one."""
    from celery import current_app

    conf = current_app.conf
    sharing = [f"the task route of {name!r}" for name, queue in routes(conf.task_routes) if queue == TRAINING_QUEUE]
    if conf.task_default_queue == TRAINING_QUEUE:
        sharing.append("the default queue")
    return [
        Error(
            f"Training shares its queue {TRAINING_QUEUE} with {place}.",
            hint="Send the project's own tasks to another queue; training holds its worker for as long as it takes.",
            id="loyalty_ai.E004",
        )
        for place in sharing
    ]


def routes(given: Any) -> Iterator[tuple[str, str]]:
    """The pattern and queue of each plain route; Celery takes a dict, pairs, or lists of these, and functions."""
    if isinstance(given, dict):
        given = given.items()
    elif isinstance(given, str) or not isinstance(given, Iterable):
        return
    for route in given:
        if isinstance(route, tuple) and len(route) == 2:
            yield str(route[0]), route[1].get("queue", "") if isinstance(route[1], dict) else str(route[1])
        else:
            yield from routes(route)


@register(LOYALTY)
def check_assistant(**kwargs: Any) -> list[CheckMessage]:
    """E006: the assistant's backend cannot be made, or finds something wrong with its settings."""
    given = app_settings.user_settings()
    if not isinstance(given, dict) or assistant_is_malformed(given):
        return []  # E002
    return [error for slug, entry in stores(given) if entry.get("ADAPTER") for error in backend_errors(slug)]


def assistant_is_malformed(given: dict[str, Any]) -> bool:
    return not isinstance(given.get("ASSISTANT", {}), dict) or bool(list(assistant_errors(given)))


def backend_errors(slug: str) -> Iterator[Error]:
    from loyalty_ai.assistant.backends.registry import BACKENDS, get_backend

    name = app_settings.ASSISTANT["BACKEND"]
    where = 'LOYALTY_AI["ASSISTANT"]'
    try:
        backend = get_backend(slug)
    except ImportError as error:
        hint = f"BACKEND is one of {', '.join(BACKENDS)}, or the dotted path of a Backend. ({error})"
        yield Error(f"{where}: the backend {name!r} cannot be imported.", hint=hint, id="loyalty_ai.E006")
        return
    except Exception as error:  # noqa: BLE001 (whatever a backend of the shop's own raises is said, with its name)
        yield Error(
            f"{where}: the backend {name!r} cannot be made ({type(error).__name__}: {error}).",
            hint="Correct its OPTIONS.",
            id="loyalty_ai.E006",
        )
        return
    try:
        problems = backend.check()
    except Exception as error:  # noqa: BLE001 (as above)
        problems = [f"its own check fails ({type(error).__name__}: {error})."]
    for problem in problems:
        yield Error(f"{where}: {problem}", hint=f"The backend {name!r} says so.", id="loyalty_ai.E006")


@register(LOYALTY)
def check_database_vendor(**kwargs: Any) -> list[CheckMessage]:
    """E005: the tables use what only PostgreSQL has."""
    alias = router.db_for_write(Store)
    vendor = connections[alias].vendor
    if vendor == "postgresql":
        return []
    return [
        Error(
            f"The database {alias!r} of loyalty_ai is {vendor}, not PostgreSQL.",
            hint="Set ENGINE to django.db.backends.postgresql, or route the app loyalty_ai to such a database.",
            id="loyalty_ai.E005",
        )
    ]


@register(Tags.database, LOYALTY)
def check_database_answers(*, databases: Iterable[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """E005: the database does not answer; asked where Django checks databases (`migrate`, `check --database`)."""
    alias = router.db_for_write(Store)
    if alias not in (databases or ()) or connections[alias].vendor != "postgresql":
        return []
    try:
        connections[alias].ensure_connection()
    except DatabaseError as error:
        return [
            Error(
                f"The database {alias!r} of loyalty_ai does not answer: {str(error).strip()}",
                hint="Start PostgreSQL, and see that DATABASES has its right host, port, name, user and password.",
                id="loyalty_ai.E005",
            )
        ]
    return []


@register(LOYALTY, deploy=True)
def check_deployments(**kwargs: Any) -> list[CheckMessage]:
    """W001: a store whose pages have no published scores yet."""
    from loyalty_ai.registry.deadlines import overdue
    from loyalty_ai.serving.models import Deployment

    try:
        published = set(
            Deployment.objects.filter(alias="champion", closed_at__isnull=True)
            .exclude(overdue("version"))
            .values_list("store__slug", flat=True)
        )
    except DatabaseError:  # no database, or no tables yet: E005 and migrate speak of that
        return []
    return [
        Warning(
            f"Nothing is deployed for the store {slug!r}; its pages show what is popular.",
            hint=f"Run loyalty_sync, loyalty_train, loyalty_score and loyalty_promote with --store {slug}.",
            id="loyalty_ai.W001",
        )
        for slug, _ in stores(app_settings.user_settings())
        if slug not in published
    ]


@register(Tags.database, LOYALTY)
def check_offers(*, databases: Iterable[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """E007: a running retention action gives coupons in a store that may or can give none."""
    from loyalty_ai.actions.models import Action, offer_problem

    if router.db_for_read(Action) not in (databases or ()):
        return []
    try:
        running = Action.objects.filter(kind=Action.Kind.COUPON, started_at__isnull=False, stopped_at__isnull=True)
        actions = list(running.select_related("store").order_by("pk"))
    except DatabaseError:  # as for W001
        return []
    return [
        Error(
            f"The retention action {action.key!r} may give no coupons: {problem}",
            hint="Do what it says, or stop the action in the admin.",
            id="loyalty_ai.E007",
        )
        for action in actions
        if (problem := offer_problem(action.store.slug))
    ]


@register(LOYALTY, deploy=True)
def check_throttles(**kwargs: Any) -> list[CheckMessage]:
    """W002: the API lets anybody ask as often as they like."""
    rates = getattr(settings, "REST_FRAMEWORK", {}).get("DEFAULT_THROTTLE_RATES", {})
    return [
        Warning(
            f"The API's throttle scope {scope!r} has no rate.",
            hint=f'Set REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"]["{scope}"], e.g. to "600/min".',
            id="loyalty_ai.W002",
        )
        for scope in THROTTLE_SCOPES
        if not rates.get(scope)
    ]


@register(LOYALTY, deploy=True)
def check_erasure_secrets(**kwargs: Any) -> list[CheckMessage]:
    """W003: a secret that can be guessed: what is published of it lets anybody try."""
    keys = app_settings.ERASURE_KEYS if isinstance(app_settings.user_settings(), dict) else {}
    if not VALUES["ERASURE_KEYS"][0](keys):
        return []  # E002
    return [
        Warning(
            f'The secret {version!r} of LOYALTY_AI["ERASURE_KEYS"] is shorter than {SECRET_LENGTH} characters.',
            hint="Put a long random one before it (secrets.token_urlsafe(32)); keep the old one for what it made.",
            id="loyalty_ai.W003",
        )
        for version, secret in keys.items()
        if len(secret) < SECRET_LENGTH
    ]


@register(LOYALTY, deploy=True)
def check_deadlines(**kwargs: Any) -> list[CheckMessage]:
    """W004: what is live leaves service soon, or has left it, because somebody it was trained on was erased."""
    from loyalty_ai.registry.deadlines import is_due_soon
    from loyalty_ai.serving.models import Deployment

    try:
        opened = Deployment.objects.filter(closed_at__isnull=True, version__deadline__isnull=False)
        live = list(opened.select_related("store", "version__deadline").order_by("store__slug", "alias"))
    except DatabaseError:  # as for W001
        return []
    return [
        Warning(
            f"The {each.alias} of the store {each.store.slug!r}, version {each.version.number}, leaves service on "
            f"{each.version.deadline.due_at:%Y-%m-%d}: somebody it was trained on was erased.",
            hint=f"Run loyalty_train --from-scratch, loyalty_score --version and loyalty_promote with --store {each.store.slug}.",
            id="loyalty_ai.W004",
        )
        for each in live
        if is_due_soon(each.version.deadline.due_at)
    ]

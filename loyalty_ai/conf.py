"""The one settings dict, `LOYALTY_AI`, with its defaults; an unknown key is a system-check error."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed
from django.dispatch import receiver
from django.utils.module_loading import import_string

DEFAULTS: dict[str, Any] = {
    # One entry a store: ADAPTER (dotted path, required), CURRENCY, LANGUAGE, TIME_ZONE, OPTIONS (the adapter's own arguments).
    "STORES": {},
    # Where model versions are written; every worker must see the same folder. None: BASE_DIR / "var" / "artifacts".
    "ARTIFACTS": None,
    # "auto" takes a GPU where one is present; or "cpu", "cuda", "cuda:1", "mps".
    "DEVICE": "auto",
    # Overrides of the fields of loyalty_ai.ml.config.ModelConfig and TrainingConfig.
    "MODEL": {},
    "TRAINING": {},
    # How many products a published list holds.
    "TOP_K": 20,
    # Days ahead of the predictions: purchase and churn, value.
    "HORIZONS": {"churn": 90, "value": 365},
    # How many older published runs stay beside the live one, for rollback.
    "KEEP_RUNS": 2,
    # Whether the gate refuses a version that `loyalty_audit` has not audited. One that fails its audit is refused either way.
    "REQUIRE_AUDIT": False,
    # Days after which each kind of data is deleted by the nightly job "expire"; None: kept. docs/privacy.md says what each holds.
    "RETENTION": {
        "behaviour": 760,  # views, searches, clicks, carts: 25 months, what the CNIL allows for audience measurement
        "purchases": None,  # and refunds
        "history": None,  # each customer's loyalty at the end of each month
        "conversations": 90,
        "rejected": 90,  # records that could not be taken in
        "jobs": 90,
        "actions": 400,  # whom retention actions took, what they got, and what became of it
        "exposures": 180,  # rows of products that were shown, and to whom; what experiments are judged by
        "runs": 90,  # lists and predictions kept for rollback; live ones stay
        "trainings": 7,  # data and checkpoints of trainings that nobody works on any more
        "artifacts": 180,  # weights of versions that nothing needs any more
    },
    # What holds for a customer who has not chosen, and for strangers. `preferences` covers profiling and personalised rows.
    # A store's own CONSENT_DEFAULTS come before these: other regions, other rules.
    "CONSENT_DEFAULTS": {"preferences": True, "analytics": True, "marketing": False, "sale_of_data": False},
    # Seconds a worker may be silent before its job or chunk is handed to another.
    "LEASE_SECONDS": 60,
    # The assistant. BACKEND: "templates" (no model), "openai", "transformers" or a dotted path; OPTIONS are its own arguments.
    # Limits, None for none: tokens of one conversation, of one customer and of one store a day, money of one store a day (in
    # the currency of the backend's prices); answers being written at once; messages a minute of one shopper, and of all strangers
    # at one network address.
    "ASSISTANT": {
        "BACKEND": "templates",
        "OPTIONS": {},
        "CONVERSATION_TOKENS": 100_000,
        "CUSTOMER_TOKENS": 200_000,
        "STORE_TOKENS": 20_000_000,
        "STORE_MONEY": None,
        "CONCURRENT": 8,
        "PER_MINUTE": 20,
        "STRANGERS_PER_MINUTE": 120,
    },
    # The secrets of erasure digests and of the signatures of receipts, newest first: {"version": "secret"}. Apart from
    # SECRET_KEY, so that rotating one keeps the other.
    "ERASURE_KEYS": {},
    # Days after an erasure by which the versions trained on the person leave service.
    "ERASURE_DAYS": 30,
    # Hosts that webhooks of retention actions may call inside the private network, or without https; all others are refused there.
    "WEBHOOK_HOSTS": [],
    # Where people prove who they are before export and erasure, if not by Django's password: an address or the name of one.
    "CONFIRM_URL": None,
}

STORE_DEFAULTS: dict[str, Any] = {
    "ADAPTER": None,
    "CURRENCY": "EUR",
    "LANGUAGE": "en",
    "TIME_ZONE": "UTC",
    "OPTIONS": {},
    # What this store holds otherwise than the app's CONSENT_DEFAULTS.
    "CONSENT_DEFAULTS": {},
    # What customers of a region hold otherwise than the store, by ISO 3166 code: {"DE": {"analytics": False}, "US-CA": {...}}.
    "CONSENT_REGIONS": {},
    # Whether the shop makes prices for single people. Only then are they shown, each with what the law wants said beside it.
    "PERSONAL_OFFERS": False,
}


@dataclass(frozen=True)
class StoreSettings:
    """One entry of `LOYALTY_AI["STORES"]`."""

    slug: str
    adapter: str
    currency: str
    language: str
    time_zone: ZoneInfo
    options: dict[str, Any] = field(default_factory=dict)
    personal_offers: bool = False


REGION = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")
REGION_WANTED = "a region is an ISO 3166 code in capitals, e.g. 'DE' or 'US-CA'"


def is_region(value: Any) -> bool:
    """Whether the value is written as a country or a part of one."""
    return isinstance(value, str) and REGION.fullmatch(value) is not None


class LoyaltySettings:
    """Read `LOYALTY_AI` by attribute: `app_settings.TOP_K`; missing keys answer with their default."""

    def __getattr__(self, name: str) -> Any:
        if name not in DEFAULTS:
            raise AttributeError(f"LOYALTY_AI has no key {name!r}; known keys: {', '.join(sorted(DEFAULTS))}")
        value = self.user_settings().get(name, DEFAULTS[name])
        if isinstance(DEFAULTS[name], dict) and name not in ("STORES", "MODEL", "TRAINING", "ERASURE_KEYS"):
            value = DEFAULTS[name] | value
        return value

    def user_settings(self) -> dict[str, Any]:
        return getattr(settings, "LOYALTY_AI", {})

    @property
    def slugs(self) -> list[str]:
        """The stores' names; none where the setting is malformed, of which the system checks speak."""
        given = self.user_settings()
        entries = given.get("STORES", {}) if isinstance(given, dict) else {}
        return list(entries) if isinstance(entries, dict) else []

    @property
    def artifacts(self) -> Path:
        """The folder of the model versions."""
        base = getattr(settings, "BASE_DIR", Path.cwd())
        return Path(self.ARTIFACTS) if self.ARTIFACTS else Path(base) / "var" / "artifacts"

    def consent_defaults(self, slug: str) -> dict[str, bool]:
        """Purpose -> what holds in the store for whoever has not chosen; the app's defaults where the store says nothing."""
        return self.CONSENT_DEFAULTS | self.STORES.get(slug, {}).get("CONSENT_DEFAULTS", {})

    def consent_regions(self, slug: str) -> dict[str, dict[str, bool]]:
        """Region -> purpose -> what holds there; a part of a country stands on what holds in the country.

        Raises:
            ImproperlyConfigured: a region that is no ISO 3166 code, which may not reach a statement.
        """
        given = self.STORES.get(slug, {}).get("CONSENT_REGIONS", {})
        for region in given:
            if not is_region(region):
                raise ImproperlyConfigured(
                    f'LOYALTY_AI["STORES"]["{slug}"]["CONSENT_REGIONS"]: {region!r}: {REGION_WANTED}.'
                )
        whole = self.consent_defaults(slug)
        return {region: whole | given.get(region[:2], {}) | given[region] for region in given}

    def store(self, slug: str) -> StoreSettings:
        """The settings of one store.

        Raises:
            ImproperlyConfigured: no such store, or its entry has no ADAPTER.
        """
        try:
            entry = STORE_DEFAULTS | self.STORES[slug]
        except KeyError:
            known = ", ".join(sorted(self.STORES)) or "none"
            raise ImproperlyConfigured(f'LOYALTY_AI["STORES"] has no store {slug!r} (known: {known}).') from None
        if not entry["ADAPTER"]:
            raise ImproperlyConfigured(
                f'LOYALTY_AI["STORES"]["{slug}"] needs an ADAPTER, the dotted path of a ShopAdapter.'
            )
        return StoreSettings(
            slug=slug,
            adapter=entry["ADAPTER"],
            currency=entry["CURRENCY"],
            language=entry["LANGUAGE"],
            time_zone=ZoneInfo(entry["TIME_ZONE"]),
            options=entry["OPTIONS"],
            personal_offers=entry["PERSONAL_OFFERS"],
        )


app_settings = LoyaltySettings()

_adapters: dict[str, Any] = {}


def get_adapter(slug: str) -> Any:
    """The store's `ShopAdapter`, made once a process from its dotted path and OPTIONS."""
    if slug not in _adapters:
        store = app_settings.store(slug)
        _adapters[slug] = import_string(store.adapter)(store, **store.options)
    return _adapters[slug]


@receiver(setting_changed)
def forget_adapters(*, setting: str, **kwargs: Any) -> None:
    if setting == "LOYALTY_AI":
        _adapters.clear()

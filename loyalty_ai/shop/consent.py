"""What a customer allows. Choices are only ever appended; the rule that reads them is written once in SQL and once in Python.

A person may be several customers: an account and the guests merged into it (`identity`). Each of them holds the latest choice
that reaches them: their own, or one made by another of the same person while both were merged. The strictest of these rules
for all, so a merge never gives more than was allowed, a choice made after it holds for the whole person, and undoing the
merge leaves nobody with a choice of somebody else's.

Who has not chosen is held to the default of their region, or of their store where that says nothing. A request that carries
Global Privacy Control (`Sec-GPC: 1`) turns every default into a no, and says no to the sale of data whatever was chosen before.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.fields import BooleanField
from django.http import HttpRequest

from loyalty_ai.conf import app_settings
from loyalty_ai.shop.models import ConsentRecord, Customer, Purpose, Store


def record_consent(
    *, customer: Customer, purpose: str, granted: bool, source: str, text_version: str = ""
) -> ConsentRecord:
    """Append a choice, e.g. `record_consent(customer=c, purpose="preferences", granted=False, source="account page")`.

    Raises:
        ValueError: an unknown purpose.
    """
    return ConsentRecord.objects.create(
        customer=customer, purpose=Purpose(purpose), granted=granted, source=source, text_version=text_version
    )


def sends_gpc(request: HttpRequest) -> bool:
    """Whether the shopper's browser asks for Global Privacy Control with this request."""
    return request.headers.get("Sec-GPC", "").strip() == "1"


def default_consent(purpose: str, *, store: str, region: str = "", gpc: bool = False) -> bool:
    """What holds for a stranger, and for a customer who has not chosen.

    Args:
        store: its slug.
        region: where they are, an ISO 3166 code. What the store's CONSENT_REGIONS says of it, or of its country, comes first.
        gpc: whether their browser sent Global Privacy Control.

    Raises:
        ValueError: an unknown purpose.
    """
    regions = app_settings.consent_regions(store)
    rules = regions.get(region) or regions.get(region[:2]) or app_settings.consent_defaults(store)
    return bool(rules[Purpose(purpose).value]) and not gpc


def has_consent(*, customer: Customer, purpose: str, gpc: bool = False) -> bool:
    """Whether the person behind the customer allows the purpose now; two queries.

    Args:
        gpc: whether their browser sent Global Privacy Control.
    """
    if gpc and Purpose(purpose) == Purpose.SALE_OF_DATA:
        return False
    # The row may be older than a merge, so it is read again with the rest of the person.
    main = Q(pk=customer.pk, alias_of=None) | Q(aliases=customer.pk)
    members = Customer.objects.filter(main | Q(alias_of__in=Customer.objects.filter(main)))
    person = list(members.select_related("store").distinct())
    default = {
        member.pk: default_consent(purpose, store=member.store.slug, region=member.region, gpc=gpc) for member in person
    }
    merged_at = {member.pk: member.merged_at for member in person}
    records = ConsentRecord.objects.filter(customer__in=merged_at, purpose=purpose).order_by("-id")
    choices = list(records.values_list("customer_id", "granted", "recorded_at"))

    def reaches(member: int, giver: int, recorded_at) -> bool:
        return member == giver or all(
            since is None or recorded_at > since for since in (merged_at[member], merged_at[giver])
        )

    return all(
        next((granted for giver, granted, at in choices if reaches(member, giver, at)), default[member])
        for member in merged_at
    )


def default_sql(purpose: str, *, store: str, region: str, gpc: str) -> str:
    """The rule of `default_consent` as a boolean SQL expression; `region` is the SQL of a region, "" where it is not known."""

    def held_to(rules: Mapping[str, bool]) -> str:
        return f"NOT {gpc}" if rules[Purpose(purpose).value] else "FALSE"

    elsewhere = held_to(app_settings.consent_defaults(store))
    rules = app_settings.consent_regions(store)
    if not rules:
        return elsewhere
    # A part of a country is found before its country: the closest rule holds.
    whens = [
        f"WHEN {region if '-' in code else f'left({region}, 2)'} = '{code}' THEN {held_to(rules[code])}"
        for code in sorted(rules, key=len, reverse=True)
    ]
    return f"CASE {' '.join(whens)} ELSE {elsewhere} END"


def consent_sql(
    purpose: str, customer: str = "customer_id", *, store: str, gpc: str = "FALSE", region: str = "''"
) -> str:
    """The same rule as a boolean SQL expression; `customer` is the SQL of a customer's id (null or unknown: the default).

    Holds no parameter and no percent sign of its own. The aliases inside start with `consent_`.

    Args:
        store: slug of the store that the customers are of.
        gpc: SQL of whether the shopper's browser sent Global Privacy Control.
        region: SQL of where they are, "" where that is not known; counts where the customer's own region is not known.

    Raises:
        ValueError: an unknown purpose.
    """
    rule = {"store": store, "gpc": gpc}
    default = default_sql(purpose, region=f"COALESCE(NULLIF(consent_member.region, ''), {region})", **rule)
    unknown = default_sql(purpose, region=region, **rule)
    sold = f"NOT {gpc} AND " if Purpose(purpose) == Purpose.SALE_OF_DATA else ""
    person = "consent_{0}.id = consent_me.main OR consent_{0}.alias_of_id = consent_me.main"
    return f"""({sold}COALESCE((
        SELECT bool_and(COALESCE(consent_choice.granted, {default}))
        FROM (
            SELECT COALESCE(consent_self.alias_of_id, consent_self.id) AS main
            FROM loyalty_ai_customer consent_self WHERE consent_self.id = {customer}
        ) consent_me
        JOIN loyalty_ai_customer consent_member ON {person.format("member")}
        LEFT JOIN LATERAL (
            SELECT consent_record.granted
            FROM loyalty_ai_customer consent_giver
            JOIN loyalty_ai_consentrecord consent_record ON consent_record.customer_id = consent_giver.id
            WHERE ({person.format("giver")})
                AND consent_record.purpose = '{Purpose(purpose).value}'
                AND (consent_giver.id = consent_member.id OR consent_record.recorded_at
                    > GREATEST(consent_giver.merged_at, consent_member.merged_at))
            ORDER BY consent_record.id DESC LIMIT 1
        ) consent_choice ON TRUE
    ), {unknown}))"""  # noqa: S608 (an enum's value and a column, no input)


def consenting_customers(*, store: Store, purpose: str) -> QuerySet[Customer]:
    """The store's customers who allow the purpose, in one statement."""
    rule = RawSQL(consent_sql(purpose, "loyalty_ai_customer.id", store=store.slug), [], output_field=BooleanField())  # noqa: S611
    return Customer.objects.filter(rule, store=store)

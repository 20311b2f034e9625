"""Who is who: a guest merged into an account, explicitly and reversibly. Rows stay where they are; only the link changes."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from loyalty_ai.shop.models import Customer


@transaction.atomic
def merge_customers(*, alias: Customer, main: Customer) -> Customer:
    """Say that `alias` is the same person as `main` (or as the account `main` itself was merged into); returns `alias`.

    Raises:
        ValueError: the two are of different stores, are one already, or `alias` is an account with guests of its own.
    """
    rows = {c.pk: c for c in Customer.objects.select_for_update().filter(pk__in=[alias.pk, main.pk]).order_by("pk")}
    alias, main = rows[alias.pk], rows[main.pk]
    if main.alias_of_id is not None:
        main = Customer.objects.select_for_update().get(pk=main.alias_of_id)
    if alias.store_id != main.store_id:
        raise ValueError(f"customers {alias.pk} and {main.pk} are of different stores")
    if alias.pk == main.pk or alias.alias_of_id is not None:
        raise ValueError(f"customer {alias.pk} is merged already; unmerge it first")
    if alias.aliases.exists():
        raise ValueError(
            f"customer {alias.pk} has guests merged into it; merge {main.pk} into it, or unmerge them first"
        )
    alias.alias_of, alias.merged_at = main, timezone.now()
    alias.save(update_fields=["alias_of", "merged_at"])
    return alias


def unmerge_customer(*, alias: Customer) -> Customer:
    """Undo a merge: `alias` stands on its own again, with its own consent; nothing else had moved."""
    alias.alias_of = alias.merged_at = None
    alias.save(update_fields=["alias_of", "merged_at"])
    return alias

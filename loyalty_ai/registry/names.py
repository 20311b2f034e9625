"""The names of metrics in words, for the admin and the model card."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

MODE_NAMES = {"repeats": gettext_lazy("Next basket"), "new_only": gettext_lazy("Next new products")}

SLICE_NAMES = {
    "tenure": gettext_lazy("days since the first purchase"),
    "activity": gettext_lazy("orders so far"),
}


def method_name(method: str) -> str:
    """A method of the metrics in words."""
    names = {
        "model": _("customer model"),
        "ranker_without_decoder": _("ranker without the decoder"),
        "linear_blend": _("linear blend"),
        "personal_frequency": _("personal frequency"),
        "recent_popularity": _("recent popularity"),
        "popularity": _("popularity"),
        "transitions": _("what followed the last basket"),
        "cosine": _("item-to-item cosine"),
        "ease": _("EASE"),
        "naive_rate": _("same rate as before"),
        "naive": _("same rate as before"),
        "bg_nbd": _("BG/NBD and Gamma-Gamma"),
        "pareto_nbd": _("Pareto/NBD and Gamma-Gamma"),
    }
    return names.get(method, method.replace("_", " "))


def span(row: dict[str, Any]) -> str:
    """The whole numbers that a slice holds: 0–89, 1, 5+."""
    first, below = row["from"], row["below"]
    if below is None:
        return f"{first}+"
    return str(first) if below == first + 1 else f"{first}–{below - 1}"

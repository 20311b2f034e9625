"""What the closed widget needs: who greets whom, and questions that fit the page. Costs no query beyond the session's own."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest
from django.utils.translation import gettext as _

from loyalty_ai.serving.page import identify
from loyalty_ai.serving.widgets import ids


@dataclass(frozen=True, slots=True)
class Assistant:
    """The widget before anybody opens it.

    Args:
        product: the shop's id of the product whose page is open, "" on other pages.
        stream: whether the server can stream answers.
    """

    product: str
    suggestions: tuple[str, ...]
    stream: bool

    @classmethod
    def of(cls, request: HttpRequest, *, product: object = None, suggestions: tuple[str, ...] = ()) -> Assistant:
        """The widget of this page, with the shop's own suggestions or ours."""
        product_id = next(iter(ids(product)), "")
        signed_in = identify(request)["customer_id"] is not None
        return cls(
            product_id, suggestions or suggested(product_id, signed_in=signed_in), isinstance(request, ASGIRequest)
        )


def suggested(product: str, *, signed_in: bool) -> tuple[str, ...]:
    """Three questions that can be answered here."""
    if product:
        return (
            _("What goes well with this?"),
            _("Is it in stock, and when would it arrive?"),
            _("Show me something similar"),
        )
    if signed_in:
        return (_("Where is my order?"), _("My usual order, please"), _("Something new that suits me"))
    return (
        _("A gift under 20 for someone who likes baking"),
        _("How long does delivery take?"),
        _("Can I return something?"),
    )

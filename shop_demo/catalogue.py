"""What the shop's pages ask of the catalogue."""

from __future__ import annotations

import re
from collections.abc import Collection

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db.models import Case, IntegerField, QuerySet, Value, When

from shop_demo.models import Product

ORDERINGS = {
    "popular": ("-sold", "id"),
    "new": ("-listed_at", "id"),
    "price": ("price", "id"),
    "-price": ("-price", "id"),
}


def listed(*, department: str = "", shelf: str = "", words: str = "", ordering: str = "popular") -> QuerySet[Product]:
    """Products of a department or shelf, or with these words in the title; what is sold out comes last."""
    rows = Product.objects.annotate(
        sold_out=Case(When(stock=0, then=Value(1)), default=Value(0), output_field=IntegerField())
    )
    if department:
        rows = rows.filter(shelf=f"{department}/{shelf}") if shelf else rows.filter(shelf__startswith=f"{department}/")
    if words.strip():
        query = word_query(words)
        if query is None:
            return rows.none()
        rows = rows.annotate(found=SearchVector("title", config="english")).filter(found=query)
    return rows.order_by("sold_out", *ORDERINGS.get(ordering, ORDERINGS["popular"]))


def word_query(words: str) -> SearchQuery | None:
    """All of the words, in any form; the last may be unfinished. None where there is no word in it."""
    terms = re.findall(r"\w+", words)[:8]
    if not terms:
        return None
    return SearchQuery(" & ".join(f"{term}:*" for term in terms), search_type="raw", config="english")


def best_of(departments: Collection[str]) -> tuple[dict[str, Product], list[Product]]:
    """The most sold product of each department in stock, and the best of the others, one a department; one query."""
    faces: dict[str, Product] = {}
    others: dict[str, Product] = {}
    for product in Product.objects.filter(stock__gt=0).order_by("-sold", "id")[:400]:
        department = product.shelf.partition("/")[0]
        if department in departments and department not in faces:
            faces[department] = product
        elif department in faces and product.shelf != faces[department].shelf:
            others.setdefault(department, product)
    return faces, list(others.values())

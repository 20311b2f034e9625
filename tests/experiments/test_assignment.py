"""Who is in which part: one number, in Python and in SQL alike."""

from __future__ import annotations

import pytest
from django.db import connection
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from loyalty_ai.experiments.assignment import new_salt, share, share_sql
from loyalty_ai.experiments.effects import mismatch

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
"""What PostgreSQL can hold."""


@pytest.mark.django_db
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(salt=TEXT, customer=TEXT)
@example(salt="", customer="")
@example(salt="a:b", customer="顾客 % ' \\")
def test_python_and_the_database_put_everybody_in_the_same_place(salt: str, customer: str):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {share_sql('%s::text', '%s::text')}", [salt, customer])
        assert cursor.fetchone()[0] == share(salt=salt, customer=customer)


def test_a_place_is_pinned_so_that_nobody_moves_with_a_new_release():
    assert share(salt="salt", customer="42") == 0.3071766309440136


def test_places_are_uniform_and_a_new_salt_divides_the_same_people_anew():
    first, second = new_salt(), new_salt()
    assert first != second
    here, there = ([share(salt=salt, customer=str(n)) for n in range(20_000)] for salt in (first, second))
    assert all(0 <= place < 1 for place in here)
    tenths = [sum(int(place * 10) == tenth for place in here) for tenth in range(10)]
    assert mismatch(tenths, [1] * 10) > 1e-9
    both = sum(a < 0.5 and b < 0.5 for a, b in zip(here, there, strict=True))
    assert mismatch([both, 20_000 - both], [1, 3]) > 1e-9

"""Who is in which part of an experiment: a number in [0, 1) of a secret salt and the customer, the same in Python and in SQL.

The salt is random and lives in the experiment's own row, so that nobody outside can compute or choose a part, and two
experiments divide the same people independently. The customer is the account's id in the shop: a guest merged into it is
in the account's part.
"""

from __future__ import annotations

import hashlib
import secrets


def new_salt() -> str:
    """A salt nobody can guess: 32 hexadecimal digits."""
    return secrets.token_hex(16)


def share(*, salt: str, customer: str) -> float:
    """The customer's place in [0, 1), uniform over customers.

    Raises:
        UnicodeEncodeError: the text cannot be UTF-8.
    """
    return int(hashlib.sha256(f"{salt}:{customer}".encode()).hexdigest()[:8], 16) / 2**32


def share_sql(salt: str, customer: str) -> str:
    """The same number as a double precision SQL expression; both arguments are SQL of a text. Holds no percent sign."""
    digest = f"encode(sha256(convert_to({salt} || ':' || {customer}, 'UTF8')), 'hex')"
    return f"(('x' || left({digest}, 8))::bit(32)::bigint / 4294967296::double precision)"

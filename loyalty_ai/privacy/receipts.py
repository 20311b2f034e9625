"""What an erasure leaves in the person's hands: how many rows of which table went when, under a seal.

The seal is a keyed digest (HMAC-SHA256 with the erasure key of the receipt's version), so the shop can tell its own receipts
from forged ones. It is no public signature: nobody else can check it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import datetime
from typing import Any

from loyalty_ai.conf import app_settings

FORMAT = 1


def make_receipt(
    *, store: str, digest: bytes, key_version: str, counts: dict[str, int], erased_at: datetime
) -> dict[str, Any]:
    """The receipt as JSON; `counts` is rows removed by table."""
    receipt = {
        "format": FORMAT,
        "store": store,
        "digest": digest.hex(),
        "key_version": key_version,
        "erased_at": erased_at.isoformat(),
        "rows": counts,
    }
    return receipt | {"seal": seal(receipt, app_settings.ERASURE_KEYS[key_version])}


def is_our_receipt(receipt: dict[str, Any]) -> bool:
    """Whether this shop wrote the receipt and nobody changed it since; False where its key is gone."""
    key = app_settings.ERASURE_KEYS.get(receipt.get("key_version"))
    given = receipt.get("seal")
    if key is None or not isinstance(given, str) or not given.isascii():
        return False
    return hmac.compare_digest(given, seal({name: part for name, part in receipt.items() if name != "seal"}, key))


def seal(receipt: dict[str, Any], key: str) -> str:
    content = json.dumps(receipt, sort_keys=True, separators=(",", ":"))
    return hmac.new(key.encode(), b"receipt\0" + content.encode(), hashlib.sha256).hexdigest()

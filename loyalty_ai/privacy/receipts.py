"""What an erasure leaves in the person's hands: what went when, signed so that anyone can check it.

The signature is Ed25519 (RFC 8032) over the receipt without it, as JSON with sorted keys and no spaces (RFC 8785). Its private
keys follow from `LOYALTY_AI["ERASURE_KEYS"]` by HKDF (RFC 5869), one a version, so there is no further secret to keep; their
public halves are published as a key set (RFC 7517, RFC 8037).
"""

from __future__ import annotations

import base64
import binascii
import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from loyalty_ai.conf import app_settings

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

FORMAT = 2
"""1 was sealed with a secret of the shop, which nobody else could check."""

LABEL = b"loyalty_ai erasure receipt"


class ReceiptError(ValueError):
    """The receipt or the key set is not what it should be; the message says how."""


def make_receipt(
    *,
    store: str,
    digest: bytes,
    key_version: str,
    counts: dict[str, int],
    versions: dict[int, datetime],
    erased_at: datetime,
) -> dict[str, Any]:
    """The signed receipt as JSON.

    Args:
        counts: rows removed by table.
        versions: by when each model version trained on the person leaves service, by its number.
    """
    receipt = {
        "format": FORMAT,
        "store": store,
        "digest": digest.hex(),
        "key_version": key_version,
        "erased_at": erased_at.isoformat(),
        "rows": counts,
        "versions": [{"version": number, "leaves_by": at.isoformat()} for number, at in sorted(versions.items())],
    }
    signature = signing_key(app_settings.ERASURE_KEYS[key_version]).sign(signed_part(receipt))
    return receipt | {"signature": base64.b64encode(signature).decode()}


def verify_receipt(receipt: Any, keys: Any) -> dict[str, Any]:
    """The receipt, certainly written by the owner of the key set and not changed since.

    Args:
        keys: a key set as `public_keys` gives it.

    Raises:
        ReceiptError: it is no receipt, of another format, its key is not in the set, or the signature is not of this content.
    """
    from cryptography.exceptions import InvalidSignature

    if not isinstance(receipt, dict) or "format" not in receipt:
        raise ReceiptError(_("This is no receipt of an erasure."))
    if receipt["format"] != FORMAT:
        message = _(
            "The receipt has format %(found)s, which only the shop could check; signed ones have format %(format)d."
        )
        raise ReceiptError(message % {"found": receipt["format"], "format": FORMAT})
    key = public_key(keys, receipt.get("key_version"))
    try:
        signature = base64.b64decode(receipt["signature"], validate=True)
        key.verify(signature, signed_part(receipt))
    except (KeyError, TypeError, ValueError, binascii.Error, InvalidSignature):
        raise ReceiptError(_("The signature is not of this content: the receipt was changed or forged.")) from None
    return receipt


def public_keys() -> dict[str, Any]:
    """The key set that checks this shop's receipts: `{"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": version, "x": ...}]}`."""
    return {"keys": [published(version, secret) for version, secret in app_settings.ERASURE_KEYS.items()]}


def published(version: str, secret: str) -> dict[str, str]:
    raw = signing_key(secret).public_key().public_bytes_raw()
    text = base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
    return {"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": version, "x": text}


def public_key(keys: Any, version: Any) -> Ed25519PublicKey:
    """The key of that version in a key set.

    Raises:
        ReceiptError: it is no key set, or has no such key.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    entries = keys.get("keys") if isinstance(keys, dict) else None
    if not isinstance(entries, list):
        raise ReceiptError(_("This is no key set: it has no list of keys."))
    fitting = [e for e in entries if isinstance(e, dict) and e.get("crv") == "Ed25519" and e.get("kid") == version]
    if not fitting:
        raise ReceiptError(
            _("The key set has no key %(version)s, with which the receipt was signed.") % {"version": version}
        )
    try:
        return Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(f"{fitting[0]['x']}=="))
    except (KeyError, TypeError, ValueError):
        raise ReceiptError(_("Key %(version)s of the key set is no Ed25519 key.") % {"version": version}) from None


def signing_key(secret: str) -> Ed25519PrivateKey:
    # Loaded here: a web process that erases nobody has no use for it.
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    seed = HKDF(algorithm=SHA256(), length=32, salt=None, info=LABEL).derive(secret.encode())
    return Ed25519PrivateKey.from_private_bytes(seed)


def signed_part(receipt: dict[str, Any]) -> bytes:
    content = {name: part for name, part in receipt.items() if name != "signature"}
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()

"""A receipt tells what was erased, names no one, and anybody can check it with the published key."""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from loyalty_ai.privacy.receipts import ReceiptError, make_receipt, public_keys, verify_receipt
from loyalty_ai.privacy.services import erase_customer
from tests import fakes
from tests.privacy.person import NOW, move_in

DOCS = Path(__file__).resolve().parents[2] / "docs" / "privacy.md"
ROWS = {"events": 3, "orders": 1}
LEAVING = {2: NOW + timedelta(days=30), 1: NOW}


@pytest.fixture(autouse=True)
def keys(settings):
    settings.LOYALTY_AI = fakes.FAKE_SETTINGS
    return public_keys()


@pytest.fixture
def receipt(keys) -> dict:
    return make_receipt(
        store="default", digest=b"\xab" * 32, key_version="1", counts=ROWS, versions=LEAVING, erased_at=NOW
    )


@pytest.fixture
def saved(receipt, keys, tmp_path) -> Path:
    (tmp_path / "receipt.json").write_text(json.dumps(receipt, indent=1))
    (tmp_path / "keys.json").write_text(json.dumps(keys))
    return tmp_path


def check(*args: object) -> str:
    out = StringIO()
    call_command("loyalty_receipt", *map(str, args), stdout=out)
    return out.getvalue().strip()


@pytest.mark.django_db
def test_an_erasure_leaves_a_receipt_that_verifies_and_names_no_one(keys):
    store = fakes.make_store()
    customer = move_in(store, "ann", fakes.make_run(store))
    record = erase_customer(customer=customer, now=NOW)
    kept = json.loads(json.dumps(record.receipt))
    assert verify_receipt(kept, keys) == record.receipt
    assert (kept["erased_at"], kept["rows"]) == (NOW.isoformat(), record.counts)
    assert "ann" not in json.dumps(kept)


values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 10**9) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=8), inner, max_size=2),
    max_leaves=4,
)


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(
    name=st.sampled_from(
        ["format", "store", "digest", "key_version", "erased_at", "rows", "versions", "signature", "more"]
    ),
    to=values,
)
def test_no_part_can_be_changed_added_or_taken_away(receipt, keys, name, to):
    if receipt.get(name) != to:
        with pytest.raises(ReceiptError):
            verify_receipt(receipt | {name: to}, keys)
    with pytest.raises(ReceiptError):
        verify_receipt({key: part for key, part in receipt.items() if key != name} | {"else": 1}, keys)


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(receipt_like=values, keys_like=values)
def test_whatever_is_no_receipt_or_no_key_set_is_said_to_be_none(receipt, keys, receipt_like, keys_like):
    for given_receipt, given_keys in ((receipt_like, keys), (receipt, keys_like)):
        with pytest.raises(ReceiptError):
            verify_receipt(given_receipt, given_keys)


def test_only_the_key_that_signed_it_checks_it(receipt, settings):
    settings.LOYALTY_AI = fakes.FAKE_SETTINGS | {"ERASURE_KEYS": {"1": "somebody-else's"}}
    with pytest.raises(ReceiptError, match="changed or forged"):
        verify_receipt(receipt, public_keys())
    settings.LOYALTY_AI = fakes.FAKE_SETTINGS | {"ERASURE_KEYS": {"2": "newer", "1": "only-for-tests-and-nothing-else"}}
    assert verify_receipt(receipt, public_keys())


def test_an_older_receipt_is_said_to_be_older(receipt, keys):
    with pytest.raises(ReceiptError, match="format 1, which only the shop could check"):
        verify_receipt(receipt | {"format": 1, "seal": "00"}, keys)


def test_the_keys_are_published_for_everybody(client, keys):
    response = client.get(reverse("loyalty_ai:receipt-keys"))
    assert response.json() == keys
    assert response["Content-Type"] == "application/jwk-set+json"
    assert response["Cache-Control"] == "public, max-age=3600"
    assert "Cookie" not in response.get("Vary", "")
    assert not response.cookies
    assert client.post(reverse("loyalty_ai:receipt-keys")).status_code == 405
    [key] = keys["keys"]
    assert key == key | {"kty": "OKP", "crv": "Ed25519", "kid": "1"}
    assert "only-for-tests-and-nothing-else" not in response.text


def test_the_command_checks_against_the_settings_or_a_saved_key_set(saved, settings):
    assert check(saved / "receipt.json") == f"Genuine: store default erased 4 rows at {NOW.isoformat()} (key 1)."
    settings.LOYALTY_AI = {}
    assert check(saved / "receipt.json", "--keys", saved / "keys.json").startswith("Genuine")
    assert json.loads(check(saved / "receipt.json", "--keys", saved / "keys.json", "--json"))["genuine"] is True
    with pytest.raises(CommandError, match="no key 1"):
        check(saved / "receipt.json")


def test_the_command_says_what_is_wrong_with_a_file(saved):
    (saved / "text").write_text("dear shop")
    (saved / "bytes").write_bytes(b"\xff\xfe")
    (saved / "deep").write_text("[" * 100_000)
    for name in ("text", "bytes", "deep"):
        with pytest.raises(CommandError, match="holds no JSON"):
            check(saved / name)
    with pytest.raises(CommandError, match="Cannot read"):
        check(saved / "missing")
    with pytest.raises(CommandError, match="no receipt"):
        check(saved / "keys.json")
    with pytest.raises(CommandError, match="no key set"):
        check(saved / "receipt.json", "--keys", saved / "receipt.json")


def blocks(language: str) -> list[str]:
    return [
        block for block in re.findall(rf"```{language}\n(.*?)```", DOCS.read_text(), flags=re.S) if "receipt" in block
    ]


def test_the_python_of_the_docs_checks_a_receipt(saved, monkeypatch):
    monkeypatch.chdir(saved)
    [code] = blocks("python")
    exec(code, {})
    forged = json.loads((saved / "receipt.json").read_text()) | {"rows": {}}
    (saved / "receipt.json").write_text(json.dumps(forged))
    with pytest.raises(Exception) as caught:
        exec(code, {})
    assert type(caught.value).__name__ == "InvalidSignature"


@pytest.mark.skipif(not (shutil.which("openssl") and shutil.which("jq")), reason="openssl and jq are not installed")
def test_the_shell_of_the_docs_checks_a_receipt(saved):
    [code] = [block for block in blocks("sh") if "openssl" in block]
    done = subprocess.run(["sh", "-e", "-c", code], cwd=saved, capture_output=True, text=True)
    assert "Signature Verified Successfully" in done.stdout, done.stderr
    changed = (saved / "receipt.json").read_text().replace("2012", "2013")
    (saved / "receipt.json").write_text(changed)
    assert subprocess.run(["sh", "-e", "-c", code], cwd=saved, capture_output=True).returncode != 0


def test_it_lists_the_versions_by_number(receipt):
    later = (NOW + timedelta(days=30)).isoformat()
    assert receipt["versions"] == [
        {"version": 1, "leaves_by": NOW.isoformat()},
        {"version": 2, "leaves_by": later},
    ]


def test_a_signature_is_base64_of_64_bytes(receipt):
    assert len(base64.b64decode(receipt["signature"], validate=True)) == 64

"""A webhook is signed, repeats its key, follows nothing, and cannot be led into the shop's own network."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import SimpleNamespace

import pytest

from loyalty_ai.actions import webhook
from loyalty_ai.actions.webhook import RefusedAddress, WebhookFailed, call, require_address
from tests import fakes

SENT = {"secret": "s3cret", "key": "back-1", "action": "back", "customer_id": "ann"}


@pytest.fixture
def service(settings, monkeypatch) -> Iterator[SimpleNamespace]:
    """A server on loopback that answers with `statuses` in turn and keeps what it was sent."""
    settings.LOYALTY_AI = fakes.FAKE_SETTINGS | {"WEBHOOK_HOSTS": ["127.0.0.1"]}
    monkeypatch.setattr(webhook, "PAUSE", 0.0)
    seen, statuses = [], [200]

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            seen.append((self.path, dict(self.headers), body))
            self.send_response(statuses.pop(0) if len(statuses) > 1 else statuses[0])
            self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield SimpleNamespace(seen=seen, statuses=statuses, url=f"http://127.0.0.1:{server.server_port}/hook?shop=1")
    server.shutdown()
    server.server_close()


def test_it_names_the_customer_and_the_action_and_nothing_more(service):
    call(url=service.url, **SENT)
    [(path, headers, body)] = service.seen
    assert path == "/hook?shop=1"
    assert json.loads(body) == {"action": "back", "customer_id": "ann"}
    assert headers["Idempotency-Key"] == "back-1"


def test_its_signature_can_be_checked_with_the_secret_and_the_time(service):
    call(url=service.url, **SENT)
    [(_path, headers, body)] = service.seen
    at, signed = (part.partition("=")[2] for part in headers["Loyalty-Signature"].split(","))
    assert signed == hmac.new(b"s3cret", f"{at}.".encode() + body, hashlib.sha256).hexdigest()


def test_it_is_tried_again_under_the_same_key(service):
    service.statuses[:] = [503, 429, 200]
    call(url=service.url, **SENT)
    assert [headers["Idempotency-Key"] for _path, headers, _body in service.seen] == ["back-1"] * 3


@pytest.mark.parametrize(("status", "again", "tries"), [(302, False, 1), (404, False, 1), (500, True, 3)])
def test_it_follows_no_redirect_and_says_what_was_answered(service, status, again, tries):
    service.statuses[:] = [status]
    with pytest.raises(WebhookFailed, match=str(status)) as failed:
        call(url=service.url, **SENT)
    assert failed.value.again is again
    assert len(service.seen) == tries


def test_a_host_that_does_not_answer_may_be_tried_again(service, monkeypatch):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(WebhookFailed) as failed:
        call(url=f"http://127.0.0.1:{port}/", **SENT)
    assert failed.value.again


@pytest.mark.parametrize(
    "url",
    [
        "http://crm.example/", "ftp://crm.example/", "https://", "https://me:secret@crm.example/", "file:///etc/passwd",
        "https://crm.example:0/", "https://crm.example:port/", "crm.example", "http://localhost/", "https://[::1",
        "https://crm.example/a b", "https://crm.example/\r\nX: y", "https://crm.example/ä",
    ],
)  # fmt: skip
def test_other_addresses_are_refused(settings, url):
    settings.LOYALTY_AI = fakes.FAKE_SETTINGS
    with pytest.raises(RefusedAddress):
        require_address(url)


def resolve_to(monkeypatch, *addresses: str) -> None:
    found = [(0, 0, 0, "", (address, 443)) for address in addresses]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **options: found)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "192.168.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "::1", "fd00::1", "fe80::1%eth0",
        "::ffff:10.0.0.1", "224.0.0.1", "64:ff9b::a00:1", "2002:a00:1::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "ff02::1",
    ],
)  # fmt: skip
def test_a_name_that_leads_into_a_private_network_is_refused(settings, monkeypatch, address):
    settings.LOYALTY_AI = fakes.FAKE_SETTINGS
    monkeypatch.setattr(socket, "create_connection", lambda *args, **options: pytest.fail("connected"))
    for addresses in ([address], ["93.184.216.34", address]):
        resolve_to(monkeypatch, *addresses)
        with pytest.raises(RefusedAddress, match="private network"):
            call(url="https://crm.example/", **SENT)


def test_it_connects_to_the_very_address_that_was_checked(settings, monkeypatch):
    settings.LOYALTY_AI = fakes.FAKE_SETTINGS
    resolve_to(monkeypatch, "93.184.216.34")
    monkeypatch.setattr(webhook, "PAUSE", 0.0)
    connected = []

    def refuse(address, timeout):
        connected.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", refuse)
    with pytest.raises(WebhookFailed):
        call(url="https://crm.example/", **SENT)
    assert set(connected) == {("93.184.216.34", 443)}


def test_debug_allows_loopback(settings):
    settings.LOYALTY_AI, settings.DEBUG = fakes.FAKE_SETTINGS, True
    assert require_address("http://localhost:8000/").port == 8000
    with pytest.raises(RefusedAddress):
        require_address("http://crm.example/")

"""A signed POST to another service of the shop, which cannot be led to an address inside the shop's own network.

The body is `{"action", "customer_id"}` and nothing else. `Loyalty-Signature: t=<seconds>,v1=<hex>` is HMAC-SHA256 under the
action's secret over `<seconds>.<body>`; a receiver refuses old times and repeated keys (`Idempotency-Key`).
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import ipaddress
import json
import socket
import ssl
import time
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from loyalty_ai.conf import app_settings

SECONDS = 5.0
"""How long the other service may take for connecting and for each read."""

TRIES, PAUSE = 3, 0.5
LONGEST_ANSWER = 64 * 1024
NAT64 = tuple(ipaddress.IPv6Network(net) for net in ("64:ff9b::/96", "64:ff9b:1::/48"))


class RefusedAddress(ValueError):
    """The address may not be called; the text says what to do."""


class WebhookFailed(Exception):
    """The other service did not take it; `again` says whether another attempt may help."""

    def __init__(self, text: str, *, again: bool) -> None:
        super().__init__(text)
        self.again = again


def require_address(url: str) -> SplitResult:
    """The address, taken apart.

    Raises:
        RefusedAddress: no https, or no plain host; hosts named in `WEBHOOK_HOSTS`, and loopback under DEBUG, may do without https.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
        if not url.isascii() or not url.isprintable() or " " in url:
            raise ValueError(url)
    except ValueError:
        raise RefusedAddress(_("This is no address: write https://, a host and a path.")) from None
    if not parts.hostname or parts.username is not None or port == 0:
        raise RefusedAddress(_("The address needs a host, and may hold no user and no password."))
    loopback = settings.DEBUG and parts.hostname in ("localhost", "127.0.0.1", "::1")
    if parts.scheme != "https" and not (parts.scheme == "http" and (is_trusted(parts.hostname) or loopback)):
        text = _(
            'Only https:// is called, so that nobody reads it on the way; or name the host in LOYALTY_AI["%(key)s"].'
        )
        raise RefusedAddress(text % {"key": "WEBHOOK_HOSTS"})
    return parts


def is_trusted(host: str) -> bool:
    return host in app_settings.WEBHOOK_HOSTS


def public_address(parts: SplitResult) -> tuple[str, int]:
    """The IP address and port to connect to, looked up once, so that a second answer cannot lead elsewhere.

    Raises:
        RefusedAddress: one of the host's addresses is private, and its name is not in `WEBHOOK_HOSTS`.
        OSError: the name is not known.
    """
    port = parts.port or (443 if parts.scheme == "https" else 80)
    found = [info[4][0] for info in socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)]
    for each in found:
        ip = ipaddress.ip_address(each.partition("%")[0])
        allowed = is_trusted(parts.hostname) or (settings.DEBUG and ip.is_loopback)
        if not allowed and not is_public(ip):
            text = _('“%(host)s” is inside a private network; name it in LOYALTY_AI["%(key)s"] if it is your own.')
            raise RefusedAddress(text % {"host": parts.hostname, "key": "WEBHOOK_HOSTS"})
    return found[0], port


def is_public(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether an address is in the public Internet, and does not hide another one inside it (mapped, 6to4, Teredo, NAT64)."""
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return is_public(ip.ipv4_mapped)
        if ip.sixtofour is not None or ip.teredo is not None or any(ip in net for net in NAT64):
            return False
    return ip.is_global and not ip.is_multicast


def signature(*, secret: str, body: bytes, at: int) -> str:
    """The header's value; `at` is in seconds since 1970."""
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


def call(*, url: str, secret: str, key: str, action: str, customer_id: str) -> None:
    """Tell the service that an action took a customer; up to three tries, all under the same idempotency key.

    Raises:
        WebhookFailed: it did not take it.
        RefusedAddress: it may not be called.
    """
    parts = require_address(url)
    body = json.dumps({"action": action, "customer_id": customer_id}).encode()
    for attempt in range(TRIES):
        try:
            _post(parts, body, secret=secret, key=key)
            return
        except WebhookFailed as failed:
            if not failed.again or attempt == TRIES - 1:
                raise
            time.sleep(PAUSE * 4**attempt)


def _post(parts: SplitResult, body: bytes, *, secret: str, key: str) -> None:
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "loyalty-ai",
        "Idempotency-Key": key,
        "Loyalty-Signature": signature(secret=secret, body=body, at=int(time.time())),
        "Host": parts.netloc,
    }
    try:
        address = public_address(parts)
        connection = http.client.HTTPConnection(*address, timeout=SECONDS)
        connection.sock = _connect(parts, address)
        try:
            connection.request("POST", (parts.path or "/") + (f"?{parts.query}" if parts.query else ""), body, headers)
            response = connection.getresponse()
            response.read(LONGEST_ANSWER)
        finally:
            connection.close()
    except (OSError, UnicodeError, http.client.HTTPException) as error:
        raise WebhookFailed(
            _("It does not answer (%(error)s).") % {"error": type(error).__name__}, again=True
        ) from error
    if not 200 <= response.status < 300:
        again = response.status >= 500 or response.status in (408, 425, 429)
        raise WebhookFailed(_("It answered %(status)d.") % {"status": response.status}, again=again)


def _connect(parts: SplitResult, address: tuple[str, int]) -> socket.socket:
    """A connection to the address that was checked, whose certificate is the host's."""
    plain = socket.create_connection(address, timeout=SECONDS)
    if parts.scheme != "https":
        return plain
    try:
        return ssl.create_default_context().wrap_socket(plain, server_hostname=parts.hostname)
    except BaseException:
        plain.close()
        raise

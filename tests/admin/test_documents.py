"""Documents in admin: uploading and writing them, each version kept, nobody without the permission."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from loyalty_ai.assistant.models import Document
from loyalty_ai.assistant.passages import live_passages

PUBLISH = "admin:loyalty_ai_document_publish"
DELIVERY = "# Delivery\n\n## Cost\n\nDelivery is £4.95 <script>alert(1)</script>."


@pytest.fixture
def author(staff) -> Client:
    staff.user_permissions.add(Permission.objects.get(codename="add_document"))
    client = Client()
    client.force_login(staff)
    return client


def send(client: Client, data, address: str | None = None, **fields):
    given = {"store": data.store.pk, "language": "en", "kind": "policy", "body": "", "title": "", "slug": ""}
    return client.post(address or reverse(PUBLISH), given | fields, follow=True)


def test_an_uploaded_file_is_published_under_its_name(data, author):
    file = SimpleUploadedFile("Delivery Costs.md", b"\xef\xbb\xbf" + DELIVERY.encode())
    shown = send(author, data, file=file).text
    document = Document.objects.get(slug="delivery-costs")
    assert (document.title, document.live, document.created_by.username) == ("Delivery", True, "viewer")
    assert "Version 1 of “Delivery” is in use now." in shown
    assert "&lt;script&gt;" in shown
    assert "<script>alert" not in shown
    assert live_passages(store="default", language="en").search("delivery cost")[0].document == "delivery-costs"


def test_the_next_version_starts_from_the_present_text(data, author):
    first = Document.objects.get(slug="care")
    address = reverse("admin:loyalty_ai_document_next", args=[first.pk])
    assert "Wipe with a dry cloth." in author.get(address).text
    shown = send(author, data, address, title="Care", slug="care", body="Wipe with a wet cloth.").text
    assert [row.live for row in Document.objects.filter(slug="care").order_by("version")] == [False, True]
    assert reverse("admin:loyalty_ai_document_change", args=[first.pk]) in shown


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"title": "T", "slug": "t"}, "The document is empty"),
        ({"file": SimpleUploadedFile("t.md", b"\xff\xfe\x00")}, "no text in UTF-8"),
        ({"file": SimpleUploadedFile("t.md", b"x" * 900_000)}, "larger than a document may be"),
        ({"body": "words", "slug": "t"}, "needs a title"),
        ({"body": "words", "title": "T", "slug": "A b"}, "The address may hold"),
        ({"body": "words", "title": "T", "language": "english please"}, "Enter a valid value"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_changes(data, author, fields, says):
    assert says in send(author, data, **fields).text
    assert Document.objects.count() == 1


def test_who_may_look_may_not_publish(data, staff_client):
    first = Document.objects.get(slug="care")
    next_version = reverse("admin:loyalty_ai_document_next", args=[first.pk])
    for address in (reverse(PUBLISH), next_version):
        assert staff_client.get(address).status_code == 403
        assert send(staff_client, data, address, body=DELIVERY, slug="x").status_code == 403
    page = staff_client.get(reverse("admin:loyalty_ai_document_change", args=[first.pk])).text
    assert "Wipe with a dry cloth." in page
    assert next_version not in page
    assert Document.objects.count() == 1

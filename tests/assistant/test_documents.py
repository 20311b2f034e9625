"""Documents: Markdown to passages and to safe HTML, a new version in one step, the page that answers cite."""

from __future__ import annotations

import re
import threading

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from loyalty_ai.assistant.documents import (
    LONGEST,
    DocumentError,
    html_of,
    index_documents,
    parts_of,
    publish_document,
    title_of,
)
from loyalty_ai.assistant.indexing import index_products
from loyalty_ai.assistant.models import Document, Passage
from loyalty_ai.assistant.passages import PassageHit, live_passages
from loyalty_ai.shop.models import Store
from tests import fakes

DELIVERY = """# Delivery

We send from Leeds.

## Times

- **United Kingdom**: 3 to 5 working days
- Germany: 7 working days

### Islands

Add 2 days.

## Cost

Delivery is £4.95, free from £50.

## Tracking

Every parcel has a number.
"""

RETURNS = "# Returns\n\n## How long\n\nYou have 30 days to send goods back.\n\n## Refunds\n\nWe refund within 5 days."
CHINESE = "# 配送\n\n## 配送时间\n\n英国境内 3 至 5 个工作日送达。\n\n## 费用\n\n运费 4.95 英镑。"

MARKDOWN = st.lists(
    st.sampled_from(
        [
            "# ",
            "## ",
            "- ",
            "1. ",
            "**",
            "*",
            "`",
            "[a](",
            ")",
            "/x",
            "javascript:alert(1)",
            "https://a.b",
            "<script>",
            '"',
        ]
    )
    | st.text(st.characters(codec="utf-8"), max_size=8),
    max_size=40,
).map("".join)


@pytest.fixture
def store(db) -> Store:
    return fakes.make_store()


def publish(store: Store, body: str, *, slug: str = "delivery", language: str = "en", **fields) -> Document:
    return publish_document(store=store, slug=slug, language=language, title="", body=body, **fields)


def found(text: str, language: str = "en") -> list[PassageHit]:
    return live_passages(store="default", language=language).search(text)


def test_a_document_is_cut_at_its_headings():
    parts = parts_of(DELIVERY)
    assert title_of(DELIVERY) == "Delivery"
    assert [(part.anchor, part.heading, part.level, part.above) for part in parts] == [
        ("", "", 2, ()),
        ("times", "Times", 2, ()),
        ("islands", "Islands", 3, ("Times",)),
        ("cost", "Cost", 2, ()),
        ("tracking", "Tracking", 2, ()),
    ]
    assert parts[1].text == "- United Kingdom: 3 to 5 working days\n- Germany: 7 working days"


def test_anchors_stay_while_headings_stay():
    before = [part.anchor for part in parts_of("## One\n\na\n\n## Two\n\nb\n\n## Two\n\nc")]
    assert before == ["one", "two", "two-2"]
    assert [part.anchor for part in parts_of("## Two\n\nb\n\n## One\n\na")] == ["two", "one"]


def test_a_long_part_goes_on_in_another_passage_with_a_place_of_its_own():
    parts = parts_of("## Long\n\n" + "\n\n".join(f"Paragraph {n} " + "word " * 100 for n in range(8)))
    assert len(parts) > 2
    assert {part.heading for part in parts} == {"Long"}
    assert all(len(part.text) <= 1500 for part in parts)
    assert html_of(parts).count("<h2") == 1
    assert f'id="{parts[1].anchor}"' in html_of(parts)


@pytest.mark.parametrize(
    ("line", "html"),
    [
        ("**so** and *so* and `x`", "<p><strong>so</strong> and <em>so</em> and <code>x</code></p>"),
        ("2 * 3 * 4", "<p>2 * 3 * 4</p>"),
        ("[our page](/shop/)", '<p><a href="/shop/">our page</a></p>'),
        ("[x](javascript:alert)", "<p>x</p>"),
        ("[x](//evil.example)", "<p>x</p>"),
        ("![x](https://evil.example/pixel)", '<p>!<a href="https://evil.example/pixel">x</a></p>'),
        ('[x](https://a.b/"onclick=)', '<p><a href="https://a.b/&quot;onclick=">x</a></p>'),
        ("<img src=x onerror=alert(1)>", "<p>&lt;img src=x onerror=alert(1)&gt;</p>"),
    ],
)
def test_lines_become_safe_html(line: str, html: str):
    assert html_of(parts_of(line)) == html


@given(MARKDOWN)
def test_whatever_is_written_only_our_own_tags_come_out(body: str):
    html = html_of(parts_of(body))
    tags = set(re.findall(r"<(/?[a-zA-Z][^\s>]*)", html))
    names = {"p", "ul", "ol", "li", "strong", "em", "code", "a", "h2", "h3", "h4"}
    assert {tag.strip("/") for tag in tags} <= names
    for attributes in re.findall(r"<[a-z0-9]+\s([^>]*)>", html):
        assert re.fullmatch(r'(id="[^"<>]*"|href="(/|#|https://|mailto:)[^"<>]*")', attributes)


@given(MARKDOWN)
def test_anchors_are_unique(body: str):
    anchors = [part.anchor for part in parts_of(body)]
    assert len(anchors) == len(set(anchors))


def test_a_published_document_is_found_at_once(store: Store):
    publish(store, DELIVERY)
    publish(store, RETURNS, slug="returns")
    best = found("How long does delivery to Germany take?")[0]
    assert (best.document, best.heading, best.version) == ("delivery", "Times", 1)
    assert best.url.endswith("/documents/delivery/#times")
    assert found("what does shipping cost")[0].heading == "Cost"
    assert found("can I get my money refunded")[0].document == "returns"
    assert found("delivary to the islands")[0].heading == "Islands"
    assert found("quantum chromodynamics") == []


def test_a_chinese_question_finds_the_chinese_document_or_else_the_english_one(store: Store):
    publish(store, DELIVERY)
    assert found("运费多少", "zh-hans")[0].heading == "Cost"
    publish(store, CHINESE, language="zh-hans")
    best = found("送货需要几天时间？", "zh-hans")[0]
    assert (best.title, best.heading) == ("配送", "配送时间")
    assert found("运费是多少", "zh-hans")[0].heading == "费用"
    assert found("delivery to germany")[0].title == "Delivery"


def test_a_new_version_replaces_the_old_one_which_stays_to_be_read(store: Store, client):
    first = publish(store, DELIVERY)
    second = publish(store, DELIVERY.replace("4.95", "5.95"))
    assert [row.live for row in Document.objects.order_by("version")] == [False, True]
    assert second.version == 2
    assert [hit.version for hit in found("delivery cost")] == [2] * len(found("delivery cost"))
    assert "4.95" in first.passages.get(anchor="cost").text
    page = client.get("/loyalty/documents/delivery/?version=1").content.decode()
    assert "£4.95" in page
    assert "a newer one holds now" in page


def test_the_same_text_again_makes_no_version(store: Store):
    assert publish(store, DELIVERY) == publish(store, DELIVERY.replace("\n", "\r\n"))
    assert Document.objects.count() == 1


def test_the_index_makes_again_what_is_of_an_older_making(store: Store):
    publish(store, DELIVERY)
    assert index_documents(store) == 0
    Passage.objects.filter(anchor="cost").update(digest=b"old", tokens=[])
    assert index_documents(store) == 1
    assert found("what does delivery cost")[0].heading == "Cost"
    assert index_products(store) == {"indexed": 0, "removed": 0}
    assert Passage.objects.count() == 5


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"body": ""}, "empty"),
        ({"body": "# Only a title\n\n## And a heading"}, "empty"),
        ({"body": "x" * (LONGEST + 1)}, "characters"),
        ({"body": "# T\n\n" + "## h\n\nx\n\n" * 600}, "parts"),
        ({"body": "# T\n\nzero \0 byte"}, "no text"),
        ({"body": "no title at all"}, "title"),
        ({"slug": "Not A Slug"}, "address"),
        ({"language": "English!"}, "language"),
        ({"kind": "poem"}, "kind"),
    ],
)
def test_what_cannot_be_taken_is_said_and_changes_nothing(store: Store, fields: dict, says: str):
    publish(store, DELIVERY)
    given = {"slug": "delivery", "language": "en", "title": "", "body": DELIVERY + "\nMore.", "kind": "policy"}
    with pytest.raises(DocumentError, match=says):
        publish_document(store=store, **(given | fields))
    assert Document.objects.get().live


@pytest.mark.django_db(transaction=True)
def test_two_authors_at_once_make_two_versions():
    store = fakes.make_store()

    def write(text: str) -> None:
        publish(store, f"# Delivery\n\n{text}")
        connection.close()

    authors = [threading.Thread(target=write, args=(text,)) for text in ("By cart.", "By pigeon.", "By train.")]
    for author in authors:
        author.start()
    for author in authors:
        author.join()
    assert sorted(Document.objects.values_list("version", flat=True)) == [1, 2, 3]
    assert Document.objects.filter(live=True).count() == 1


def test_the_page_shows_the_readers_language_or_the_stores(store: Store, client):
    publish(store, DELIVERY)
    publish(store, CHINESE, language="zh-hans")
    publish(store, RETURNS, slug="returns")
    english = client.get("/loyalty/documents/delivery/").content.decode()
    assert '<h2 id="times">Times</h2>' in english
    assert '<a href="#times">' in english
    chinese = client.get("/loyalty/documents/delivery/", headers={"accept-language": "zh-hans"}).content.decode()
    assert '<h2 id="配送时间">' in chinese
    assert '<article class="loyalty-document" lang="zh-hans">' in chinese
    assert (
        "30 days" in client.get("/loyalty/documents/returns/", headers={"accept-language": "zh-hans"}).content.decode()
    )
    assert client.get("/loyalty/documents/nothing/").status_code == 404
    assert client.get("/loyalty/documents/delivery/?version=9").status_code == 404


def test_the_live_documents_are_read_once_and_then_only_asked_whether_they_are_the_same(
    store: Store, django_assert_num_queries
):
    publish(store, DELIVERY)
    with django_assert_num_queries(2):
        held = live_passages(store="default", language="en")
    with django_assert_num_queries(0):
        assert held.search("delivery times")
        assert held.spelling("delivery zzyzx").unknown == ["zzyzx"]
    with django_assert_num_queries(1):
        assert live_passages(store="default", language="en") is held
    publish(store, DELIVERY + "\n\nMore.")
    assert live_passages(store="default", language="en") is not held

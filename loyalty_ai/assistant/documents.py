"""Policies and answers of the shop: a small Markdown, cut at its headings into passages, each version kept.

Understood are headings (`#` to `####`), paragraphs, lists (`-`, `*`, `1.`), `**strong**`, `*stressed*`, `` `code` `` and links to
the shop's own pages, to https addresses and to mail addresses. All else is text; HTML is shown as it is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from django.db import transaction
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify
from django.utils.translation import gettext as _

from loyalty_ai.assistant.indexing import forget_document, index_document
from loyalty_ai.assistant.models import Document, Passage
from loyalty_ai.conf import app_settings
from loyalty_ai.shop.models import Store
from loyalty_ai.shop.rejection import unreadable

LONGEST = 200_000
"""Characters of a document."""

MOST_PARTS = 500
LONG_PART = 1_500
"""Characters from which on a part goes on in another passage, at the end of a block."""

LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*")

_HEADING = re.compile(r"(#{1,6})\s+(.+?)\s*#*")
_ITEM = re.compile(r"\s{0,3}(?:([-*+])|(\d{1,9})[.)])\s+(.*)")
_LINK = re.compile(r"\[([^\[\]]+)\]\(([^()\s]+)\)")
_APART = re.compile(r"`(?P<code>[^`]+)`|\[(?P<words>[^\[\]]+)\]\((?P<address>[^()\s]+)\)")
_SAFE_ADDRESS = re.compile(r"/(?![/\\])\S*|#\S*|https://\S+|mailto:[^\s@]+@[^\s@]+")
_STRONG = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*")
_STRESSED = re.compile(r"(?<![*\w])\*(?=[^\s*])(.+?)(?<=[^\s*])\*(?![*\w])")
_CODE = re.compile(r"`([^`]+)`")


class DocumentError(ValueError):
    """The document cannot be taken; the message tells its author why."""


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph of one line of Markdown, or a list of such lines."""

    kind: Literal["p", "ul", "ol"]
    lines: tuple[str, ...]


@dataclass(slots=True)
class Part:
    """What stands under one heading, or a piece of it.

    Args:
        anchor: its place on the page; "" before the first heading.
        heading: as plain text, "" before the first one.
        level: 2 to 4, or 0 where it goes on from the part before.
        above: the headings that it stands under.
    """

    anchor: str
    heading: str
    level: int
    above: tuple[str, ...] = ()
    blocks: list[Block] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Plain text, a line for each paragraph and each item."""
        return "\n".join(block_text(block) for block in self.blocks)


def title_of(body: str) -> str:
    """The document's own title: its first line where that is a heading of the first level; else ""."""
    first = next((line for line in body.splitlines() if line.strip()), "")
    found = _HEADING.fullmatch(first.strip())
    return plain(found[2]) if found and len(found[1]) == 1 else ""


def parts_of(body: str) -> list[Part]:
    """The document cut at its headings; long parts at the end of a block. A title in its first line is left out.

    Anchors are made of the headings, so that they stay while these stay; of two alike the second is numbered.
    """
    anchors: set[str] = set()
    parts = [Part("", "", 2)]
    above: list[tuple[int, str]] = []
    lines = body.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if title_of(body):
        lines = lines[next(at for at, line in enumerate(lines) if line.strip()) + 1 :]
    for piece in _pieces(lines):
        if isinstance(piece, Block):
            last = parts[-1]
            if last.blocks and len(last.text) + len(block_text(piece)) > LONG_PART:
                parts.append(Part(_anchor(last.heading, anchors), last.heading, 0, last.above))
            parts[-1].blocks.append(piece)
            continue
        depth, heading = piece
        above = [(level, name) for level, name in above if level < depth]
        anchor = _anchor(heading, anchors)
        parts.append(Part(anchor, heading, min(max(depth, 2), 4), tuple(name for _, name in above)))
        above.append((depth, heading))
    return [part for part in parts if part.anchor or part.blocks]


def _pieces(lines: list[str]) -> Iterator[Block | tuple[int, str]]:
    """Blocks, and headings as (depth, plain text)."""
    kind: Literal["p", "ul", "ol"] = "p"
    open_lines: list[str] = []

    def closed() -> Iterator[Block]:
        if open_lines:
            made = (" ".join(open_lines),) if kind == "p" else tuple(open_lines)
            open_lines.clear()
            yield Block(kind, made)

    for line in lines:
        heading, item = _HEADING.fullmatch(line.strip()), _ITEM.fullmatch(line)
        if heading:
            yield from closed()
            yield len(heading[1]), plain(heading[2])
        elif item:
            if kind != (new := "ul" if item[1] else "ol"):
                yield from closed()
            kind = new
            open_lines.append(item[3].strip())
        elif not line.strip():
            if kind == "p":
                yield from closed()
        elif kind != "p" and open_lines and line.startswith((" ", "\t")):
            open_lines[-1] += " " + line.strip()  # an item goes on
        else:
            if kind != "p":
                yield from closed()
                kind = "p"
            open_lines.append(line.strip())
    yield from closed()


def _anchor(heading: str, taken: set[str]) -> str:
    base = slugify(heading, allow_unicode=True)[:100].strip("-") or "part"
    anchor, number = base, 1
    while anchor in taken:
        number += 1
        anchor = f"{base}-{number}"
    taken.add(anchor)
    return anchor


def plain(line: str) -> str:
    """A line of Markdown without its marks; a link is its words."""
    line = _LINK.sub(r"\1", line)
    for mark in (_CODE, _STRONG, _STRESSED):
        line = mark.sub(r"\1", line)
    return line.strip()


def block_text(block: Block) -> str:
    """A block as plain text."""
    if block.kind == "p":
        return plain(block.lines[0])
    marks = ("-" if block.kind == "ul" else f"{number}." for number in range(1, len(block.lines) + 1))
    return "\n".join(f"{mark} {plain(line)}" for mark, line in zip(marks, block.lines, strict=True))


def html_of(parts: list[Part]) -> SafeString:
    """The parts as HTML, each heading (or piece that goes on) with its anchor; everything from the document is escaped first."""
    made = []
    for part in parts:
        anchor = escape(part.anchor)
        if part.level and part.heading:
            made.append(f'<h{part.level} id="{anchor}">{escape(part.heading)}</h{part.level}>')
        elif part.anchor:
            made.append(f'<a id="{anchor}"></a>')
        for block in part.blocks:
            if block.kind == "p":
                made.append(f"<p>{_inline(block.lines[0])}</p>")
            else:
                items = "".join(f"<li>{_inline(line)}</li>" for line in block.lines)
                made.append(f"<{block.kind}>{items}</{block.kind}>")
    return mark_safe("\n".join(made))  # noqa: S308 - made of escaped text alone


def _inline(line: str) -> str:
    """Links and code are set apart first, so that no other mark reaches into an address."""
    html, at = "", 0
    for found in _APART.finditer(line):
        html += _stress(line[at : found.start()])
        at = found.end()
        if found["code"]:
            html += f"<code>{escape(found['code'])}</code>"
        elif _SAFE_ADDRESS.fullmatch(found["address"]):
            html += f'<a href="{escape(found["address"])}">{_stress(found["words"])}</a>'
        else:
            html += _stress(found["words"])
    return html + _stress(line[at:])


def _stress(text: str) -> str:
    return _STRESSED.sub(r"<em>\1</em>", _STRONG.sub(r"<strong>\1</strong>", escape(text)))


@transaction.atomic
def publish_document(
    *,
    store: Store,
    slug: str,
    language: str,
    title: str,
    body: str,
    kind: str = Document.Kind.POLICY,
    by: Any = None,
) -> Document:
    """Make the next version of a document live, found at once; the one before stays to be read. An equal one changes nothing.

    Args:
        slug: its address, the same for all languages.
        language: "en", "zh-hans".
        title: "" takes the one in the first line of the text.
        by: the user who publishes it.

    Raises:
        DocumentError: it is empty, too long, not text, or has no title or no address.
    """
    body = body.replace("\r\n", "\n").strip().removeprefix("\ufeff")
    title = " ".join((title or title_of(body)).split())
    parts = parts_of(body)
    _check(slug, language, title, body, kind, parts)
    Store.objects.select_for_update().get(pk=store.pk)  # two authors at once: one version after the other
    versions = Document.objects.filter(store=store, slug=slug, language=language).order_by("-version")
    newest, live = versions.first(), versions.filter(live=True).first()
    if live and (live.title, live.body, live.kind) == (title, body, kind):
        return live
    if live:
        forget_document(live)
        live.live = False
        live.save(update_fields=["live"])
    document = Document.objects.create(
        store=store,
        slug=slug,
        language=language,
        version=newest.version + 1 if newest else 1,
        kind=kind,
        title=title,
        body=body,
        created_by=by,
    )
    written = [part for part in parts if part.blocks]
    Passage.objects.bulk_create(
        Passage(
            store=store,
            document=document,
            anchor=part.anchor,
            heading=part.heading[:300],
            text=part.text,
            digest=b"",
        )
        for part in written
    )
    index_document(document, above={part.anchor: part.above for part in written})
    return document


def index_documents(store: Store) -> int:
    """Make the passages of live documents again whose tokens are of an older making. Returns how many."""
    return sum(
        index_document(document, above={part.anchor: part.above for part in parts_of(document.body)})
        for document in Document.objects.filter(store=store, live=True).select_related("store")
    )


def document_for(*, store: str, slug: str, language: str, version: int | None = None) -> Document | None:
    """The live document (or that version of it) in the reader's language, else in the store's, else in any."""
    rows = Document.objects.filter(store__slug=store, slug=slug).select_related("store")
    rows = rows.filter(live=True) if version is None else rows.filter(version=version)
    order = [language, language.partition("-")[0], app_settings.store(store).language]
    found = {document.language: document for document in rows}
    return next((found[each] for each in [*order, *sorted(found)] if each in found), None)


def _check(slug: str, language: str, title: str, body: str, kind: str, parts: list[Part]) -> None:
    if not body or not any(part.text.strip() for part in parts):
        raise DocumentError(_("The document is empty: it needs some text below its headings."))
    if len(body) > LONGEST:
        most = {"length": f"{len(body):,}", "most": f"{LONGEST:,}"}
        raise DocumentError(_("The document has %(length)s characters; %(most)s are the most. Split it.") % most)
    if len(parts) > MOST_PARTS:
        raise DocumentError(_("The document has more than %(most)d parts. Split it.") % {"most": MOST_PARTS})
    if unreadable(body) or unreadable(title):
        raise DocumentError(_("The document holds characters that are no text. Save it as UTF-8."))
    if not title or len(title) > 200:
        raise DocumentError(_("The document needs a title of at most 200 characters, or a first line “# Title”."))
    if not slug or slugify(slug) != slug or len(slug) > 80:
        raise DocumentError(_("The address may hold small letters, digits and hyphens, at most 80."))
    if not LANGUAGE.fullmatch(language) or len(language) > 16:
        raise DocumentError(_("The language is a code such as “en” or “zh-hans”."))
    if kind not in Document.Kind.values:
        raise DocumentError(_("The kind is “policy” or “faq”."))

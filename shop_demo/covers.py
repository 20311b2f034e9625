"""Drawn pictures for products, as the log has none: the thing a title names, in its colours and pattern, on quiet paper.

The same product always has the same picture. Drawings are the groups of `data/drawings.svg`, one a line, each with the title
words that call for it, whether the thing stands (on y = 312, with a shadow) or hangs, and places for colours: `{body}` (a colour
or a pattern), `{dark}`, `{accent}`, `{paper}`, `{ink}`, `{letter}`. Its last groups are the tiles of patterns, 40 by 40.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import blake2b
from pathlib import Path

from shop_demo.shelves import shelf_words

DRAWINGS = Path(__file__).resolve().parent / "data" / "drawings.svg"

PAPER, INK = "#fdfaf4", "#3c3836"

COLOURS = {
    "#c25048": "red retrospot strawberry circus babushka",
    "#b8424d": "cherry london",
    "#a83a4a": "ruby",
    "#b9534a": "apple",
    "#e3a4ac": "pink",
    "#d98f9b": "rose dolly regency",
    "#c25b78": "raspberry",
    "#c2578c": "fuschia",
    "#ecb5bd": "blossom",
    "#7f9fbf": "blue spaceboy",
    "#97bbd1": "sky",
    "#425878": "navy",
    "#5d7a9c": "denim",
    "#5b7fb0": "delft",
    "#6fb0ac": "turquoise turq",
    "#83bdb9": "aqua",
    "#4f8a8b": "teal",
    "#a3cbb4": "mint",
    "#8aab86": "green woodland botanical jungle",
    "#96975f": "olive",
    "#a9bf74": "lime",
    "#5b9a7d": "emerald",
    "#5f8464": "holly",
    "#efe5d2": "ivory",
    "#f1e6cf": "cream",
    "#f6f1e7": "white",
    "#f3ece0": "lace",
    "#ece6dc": "pearl",
    "#f2eee6": "porcelain",
    "#4a4749": "black",
    "#56575c": "charcoal",
    "#5f6870": "slate",
    "#b5babd": "silver chrome",
    "#a6afb1": "zinc",
    "#aab2b3": "metal",
    "#a6a8a8": "grey",
    "#a9b2b8": "steel",
    "#d3ad5c": "gold",
    "#d59a4a": "amber",
    "#c9a35a": "brass",
    "#bd7b57": "copper",
    "#e0b45c": "honeycomb",
    "#9c7457": "brown",
    "#7f5a48": "chocolate",
    "#b78f68": "wood wooden",
    "#c2a077": "wicker",
    "#a98867": "rustic",
    "#8a6550": "coffee",
    "#cbb391": "natural",
    "#c4a980": "hessian",
    "#9a83b5": "purple",
    "#b9a6cf": "lilac",
    "#ac9ccb": "lavender",
    "#9078b3": "amethyst",
    "#8f7fb8": "violet",
    "#87577a": "plum",
    "#dd9159": "orange",
    "#eeb893": "peach",
    "#e08e7b": "coral",
    "#e4c468": "yellow easter",
    "#ead57f": "lemon",
    "#efe0b4": "vanilla",
    "#a8453f": "christmas",
    "#4b648f": "union",
}
"""The words of titles by the colour they bring."""

COLOUR_OF = {word: colour for colour, words in COLOURS.items() for word in words.split()}

MAINS = ("#c98b7b", "#88a59a", "#8fa6bf", "#d0a95f", "#b794a7", "#9aa878", "#c97f6c", "#7f9aa3")
ACCENTS = ("#e7c8a0", "#f0d9d0", "#b9cdc0", "#d98f7f", "#c3cfdc", "#e8d08b", "#8d6f6a", "#d5bfd6")
LIGHT_SHEETS = ("#f2eade", "#e8ece2", "#f4e6e0", "#e5ebee", "#f1ead4", "#ebe6ee")
DEEP_SHEETS = ("#cdb9a4", "#b5c2ac", "#d6b3a8", "#aebfc9", "#cdbf96", "#bdb0c4")

SHELF_DRAWINGS = {
    "kitchen": "bowl", "light": "candle", "home": "find", "bags": "bag", "party": "bunting", "paper": "notebook",
    "children": "teddy", "garden": "plant", "jewellery": "necklace", "bath": "soap", "christmas": "bauble",
}  # fmt: skip


MOTIFS = {
    *("angel", "bird", "butterfly", "cat", "dog", "egg", "flower", "flowers", "heart", "hen", "mushroom"),
    *("owl", "rabbit", "reindeer", "rocket", "skull", "snowflake", "snowman", "star", "tree"),
}
"""Drawings of what things often only show: roses on a teapot, skulls on a bag."""


@dataclass(frozen=True, slots=True)
class Cover:
    """What a picture shows: a drawing, its colours and the pattern on it."""

    drawing: str
    main: str
    accent: str
    pattern: str | None
    sheet: str
    letter: str
    number: int

    def svg(self) -> str:
        """The picture as an SVG document of 400 by 400."""
        pale = luminance(self.main) > 0.62
        pattern = ""
        body = self.main
        if self.pattern:
            over = mix(self.main, INK, 0.3) if pale else mix(self.main, PAPER, 0.78)
            tile = drawings()[self.pattern].svg.format(over=over, spot=self.accent)
            pattern = (
                '<pattern id="p" width="40" height="40" patternUnits="userSpaceOnUse" patternTransform="rotate(8)">'
                f'<rect width="40" height="40" fill="{self.main}"/>{tile}</pattern>'
            )
            body = "url(#p)"
        found = drawings()[self.drawing]
        drawing = found.svg.format(
            body=body,
            dark=mix(self.main, INK, 0.26 if pale else 0.3),
            accent=self.accent,
            paper=PAPER,
            ink=INK,
            letter=self.letter,
        )
        glow = mix(self.sheet, "#ffffff", 0.5)
        backdrops = (
            f'<path d="M70 400V200a130 130 0 0 1 260 0v200z" fill="{glow}"/>',
            f'<circle cx="200" cy="200" r="158" fill="{glow}"/>',
            f'<path d="M0 300h400v100H0z" fill="{mix(self.sheet, INK, 0.09)}"/>',
            f'<rect x="46" y="46" width="308" height="308" rx="26" fill="{glow}"/>',
        )
        shadow = f'<ellipse cx="200" cy="322" rx="112" ry="11" fill="{INK}" opacity=".1"/>' if found.stands else ""
        return (
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 400" width="400" height="400">'
            f"<defs>{pattern}</defs>"
            f'<rect width="400" height="400" fill="{self.sheet}"/>{backdrops[self.number % 4]}{shadow}{drawing}</svg>'
        )


@lru_cache(maxsize=4096)
def cover_svg(sku: str, title: str, shelf: str) -> str:
    """The picture of one product."""
    return design(sku, title, shelf).svg()


def design(sku: str, title: str, shelf: str) -> Cover:
    """Choose drawing, colours and pattern from the words of the title; what they leave open, from the code."""
    words, patterns = shelf_words(title), called_by(tiles=True)
    number = int.from_bytes(blake2b(sku.encode(), digest_size=4).digest(), "big")
    named = [COLOUR_OF[word] for word in words if word in COLOUR_OF]
    main = named[0] if named else MAINS[number % len(MAINS)]
    others = [colour for colour in named[1:] if distance(colour, main) > 60]
    accent = (
        others[0] if others else next(colour for colour in rotated(ACCENTS, number // 8) if distance(colour, main) > 90)
    )
    sheets = DEEP_SHEETS if luminance(main) > 0.66 else LIGHT_SHEETS
    sheet = next((colour for colour in rotated(sheets, number // 64) if distance(colour, main) > 70), sheets[0])
    letter = re.search(r'"?\b([A-Z0-9])\b"?\s*$', title)
    return Cover(
        drawing=find_drawing(words, shelf),
        main=main,
        accent=accent,
        pattern=next((patterns[word] for word in words if word in patterns), None),
        sheet=sheet,
        letter=letter[1] if letter else "&amp;",
        number=number // 512,
    )


def find_drawing(words: list[str], shelf: str) -> str:
    """The drawing of what a title names: a phrase, else the last thing, else the last motif, else its department's."""
    called = called_by()
    phrases = ["_".join(words[at : at + size]) for size in (2, 3) for at in range(len(words) - size + 1)]
    named = [called[word] for word in words if word in called]
    for found in (
        [called[phrase] for phrase in phrases if phrase in called],
        [name for name in named if name not in MOTIFS],
        named,
    ):
        if found:
            return found[-1]
    return SHELF_DRAWINGS[shelf.partition("/")[0]]


@dataclass(frozen=True, slots=True)
class Drawing:
    """One group of the file."""

    svg: str
    words: tuple[str, ...]
    stands: bool
    tile: bool


@cache
def drawings() -> dict[str, Drawing]:
    """Every drawing by name."""
    group = re.compile(r'^<g id="(\w+)" class="(stands|hangs|tile)" data-words="([^"]*)">(.*)</g>$', re.MULTILINE)
    found = group.findall(DRAWINGS.read_text(encoding="utf-8"))
    return {
        name: Drawing(svg, tuple(words.split()), place == "stands", place == "tile")
        for name, place, words, svg in found
    }


@cache
def called_by(*, tiles: bool = False) -> dict[str, str]:
    """The drawing, or the pattern's tile, that each word or phrase calls for."""
    return {word: name for name, found in drawings().items() if found.tile == tiles for word in found.words}


def rotated(colours: tuple[str, ...], start: int) -> list[str]:
    start %= len(colours)
    return [*colours[start:], *colours[:start]]


def rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def mix(colour: str, other: str, share: float) -> str:
    """A colour with a share of another in it."""
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in zip(rgb(colour), rgb(other), strict=True))


def luminance(colour: str) -> float:
    """How light a colour is, 0 to 1."""
    red, green, blue = rgb(colour)
    return (0.299 * red + 0.587 * green + 0.114 * blue) / 255


def distance(one: str, other: str) -> float:
    """How far apart two colours are, 0 to 441."""
    return sum((a - b) ** 2 for a, b in zip(rgb(one), rgb(other), strict=True)) ** 0.5

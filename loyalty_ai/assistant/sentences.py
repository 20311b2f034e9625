"""Cutting a model's stream of text into sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator

LONGEST = 600
"""Characters of a sentence; what runs on longer is dropped whole, since half a sentence may say something else."""

CLOSING = "\"'”’»」』）)\\]"
END = re.compile(
    rf"(?P<line>\n)|(?P<han>[。！？；]+[{CLOSING}]*(?=[^。！？；{CLOSING}]))|(?P<latin>[.!?…]+[{CLOSING}]*(?=\s+\S))"
)
SHORTENED = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|approx|incl|inc|ltd|co|mr|mrs|ms|dr|st|max|min|pcs|[a-z])|(?:^|\n)\s*\d{1,3})\.$",
    re.IGNORECASE,
)
NUMBER = re.compile(r"\bnos?\.$", re.IGNORECASE)


class Cutter:
    """Collects portions of text and gives each sentence as soon as what follows shows that it is complete.

    Where the text is cut does not depend on the portions it comes in.
    """

    def __init__(self) -> None:
        self._text = ""
        self._overlong = False

    def feed(self, portion: str) -> Iterator[str]:
        """The sentences that this portion completes."""
        self._text += portion
        while (end := self._end()) is not None:
            yield from self._take(end)
        if len(self._text) > 2 * LONGEST:
            self._overlong = True
            self._text = self._text[-LONGEST:]

    def flush(self) -> Iterator[str]:
        """What is left when the text has ended."""
        yield from self._take(len(self._text))

    def _end(self) -> int | None:
        for match in END.finditer(self._text):
            if match["latin"]:
                before, after = self._text[: match.end()], self._text[match.end() :].lstrip()
                if SHORTENED.search(before) or (NUMBER.search(before) and after[:1].isdigit()):
                    continue
            return match.end()
        return None

    def _take(self, end: int) -> Iterator[str]:
        sentence, self._text = self._text[:end].strip(), self._text[end:]
        whole, self._overlong = not self._overlong and len(sentence) <= LONGEST, False
        if sentence and whole:
            yield sentence

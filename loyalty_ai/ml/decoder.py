"""The decoder's data: the log as tensors, its batches, its states and its scores at an origin."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from loyalty_ai.ml.evaluation import MODES, LabelWindow, ranking_metrics
from loyalty_ai.ml.interactions import ANONYMOUS
from loyalty_ai.ml.lists import top_items
from loyalty_ai.ml.model import Decoder
from loyalty_ai.ml.sequences import (
    Baskets,
    Batch,
    gap_features,
    next_purchases,
    sequence_batches,
    user_spans,
    value_bucket,
)
from loyalty_ai.ml.vocab import UNKNOWN

SCORING_TOKENS, SCORING_USERS = 8192, 500
"""Baskets of a batch of sequences, and users whose scores of every item are held at once."""


@dataclass(frozen=True)
class DecoderData:
    """What a decoder reads: known users' baskets before an origin, and how items look.

    Args:
        origin: seconds. baskets: known users' baskets before it.
        spans: int64 [users + 1], see `user_spans`.
        value, gap: int64 [b] and float32 [b, 2], inputs of each basket.
        following: int64 [b], the next purchase, see `next_purchases`.
        rows: int64 [items], the embedding row of each of the log's items, `UNKNOWN` where it was not bought yet.
        text: float32 [items, width] or None.
    """

    origin: int
    baskets: Baskets
    spans: np.ndarray
    value: np.ndarray
    gap: np.ndarray
    following: np.ndarray
    rows: np.ndarray
    text: np.ndarray | None

    @property
    def n_users(self) -> int:
        return len(self.spans) - 1

    def tokens(self, batch: Batch, device: torch.device) -> dict[str, Tensor]:
        """The inputs of `Decoder.hidden` for a batch."""
        flat = batch.positions.ravel()
        real = flat >= 0
        items, sizes = self._items(np.maximum(flat, 0), real)
        shape = batch.positions.shape

        def column(values: np.ndarray) -> Tensor:
            picked = values[np.maximum(flat, 0)]
            picked[~real] = 0
            return torch.from_numpy(picked.reshape(*shape, *values.shape[1:])).to(device)

        share = np.repeat(1 / np.maximum(sizes, 1), sizes).astype(np.float32)
        return {
            "items": torch.from_numpy(items).to(device),
            "share": torch.from_numpy(share).to(device),
            "offsets": torch.from_numpy(np.cumsum(sizes) - sizes).to(device),
            "event": column(self.baskets.event.astype(np.int64)),
            "value": column(self.value),
            "gap": column(self.gap),
        }

    def targets(self, batch: Batch, *, horizon: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Which states learn, and what: flat token positions [s], and for each right item its state [p], item [p] and
        weight [p]. The items of the j-th following purchase share a weight of 1/j, for j up to `horizon`."""
        flat = batch.positions.ravel()
        basket = np.where(flat >= 0, self.following[flat], -1)
        learning = np.flatnonzero(basket >= 0)
        basket = basket[learning]
        states, items, weights = [], [], []
        for step in range(1, horizon + 1):
            found, sizes = self._items(np.maximum(basket, 0), basket >= 0)
            states.append(np.repeat(np.arange(len(learning)), sizes))
            items.append(found)
            weights.append(np.repeat(1 / (step * np.maximum(sizes, 1)), sizes))
            basket = np.where(basket >= 0, self.following[basket], -1)
        return learning, np.concatenate(states), np.concatenate(items), np.concatenate(weights).astype(np.float32)

    def learning_batch(self, batch: Batch, device: torch.device, *, horizon: int) -> dict[str, Tensor] | None:
        """The `batch` of `Decoder.forward`, or None where no state has anything to learn."""
        learning, state, item, weight = self.targets(batch, horizon=horizon)
        if not len(learning):
            return None
        targets = {"learning": learning, "state": state, "item": item, "weight": weight}
        return self.tokens(batch, device) | {name: torch.from_numpy(v).to(device) for name, v in targets.items()}

    def _items(self, positions: np.ndarray, real: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        sizes = np.where(real, self.baskets.sizes[positions], 0)
        starts = self.baskets.offsets[positions]
        within = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        return self.baskets.items[np.repeat(starts, sizes) + within].astype(np.int64), sizes


def decoder_data(
    baskets: Baskets, *, origin: int, n_users: int, rows: np.ndarray, text: np.ndarray | None
) -> DecoderData:
    """Prepare the baskets before `origin` (seconds); items unseen until then lose their row of the table."""
    past = baskets.take((baskets.time < origin) & (baskets.user != ANONYMOUS))
    seen = np.zeros(len(rows), bool)
    seen[past.items] = True
    same = np.zeros(len(past), bool)
    same[1:] = past.user[1:] == past.user[:-1]
    previous = np.zeros(len(past), np.int64)
    previous[1:] = np.where(same[1:], past.time[1:] - past.time[:-1], 0)
    return DecoderData(
        origin=origin,
        baskets=past,
        spans=user_spans(past, n_users),
        value=value_bucket(past.value),
        gap=np.stack([gap_features(previous), same.astype(np.float32)], axis=1),
        following=next_purchases(past),
        rows=np.where(seen, rows, UNKNOWN),
        text=text,
    )


class DecoderView:
    """A trained decoder looking at the log before one origin; all results are float32 numpy arrays.

    Users without a basket before the origin have zero states, and scores of the item biases alone.
    """

    def __init__(self, decoder: Decoder, data: DecoderData, device: torch.device) -> None:
        self.decoder, self.data, self.device = decoder.eval(), data, device
        with torch.inference_mode():
            text = None if data.text is None else torch.from_numpy(data.text).to(device)
            self.vectors, self.bias = decoder.item_vectors(torch.from_numpy(data.rows).to(device), text)

    def imagined(self, past: Baskets, *, origin: int, n_users: int) -> DecoderView:
        """The same items seen by the same decoder, and other users: those of `past`."""
        data = decoder_data(past, origin=origin, n_users=n_users, rows=self.data.rows, text=self.data.text)
        return DecoderView(self.decoder, replace(data, rows=self.data.rows), self.device)

    @torch.inference_mode()
    def states(self, users: np.ndarray) -> np.ndarray:
        """[len(users), dim]: each user's state after the last basket."""
        found = np.zeros((self.data.n_users, self.decoder.config.dim), np.float32)
        context = self.decoder.config.context
        for batch in sequence_batches(self.data.spans, users, context=context, batch_tokens=SCORING_TOKENS):
            states = self.decoder.hidden(self.vectors, self.data.tokens(batch, self.device))
            last = torch.from_numpy(batch.lengths - 1).to(self.device)
            found[batch.users] = states[torch.arange(len(last), device=self.device), last].float().cpu().numpy()
        return found[users]

    @torch.inference_mode()
    def scores(self, states: np.ndarray) -> np.ndarray:
        """[len(states), items]: log-probability of each item being among the next basket's."""
        logits = self.decoder.scores(torch.from_numpy(states).to(self.device), self.vectors, self.bias)
        return torch.log_softmax(logits.float(), dim=-1).cpu().numpy()

    def ndcg(self, window: LabelWindow, k: int = 10) -> dict[str, float]:
        """Mean NDCG@k of the decoder's own ranking in each mode, for the users of a window that begins at the origin."""
        found: dict[str, list[np.ndarray]] = {mode: [] for mode in MODES}
        for start in range(0, len(window.users), SCORING_USERS):
            part = window.take(np.arange(start, min(start + SCORING_USERS, len(window.users))))
            scores = self.scores(self.states(part.users))
            for mode in MODES:
                rows, targets = part.mode(mode)
                seen = scores if mode == "repeats" else np.where(part.history.toarray(), -np.inf, scores)
                found[mode].append(ranking_metrics(top_items(seen[rows], k)[0], targets, k)[f"ndcg@{k}"])
        return {mode: float(np.concatenate(values).mean()) for mode, values in found.items() if sum(map(len, values))}

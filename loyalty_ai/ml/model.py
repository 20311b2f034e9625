"""The decoder: a causal Transformer that reads one token a basket and scores every item."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from loyalty_ai.ml.backbone import backbone
from loyalty_ai.ml.config import ModelConfig
from loyalty_ai.ml.interactions import EVENT_TYPES
from loyalty_ai.ml.sequences import VALUE_BUCKETS
from loyalty_ai.ml.vocab import UNKNOWN


class Decoder(nn.Module):
    """Item vectors -> basket tokens -> hidden states -> scores against the same item vectors.

    Args:
        config: the shape.
        rows: rows of the item table, the unknown item included.
        text_dim: width of the items' text vectors, 0 where there are none.
    """

    def __init__(self, config: ModelConfig, *, rows: int, text_dim: int) -> None:
        super().__init__()
        self.config = config
        self.item = nn.Embedding(rows, config.dim)
        self.item_bias = nn.Embedding(rows, 1)
        self.text = nn.Linear(text_dim, config.dim, bias=False) if text_dim else None
        self.event = nn.Embedding(len(EVENT_TYPES), config.dim)
        self.value = nn.Embedding(VALUE_BUCKETS, config.dim)
        self.gap = nn.Linear(2, config.dim)
        self.dropout = nn.Dropout(config.dropout)
        self.backbone = backbone(config)
        self.log_scale = nn.Parameter(torch.tensor(-math.log(config.temperature)))
        for table in (self.item, self.event, self.value):
            nn.init.normal_(table.weight, std=config.dim**-0.5)
        nn.init.zeros_(self.item_bias.weight)

    def adopt(self, weights: dict[str, Tensor]) -> None:
        """Take over the weights of a decoder of the same shape whose item tables are a prefix of this one's."""
        merged = self.state_dict()
        for name, value in weights.items():
            (merged[name][: len(value)] if value.dim() else merged[name]).copy_(value)
        self.load_state_dict(merged)

    def item_vectors(self, rows: Tensor, text: Tensor | None) -> tuple[Tensor, Tensor]:
        """Vector and bias of each item, from its row of the table and its text.

        Args:
            rows: int64 [items], `UNKNOWN` for an item without a row of its own.
            text: float32 [items, text_dim] or None.

        Returns:
            [items, dim] and [items]. In training a share `id_dropout` of the items is seen as unknown.
        """
        if self.training and self.config.id_dropout:
            rows = rows.masked_fill(torch.rand(rows.shape, device=rows.device) < self.config.id_dropout, UNKNOWN)
        vectors = self.item(rows)
        if self.text is not None and text is not None:
            vectors = vectors + self.text(text)
        return vectors, self.item_bias(rows).squeeze(-1)

    def hidden(self, vectors: Tensor, tokens: dict[str, Tensor]) -> Tensor:
        """States [n, t, dim] after each basket of each sequence; a state sees its own basket and earlier ones.

        Args:
            vectors: [items, dim] of `item_vectors`.
            tokens: `items` int64 [m], `share` float32 [m] (one over the size of the basket) and `offsets` int64 [n * t] (the
                items of each token, as in `embedding_bag`); `event`, `value` int64 [n, t], `gap` float32 [n, t, 2].
                Padding is on the right, with empty bags.
        """
        n, t = tokens["event"].shape
        share = F.dropout(tokens["share"], self.config.item_dropout, self.training).to(vectors.dtype)
        pooled = F.embedding_bag(tokens["items"], vectors, tokens["offsets"], mode="sum", per_sample_weights=share)
        inputs = (
            pooled.view(n, t, -1) + self.event(tokens["event"]) + self.value(tokens["value"]) + self.gap(tokens["gap"])
        )
        # attention is causal and padding is on the right, so no real token ever sees a padded one
        states = self.backbone(self.dropout(inputs * self.config.dim**0.5))
        return self.dropout(states)

    def forward(self, rows: Tensor, text: Tensor | None, batch: dict[str, Tensor], negatives: int | None) -> Tensor:
        """The loss of a batch: `tokens` of `hidden`, and `learning`, `state`, `item`, `weight` of its targets.

        `negatives` is the number of sampled items, or None for a softmax over the whole catalogue.
        """
        vectors, bias = self.item_vectors(rows, text)
        states = self.hidden(vectors, batch).flatten(0, 1)[batch["learning"]]
        state, item, weight = batch["state"], batch["item"], batch["weight"]
        if negatives is None:
            return next_basket_loss(self.scores(states, vectors, bias).float(), state, item, weight)
        drawn = torch.randperm(len(rows), device=rows.device)[:negatives]
        columns = torch.unique(torch.cat([item, drawn]))
        position = torch.full((len(rows),), -1, device=rows.device)
        position[columns] = torch.arange(len(columns), device=rows.device)
        logits = self.scores(states, vectors[columns], bias[columns]).float()
        right = torch.zeros(logits.shape, dtype=torch.bool, device=rows.device)
        right[state, position[item]] = True
        sampled = torch.isin(columns, drawn)
        normaliser = sampled_log_normaliser(logits, right, columns=sampled, items=len(rows))
        return next_basket_loss(logits, state, position[item], weight, log_normaliser=normaliser)

    def scores(self, states: Tensor, vectors: Tensor, bias: Tensor) -> Tensor:
        """Logits [m, items] of states [m, dim]: scaled cosine plus each item's bias."""
        scale = self.log_scale.exp().clamp(max=100)
        return scale * F.normalize(states, dim=-1) @ F.normalize(vectors, dim=-1).T + bias


def next_basket_loss(
    logits: Tensor, state: Tensor, item: Tensor, weight: Tensor, *, log_normaliser: Tensor | None = None
) -> Tensor:
    """Soft multi-label cross-entropy: minus the mean log-probability of the next basket's items.

    Args:
        logits: [m, items] over the whole catalogue, or over any columns when `log_normaliser` is given.
        state: int64 [p], row of `logits` of each (state, right item) pair.
        item: int64 [p], column of the right item.
        weight: float32 [p], weight of each pair; a state's weights sum to its own.
        log_normaliser: [m], log of the sum of exponentials over the catalogue, estimated where it is sampled.
    """
    if log_normaliser is None:
        log_normaliser = torch.logsumexp(logits, dim=-1)
    return (weight * (log_normaliser[state] - logits[state, item])).sum() / weight.sum()


def sampled_log_normaliser(logits: Tensor, right: Tensor, *, columns: Tensor, items: int) -> Tensor:
    """Estimate log of the sum over the whole catalogue from all right items and shared uniform negatives.

    The right items are summed exactly; the sampled others stand for all other items, so each counts
    (items - right) / (sampled others) times. The estimate of the sum is unbiased, and exact once every item is sampled.

    Args:
        logits: [m, c] over the sampled columns (right items of the batch and negatives, each once).
        right: bool [m, c], the right items of each state; all of a state's right items are among the columns.
        columns: bool [c], whether the column was drawn as a negative (a right item of the batch may be both).
        items: size of the catalogue.
    """
    others = columns & ~right
    count = others.sum(dim=-1)
    correction = torch.log((items - right.sum(dim=-1)) / count.clamp(min=1))
    negative = torch.logsumexp(logits.masked_fill(~others, -torch.inf), dim=-1) + correction
    return torch.logaddexp(torch.logsumexp(logits.masked_fill(~right, -torch.inf), dim=-1), negative)

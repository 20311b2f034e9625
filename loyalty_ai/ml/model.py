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
        nn.init.normal_(self.item.weight, std=config.dim**-0.5)
        for table in (self.event, self.value):
            nn.init.normal_(table.weight, std=0.1 * config.dim**-0.5)  # items speak first
        nn.init.zeros_(self.item_bias.weight)

    @torch.no_grad()
    def place(self, rows: Tensor, vectors: Tensor, text: Tensor | None) -> None:
        """Set table rows so that these items have these vectors.

        Args:
            rows: int64 [m], not `UNKNOWN`. vectors: [m, dim]. text: float32 [m, text_dim] or None.
        """
        self.item.weight[rows] = vectors if self.text is None or text is None else vectors - self.text(text)

    @torch.no_grad()
    def read_text(self, vectors: Tensor, text: Tensor, *, ridge: float = 1.0) -> None:
        """Let the texts [m, text_dim] say the vectors [m, dim] as well as a ridge regression can, and the unknown row nothing."""
        penalty = ridge * torch.eye(text.shape[1], device=text.device)
        self.text.weight.copy_(torch.linalg.solve(text.T @ text + penalty, text.T @ vectors).T)
        self.item.weight[UNKNOWN] = 0

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
        if negatives is None or negatives >= len(rows):
            logits = self.scores(states, vectors, bias).float()
            return next_basket_loss(logits[state, item], LogSumExp.apply(logits), state, weight)
        drawn = torch.randperm(len(rows), device=rows.device)[:negatives]
        states, vectors = F.normalize(states, dim=-1) * self.scale, F.normalize(vectors, dim=-1)
        right = ((states[state] * vectors[item]).sum(dim=-1) + bias[item]).float()
        others = (states @ vectors[drawn].T + bias[drawn]).float()
        return next_basket_loss(
            right, sampled_log_normaliser(right, others, state, item, drawn, len(rows)), state, weight
        )

    def scores(self, states: Tensor, vectors: Tensor, bias: Tensor) -> Tensor:
        """Logits [m, items] of states [m, dim]: scaled cosine plus each item's bias."""
        return F.normalize(states, dim=-1) * self.scale @ F.normalize(vectors, dim=-1).T + bias

    @property
    def scale(self) -> Tensor:
        """One over the softmax temperature."""
        return self.log_scale.exp().clamp(max=100)


def next_basket_loss(right: Tensor, log_normaliser: Tensor, state: Tensor, weight: Tensor) -> Tensor:
    """Soft multi-label cross-entropy: minus the mean log-probability of the next basket's items.

    Args:
        right: [p], logit of each (state, right item) pair.
        log_normaliser: [m], log of the sum of exponentials over the catalogue, exact or estimated.
        state: int64 [p], the state of each pair.
        weight: float32 [p], weight of each pair; a state's weights sum to its own.
    """
    return (weight * (log_normaliser[state] - right)).sum() / weight.sum()


def sampled_log_normaliser(
    right: Tensor, others: Tensor, state: Tensor, item: Tensor, drawn: Tensor, items: int
) -> Tensor:
    """Estimate the log of the sum over the whole catalogue from the right items and shared uniform negatives.

    The right items are summed exactly; the drawn others stand for all other items, so each counts
    (items - right) / (drawn others) times. The estimate of the sum is unbiased, and exact once every item is drawn.

    Args:
        right, state, item: [p], logit, state and item of each pair.
        others: [m, n], logits of the drawn items.
        drawn: int64 [n], distinct items.
        items: size of the catalogue.
    """
    place = torch.full((items,), -1, device=drawn.device)
    place[drawn] = torch.arange(len(drawn), device=drawn.device)
    met = place[item] >= 0
    others[state[met], place[item[met]]] = -torch.inf  # a right item is nobody's negative
    rights = torch.bincount(state, minlength=len(others))
    left = len(drawn) - torch.bincount(state[met], minlength=len(others))
    correction = torch.log((items - rights) / left.clamp(min=1))
    top = right.new_full((len(others),), -torch.inf)
    top = top.scatter_reduce(0, state, right.detach(), "amax")
    summed = torch.zeros_like(top).index_add_(0, state, (right - top[state]).exp())
    return torch.logaddexp(summed.log() + top, LogSumExp.apply(others) + correction)


class LogSumExp(torch.autograd.Function):
    """`torch.logsumexp(x, dim=-1)` in a third of its time and memory: it keeps the softmax and nothing else."""

    @staticmethod
    def forward(ctx: torch.autograd.function.FunctionCtx, x: Tensor) -> Tensor:
        share = torch.softmax(x, dim=-1)
        ctx.save_for_backward(share)
        return x.amax(dim=-1) - share.amax(dim=-1).log()

    @staticmethod
    def backward(ctx: torch.autograd.function.FunctionCtx, grad: Tensor) -> Tensor:
        (share,) = ctx.saved_tensors
        return share.mul_(grad[:, None])

"""Top lists: from scores, or from users' states and items' vectors, to ranked items."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from torch import Tensor

USERS, ROWS, PAIRS = 512, 2048, 1024
"""Users and items of one product, and (group, user) pairs scored again at once: their scores stay in a core's cache."""

LARGE = 16
"""How many times more of each at once on an accelerator."""

GROUP = 16
"""Items that share one maximum: few enough to score again cheaply, many enough to leave few maxima."""

LEAST_GROUPS = 1024
"""A catalogue of fewer groups is not grouped."""

MANY = 1 << 18
"""Pairs above which a chunk of users is ranked in two halves: where almost everything ties, memory stays bounded."""


def top_items(scores: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """The best `k` of each row, best first.

    Args:
        scores: float [n, items], -inf for what may not be listed.

    Returns:
        int32 [n, k] items, -1 where a row has fewer, and float32 [n, k] their scores, 0 there.
    """
    width = min(k, scores.shape[1])
    values, top = (
        found.numpy() for found in torch.from_numpy(np.require(scores, requirements="CW")).topk(width, dim=1)
    )
    items = np.full((len(scores), k), -1, np.int32)
    kept = np.zeros((len(scores), k), np.float32)
    real = np.isfinite(values)
    items[:, :width] = np.where(real, top, -1)
    kept[:, :width] = np.where(real, values, 0)
    return items, kept


def nearness(items: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """float32 [n, k] in 0 to 1: where the scores of lists stand between those of their last item and of their best.

    Args:
        items: int32 [n, k], best first, -1 = none. scores: float32 [n, k], falling, 0 where there is no item.

    >>> nearness(np.array([[7, 2, 5], [4, -1, -1]]), np.array([[3, 0, -1], [-2, 0, 0]], np.float32))
    array([[1.  , 0.25, 0.  ],
           [1.  , 0.  , 0.  ]], dtype=float32)
    """
    listed = items >= 0
    last = np.where(listed, scores, np.inf).min(axis=1, initial=np.inf, keepdims=True)
    reach = scores[:, :1] - last
    near = np.where(reach > 0, (scores - last) / np.where(reach > 0, reach, 1), 1)
    return np.where(listed, near, 0).astype(np.float32)


def introduce(
    items: np.ndarray, scores: np.ndarray, others: np.ndarray, places: tuple[int, ...]
) -> tuple[np.ndarray, np.ndarray]:
    """Lists with others at some places; what stands there moves down and the last falls off.

    Args:
        items: int32 [n, k], best first, -1 = none. scores: float32 [n, k], falling.
        others: int32 [n, len(places)], -1 = none. One that a list holds is moved up, never down; none stands beyond its end.
        places: from 0, rising. Another's score becomes that of what it moves down.
    """
    k = items.shape[1]
    for place, other in zip(places, others.T, strict=True):
        if place >= k:
            break
        held = items == other[:, None]
        kept = np.ones((len(items), k + 1), bool)
        kept[np.arange(len(items)), np.where(held.any(axis=1), held.argmax(axis=1) + 1, k)] = False
        rows = ((other >= 0) & (items[:, place] >= 0) & ~held[:, : place + 1].any(axis=1))[:, None]
        wider = np.insert(items, place, other, axis=1), np.insert(scores, place, scores[:, place], axis=1)
        items, scores = (
            np.where(rows, wide[kept].reshape(old.shape), old) for wide, old in zip(wider, (items, scores), strict=True)
        )
    return items, scores


class Catalogue:
    """Items ready to be ranked for many users by `states @ vectors.T + bias`, without ever holding all those scores.

    A fast product, in bfloat16 where the device is quicker at it, leaves only the maximum of each group of items. How far
    it can be off follows from the measured rounding of both factors (Cauchy-Schwarz), so the groups that may hold one of
    a user's best are known; their items are scored again in float32, and in float64 those that may still be listed.
    Lists therefore depend neither on the precision of the product nor on how users are batched.

    Args:
        vectors: float32 [items, d], finite.
        bias: float32 [items], added to every user's score of the item, -inf to bar it; None adds nothing.
        precision: dtype of the fast product, by default the quicker one where `vectors` are.
    """

    def __init__(self, vectors: Tensor, bias: Tensor | None = None, *, precision: torch.dtype | None = None) -> None:
        if vectors.device.type == "mps":  # it has no float64
            vectors, bias = vectors.cpu(), None if bias is None else bias.cpu()
        self.device = vectors.device
        self.precision = precision or quicker(self.device)
        bias = torch.zeros(len(vectors), device=self.device) if bias is None else bias.float()
        self.listed = (bias > -torch.inf).nonzero().squeeze(1)
        self.group = GROUP if len(self.listed) >= GROUP * LEAST_GROUPS else 1
        # Copies of the last item fill the last group: they change no maximum.
        filled = torch.cat([self.listed, self.listed[-1:].expand(-len(self.listed) % self.group)])
        self.vectors, self.bias = vectors.float()[filled], bias[filled]
        rounded, lost = _rounded(self.vectors, self.precision)
        high, rest = _rounded(self.bias[:, None], self.precision)
        low, rest = _rounded(rest.float(), self.precision)
        self.biased = bool(self.bias.any())
        self.factor = torch.cat([rounded, high, low], dim=1) if self.biased else rounded
        self.longest, self.lost = _longest(self.vectors), _longest(lost)
        self.highest, self.bias_lost = _longest(self.bias[:, None]), _longest(rest)

    @torch.inference_mode()
    def best(
        self, states: np.ndarray, k: int, *, barred: tuple[np.ndarray, np.ndarray] | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """The best `k` items of each user, best first, the lower item first where scores are equal.

        Args:
            states: float32 [n, d], finite.
            barred: (indptr [n + 1], indices): user i may not be given the items `indices[indptr[i]:indptr[i + 1]]`.

        Returns:
            int32 [n, k] items, -1 where a user has fewer, and float32 [n, k] their scores, 0 there.
        """
        items = np.full((len(states), k), -1, np.int32)
        scores = np.zeros((len(states), k), np.float32)
        step, space = self._space(len(states))
        for start in range(0, len(states) if len(self.listed) else 0, step):
            part = slice(start, start + step)
            users = torch.from_numpy(states[part]).to(self.device, torch.float32)
            maxima = self._maxima(users, space)
            found = self._select(users, maxima, k, self._bars(barred, start, len(users)), space)
            items[part], scores[part] = (values.cpu().numpy() for values in found)
        return items, scores

    def _space(self, n: int) -> tuple[int, _Space]:
        """How many of `n` users are ranked at once, and what they write over: fresh memory would cost as much again."""
        large = 1 if self.device.type == "cpu" else LARGE
        step = min(USERS * large, max(n, 1))
        empty = torch.empty
        return step, _Space(
            scores=empty(ROWS * large * step, dtype=self.precision, device=self.device),
            maxima=empty(len(self.vectors) // self.group * step, dtype=self.precision, device=self.device),
            vectors=empty(PAIRS * large, self.group * self.vectors.shape[1], device=self.device),
        )

    def _bars(self, barred: tuple[np.ndarray, np.ndarray] | None, start: int, n: int) -> tuple[Tensor, Tensor]:
        """User (of the chunk) and place in `listed` of each barred pair of `n` users from `start`."""
        if barred is None:
            return (torch.empty(0, dtype=torch.int64, device=self.device),) * 2
        indptr, indices = barred
        sizes = np.diff(indptr[start : start + n + 1])
        users = torch.from_numpy(np.repeat(np.arange(n), sizes)).to(self.device)
        wanted = torch.from_numpy(np.asarray(indices[indptr[start] : indptr[start + n]], np.int64)).to(self.device)
        place = torch.searchsorted(self.listed, wanted).clamp(max=len(self.listed) - 1)
        known = self.listed[place] == wanted
        return users[known], place[known]

    def _maxima(self, users: Tensor, space: _Space) -> Tensor:
        """[groups, n]: the largest score of each group for each user, as the fast product sees it."""
        n, rows = len(users), len(self.factor)
        factor = _rounded(users, self.precision)[0]
        if self.biased:
            factor = torch.cat([factor, factor.new_ones(n, 2)], dim=1)
        maxima = space.maxima[: rows // self.group * n].view(-1, n)
        most = len(space.scores) // n // self.group * self.group
        for first in range(0, rows, most):
            part = self.factor[first : first + most]
            scores = torch.mm(part, factor.T, out=space.scores[: len(part) * n].view(-1, n))
            groups = slice(first // self.group, (first + len(part)) // self.group)
            torch.amax(scores.view(-1, self.group, n), dim=1, out=maxima[groups])
        return maxima

    def _select(
        self, users: Tensor, maxima: Tensor, k: int, bars: tuple[Tensor, Tensor], space: _Space
    ) -> tuple[Tensor, Tensor]:
        n, rows = len(users), len(self.vectors)
        floor, error, close = self._floor(users, maxima, k, bars)
        least = floor - error
        # The fast score is rounded, and so is this bound: half a unit each.
        least -= 1.05 * torch.finfo(self.precision).eps * least.abs()
        possible = ~(maxima < least.to(self.precision))
        if n > 1 and possible.sum() > MANY:
            halves = []
            for part in (slice(0, n // 2), slice(n // 2, n)):
                own = (bars[0] >= part.start) & (bars[0] < part.stop)
                part_bars = bars[0][own] - part.start, bars[1][own]
                halves.append(self._select(users[part], maxima[:, part], k, part_bars, space))
            return torch.cat([items for items, _ in halves]), torch.cat([scores for _, scores in halves])
        owner, place, scores = self._again(users, possible, (floor - close).float(), space)
        may = (place < len(self.listed)) & (scores > -torch.inf)
        if len(bars[0]):
            may &= ~torch.isin(owner * rows + place, bars[0] * rows + bars[1])
        return _ranked(owner[may], self.listed[place[may]], scores[may], n, k)

    def _floor(
        self, users: Tensor, maxima: Tensor, k: int, bars: tuple[Tensor, Tensor]
    ) -> tuple[Tensor, Tensor, Tensor]:
        """What at least `k` of the items that each user may be given surely score, -inf where that is unknown; how far
        off a fast score may be, before it is rounded, and how far a float32 one; all float64 [n]."""
        rounded, lost = _rounded(users, self.precision)
        length, rounded, lost = (
            torch.linalg.vector_norm(x, dim=1, dtype=torch.float64) for x in (users, rounded, lost)
        )
        reach = 1.02 * (length * self.longest + self.highest)
        terms = self.vectors.shape[1] + 4
        close = terms * (2.0**-22 * reach + 2.0**-120)  # any order of summation; what underflows
        error = close + 1.001 * (lost * self.longest + rounded * self.lost + self.bias_lost)
        if self.device.type != "cpu" or torch.get_float32_matmul_precision() != "highest":
            error += 2.0**-7 * reach  # may round partial sums, or float32 factors
        owner, group = bars[0], bars[1] // self.group
        hidden = maxima[group, owner]
        maxima[group, owner] = -torch.inf
        merged = 1
        while merged < GROUP and len(maxima) >= 8 * k * merged:
            merged *= 2
        coarse = maxima[: len(maxima) // merged * merged].unflatten(0, (-1, merged)).amax(1)
        maxima[group, owner] = hidden
        if len(coarse) < k:
            return torch.full_like(reach, -torch.inf), error, close
        rows = coarse.T.float()
        if self.device.type == "cpu":  # numpy selects twice as fast
            place = len(coarse) - k
            level = torch.from_numpy(np.partition(rows.numpy(), place, axis=1)[:, place]).double()
        else:
            level = rows.topk(k, sorted=False).values.amin(1).double()
        floor = level - torch.finfo(self.precision).eps * level.abs() - error
        return torch.where(reach < 1e38, floor, -torch.inf), error, close  # beyond it float32 may overflow

    def _again(self, users: Tensor, possible: Tensor, floor: Tensor, space: _Space) -> tuple[Tensor, Tensor, Tensor]:
        """User, place and true score, in order of places, of the items of `possible` groups [groups, n] that may reach the
        `floor`."""
        wide = self.vectors.view(len(possible), -1)  # [groups, group * d]
        found = []
        for pairs in possible.nonzero().split(len(space.vectors)):
            groups, owner = pairs.unbind(1)
            vectors = torch.index_select(wide, 0, groups, out=space.vectors[: len(pairs)])
            near = vectors.unflatten(1, (self.group, -1)).mul_(users[owner, None]).sum(-1)
            near += self.bias.view(-1, self.group)[groups]
            pair, within = (~(near < floor[owner, None])).nonzero().unbind(1)
            owner, place = owner[pair], groups[pair] * self.group + within
            true = (users[owner].double() * self.vectors[place]).sum(-1) + self.bias[place]
            found.append((owner, place, true.float()))
        owner, place, scores = (torch.cat(parts) for parts in zip(*found, strict=True))
        return owner, place, scores


@dataclass(frozen=True)
class _Space:
    scores: Tensor
    maxima: Tensor
    vectors: Tensor


def _ranked(rows: Tensor, items: Tensor, scores: Tensor, n: int, k: int) -> tuple[Tensor, Tensor]:
    """Lists [n, k] from (row, item, score) in order of items; the earlier one first where scores are equal."""
    order = scores.argsort(descending=True, stable=True)
    order = order[rows[order].argsort(stable=True)]
    rows, items, scores = rows[order], items[order], scores[order]
    sizes = torch.bincount(rows, minlength=n)
    rank = torch.arange(len(rows), device=rows.device) - (sizes.cumsum(0) - sizes)[rows]
    top = rank < k
    listed = torch.full((n, k), -1, dtype=torch.int32, device=rows.device)
    kept = torch.zeros((n, k), device=rows.device)
    listed[rows[top], rank[top]] = items[top].int()
    kept[rows[top], rank[top]] = scores[top]
    return listed, kept


def _rounded(values: Tensor, precision: torch.dtype) -> tuple[Tensor, Tensor]:
    """The values in `precision`, without subnormal numbers, which processors may drop; and what that lost, in float64."""
    near = values.to(precision)
    near = near.masked_fill(near.abs() < torch.finfo(precision).smallest_normal, 0)
    return near, values.double() - near.double()


def _longest(vectors: Tensor) -> float:
    return max(torch.linalg.vector_norm(vectors, dim=1, dtype=torch.float64).tolist(), default=0.0)


@cache
def quicker(device: torch.device) -> torch.dtype:
    """bfloat16 where a product and its maxima take clearly less time in it, else float32."""
    seconds = {}
    for precision in (torch.float32, torch.bfloat16):
        left = torch.ones(ROWS, 64, dtype=precision, device=device)
        right = torch.ones(64, USERS, dtype=precision, device=device)
        times = []
        for _ in range(4):
            start = time.perf_counter()
            float((left @ right).view(-1, GROUP, USERS).amax(1)[0, 0])  # waits for the device
            times.append(time.perf_counter() - start)
        seconds[precision] = min(times)
    return torch.bfloat16 if seconds[torch.bfloat16] < 0.8 * seconds[torch.float32] else torch.float32

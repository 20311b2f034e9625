"""Does a model give away who it was trained on? A membership-inference audit with shadow models and planted canaries.

The customer model is fitted again and again, each time on a random half of the users, with the audited version's settings and
what answers in it. Every user is then scored by every one of these shadows with the *same* history: a history is an input of
scoring, so it must be the same inside and outside, and all that differs is whether it was learnt from. The attacker knows the
other shadows, for each user which of them learnt from them, and says of one shadow whether the user was in: the likelihood-ratio
attack of Carlini et al. (2022, "Membership Inference Attacks From First Principles") with one variance for all users and each
user's shift shrunk towards the common one, because a few shadows tell little of one user.

Two attackers: one sees what leaves the system (the published lists, their scores and their order, and the predictions); the other
holds the version's directory too, and so sees how well it knows each user's own past.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import torch

from loyalty_ai.ml.config import ModelConfig, TrainingConfig
from loyalty_ai.ml.decoder import DecoderView
from loyalty_ai.ml.evaluation import MODES, label_window
from loyalty_ai.ml.interactions import ANONYMOUS, PURCHASE, ROW_COLUMNS, Interactions
from loyalty_ai.ml.ranker import ranked_scores
from loyalty_ai.ml.scoring import LISTS, CustomerModel, RankedLists, Scorer
from loyalty_ai.ml.sequences import build_baskets, sequence_batches
from loyalty_ai.ml.training import fit
from loyalty_ai.ml.transactions import Transactions
from loyalty_ai.ml.windows import DAY

SHADOWS, LEAST_SHADOWS = 8, 4
AUDITED_USERS = 2000
"""Most users whose membership is asked, drawn at random."""

CANARIES, COPIES = 25, (1, 4)
"""Planted users of each number of copies: made-up histories that nothing but their own copies resembles."""

SIGNALS = {
    "published": (
        *(f"{kind}_{measure}" for kind in LISTS for measure in ("mean", "spread")),
        "purchase_soon", "purchase_later", "orders", "spend",
    ),
    "artifact": ("decoder", "ranker_repeats", "ranker_new_only", "behaviour_purchase", "behaviour_orders"),
}  # fmt: skip
"""What each attacker looks at, see `signals`; the second at the first's signals too, and both at the order of the lists."""

FALSE_POSITIVES = 0.01
RESAMPLES = 1000
BATCH_BASKETS = 4096
LIST_LENGTH = 20

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Canaries:
    """Planted users: `users` int64 [m, positions in the log], `group` int64 [m] (copies share one), `copies` int64 [m]."""

    users: np.ndarray
    group: np.ndarray
    copies: np.ndarray


def audit_membership(
    log: Interactions,
    *,
    cutoff: int,
    model: ModelConfig,
    training: TrainingConfig,
    rungs: dict[str, str],
    directory: Path,
    shadows: int = SHADOWS,
    minutes: float | None = None,
    progress: Progress | None = None,
    cache: Path | None = None,
) -> dict[str, Any]:
    """Fit `shadows` models on halves of the users of `log` before `cutoff` (seconds) and attack each by means of the others.

    Args:
        model, training, rungs: of the audited version.
        directory: a folder for the shadows; what an earlier, killed audit of the same data finished there is not done again.
            It is removed at the end.
        shadows: even. minutes: no further shadow is begun after so long, once `LEAST_SHADOWS` are done.

    Returns:
        JSON-able. `published` and `artifact`, an attacker each: `auc` and `tpr` (true positives at 1 % false positives), each
        with `value` and its bootstrap 95 % interval over users, `low` to `high`; `canaries`: the same by number of copies;
        `signals`: the AUC of each signal alone, which says where it comes from;
        `users` asked, and `shadows` that were fitted.

    Raises:
        ValueError: fewer than two users have bought.
    """
    seed, report = training.seed, progress or (lambda step, done, total: None)
    log, canaries = plant(log.before(cutoff), seed=seed)
    buyers = np.setdiff1d(np.unique(log.user[log.event == PURCHASE]), [ANONYMOUS, *canaries.users])
    if len(buyers) < 2:
        raise ValueError("too few customers have bought for an audit")
    asked = np.sort(np.random.default_rng(seed).permutation(buyers)[:AUDITED_USERS])
    users = np.concatenate([asked, canaries.users])
    inside = halves(log.n_users, shadows, seed=seed)
    inside[:, canaries.users] = inside[:, canaries.users[canaries.group]]
    found: list[dict[str, np.ndarray]] = []
    started = perf_counter()
    for number, members in enumerate(inside):
        report("shadows", number, shadows)
        path = directory / f"shadow_{number}.npz"
        if not path.exists():
            late = minutes is not None and perf_counter() - started > 60 * minutes
            if late and len(found) >= LEAST_SHADOWS:
                break
            version = directory / "version"
            half = log.take((log.user == ANONYMOUS) | members[log.user])
            settings = replace(training, seed=seed + number)
            fit(half, cutoff=cutoff, model=model, training=settings, directory=version, cache=cache, rungs=rungs)
            shadow = CustomerModel.load(version, device=training.device)
            path.parent.mkdir(parents=True, exist_ok=True)
            np.savez(path, **signals(shadow, log, cutoff=cutoff, users=users, cache=cache))
            shutil.rmtree(version)
        with np.load(path) as saved:
            found.append({name: saved[name] for name in saved.files})
    report("shadows", shadows, shadows)
    shutil.rmtree(directory)
    members = inside[: len(found), users]
    real = np.arange(len(asked))
    result: dict[str, Any] = {
        "users": len(asked),
        "shadows": len(found),
        "false_positives": FALSE_POSITIVES,
        "signals": {},
        "canaries": {},
    }
    listed = np.stack([one["lists"] for one in found])
    order = order_ratios(listed, members, real)
    result["signals"]["order"] = attack(order[:, real], members[:, real], seed=seed)["auc"]
    for name, parts in (("published", ("published",)), ("artifact", ("published", "artifact"))):
        columns = np.stack([np.concatenate([one[part] for part in parts], axis=1) for one in found])
        columns = standardised(columns, real)
        for place, signal in enumerate(SIGNALS[name], start=columns.shape[2] - len(SIGNALS[name])):
            alone = likelihood_ratios(columns[:, real, place : place + 1], members[:, real])
            result["signals"][signal] = attack(alone, members[:, real], seed=seed)["auc"]
        scores = likelihood_ratios(columns[:, real], members[:, real]) + order[:, real]
        result[name] = attack(scores, members[:, real], seed=seed)
        for copies in np.unique(canaries.copies):
            # one of each group of copies speaks for it
            chosen = np.unique(canaries.group[canaries.copies == copies]) + len(asked)
            scores = likelihood_ratios(columns[:, chosen], members[:, chosen]) + order[:, chosen]
            planted = attack(scores, members[:, chosen], seed=seed)
            result["canaries"].setdefault(str(copies), {"users": len(chosen)})[name] = planted
    return result


def plant(log: Interactions, *, seed: int) -> tuple[Interactions, Canaries]:
    """The log with made-up users behind its own: the times and sizes of a real user's baskets, filled with random items."""
    order = np.random.default_rng((seed, 1))
    bought = log.take((log.event == PURCHASE) & (log.user != ANONYMOUS))
    starts = np.flatnonzero(np.diff(bought.user, prepend=-2))
    patterns = order.choice(len(starts), len(COPIES) * CANARIES)
    price = np.ones(log.n_items, np.float32) if log.item_price is None else np.nan_to_num(log.item_price, nan=1.0)
    parts, group, copies, basket = [log], [], [], int(log.basket.max(initial=0)) + 1
    for number, pattern in enumerate(patterns):
        stop = starts[pattern + 1] if pattern + 1 < len(starts) else len(bought)
        rows = np.zeros(len(bought), bool)
        rows[starts[pattern] : stop] = True
        one = bought.take(rows)
        item = order.integers(log.n_items, size=len(one)).astype(np.int32)
        _, own = np.unique(one.basket, return_inverse=True)
        first = len(group)
        for _ in range(COPIES[number // CANARIES]):
            parts.append(
                replace(
                    one,
                    user=np.full(len(one), log.n_users + len(group), np.int32),
                    item=item,
                    basket=basket + own,
                    quantity=np.ones(len(one), np.float32),
                    value=price[item],
                )
            )
            group.append(first)
            copies.append(COPIES[number // CANARIES])
            basket += int(own.max()) + 1
    users = log.n_users + np.arange(len(group))
    planted = replace(
        log,
        **{name: np.concatenate([getattr(part, name) for part in parts]) for name in ROW_COLUMNS},
        user_ids=np.concatenate([log.user_ids, np.zeros(len(users), log.user_ids.dtype)]),
    )
    return planted, Canaries(users, np.array(group), np.array(copies))


def halves(n: int, shadows: int, *, seed: int) -> np.ndarray:
    """bool [shadows, n]: every user is in a random half of the shadows, so inside and outside weigh the same."""
    order = np.random.default_rng((seed, 2)).random((shadows, n)).argsort(axis=0)
    return order < shadows // 2


def signals(
    model: CustomerModel, log: Interactions, *, cutoff: int, users: np.ndarray, cache: Path | None
) -> dict[str, np.ndarray]:
    """What the two attackers see of each user, float64 [users, columns of `SIGNALS`], nan where there is nothing.

    `lists`: int32 [users, kinds, places], their items, -1 = none.
    `published`: mean and spread of the scores of each list, and the predictions on a scale of logarithms and logits.
    `artifact`: the log-probability of what the user bought, by the decoder over the whole history, by the rankers and by the
    behaviour model in the last window.
    """
    scorer = model.scorer(log, cutoff=cutoff, cache=cache)
    scored = scorer.score(users.astype(np.int32), k=LIST_LENGTH)
    nothing = np.full(len(users), np.nan)
    lists = [getattr(scored, kind) for kind in LISTS]
    items = np.stack([each.items for each in lists], axis=1)
    published = [column for each in lists for column in _list_columns(each)]
    if scored.behaviour is None:
        published += [nothing] * 4
    else:
        says = scored.behaviour
        chance = np.clip(says.p_purchase[:, :2], 1e-9, 1 - 1e-9)
        published += [*np.log(chance / (1 - chance)).T, np.log1p(says.expected_orders[:, -1])]
        published.append(np.log1p(says.expected_spend[:, -1]))
    view = scorer.origin.view
    artifact = [nothing if view is None else decoder_fit(view, users)]
    del scorer, scored, lists
    past = cutoff - int(model.training.window_days * DAY)
    earlier = model.scorer(log, cutoff=past, cache=cache)
    artifact += [_ranker_fit(earlier, log, users, past, cutoff, mode) for mode in MODES]
    artifact += [nothing] * 2 if model.behaviour is None else _behaviour_fit(earlier, log, users, past, cutoff)
    return {"lists": items, "published": np.stack(published, axis=1), "artifact": np.stack(artifact, axis=1)}


def _list_columns(lists: RankedLists) -> list[np.ndarray]:
    listed = lists.items >= 0
    mean = _mean(lists.scores, listed, axis=1)
    return [mean, np.sqrt(_mean((lists.scores - mean[:, None]) ** 2, listed, axis=1))]


@torch.inference_mode()
def decoder_fit(view: DecoderView, users: np.ndarray) -> np.ndarray:
    """float64 [users]: mean log-probability that the decoder gives to every next basket of a user's own history."""
    data, decoder = view.data, view.decoder
    total, weight_of = np.zeros(data.n_users), np.zeros(data.n_users)
    context = decoder.config.context
    for batch in sequence_batches(data.spans, users, context=context, batch_tokens=BATCH_BASKETS):
        learning, state, item, weight = data.targets(batch, horizon=1)
        if not len(learning):
            continue
        hidden = decoder.hidden(view.vectors, data.tokens(batch, view.device)).flatten(0, 1)
        logits = decoder.scores(hidden[torch.from_numpy(learning).to(view.device)], view.vectors, view.bias).float()
        said = torch.log_softmax(logits, dim=-1).cpu().numpy()[state, item]
        owner = batch.users[learning // batch.positions.shape[1]][state]
        total += np.bincount(owner, weight * said, data.n_users)
        weight_of += np.bincount(owner, weight, data.n_users)
    with np.errstate(invalid="ignore"):
        return (total / weight_of)[users]


def _ranker_fit(scorer: Scorer, log: Interactions, users: np.ndarray, past: int, end: int, mode: str) -> np.ndarray:
    """float64 [users]: log of the softmax mass on what a user bought first in the last window that rankers learnt from."""
    window = label_window(
        build_baskets(log.before(end)), origin=past, end=end, n_users=log.n_users, n_items=log.n_items
    )
    window = window.take(np.flatnonzero(np.isin(window.users, users)))
    rows, targets = window.mode(mode)
    fits = np.full(log.n_users, np.nan)
    for part, evidence in scorer.origin.chunks(window.users[rows]):
        group = scorer.among(evidence, mode)
        right = targets[part].toarray() & group
        scores = ranked_scores(evidence, scorer.model.rankers[mode], group).astype(np.float64)
        reached = right.any(axis=1)
        mass = [np.logaddexp.reduce(np.where(mask, scores, -np.inf)[reached], axis=1) for mask in (right, group)]
        fits[window.users[rows][part][reached]] = mass[0] - mass[1]
    return fits[users]


def _behaviour_fit(scorer: Scorer, log: Interactions, users: np.ndarray, past: int, end: int) -> list[np.ndarray]:
    """Log-probability of having bought at all, and of the number of orders, in the last window."""
    model = scorer.model.behaviour
    days = (end - past) // DAY
    states = None if scorer.start is None else scorer.start.states(users)
    says = model.predict(log, users=users, cutoff=past, states=states, horizons_days=(days,))
    seen = Transactions.of(log.before(end), anchor=past)
    orders = seen.outcome(users, origin=0, days=days).orders
    known = np.isfinite(seen.first_order_day()[users]) & (seen.first_order_day()[users] < 0)
    chance = np.clip(says.p_purchase[:, 0], 1e-9, 1 - 1e-9)
    bought = np.where(orders > 0, np.log(chance), np.log1p(-chance))
    mean = np.maximum(says.expected_orders[:, 0], 1e-9)
    return [np.where(known, column, np.nan) for column in (bought, orders * np.log(mean) - mean)]


def standardised(columns: np.ndarray, real: np.ndarray) -> np.ndarray:
    """Signals [shadows, users, columns] less the mean over the `real` users of each shadow, over their spread: what is common
    to a whole model says nothing of one user."""
    known = columns[:, real]
    with np.errstate(invalid="ignore"):
        mean = np.nan_to_num(_mean(known, ~np.isnan(known), axis=1))[:, None]
        spread = np.sqrt(_mean((known - mean) ** 2, ~np.isnan(known), axis=1))[:, None]
    return (columns - mean) / np.where(spread > 0, spread, 1)


def likelihood_ratios(columns: np.ndarray, members: np.ndarray) -> np.ndarray:
    """How much each shadow's signals speak for having learnt from each user, judged by the other shadows alone.

    Signals are taken for normal with one covariance; a user's shift between inside and outside is the common one, and their
    own as far as it stands out of the noise.

    Args:
        columns: float64 [shadows, users, columns], nan where there is nothing.
        members: bool [shadows, users], every user inside of about half of them.

    Returns:
        float64 [shadows, users], log-likelihood ratios; above 0 speaks for inside.
    """
    ratios = np.zeros(members.shape)
    for target in range(len(columns)):
        others = np.arange(len(columns)) != target
        seen, inside = columns[others], members[others][:, :, None]
        known = ~np.isnan(seen)
        within, without = (_mean(seen, known & side, axis=0) for side in (inside, ~inside))
        shift = within - without  # [users, columns]
        residual = (seen - np.where(inside, within, without)).reshape(-1, columns.shape[2])
        covariance = _covariance(residual) * len(seen) / max(1, len(seen) - 2)  # two means a user were fitted
        share = (1 / np.maximum(inside.sum(axis=0), 1) + 1 / np.maximum((~inside).sum(axis=0), 1)).mean()
        common = np.nan_to_num(_mean(shift, ~np.isnan(shift), axis=0))
        spread = np.nan_to_num(_mean((shift - common) ** 2, ~np.isnan(shift), axis=0))
        own = np.clip(1 - 2 * np.diag(covariance) * share / np.maximum(spread, 1e-12), 0, 1)
        shift = common + own * np.nan_to_num(shift - common)  # the common one, where a user was always on one side
        # The mean of all others, unlike the middle of the two sides, errs independently of their difference.
        middle = _mean(seen, known, axis=0) + (0.5 - inside.mean(axis=0)) * shift
        away = np.nan_to_num(columns[target] - middle)
        ratios[target] = (away * np.linalg.solve(covariance, shift.T).T).sum(axis=1)
    return ratios


def order_ratios(items: np.ndarray, members: np.ndarray, real: np.ndarray) -> np.ndarray:
    """As `likelihood_ratios`, of what the lists hold in which order: are a shadow's lists for a user more like those of the other
    shadows that learnt from the user than like those of the shadows that did not?

    Args:
        items: int [shadows, users, kinds, places], best first, -1 = none. members: bool [shadows, users].
        real: positions of the users whose spread is taken for everybody's.
    """
    shadows, places = len(items), items.shape[-1]
    discount = 1 / np.log2(np.arange(places) + 2)  # as in DCG
    alike = np.zeros((shadows, shadows, items.shape[1]))
    for one, other in combinations(range(shadows), 2):
        same = (items[one][..., :, None] == items[other][..., None, :]) & (items[one] >= 0)[..., None]
        alike[one, other] = alike[other, one] = np.einsum("ukij,i,j->u", same, discount, discount)
    alike[:, :, (items < 0).all(axis=(0, 2, 3))] = np.nan

    def nearer(one: int, target: int) -> np.ndarray:
        known = [each for each in range(shadows) if each not in (one, target)]
        inside = members[known]
        # As many of both sides: everybody is in half of the shadows, so that the counts alone would tell the target's side.
        sides = [
            side & (side.cumsum(axis=0) <= np.minimum(inside.sum(axis=0), (~inside).sum(axis=0)))
            for side in (inside, ~inside)
        ]
        within, without = (_mean(alike[one, known], side, axis=0) for side in sides)
        return within - without

    ratios = np.zeros(members.shape)
    for target in range(shadows):
        others = [each for each in range(shadows) if each != target]
        seen, inside = np.stack([nearer(each, target) for each in others])[:, real], members[others][:, real]
        known = ~np.isnan(seen)
        sides = [seen[known & side] for side in (inside, ~inside)]
        within, without = (side.mean() if len(side) else 0.0 for side in sides)
        variance = np.concatenate([sides[0] - within, sides[1] - without]).var() if known.any() else 0.0
        away = np.nan_to_num(nearer(target, target) - (within + without) / 2)
        ratios[target] = away * (within - without) / max(variance, 1e-12)
    return ratios


def _covariance(values: np.ndarray) -> np.ndarray:
    """Covariance of the columns of `values` [rows, columns] of mean 0, each pair over the rows that have both; 1 for an empty
    column; no direction has less than a hundredth of the spread that independent columns would have."""
    known = ~np.isnan(values)
    both = known.T.astype(np.float64) @ known
    filled = np.nan_to_num(values)
    covariance = filled.T @ filled / np.maximum(both, 1)
    spread = np.sqrt(np.diag(covariance))
    spread = np.where(spread > 1e-9, spread, 1.0)
    power, axes = np.linalg.eigh(covariance / np.outer(spread, spread))
    return (axes * np.maximum(power, 0.01)) @ axes.T * np.outer(spread, spread)


def attack(scores: np.ndarray, members: np.ndarray, *, seed: int) -> dict[str, dict[str, float]]:
    """AUC, and true positives at `FALSE_POSITIVES`, of scores [shadows, users] for membership; intervals resample users."""
    levels, level = np.unique(scores.ravel(), return_inverse=True)
    inside, who = members.ravel(), np.tile(np.arange(scores.shape[1]), len(scores))

    def measured(times: np.ndarray) -> tuple[float, float]:
        weight = times[who].astype(np.float64)
        right = np.bincount(level, weight * inside, len(levels))[::-1]  # highest scores first
        wrong = np.bincount(level, weight * ~inside, len(levels))[::-1]
        beaten = wrong.sum() - wrong.cumsum() + wrong / 2
        allowed = np.searchsorted(wrong.cumsum(), FALSE_POSITIVES * wrong.sum(), side="right")
        total = max(right.sum(), 1), max(wrong.sum(), 1)
        return float((right * beaten).sum() / np.prod(total)), float(right[:allowed].sum() / total[0])

    order = np.random.default_rng((seed, 3))
    n = scores.shape[1]
    drawn = [measured(np.bincount(order.integers(n, size=n), minlength=n)) for _ in range(RESAMPLES)]
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
    return {
        name: {"value": value, "low": float(low[place]), "high": float(high[place])}
        for place, (name, value) in enumerate(zip(("auc", "tpr"), measured(np.ones(n, int)), strict=True))
    }


def _mean(values: np.ndarray, kept: np.ndarray, *, axis: int) -> np.ndarray:
    """The mean of the `kept` values along an axis, nan where none is."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(kept, values, 0).sum(axis=axis) / kept.sum(axis=axis)

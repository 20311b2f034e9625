"""How good predictions of purchase, orders and spend were, beside lifetime baselines on the same customers.

Metrics are plain numpy on one row a customer. Standard errors, also of paired gains, come from one bootstrap over customers
that all models share. Sources: normalised Gini as in Wang, Liu & Miao (2019), "A deep probabilistic model for customer
lifetime value prediction"; expected calibration error as in Guo et al. (2017), over equally filled bins; deviances as in
McCullagh & Nelder (1989).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from loyalty_ai.ml.behaviour import BehaviourModel
from loyalty_ai.ml.interactions import Interactions
from loyalty_ai.ml.lifetimes import BgNbd, GammaGamma, NaiveRate, ParetoNbd
from loyalty_ai.ml.transactions import Outcome, Transactions

SMALLEST = 1e-6
"""Chances are kept this far from 0 and 1, means this far above 0, before logarithms."""

HIGHER_IS_BETTER = ("auc", "pr_auc", "spend_gini", "spend_spearman")
LOWER_IS_BETTER = ("log_loss", "ece", "count_deviance", "spend_deviance")


def ranks(values: np.ndarray) -> np.ndarray:
    """Ranks from 1, ties share their mean rank."""
    _, at, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return (last - (counts - 1) / 2)[at]


def auc(happened: np.ndarray, score: np.ndarray) -> float:
    """Chance that one for whom it happened scores above one for whom it did not, ties half; nan if all are alike."""
    positives = int(happened.sum())
    negatives = len(happened) - positives
    if not positives or not negatives:
        return float("nan")
    return float((ranks(score)[happened].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def pr_auc(happened: np.ndarray, score: np.ndarray) -> float:
    """Average precision: precision at each distinct score, weighted by the recall it adds; nan if it never happened."""
    if not happened.any():
        return float("nan")
    order = np.argsort(-score, kind="stable")
    hits, found = happened[order], np.cumsum(happened[order])
    ends = np.append(np.flatnonzero(np.diff(score[order])), len(hits) - 1)  # last row of each group of equal scores
    return float((found[ends] / (ends + 1) * np.diff(found[ends], prepend=0)).sum() / hits.sum())


def log_loss(happened: np.ndarray, chance: np.ndarray) -> float:
    """Mean negative log likelihood in nats."""
    p = np.clip(chance, SMALLEST, 1 - SMALLEST)
    return float(-np.where(happened, np.log(p), np.log1p(-p)).mean())


def expected_calibration_error(happened: np.ndarray, chance: np.ndarray, *, bins: int = 10) -> float:
    """Mean absolute gap between predicted and observed share over equally filled bins of the predicted chance."""
    order = np.argsort(chance, kind="stable")
    gaps = [abs(chance[part].sum() - happened[part].sum()) for part in np.array_split(order, bins)]
    return float(sum(gaps) / len(chance))


def poisson_deviance(actual: np.ndarray, mean: np.ndarray) -> float:
    """Mean of 2 (y log(y / m) - y + m)."""
    m = np.maximum(mean, SMALLEST)
    return float(2 * np.mean(np.where(actual > 0, actual * np.log(np.maximum(actual, SMALLEST) / m), 0.0) - actual + m))


def tweedie_deviance(actual: np.ndarray, mean: np.ndarray) -> float:
    """Mean Tweedie deviance of power 1.5: 4 (sqrt(y) - sqrt(m))^2 / sqrt(m)."""
    m = np.sqrt(np.maximum(mean, SMALLEST))
    return float(4 * np.mean((np.sqrt(actual) - m) ** 2 / m))


def bias_percent(actual: np.ndarray, mean: np.ndarray) -> float:
    """By how many percent the predicted total exceeds the actual one; nan without any."""
    total = actual.sum()
    return float(100 * (mean.sum() / total - 1)) if total else float("nan")


def normalised_gini(actual: np.ndarray, score: np.ndarray) -> float:
    """Area between the cumulative gain of the score's order and the diagonal, over that of the perfect order; 1 is perfect."""

    def area(order: np.ndarray) -> float:
        return float(np.cumsum(actual[order]).sum() / actual.sum() - (len(actual) + 1) / 2)

    if not actual.any() or (actual == actual[0]).all():
        return float("nan")
    return area(np.argsort(-score, kind="stable")) / area(np.argsort(-actual, kind="stable"))


def spearman(actual: np.ndarray, score: np.ndarray) -> float:
    """Correlation of ranks, ties at their mean rank; nan if either is constant."""
    a, b = ranks(actual), ranks(score)
    if a.std() == 0 or b.std() == 0:
        return float("nan")
    return float(np.corrcoef(a, b)[0, 1])


@dataclass(frozen=True)
class Forecast:
    """One model's answers for n customers and one horizon, float64 [n] each; the interval may be missing."""

    p_purchase: np.ndarray
    expected_orders: np.ndarray
    expected_spend: np.ndarray
    spend_low: np.ndarray | None = None
    spend_high: np.ndarray | None = None

    def metrics(self, outcome: Outcome, rows: np.ndarray) -> dict[str, float]:
        """Every metric on these customers (positions, with repeats in a bootstrap)."""
        orders, spend = outcome.orders[rows], outcome.spend[rows]
        p, mean_orders, mean_spend = self.p_purchase[rows], self.expected_orders[rows], self.expected_spend[rows]
        bought = orders > 0
        table = {
            "auc": auc(bought, p),
            "pr_auc": pr_auc(bought, p),
            "log_loss": log_loss(bought, p),
            "ece": expected_calibration_error(bought, p),
            "count_deviance": poisson_deviance(orders, mean_orders),
            "count_bias_percent": bias_percent(orders, mean_orders),
            "spend_gini": normalised_gini(spend, mean_spend),
            "spend_spearman": spearman(spend, mean_spend),
            "spend_deviance": tweedie_deviance(spend, mean_spend),
            "spend_bias_percent": bias_percent(spend, mean_spend),
        }
        if self.spend_low is not None and self.spend_high is not None:
            low, high = self.spend_low[rows], self.spend_high[rows]
            table["spend_coverage"] = float(((spend >= low) & (spend <= high)).mean())
            table["spend_above_high"] = float((spend > high).mean())
        return table


def evaluate_behaviour(
    log: Interactions,
    *,
    cutoff: int,
    horizon_days: int,
    model: BehaviourModel,
    states: np.ndarray | None = None,
    users: np.ndarray | None = None,
    bootstrap: int = 50,
    seed: int = 0,
) -> dict:
    """The model beside naive rate, BG/NBD and Pareto/NBD (with Gamma-Gamma) on the `horizon_days` after `cutoff`.

    Every model answers from rows before the cutoff; `log` must reach `horizon_days` beyond it. The result is plain JSON:
    `customers`, `horizon_days`, `share_bought`, per model its metrics, each metric's standard error under `errors`, and
    `gains`: per baseline and metric how much better the model is (positive is better, for a bias: smaller in size) with the
    standard error of the paired difference.

    Args:
        users: customers to evaluate, all with an order before the cutoff; default: all of them.
        states: decoder states float32 [len(users), d] at the cutoff.
        bootstrap: resamples behind the standard errors, 0 for none.
    """
    seen = Transactions.of(log, anchor=cutoff)
    users = seen.customers(0) if users is None else np.asarray(users, dtype=np.int64)
    outcome = seen.outcome(users, origin=0, days=horizon_days)
    answer = model.predict(log, users=users, cutoff=cutoff, states=states, horizons_days=(horizon_days,))
    forecasts = {
        "model": Forecast(
            answer.p_purchase[:, 0],
            answer.expected_orders[:, 0],
            answer.expected_spend[:, 0],
            answer.spend_low[:, 0],
            answer.spend_high[:, 0],
        ),
        **_baselines(seen, users, horizon_days),
    }
    everyone = np.arange(len(users))
    result: dict = {
        "customers": len(users),
        "horizon_days": int(horizon_days),
        "share_bought": float((outcome.orders > 0).mean()),
        "rung": answer.rung,
        **{name: forecast.metrics(outcome, everyone) for name, forecast in forecasts.items()},
    }
    samples = _resampled(forecasts, outcome, bootstrap, seed)
    result["errors"] = {name: _spread(tables) for name, tables in samples.items()}
    result["gains"] = {
        name: _gains(result["model"], result[name], samples["model"], samples[name])
        for name in forecasts
        if name != "model"
    }
    return _jsonable(result)


def _baselines(seen: Transactions, users: np.ndarray, days: int) -> dict[str, Forecast]:
    everyone = seen.summary(seen.customers(0), origin=0)
    summary = seen.summary(users, origin=0)
    value = GammaGamma.fit(everyone).expected_value(summary)
    fitted = {"naive": NaiveRate(), "bg_nbd": BgNbd.fit(everyone), "pareto_nbd": ParetoNbd.fit(everyone)}
    forecasts = {}
    for name, lifetime in fitted.items():
        orders = lifetime.expected_orders(summary, days)
        forecasts[name] = Forecast(lifetime.p_purchase(summary, days), orders, orders * value)
    return forecasts


def _resampled(
    forecasts: dict[str, Forecast], outcome: Outcome, times: int, seed: int
) -> dict[str, list[dict[str, float]]]:
    rng = np.random.default_rng(seed)
    n = len(outcome.orders)
    samples: dict[str, list[dict[str, float]]] = {name: [] for name in forecasts}
    for _ in range(times):
        rows = rng.integers(0, n, n)
        for name, forecast in forecasts.items():
            samples[name].append(forecast.metrics(outcome, rows))
    return samples


def _spread(tables: list[dict[str, float]]) -> dict[str, float]:
    if len(tables) < 2:
        return {}
    return {metric: float(np.std([table[metric] for table in tables], ddof=1)) for metric in tables[0]}


def _gain(metric: str, ours: float, theirs: float) -> float:
    if metric in HIGHER_IS_BETTER:
        return ours - theirs
    return theirs - ours if metric in LOWER_IS_BETTER else abs(theirs) - abs(ours)


def _gains(ours: dict, theirs: dict, our_samples: list[dict], their_samples: list[dict]) -> dict[str, dict]:
    gains = {}
    for metric in theirs:
        differences = [_gain(metric, a[metric], b[metric]) for a, b in zip(our_samples, their_samples, strict=True)]
        error = float(np.std(differences, ddof=1)) if len(differences) > 1 else None
        gains[metric] = {"gain": _gain(metric, ours[metric], theirs[metric]), "standard_error": error}
    return gains


def _jsonable(value: object) -> object:
    """nan is not JSON: it becomes None."""
    if isinstance(value, dict):
        return {key: _jsonable(part) for key, part in value.items()}
    return None if isinstance(value, float) and not np.isfinite(value) else value

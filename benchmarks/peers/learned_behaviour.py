"""What data scientists train on customer tables: a naive rate, LightGBM, LightGBM started from Pareto/NBD, a ZILN network.

All learn from several origins inside the training data, each with the window from there to the cutoff; nothing later is seen.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.output import Clock
from benchmarks.peers.orders import Answer, Orders, main


def naive(orders: Orders, days: int, seed: int, clock: Clock) -> Answer:
    """Everyone goes on at the rate and the value they had."""
    with clock.part("scoring"):
        frequency, _, age, value = orders.summary(0)
        count = (frequency + 1) / age * days
    return 1 - np.exp(-count), count, count * value


def pareto_nbd(orders: Orders, days: int, seed: int, clock: Clock) -> Answer:
    """Pareto/NBD and Gamma-Gamma of this project, beside those of the lifetimes library."""
    from loyalty_ai.ml.lifetimes import GammaGamma, ParetoNbd
    from loyalty_ai.ml.transactions import Summary

    summary = Summary(*orders.summary(0))
    with clock.part("training"):
        lifetime, money = ParetoNbd.fit(summary), GammaGamma.fit(summary)
    with clock.part("scoring"):
        count = lifetime.expected_orders(summary, days)
        return lifetime.p_purchase(summary, days), count, count * money.expected_value(summary)


def _table(orders: Orders, origin: int, days: int) -> np.ndarray:
    """Features, and how long the window is."""
    features = orders.features(origin)
    return np.column_stack([features, np.full(len(features), np.log(days))])


def _lightgbm(orders: Orders, days: int, seed: int, clock: Clock, start: Any) -> Answer:
    """Chance, orders and spend by three boosted models; `start(origin, days)` gives what each sets out from."""
    import lightgbm

    origins = orders.windows()
    common = {
        "learning_rate": 0.03, "num_leaves": 15, "min_data_in_leaf": 100, "feature_fraction": 0.8,
        "bagging_fraction": 0.8, "bagging_freq": 1, "lambda_l2": 5.0, "num_threads": 1, "seed": seed, "verbose": -1,
        "deterministic": True,
    }  # fmt: skip
    kinds = [{"objective": "binary"}, {"objective": "poisson"}, {"objective": "tweedie", "tweedie_variance_power": 1.5}]
    with clock.part("training"):
        tables = [_table(orders, origin, -origin) for origin in origins]
        starts = [start(origin, -origin) for origin in origins]
        counts, spends = (np.concatenate(part) for part in zip(*(orders.labels(o, 0) for o in origins), strict=True))
        who = np.concatenate([orders.known(origin) for origin in origins])
        held = np.random.default_rng(seed).random(len(orders.customers))[who] < 0.2  # customers, not rows
        x, boosters = np.concatenate(tables), []
        for j, (kind, y) in enumerate(zip(kinds, ((counts > 0).astype(float), counts, spends), strict=True)):
            init = np.concatenate([part[j] for part in starts])
            settings = common | kind | {"boost_from_average": not init.any()}

            def data(rows: np.ndarray, y: np.ndarray = y, init: np.ndarray = init) -> Any:
                return lightgbm.Dataset(
                    x[rows], y[rows], init_score=init[rows] if init.any() else None, free_raw_data=False
                )

            stop = lightgbm.early_stopping(30, verbose=False)
            trees = lightgbm.train(settings, data(~held), 500, valid_sets=[data(held)], callbacks=[stop]).best_iteration
            boosters.append(lightgbm.train(settings, data(np.ones(len(y), bool)), max(trees, 1)))
    with clock.part("scoring"):
        table = _table(orders, 0, days)
        scores = [m.predict(table, raw_score=True) + s for m, s in zip(boosters, start(0, days), strict=True)]
    return 1 / (1 + np.exp(-scores[0])), np.exp(scores[1]), np.exp(scores[2])


def lightgbm_plain(orders: Orders, days: int, seed: int, clock: Clock) -> Answer:
    """Nothing to set out from. Trees do not extrapolate: a horizon beyond all windows counts as the longest of them."""

    def start(origin: int, days: int) -> np.ndarray:
        return np.zeros((3, len(orders.known(origin))))

    return _lightgbm(orders, days, seed, clock, start)


def lightgbm_from_pareto(orders: Orders, days: int, seed: int, clock: Clock) -> Answer:
    """Corrects what Pareto/NBD and Gamma-Gamma expect of the very window."""
    from loyalty_ai.ml.lifetimes import GammaGamma, ParetoNbd
    from loyalty_ai.ml.transactions import Summary

    everyone = Summary(*orders.summary(0))
    lifetime, money = ParetoNbd.fit(everyone), GammaGamma.fit(everyone)

    def start(origin: int, days: int) -> np.ndarray:
        summary = Summary(*orders.summary(origin))
        p = np.clip(lifetime.p_purchase(summary, days), 1e-6, 1 - 1e-6)
        count = np.maximum(lifetime.expected_orders(summary, days), 1e-6)
        spend = np.maximum(count * money.expected_value(summary), 1e-6)
        return np.stack([np.log(p / (1 - p)), np.log(count), np.log(spend)])

    return _lightgbm(orders, days, seed, clock, start)


def ziln(orders: Orders, days: int, seed: int, clock: Clock) -> Answer:
    """Zero-inflated lognormal network (Wang, Liu & Miao 2019), with a Poisson head for the orders; stopped early."""
    import torch
    from torch import nn

    torch.manual_seed(seed)
    origins = orders.windows()
    with clock.part("training"):
        x = np.concatenate([_table(orders, origin, -origin) for origin in origins])
        counts, spends = (np.concatenate(part) for part in zip(*(orders.labels(o, 0) for o in origins), strict=True))
        who = np.concatenate([orders.known(origin) for origin in origins])
        held = torch.from_numpy(np.random.default_rng(seed).random(len(orders.customers))[who] < 0.2)
        mean, scale = x.mean(axis=0), x.std(axis=0) + 1e-6
        inputs = torch.from_numpy((x - mean) / scale).float()
        count, spend = torch.from_numpy(counts).float(), torch.from_numpy(spends).float()
        net = nn.Sequential(nn.Linear(x.shape[1], 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 4))
        optimiser = torch.optim.AdamW(net.parameters(), lr=1e-3, weight_decay=1e-3)

        def loss(rows: torch.Tensor) -> torch.Tensor:
            logit, location, spread, rate = net(inputs[rows]).unbind(1)
            paid = spend[rows] > 0
            amount = torch.distributions.LogNormal(location, nn.functional.softplus(spread) + 1e-3)
            value = -amount.log_prob(spend[rows].clamp(min=0.01))[paid].sum() / len(rows)
            bought = nn.functional.binary_cross_entropy_with_logits(logit, paid.float())
            return bought + value + nn.functional.poisson_nll_loss(rate, count[rows])

        learn, judge = (torch.nonzero(part).squeeze(1) for part in (~held, held))
        best, weights, bad = float("inf"), None, 0
        while bad < 8:
            for rows in learn[torch.randperm(len(learn))].split(512):
                optimiser.zero_grad()
                loss(rows).backward()
                optimiser.step()
            with torch.no_grad():
                now = float(loss(judge))
            bad += 1
            if now < best:
                best, weights, bad = now, {name: part.clone() for name, part in net.state_dict().items()}, 0
        net.load_state_dict(weights)
    with clock.part("scoring"), torch.no_grad():
        table = torch.from_numpy((_table(orders, 0, days) - mean) / scale).float()
        logit, location, spread, rate = net(table).double().unbind(1)
        p, sigma = torch.sigmoid(logit), nn.functional.softplus(spread) + 1e-3
        answer = (p, rate.exp(), p * (location + sigma**2 / 2).exp())
    return tuple(part.numpy() for part in answer)


if __name__ == "__main__":
    main(
        {
            "naive": naive,
            "pareto_nbd_own": pareto_nbd,
            "lightgbm": lightgbm_plain,
            "lightgbm_from_pareto_nbd": lightgbm_from_pareto,
            "ziln": ziln,
        }
    )

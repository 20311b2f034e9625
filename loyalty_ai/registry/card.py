"""The model card: what a version was trained on, how it measured and where its limits are, for machines and for people."""

from __future__ import annotations

import json
from typing import Any

from loyalty_ai.registry.models import ModelVersion
from loyalty_ai.registry.selectors import artifact_directory, standings

LIMITS = (
    "The evaluation is one window of one store's past: next-basket lists of customers who came back in it.",
    "Customers who refused profiling are absent as persons; their purchases count as evidence without a person.",
    "Products sold rarely, and customers with one order, are ranked mostly by text and popularity.",
    "Predictions assume that the shop goes on as in the data window; a new price policy or campaign is unknown to them.",
)


def write_card(version: ModelVersion, *, parameters: int) -> None:
    """Write `card.json` and `card.md` beside the weights."""
    directory, facts = artifact_directory(version), card(version, parameters=parameters)
    (directory / "card.json").write_text(json.dumps(facts, indent=1, sort_keys=True) + "\n")
    (directory / "card.md").write_text(markdown(facts))


def card(version: ModelVersion, *, parameters: int) -> dict[str, Any]:
    """The card's facts, JSON-able."""
    return {
        "store": version.store.slug,
        "version": version.number,
        "fine_tuned_from": version.parent and version.parent.number,
        "answers": version.rungs,
        "digest": version.digest,
        "parameters": parameters,
        "data": {
            "from": version.data_from and version.data_from.isoformat(),
            "until": version.cutoff.isoformat(),
            "fingerprint": version.data_fingerprint,
            "counts": version.data_counts,
        },
        "config": version.config,
        "next_basket": [
            {"list": s.mode, "method": s.method, "metrics": s.metrics, "lead_ndcg@10": s.lead}
            for s in standings(version)
        ],
        "behaviour": version.metrics.get("behaviour", {}),
        "limits": LIMITS,
        "libraries": version.libraries,
    }


def markdown(facts: dict[str, Any]) -> str:
    """The card as a page of Markdown."""
    data, counts = facts["data"], facts["data"]["counts"]
    origin = f"fine-tuned from v{facts['fine_tuned_from']}" if facts["fine_tuned_from"] else "trained from scratch"
    lines = [
        f"# Customer model of {facts['store']}, v{facts['version']}",
        "",
        f"{origin.capitalize()}; {_answers(facts)}. {facts['parameters']:,} parameters, digest `{facts['digest']}`.",
        "",
        f"Data from {data['from']} until {data['until']}: {counts.get('rows', 0):,} interactions of"
        f" {counts.get('users', 0):,} customers with {counts.get('items', 0):,} products in {counts.get('baskets', 0):,}"
        f" baskets, {counts.get('anonymous', 0):,} of them without a person. Fingerprint `{data['fingerprint']}`.",
        "",
        "| list | method | NDCG@10 | HR@10 | recall@10 | lead of what answers in NDCG@10 (95 %) |",
        "|---|---|---|---|---|---|",
    ]
    for row in facts["next_basket"]:
        cells = [_estimate(row["metrics"].get(name)) for name in ("ndcg@10", "hr@10", "recall@10")]
        lead = row["lead_ndcg@10"]
        cells.append("" if lead is None else f"{lead[0]:+.4f} ({lead[1]:+.4f} to {lead[2]:+.4f})")
        lines.append(f"| {row['list']} | {row['method']} | {' | '.join(cells)} |")
    lines += ["", "## Limits", "", *(f"- {limit}" for limit in facts["limits"]), ""]
    return "\n".join(lines)


def _answers(facts: dict[str, Any]) -> str:
    return ", ".join(f"`{rung}` answers {mode}" for mode, rung in facts["answers"].items())


def _estimate(metric: Any) -> str:
    return "" if metric is None else f"{metric[0]:.4f} ± {metric[1]:.4f}"

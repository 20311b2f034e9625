"""The model card: what a version was trained on, how it measured and where its limits are, for machines and for people."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from loyalty_ai.registry.audits import audit_limit
from loyalty_ai.registry.models import ModelVersion
from loyalty_ai.registry.names import MODE_NAMES, SLICE_NAMES, method_name, span
from loyalty_ai.registry.selectors import MODEL, MODES, artifact_directory, standings

METRICS = ("ndcg@10", "hr@10", "recall@10")
TWO_YEARS = 730


def write_card(version: ModelVersion, *, parameters: int) -> str:
    """Write `card.json` and `card.md` beside the weights and seal them too; returns the version's new digest.

    Raises:
        ArtifactError: a trained file is not what `version.digest` says.
    """
    from loyalty_ai.ml.artifact import extend, verify

    directory = artifact_directory(version)
    files = verify(directory, digest=version.digest)["files"]
    with override("en"):
        facts = card(version, parameters=parameters, files=files)
    (directory / "card.json").write_text(json.dumps(facts, indent=1, sort_keys=True) + "\n")
    (directory / "card.md").write_text(markdown(facts))
    return extend(directory, ["card.json", "card.md"])


def card(version: ModelVersion, *, parameters: int, files: dict[str, str]) -> dict[str, Any]:
    """The card's facts, JSON-able; `files` holds the sha256 of each trained file by its name."""
    metrics = version.metrics
    return {
        "store": version.store.slug,
        "version": version.number,
        "fine_tuned_from": version.parent and version.parent.number,
        "trained_at": version.trained_at and version.trained_at.isoformat(),
        "answers": version.rungs,
        "files": files,
        "parameters": parameters,
        "data": {
            "from": version.data_from and version.data_from.isoformat(),
            "until": version.cutoff.isoformat(),
            "fingerprint": version.data_fingerprint,
            "counts": version.data_counts,
        },
        "config": version.config,
        "evaluated_customers": metrics.get("next_basket", {}).get("users", 0),
        "next_basket": [
            {"list": s.mode, "method": s.method, "metrics": s.metrics, "lead_ndcg@10": s.lead}
            for s in standings(version)
        ],
        "decoder_gain": metrics.get("decoder_gain", {}),
        "slices": metrics.get("slices", {}),
        "behaviour": metrics.get("behaviour", {}),
        "limits": limits(version),
        "libraries": version.libraries,
    }


def limits(version: ModelVersion) -> list[str]:
    """What nobody should expect of the version, one sentence each, in the active language."""
    return [
        _("The evaluation is one window of this store's past, and only of the customers who came back in it. What answers was "
          "chosen on the same window, so it is reported a little too well."),
        *_rung_limits(version),
        *_decoder_limits(version),
        *_slice_limits(version),
        *_level_limits(version),
        *_season_limits(version),
        _("Stock, price changes, campaigns and holidays are unknown to it: it expects the shop to go on as it was. What cannot "
          "be sold is only left out when lists are made."),
        _("Products sold rarely, and customers with one order, are ranked mostly by text and popularity."),
        _("Customers who refused profiling are absent as persons; their purchases count as evidence without a person."),
        audit_limit(version),
    ]  # fmt: skip


def _rung_limits(version: ModelVersion) -> Iterator[str]:
    for mode in MODES:
        rung = version.rungs.get(mode)
        if rung and rung != MODEL:
            text = _("%(list)s: %(method)s answers; what is richer did not measure better, or had too little data.")
            yield text % {"list": MODE_NAMES[mode], "method": method_name(rung)}


def _decoder_limits(version: ModelVersion) -> Iterator[str]:
    gains = version.metrics.get("decoder_gain", {})
    if not gains:
        yield _("What the decoder adds was not measured: the log holds too few returning customers.")
    for mode in MODES:
        if mode in gains:
            gain = gains[mode]
            text = _("%(list)s: the decoder adds %(gain)s NDCG@10 to the ranker (95 %% interval %(low)s to %(high)s).")
            if gain["low"] <= 0 <= gain["high"]:
                text = _("%(list)s: the decoder adds nothing measurable to the ranker, %(gain)s NDCG@10 "
                         "(95 %% interval %(low)s to %(high)s).")  # fmt: skip
            numbers = {
                name: f"{gain[key]:+.4f}" for name, key in (("gain", "difference"), ("low", "low"), ("high", "high"))
            }
            yield text % {"list": MODE_NAMES[mode], **numbers}


def _slice_limits(version: ModelVersion) -> Iterator[str]:
    for mode in MODES:
        slices = version.metrics.get("slices", {}).get(mode, {})
        unproved = [
            f"{name} {span(row)}"
            for fact, name in SLICE_NAMES.items()
            for row in slices.get(fact, [])
            if row["users"] and (row["gain"] is None or row["gain"]["low"] <= 0)
        ]
        if unproved:
            text = _("%(list)s: no lead over %(baseline)s is shown for these customers: %(slices)s.")
            baseline = method_name(slices["baseline"])
            yield text % {"list": MODE_NAMES[mode], "baseline": baseline, "slices": "; ".join(unproved)}


def _level_limits(version: ModelVersion) -> Iterator[str]:
    behaviour = version.metrics.get("behaviour") or {}
    biases = [behaviour.get(MODEL, {}).get(name) for name in ("count_bias_percent", "spend_bias_percent")]
    if None in biases:
        yield _("How often and for how much customers buy was not measured: the log is too short.")
    else:
        text = _("In the %(days)d days that were forecast, the total of the orders was off by %(orders)s %%, that of the spend by "
                 "%(spend)s %%.")  # fmt: skip
        orders, spend = (f"{bias:+.0f}" for bias in biases)
        yield text % {"days": behaviour["horizon_days"], "orders": orders, "spend": spend}
    yield _(
        "Orders and spend beyond the longest window that the log shows are extrapolated at the pace of the lifetime models."
    )


def _season_limits(version: ModelVersion) -> Iterator[str]:
    if version.data_from and (days := (version.cutoff - version.data_from).days) < TWO_YEARS:
        text = _(
            "The log spans %(days)d days, so no season is in it twice: what the next one does to the level is unknown."
        )
        yield text % {"days": days}


def markdown(facts: dict[str, Any]) -> str:
    """The card as a page of Markdown."""
    data, counts = facts["data"], facts["data"]["counts"]
    origin = f"fine-tuned from v{facts['fine_tuned_from']}" if facts["fine_tuned_from"] else "trained from scratch"
    answers = ", ".join(f"`{rung}` answers {mode}" for mode, rung in facts["answers"].items())
    lines = [
        f"# Customer model of {facts['store']}, v{facts['version']}",
        "",
        f"{origin.capitalize()}; {answers}. {facts['parameters']:,} parameters.",
        "",
        f"Data from {data['from']} until {data['until']}: {counts.get('rows', 0):,} interactions of"
        f" {counts.get('users', 0):,} customers with {counts.get('items', 0):,} products in {counts.get('baskets', 0):,}"
        f" baskets, {counts.get('anonymous', 0):,} of them without a person. Fingerprint `{data['fingerprint']}`.",
        "",
        "## Next basket",
        "",
        f"{facts['evaluated_customers']:,} customers who came back after the data used for it; ± is one standard error.",
        "",
        _row("list", "method", "NDCG@10", "HR@10", "recall@10", "lead of what answers in NDCG@10 (95 %)"),
        "|---|---|---|---|---|---|",
    ]
    for row in facts["next_basket"]:
        lead = row["lead_ndcg@10"]
        cells = (_estimate(*row["metrics"].get(name, ())) for name in METRICS)
        lines.append(_row(row["list"], row["method"], *cells, _interval(*lead) if lead else ""))
    for mode, slices in facts["slices"].items():
        lines += ["", f"## Slices of {mode}", "", f"NDCG@10 of what answers beside `{slices['baseline']}`.", ""]
        lines += [_row("slice", "customers", "what answers", "baseline", "lead (95 %)"), "|---|---|---|---|---|"]
        for fact in SLICE_NAMES:
            for row in slices[fact]:
                gain, sides = (
                    row["gain"],
                    (_estimate(row[side]["value"], row[side]["se"]) for side in ("answers", "baseline")),
                )
                lead = _interval(gain["difference"], gain["low"], gain["high"]) if gain else ""
                lines.append(_row(f"{fact} {span(row)}", f"{row['users']:,}", *sides, lead))
    lines += _behaviour(facts["behaviour"])
    lines += ["", "## Limits", "", *(f"- {limit}" for limit in facts["limits"])]
    lines += ["", "## Files", "", _row("file", "sha256"), "|---|---|"]
    for name, digest in facts["files"].items():
        lines.append(_row(name, f"`{digest}`"))
    libraries = ", ".join(f"{name} {number}" for name, number in facts["libraries"].items())
    return "\n".join([*lines, "", f"Made with {libraries}.", ""])


def _behaviour(measured: dict[str, Any]) -> list[str]:
    methods = [name for name, part in measured.items() if isinstance(part, dict) and "auc" in part]
    if not methods:
        return []
    errors = measured.get("errors", {})
    lines = ["", "## Who buys, how often, how much", ""]
    lines += [f"{measured['customers']:,} customers, {measured['horizon_days']} days; ± is one standard error.", ""]
    lines += [_row("measure", *methods), "|---" * (len(methods) + 1) + "|"]
    for metric in measured[methods[0]]:
        found = [(measured[method].get(metric), errors.get(method, {}).get(metric)) for method in methods]
        lines.append(_row(metric, *(_estimate(*(number for number in pair if number is not None)) for pair in found)))
    return lines


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _estimate(value: float | None = None, error: float | None = None) -> str:
    if value is None:
        return ""
    return f"{value:.4f}" if error is None else f"{value:.4f} ± {error:.4f}"


def _interval(difference: float, low: float, high: float) -> str:
    return f"{difference:+.4f} ({low:+.4f} to {high:+.4f})"

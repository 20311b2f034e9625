from __future__ import annotations

import pytest

from loyalty_ai.registry.models import ModelVersion
from loyalty_ai.serving.gate import gate_findings
from loyalty_ai.serving.models import ScoringRun

pytestmark = pytest.mark.django_db  # whether a version was audited is asked of the database

PASSED = {"passed": True, "findings": []}
NAMES = ("popularity", "recent_popularity", "personal_frequency", "transitions", "ease", "linear_blend")


def version(
    pk: int = 1,
    *,
    rung: str = "model",
    users: int = 1000,
    own: float = 0.33,
    leads: dict[str, tuple[float, float]] | None = None,
) -> ModelVersion:
    """A version that leads every method by 0.05 ± 0.01, but for `leads`: method -> (difference, half interval)."""
    methods = dict.fromkeys((*NAMES, "ranker_without_decoder", "model"), (0.05, 0.01)) | (leads or {})
    methods.pop(rung)
    measured = {name: {"ndcg@10": {"value": own - lead, "se": 0.007}} for name, (lead, _) in methods.items()}
    measured[rung] = {"ndcg@10": {"value": own, "se": 0.007}}
    gains = {name: {"difference": d, "low": d - h, "high": d + h} for name, (d, h) in methods.items()}
    metrics = {
        "next_basket": {"users": users, "repeats": measured, "new_only": measured},
        "gains": {"repeats": gains, "new_only": gains},
    }
    rungs = {"repeats": rung, "new_only": rung}
    return ModelVersion(pk=pk, number=pk, rungs=rungs, metrics=metrics)


def findings(candidate: ModelVersion, champion: ModelVersion | None = None, audit: dict | None = None) -> list[str]:
    run = ScoringRun(version=candidate, audit=PASSED if audit is None else audit)
    return gate_findings(version=candidate, run=run, champion=champion)


def test_a_version_that_beats_every_baseline_passes():
    assert findings(version()) == []


@pytest.mark.parametrize("baseline", NAMES)
def test_losing_to_any_baseline_is_a_finding_that_names_it(baseline):
    said = findings(version(leads={baseline: (-0.03, 0.01)}))
    assert len(said) == 2
    assert all(baseline.replace("_", " ") in sentence and "0.0300" in sentence for sentence in said)


@pytest.mark.parametrize("baseline", ["transitions", "ease"])
def test_a_lead_that_may_be_chance_does_not_beat_a_simple_method(baseline):
    assert len(findings(version(leads={baseline: (0.01, 0.02)}))) == 2


def test_with_few_customers_chance_is_no_finding_but_losing_is():
    assert findings(version(users=40, leads={"ease": (-0.01, 0.02)})) == []
    assert len(findings(version(users=40, leads={"ease": (-0.05, 0.02)}))) == 2


@pytest.mark.parametrize("strong", ["linear_blend", "ranker_without_decoder"])
def test_a_strong_method_need_not_be_beaten_only_not_lost_to(strong):
    assert findings(version(leads={strong: (-0.001, 0.005)})) == []
    assert len(findings(version(leads={strong: (-0.01, 0.005)}))) == 2


def test_a_version_that_falls_behind_the_champion_is_refused():
    champion = version(1, leads={"linear_blend": (0.05, 0.005)})
    said = findings(version(2, leads={"linear_blend": (0.01, 0.005)}), champion)
    assert len(said) == 2
    assert all("champion" in sentence and "0.0400" in sentence for sentence in said)


def test_a_hard_season_does_not_count_against_a_version():
    easy, hard = version(1, own=0.40), version(2, own=0.25)
    assert findings(hard, easy) == []


def test_a_version_is_not_compared_with_itself():
    same = version(1)
    assert findings(same, same) == []


def test_a_version_that_answers_by_counting_need_not_be_shown_to_beat_a_simple_method():
    counting = {"leads": {"ease": (0.0, 0.01)}}
    assert findings(version(rung="personal_frequency", **counting)) == []
    assert len(findings(version(rung="linear_blend", **counting))) == 2


def test_a_version_that_answers_by_counting_still_must_not_lose():
    counting = version(rung="popularity", leads={"ease": (-0.10, 0.01)})
    assert any("ease" in sentence for sentence in findings(counting))


def test_each_kind_of_list_is_judged_by_what_answers_it():
    mixed = version(leads={"linear_blend": (-0.01, 0.005)})
    mixed.rungs["new_only"] = "linear_blend"
    assert [sentence.split(":")[0] for sentence in findings(mixed)] == ["Next basket"]


def test_answering_with_the_yardstick_itself_is_no_lead_over_it():
    champion = version(1, leads={"linear_blend": (0.04, 0.005)})
    assert len([s for s in findings(version(2, rung="linear_blend"), champion) if "champion" in s]) == 2


def test_never_evaluated_and_never_audited_are_findings():
    bare = ModelVersion(pk=3, number=3, rungs={"repeats": "popularity"}, metrics={})
    assert len(findings(bare, audit={})) == 2


def test_findings_of_the_audit_are_the_gates_too():
    assert findings(version(), audit={"passed": False, "findings": ["Odd."]}) == ["Odd."]

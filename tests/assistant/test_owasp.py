"""The table of risks names tests that there are, for each risk of the edition."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RISKS = [
    "LLM01 Prompt Injection",
    "LLM02 Sensitive Information Disclosure",
    "LLM03 Supply Chain",
    "LLM04 Data and Model Poisoning",
    "LLM05 Improper Output Handling",
    "LLM06 Excessive Agency",
    "LLM07 System Prompt Leakage",
    "LLM08 Vector and Embedding Weaknesses",
    "LLM09 Misinformation",
    "LLM10 Unbounded Consumption",
]


def functions_of(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def test_each_risk_of_the_edition_has_tests_that_exist():
    document = (ROOT / "docs" / "assistant.md").read_text(encoding="utf-8")
    assert "edition 2025" in document
    rows = re.findall(r"^\| (LLM\d\d [^|]+) \| [^|]+ \| ([^|]+) \|$", document, flags=re.M)
    assert [risk for risk, _ in rows] == RISKS
    for risk, proof in rows:
        named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", proof)
        assert named, risk
        for file, test in named:
            assert test in functions_of(ROOT / file), f"{risk}: {file}::{test}"

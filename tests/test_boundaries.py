"""Who may import whom, parsed from the source and proved in fresh interpreters."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APP = ROOT / "loyalty_ai"

LEVELS: list[set[str]] = [
    {"ml"},
    {"conf", "signals", "jobs"},
    {"shop"},
    {"loyalty", "registry", "experiments"},
    {"serving"},
    {"actions", "assistant"},
    {"privacy"},
]
"""Lower lines know nothing of higher ones; rooms on one line do not know each other."""

LEVEL = {room: level for level, rooms in enumerate(LEVELS) for room in rooms}
JOINERS = {"apps", "models", "tasks", "admin", "urls", "checks", "templatetags", "management", "migrations"}
"""Modules that join the rooms; no room imports them."""

HEAVY = {"torch", "transformers", "numpy", "polars", "lightgbm", "accelerate", "safetensors", "scipy"}
MODEL_LIBRARIES = {"torch", "transformers"}
LOCAL_MODEL = APP / "assistant" / "backends" / "transformers.py"
"""The one file outside `ml` that may load them, inside functions: a local language model, which only workers ask to answer."""
SKINS = {"api.py", "admin.py", "tasks.py"}

LOYALTY_ON_ITS_LINE = {("jobs", "conf"), ("jobs", "signals"), ("conf", "signals"), ("signals", "conf")}


def imports(path: Path) -> list[tuple[str, bool]]:
    """Every imported module of a file, with whether the import stands inside a function."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found: list[tuple[str, bool]] = []

    def visit(node: ast.AST, *, lazy: bool) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
                continue
            if isinstance(child, ast.Import):
                found.extend((alias.name, lazy) for alias in child.names)
            elif isinstance(child, ast.ImportFrom) and child.module:
                found.extend((f"{child.module}.{alias.name}", lazy) for alias in child.names)
            visit(child, lazy=lazy or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef))

    visit(tree, lazy=False)
    return found


def sources() -> list[Path]:
    return [path for path in sorted(APP.rglob("*.py")) if "migrations" not in path.parts]


def room_of(path: Path) -> str:
    return path.relative_to(APP).parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_down(path: Path):
    room = room_of(path)
    for name, lazy in imports(path):
        parts = name.split(".")
        if parts[0] == "shop_demo":
            pytest.fail(f"{path}: the app never imports the demo shop")
        if room == "ml":
            assert parts[0] not in {"django", "celery", "polars", "rest_framework"}, f"{path}: ml imports {name}"
            assert parts[0] != "loyalty_ai" or parts[1:2] == ["ml"], f"{path}: ml imports {name}"
            continue
        if parts[0] in HEAVY:
            assert lazy, f"{path}: {name} at module level would load it into the web process"
        if parts[0] in MODEL_LIBRARIES:
            assert path == LOCAL_MODEL, f"{path}: only ml and the backend of a local language model import {name}"
        if parts[0] != "loyalty_ai" or len(parts) < 2:
            continue
        target = parts[1]
        if target == "ml":
            allowed = room == "registry" or path == APP / "serving" / "scoring.py" or path == APP / "checks.py"
            assert allowed, f"{path}: only registry and serving/scoring.py import ml"
            assert lazy, f"{path}: ml is imported inside functions"
            continue
        if room in LEVEL and target in LEVEL and target != room and (room, target) not in LOYALTY_ON_ITS_LINE:
            assert LEVEL[target] < LEVEL[room], f"{path}: {room} imports {target}, which is not below it"
        if room in LEVEL and target in JOINERS:
            # The skins of a room may use what joins them.
            assert path.name in SKINS or target == "models", f"{path}: a room imports {target}"


def run(code: str) -> None:
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]


def test_the_web_process_loads_no_model_library():
    run(
        "import os, sys, django\n"
        "os.environ['DJANGO_SETTINGS_MODULE'] = 'tests.settings'\n"
        "django.setup()\n"
        "from django.contrib import admin; from django.urls import get_resolver\n"
        "admin.autodiscover(); get_resolver().url_patterns\n"
        "from django.template import engines; engines['django'].from_string('{% load loyalty_ai %}')\n"
        "import importlib, loyalty_ai.tasks\n"
        f"heavy = sorted({HEAVY!r} & set(sys.modules))\n"
        "assert not heavy, heavy\n"
    )


def test_the_customer_model_loads_without_django():
    run(
        "import sys\n"
        "import loyalty_ai.ml.training, loyalty_ai.ml.scoring, loyalty_ai.ml.evaluation, loyalty_ai.ml.behaviour\n"
        "loaded = sorted({'django', 'celery', 'polars', 'rest_framework'} & set(sys.modules))\n"
        "assert not loaded, loaded\n"
    )

"""The guards of the source layout: see docs of the folders in the README."""

from __future__ import annotations

import importlib.metadata
import re
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
OURS = {p.parent.name for p in [*ROOT.glob("*/__init__.py"), *ROOT.glob("platform/*/__init__.py")]} - {"tests"}
FOLDERS = ("platform", "tenants", "policy", "jobs", "integrations", "migrations")
LONGEST = 400
"""Lines of a Python file. Migrations are history: they are written once and read as a record of tables."""


def sources(*folders: str) -> list[Path]:
    found = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    assert found
    return found


def test_platform_is_a_source_root_and_not_a_package() -> None:
    assert not (ROOT / "platform" / "__init__.py").exists()
    assert not list((ROOT / "platform").glob("*.py"))


def test_no_dependency_and_no_module_of_python_has_one_of_our_names() -> None:
    theirs = importlib.metadata.packages_distributions()
    taken = {name: theirs[name] for name in OURS & theirs.keys() if set(theirs[name]) != {"zhunsheng"}}
    assert taken == {}
    assert not OURS & sys.stdlib_module_names


def test_our_packages_are_those_of_the_design() -> None:
    domain = {"kernel", "supervision", "reporting", "tenants", "policy"}
    edges = {"web", "jobs", "cli", "integrations"}
    assert OURS - {"migrations"} == domain | edges


@pytest.mark.parametrize("container", ["supervision", "tenants"])
def test_every_part_has_its_place_in_the_layers(container: str) -> None:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    contract = next(c for c in config["contracts"] if c.get("containers") == [container])
    placed = set(re.findall(r"\w+", " ".join(contract["layers"])))
    folder = next(path for path in (ROOT / container, ROOT / "platform" / container) if path.is_dir())
    parts = {
        path.stem
        for path in folder.iterdir()
        if (path.suffix == ".py" and path.stem != "__init__") or (path.is_dir() and any(path.rglob("*.py")))
    }
    assert contract["exhaustive"] is True
    assert parts <= placed


def test_every_folder_with_code_is_a_package() -> None:
    """A folder without __init__.py is a namespace package: invisible to import-linter, and in tests/ it
    breaks collection."""
    folders = {path.parent for path in sources(*FOLDERS, "tests")} - {ROOT / "platform"}
    exempt = {ROOT / "migrations", ROOT / "migrations" / "versions"}
    assert sorted(f for f in folders - exempt if not (f / "__init__.py").exists()) == []


def test_files_stay_short_enough_to_read() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in [*sources(*FOLDERS), ROOT / "dev.py"]
        if path.parent.name != "versions" and (lines := len(path.read_text().splitlines())) > LONGEST
    }
    assert long == {}


def test_no_drawer_for_odds_and_ends() -> None:
    forbidden = {"utils", "util", "common", "helpers", "helper", "shared", "misc"}
    assert [path for path in sources(*FOLDERS, "tests") if forbidden & {path.stem, path.parent.name}] == []

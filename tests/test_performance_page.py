"""docs/performance.md says what docs/performance.json holds, and its charts are those figures."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from tests.bench import charts, goals, page
from tests.bench.__main__ import names


def test_the_page_and_the_charts_are_made_from_the_figures() -> None:
    for path, text in page.files(page.load()).items():
        assert path.read_text("utf-8") == text, f"{path.name}: python3 dev.py bench page"


def test_every_goal_has_its_bench() -> None:
    assert {goal.bench for goal in goals.GOALS} <= set(names())


@pytest.mark.parametrize("goal", goals.GOALS, ids=lambda goal: f"{goal.bench}-{goal.keys[0]}")
def test_the_aim_lies_beyond_the_bar(goal: goals.Goal) -> None:
    assert goal.meets(goal.aim, goal.bar)
    assert goal.share(goal.aim) == 1.0


def test_a_chart_colours_what_falls_short() -> None:
    figures = {"bench": "audit", "ratio_to_insert": 0.96, "max_unsealed_ms": 900, "verify_per_s": 100_000}
    drawn = charts.draw(figures)
    ET.fromstring(drawn)
    fills = [piece.split('"')[0] for piece in drawn.split('height="16" fill="')[1:]]
    assert fills[1::2] == [charts.GOOD, charts.FAIR, charts.SHORT]
    with pytest.raises(ValueError, match="none of its goals"):
        charts.draw({"bench": "audit"})

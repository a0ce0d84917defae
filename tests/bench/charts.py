"""The chart of a bench: how much of its aim each figure reaches, as a small SVG for the docs. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any, Final

from tests.bench.goals import Goal, number, of

WIDTH: Final = 760
LEFT: Final = 300
FULL: Final = 330
"""Pixels from nothing to the aim; a bar ends a little beyond, however far the aim was passed."""
MOST: Final = 1.15
ROW: Final = 46
TOP: Final = 54
INK, SOFT, LINE, CARD = "#18242f", "#5f6c79", "#dde3ea", "#ffffff"
GOOD, FAIR, SHORT = "#1757a6", "#c77700", "#b3261e"
"""The product's own colours: the aim or more, the bar or more, less than the bar."""
FONT: Final = "'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif"


def draw(figures: Mapping[str, Any]) -> str:
    """The chart of one bench's figures (with `bench` among them). Raises ValueError when it has no goals."""
    name = str(figures["bench"])
    rows = [(goal, value) for goal in of(name) if (value := goal.value(figures)) is not None]
    if not rows:
        raise ValueError(f"{name} measured none of its goals")
    height = TOP + ROW * len(rows) + 14
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
        f' role="img" font-family="{FONT}" font-size="13">',
        f"<title>{escape(name)}: {escape('; '.join(_said(goal, value) for goal, value in rows))}</title>",
        f'<rect width="{WIDTH}" height="{height}" rx="6" fill="{CARD}" stroke="{LINE}"/>',
        _text(16, 28, name, INK, size=15, bold=True),
        _text(LEFT + FULL, 28, "aim 目标", SOFT, anchor="middle", size=12),
        f'<path d="M{LEFT + FULL} {TOP - 18}V{height - 12}" stroke="{SOFT}" stroke-dasharray="3 3"/>',
    ]
    for place, (goal, value) in enumerate(rows):
        parts += _row(goal, value, TOP + place * ROW)
    return "\n".join([*parts, "</svg>", ""])


def _row(goal: Goal, value: float, y: int) -> list[str]:
    share = min(max(goal.share(value), 0.0), MOST)
    colour = GOOD if goal.meets(value, goal.aim) else FAIR if goal.meets(value, goal.bar) else SHORT
    bar = LEFT + round(FULL * min(goal.share(goal.bar), MOST))
    return [
        _text(16, y + 12, goal.meaning.replace("`", ""), INK),
        _text(16, y + 29, f"{goal.chinese}　{goal.sign(goal.bar)}，目标 {goal.sign(goal.aim)}", SOFT, size=11),
        f'<rect x="{LEFT}" y="{y + 4}" width="{FULL}" height="16" fill="#eceff3"/>',
        f'<rect x="{LEFT}" y="{y + 4}" width="{max(2, round(FULL * share))}" height="16" fill="{colour}"/>',
        f'<path d="M{bar} {y}v24" stroke="{INK}" stroke-width="2"><title>bar 门槛</title></path>',
        _text(WIDTH - 16, y + 17, number(value), colour, anchor="end", bold=True),
    ]


def _said(goal: Goal, value: float) -> str:
    return f"{goal.meaning} {number(value)} (bar {goal.sign(goal.bar)}, aim {goal.sign(goal.aim)})"


def _text(x: int, y: int, words: str, colour: str, *, anchor: str = "start", size: int = 13, bold: bool = False) -> str:
    look = f'font-size="{size}" text-anchor="{anchor}"' + (' font-weight="600"' if bold else "")
    return f'<text x="{x}" y="{y}" fill="{colour}" {look}>{escape(words)}</text>'

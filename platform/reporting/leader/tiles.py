"""The map of a city: its counties as equal tiles, placed as they lie, darker where more is overdue."""

from __future__ import annotations

from collections.abc import Sequence

from reporting.leader.rules import MAP, shade
from reporting.leader.views import PartView, PlaceView


def tiles(parts: Sequence[PartView]) -> list[PlaceView]:
    """The counties that have a place on the map, row by row; functional zones and the city's own organs have none."""
    known = [p for p in parts if p.kind == "county" and p.division_code[:6] in MAP]
    largest = max((p.overdue for p in known), default=0)
    found = [
        PlaceView(
            part=p,
            row=MAP[p.division_code[:6]][0],
            column=MAP[p.division_code[:6]][1],
            shade=shade(p.overdue, largest),
        )
        for p in known
    ]
    return sorted(found, key=lambda t: (t.row, t.column))

"""The door to the leader's page: the overview of an area, what is overdue in it, its map, briefs and exports."""

from __future__ import annotations

from reporting.leader.briefs import brief
from reporting.leader.overdue import overdue
from reporting.leader.overview import overview
from reporting.leader.tiles import tiles
from reporting.leader.weekly import weekly_briefs
from reporting.leader.workbook import workbook

__all__ = ["brief", "overdue", "overview", "tiles", "weekly_briefs", "workbook"]

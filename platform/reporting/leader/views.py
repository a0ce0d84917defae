"""The leader's page as pages, the API and briefs show it."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import msgspec

from reporting.leader.rules import Rate
from reporting.returns.views import Reported


class RateView(msgspec.Struct, frozen=True, kw_only=True):
    """A rate with its numerator and denominator. `percent` is None below five cases, `ranked` false below thirty."""

    part: int
    whole: int
    percent: float | None
    ranked: bool
    text: str
    """``91.3%``, or — where there is no rate."""


class CountView(msgspec.Struct, frozen=True, kw_only=True):
    """A figure of one slice: clues from one channel."""

    name: str
    value: int
    href: str = ""


class MonthView(msgspec.Struct, frozen=True, kw_only=True):
    """Matters opened and closed in one month."""

    period: str
    label: str
    opened: int
    closed: int


class PartView(msgspec.Struct, frozen=True, kw_only=True):
    """One part of the area in the comparison. Of a city its counties and functional zones, then what the city's own
    organs handle (`organ_id` None); of a county the organs that are supervised."""

    organ_id: UUID | None
    name: str
    kind: str
    """county, zone, own, or supervised."""
    division_code: str
    opened: int
    open: int
    """In hand at the end of the period."""
    overdue: int
    """Overdue today."""
    decisions: int
    clues: int
    in_time: RateView
    href: str

    @property
    def rate(self) -> Rate:
        return Rate(self.in_time.part, self.in_time.whole)


class OverdueView(msgspec.Struct, frozen=True, kw_only=True):
    """A matter whose nearest end has passed."""

    matter_id: UUID
    title: str
    number: str
    supervised_name: str
    holder: str
    """Whose turn it is, and what for: 魏都区政府，待政府决定."""
    due_on: date
    workdays: int
    """Working days since it fell due."""
    text: str
    href: str


class OverdueList(msgspec.Struct, frozen=True, kw_only=True):
    """One page of overdue matters, longest overdue first. `next` is the cursor of the following page."""

    organ_id: UUID
    organ_name: str
    total: int
    rows: list[OverdueView]
    next: str = ""


class WeekView(msgspec.Struct, frozen=True, kw_only=True):
    """What happened in one week, Monday to Sunday."""

    first_day: date
    last_day: date
    label: str
    opened: int
    closed: int
    fell_due: int
    """Matters that fell overdue in it and still are."""


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of one area and period on one screen."""

    organ_id: UUID
    organ_name: str
    level: str
    """city or county."""
    period: str
    period_label: str
    catalogue_version: str
    opened: int
    opened_before: int
    """In the same months of the year before."""
    open: int
    overdue: int
    in_time: RateView
    decisions: int
    executed: int
    reports: int
    established: int
    rectified: RateView
    clues: int
    channels: list[CountView]
    months: list[MonthView]
    parts: list[PartView]
    worst: list[OverdueView]
    returns: Reported | None = None
    """Who has handed in the last quarter's return; None where no body receives any."""


class PlaceView(msgspec.Struct, frozen=True, kw_only=True):
    """A tile of the map: row and column from 1, and its step on the scale from 1 to 5."""

    part: PartView
    row: int
    column: int
    shade: int

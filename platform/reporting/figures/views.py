"""Figures as pages and the API show them."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import msgspec


class IndicatorView(msgspec.Struct, frozen=True, kw_only=True):
    """One indicator with its definition and counting rule."""

    code: str
    name: str
    group: str
    group_name: str
    unit: str
    definition: str
    rule: str
    article: str
    kind: str
    source: str
    counts_for: str
    dimension: str
    dimension_name: str
    records: bool
    """Whether its figures open down to records."""
    slices: list[SliceView]


class SliceView(msgspec.Struct, frozen=True, kw_only=True):
    """One value of a dimension."""

    key: str
    name: str


class CellView(msgspec.Struct, frozen=True, kw_only=True):
    """One figure. `value` is None where it is not counted from records, and of a rate whose base is too small; a rate
    has two decimals, in hundredths of a percent, a mean in hundredths of its unit."""

    code: str
    name: str
    value: int | None
    previous: int | None
    """The same figure of the period before."""
    text: str
    """The value as it is shown: ``12``, ``83.33 %``, ``3 ÷ 4``."""
    href: str
    """Where it opens down; empty: it does not."""
    parts: list[CellView]
    """The same by the values of its dimension; those that are 0 are left out."""


class RowView(msgspec.Struct, frozen=True, kw_only=True):
    """One indicator with its figure."""

    indicator: IndicatorView
    cell: CellView


class FiguresView(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of one organ and period."""

    organ_id: UUID
    organ_name: str
    period: str
    period_label: str
    reach: str
    reach_label: str
    catalogue: str
    catalogue_version: str
    rows: list[RowView]


class LevelRow(msgspec.Struct, frozen=True, kw_only=True):
    """The share of one organ of the level below; `organ_id` None: the remainder that belongs to none of them."""

    organ_id: UUID | None
    organ_name: str
    value: int
    own: bool = False
    """What the organ itself contributes, without those below it."""


class LevelView(msgspec.Struct, frozen=True, kw_only=True):
    """One figure opened down to the level below. By the tree the rows add up to `total`; by the line they may not,
    because an organ of several lines counts in each."""

    code: str
    name: str
    unit: str
    organ_id: UUID
    organ_name: str
    period: str
    period_label: str
    reach: str
    total: int
    rows: list[LevelRow]


class RecordRow(msgspec.Struct, frozen=True, kw_only=True):
    """A record that is counted in a figure."""

    id: UUID
    title: str
    number: str
    organ_name: str
    day: date
    amount: int
    """What it adds; negative: what it takes away."""
    href: str


class RecordsView(msgspec.Struct, frozen=True, kw_only=True):
    """The records behind a figure that the reader may see. `next` is the cursor of the following page."""

    code: str
    name: str
    total: int
    """The whole figure, of which the reader may see fewer records."""
    rows: list[RecordRow]
    next: str = ""


class CheckView(msgspec.Struct, frozen=True, kw_only=True):
    """One cell that does not agree with the records."""

    organ_id: UUID
    reach: str
    month: int
    indicator: str
    slice: str
    counted: int
    """From the records."""
    kept: int
    """By counters and deltas."""


class SeriesView(msgspec.Struct, frozen=True, kw_only=True):
    """Figures of consecutive periods."""

    organ_id: UUID
    organ_name: str
    reach: str
    periods: list[str]
    values: dict[str, list[int]]
    """By code, one value a period."""

"""Returns as pages, exports and the API show them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

import msgspec

from reporting.returns.checks import Finding
from supervision.deadlines.chips import Chip
from supervision.deadlines.strip import DayCell


class View(msgspec.Struct, frozen=True, kw_only=True):
    pass


class ReturnRow(View, frozen=True):
    """One line of a list of returns."""

    id: UUID
    form: str
    name: str
    period: str
    period_label: str
    organ_id: UUID
    organ_name: str
    state: str
    state_label: str
    due_on: date
    chip: Chip
    late: bool
    version: int
    stale: bool


class ReturnCellView(View, frozen=True):
    """One indicator of the sheet, written as it is read: numbers in the cell's unit, — for no such duty."""

    row: int
    code: str
    name: str
    unit: str
    rule: str
    why_typed: str
    """Of a cell that no record holds, so that somebody has to type it: why."""
    indent: int
    kind: Literal["record", "formula", "manual", "no_duty"]
    """Drawn from records, calculated, typed, or not a duty of the organ."""
    own: str
    typed: str
    """The own figure as it stands in its field, without grouping."""
    below: str
    total: str
    last_year: str
    change: str
    computed: str
    """What the records give, where it was changed by hand."""
    note: str
    note_by: str
    state: Literal["plain", "error", "warning"]
    message: str
    reason: str
    """Why the level above sent this cell back, of the version that is shown or corrected."""


class ReturnSectionView(View, frozen=True):
    key: str
    name: str
    note: str
    """Where the manual figures of the section come from."""
    unsent: str
    """What to do about cells that wait for data which no system ever sent; empty: there are none."""
    blank: int
    """Cells that nobody has filled in and no record gave."""
    cells: list[ReturnCellView]


class VersionRow(View, frozen=True):
    """A version that was handed in, and what became of it."""

    number: int
    submitted_at: datetime
    submitted_by_name: str
    approved_by_name: str
    late: bool
    reason: str
    outcome: str
    outcome_label: str
    outcome_at: datetime | None
    outcome_by_name: str
    outcome_organ_name: str
    outcome_reason: str
    digest: str


class PartRow(View, frozen=True):
    """A lower unit in a roll-up: the version that was added up, or why there is none."""

    organ: str
    return_id: UUID | None
    version: int
    state_label: str
    value: str = ""
    """Of one cell, in a drill-down."""
    current: bool = True
    """The version is still the one in force."""


class ReturnStepView(View, frozen=True):
    """One step of the state bar."""

    name: str
    note: str
    state: Literal["done", "current", "ahead"]


class ReturnActView(View, frozen=True):
    """A step that the reader can take now, or not and why."""

    action: str
    label: str
    allowed: bool
    reason: str
    article: str
    remedy: str


class ReturnView(View, frozen=True):
    """A return with its numbers: the working copy for its own organ, a version for the levels above."""

    id: UUID
    form: str
    form_version: str
    table: str
    name: str
    short_name: str
    period: str
    period_label: str
    data_until: date
    organ_id: UUID
    organ_name: str
    receiver_name: str
    state: str
    state_label: str
    record_version: int
    """For the next command: the version of the record that was read."""
    version: int
    """The version that is shown; 0 before the first."""
    accepted_version: int
    revision: int
    revision_reason: str
    late: bool
    first_submitted_on: date | None
    due_on: date
    due_sentence: str
    due_cells: list[DayCell]
    chip: Chip
    article: str
    has_below: bool
    below_name: str
    sections: list[ReturnSectionView]
    notes: list[str]
    missing_note: str
    findings: list[Finding]
    to_fill: int
    """Cells that wait for their first figure, in a sheet that nobody has saved yet: they are no errors so far."""
    errors: int
    warnings: int
    parts: list[PartRow]
    missing: list[PartRow]
    stale: list[str]
    steps: list[ReturnStepView]
    acts: list[ReturnActView]
    versions: list[VersionRow]
    return_reason: str
    sent_back: VersionRow | None
    """The version that was sent back and is being corrected."""
    writable: bool
    own: bool
    filled_by_name: str
    saved_at: datetime | None
    saved_by_name: str
    drawn_at: datetime | None
    digest: str


class DifferenceRow(View, frozen=True):
    """One cell that differs between two versions."""

    row: int
    code: str
    name: str
    before: str
    after: str


class Comparison(View, frozen=True):
    return_id: UUID
    name: str
    before_label: str
    after_label: str
    rows: list[DifferenceRow]


class CellDrill(View, frozen=True):
    """A cell opened down to the level below: its own figure and that of each lower unit."""

    return_id: UUID
    code: str
    name: str
    unit: str
    rule: str
    own: str
    total: str
    parts: list[PartRow]
    missing: list[PartRow]
    organ_id: UUID
    period: str
    figures: list[str]
    """Codes of the figures that the own value was drawn from: each opens to its records."""


class BoardRow(View, frozen=True):
    """One organ that owes a return."""

    organ_id: UUID
    organ: str
    return_id: UUID | None
    state: str
    state_label: str
    submitted_on: date | None
    late: bool
    overdue_workdays: int
    version: int
    accepted_version: int
    sent_back_count: int
    stale: bool


class Tally(View, frozen=True):
    """How complete and how timely: counts and rates with their numerators and denominators."""

    expected: int
    reported: int
    on_time: int
    late: int
    accepted: int
    completeness: str
    timeliness: str


class LowerBoard(View, frozen=True):
    """The same for the organs that report to a body below."""

    body_id: UUID
    body: str
    tally: Tally


class LateReturnLine(View, frozen=True):
    organ: str
    due_on: date
    overdue_workdays: int
    settled: bool


class ReturnCircularView(View, frozen=True):
    """The circular of a form and period: a draft, issued, or discarded."""

    id: UUID
    version: int
    form: str
    period: str
    name: str
    state: str
    state_label: str
    drafted_at: datetime
    lines: list[LateReturnLine]
    requirement: str
    decided_at: datetime | None
    decided_by_name: str
    discard_reason: str
    href: str
    may_decide: bool = False
    refusal: str = ""


class Board(View, frozen=True):
    """Completeness and timeliness of one form and period below a supervision body."""

    form: str
    name: str
    period: str
    period_label: str
    body_id: UUID
    body: str
    due_on: date
    due_sentence: str
    tally: Tally
    rows: list[BoardRow]
    lower: list[LowerBoard]
    circular: ReturnCircularView | None
    may_urge: bool


class WaitingLine(View, frozen=True):
    """One return or yearly paper that waits for a post, and for what."""

    title: str
    organ_name: str
    label: str
    """What is to do: 填报, 审定, 报送, 采用."""
    href: str
    due_on: date
    chip: Chip | None
    article: str


class Reported(View, frozen=True):
    """How many organs of an area have handed in the return of the last span of a form."""

    form: str
    name: str
    period: str
    period_label: str
    expected: int
    reported: int
    on_time: int
    completeness: str
    """The share that has reported; the two numbers where they are too few for a share."""
    own: Tally
    """Of those that report to the body itself."""
    lower: list[LowerBoard]


class Statistics(View, frozen=True):
    """An organ's figures of a form and period for a higher level: the version in force, with its digest."""

    form: str
    form_version: str
    period: str
    organ_id: UUID
    organ_name: str
    version: int
    accepted: bool
    stale: bool
    digest: str
    submitted_at: datetime
    values: dict[str, Any]
    """Code → {unit, scale, value}: whole numbers of the scale; value null for no such duty."""

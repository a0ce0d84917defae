"""A roll-up along a business line as pages and the API show it."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from reporting.returns.report_views import MissingUnit, ReportCell
from reporting.returns.views import BoardRow, PartRow, Tally, View


class LineCellView(View, frozen=True):
    """One indicator, written as it is read: of the organ itself, of its line below, together."""

    row: int
    code: str
    name: str
    unit: str
    rule: str
    indent: int
    own: str
    below: str
    total: str


class LineSectionView(View, frozen=True):
    key: str
    name: str
    cells: list[LineCellView]


class LineBranch(View, frozen=True):
    """An organ directly below in the line which has a line below itself: how complete its branch is."""

    organ_id: UUID
    organ: str
    tally: Tally


class KeptLine(View, frozen=True):
    """A roll-up that was kept."""

    number: int
    saved_at: datetime
    saved_by_name: str
    digest: str


class LineView(View, frozen=True):
    """The returns of a business line for a form and period (Art. 2(2)): who has reported, and the sums of what is
    accepted. Every organ counts once and with its own figures, whatever it has rolled up itself."""

    form: str
    form_version: str
    name: str
    table: str
    period: str
    period_label: str
    organ_id: UUID
    organ: str
    due_on: date
    due_sentence: str
    tally: Tally
    """Of the organs below in the line; the organ itself is not among them."""
    rows: list[BoardRow]
    branches: list[LineBranch]
    sections: list[LineSectionView]
    own_state: str
    """Why the organ's own figures are not in the total; empty: they are."""
    missing: list[PartRow]
    counted: int
    """How many returns the total rests on."""
    number: int
    """Of the kept roll-up that is shown; 0: as it stands now."""
    kept: list[KeptLine]
    """Newest first."""
    changes: list[str]
    """What has changed since the kept roll-up that is shown, or else the newest one."""
    may_keep: bool
    digest: str


class LineCellDrill(View, frozen=True):
    """One cell of the roll-up by the organs of the level below: each with its line below it."""

    form: str
    period: str
    period_label: str
    code: str
    name: str
    unit: str
    rule: str
    organ_id: UUID
    organ: str
    own: str
    total: str
    own_return_id: UUID | None
    parts: list[LinePart]
    missing: list[PartRow]


class LinePart(View, frozen=True):
    """What one organ of the level below gives: by itself, and together with its line below. Rows may add up to more
    than the total, for an organ of two branches stands in both and counts once."""

    organ_id: UUID
    organ: str
    return_id: UUID | None
    """None where the reader may not open the return."""
    version: int
    """0: the organ itself has no accepted return."""
    own: str
    value: str
    below: int
    """How many organs of its own line stand behind it."""


class LineRollUp(View, frozen=True):
    """The roll-up for a higher level or the province: every cell with what each organ gave, from frozen versions."""

    form: str
    form_version: str
    name: str
    period: str
    organ_id: UUID
    organ_name: str
    digest: str
    """Of the returns that it rests on: unchanged as long as none of them has a new version."""
    number: int
    kept: list[KeptLine]
    changes: list[str]
    tally: Tally
    cells: list[ReportCell]
    missing: list[MissingUnit]

"""The report of a node over the API: every cell with where its number comes from."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from reporting.returns.views import View


class GivenPart(View, frozen=True):
    """What one lower unit gave to a cell: from its version with this digest."""

    organ_id: UUID
    organ_name: str
    return_id: UUID | None
    """None where the reader may not open the unit's return."""
    version: int
    digest: str
    value: int | None
    current: bool
    """Whether that version is still the one in force."""


class MissingUnit(View, frozen=True):
    """A lower unit whose figures are not in the total."""

    organ: str
    state: str


class ReportCell(View, frozen=True):
    """One cell with its provenance. Values are whole numbers of `scale` (money: fen); None: no such duty, or nothing
    to divide by. `state` is that of the total."""

    code: str
    name: str
    unit: str
    scale: int
    rule: str
    own: int | None
    below: int | None
    total: int | None
    state: str
    source: str
    """Of the own value: records, changed (drawn and changed by hand), typed, formula, or none."""
    computed: int | None
    """What the records gave when the cell was drawn."""
    note: str
    figures: list[str]
    """Codes of the figures that it is drawn from."""
    formula: str
    parts: list[GivenPart]


class RollUpReport(View, frozen=True):
    """The figures of a node for a form and period, from one frozen version."""

    form: str
    form_version: str
    name: str
    period: str
    organ_id: UUID
    organ_name: str
    level: str
    return_id: UUID
    version: int
    accepted: bool
    stale: bool
    """A lower unit was corrected since: the totals are not the newest."""
    late: bool
    digest: str
    submitted_at: datetime
    approved_by_name: str
    cells: list[ReportCell]
    missing: list[MissingUnit]

"""The report of any node: every cell of a form with where its number comes from, for a higher level or the province
(Arts. 11(3), 11(5)). It reads frozen versions alone, so that what was read can be asked for again by its digest."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from kernel.errors import NotFound
from kernel.work import Work
from reporting.returns import forms, reading, repository
from reporting.returns.forms import CellRule, Form
from reporting.returns.models import ReturnVersion, StatisticalReturn
from reporting.returns.report_views import GivenPart, MissingUnit, ReportCell, RollUpReport
from reporting.returns.sheet import Amount, Entry, Part, Sheet, numbers_of, stored
from tenants.access import authorize
from tenants.organs.directory import Directory, directory

ARTICLE = "11(5)"


async def report(work: Work, organ_id: UUID, form_key: str, period: str, *, number: int | None = None) -> RollUpReport:
    """The figures of one organ for a form and period: the version in force, else the newest that was handed in, or
    the version `number`. A government is asked through its supervision body. A lower unit appears with what it gave,
    and with its return where the reader is one of the levels above it. Audited.

    Raises NotFound for an unknown form, for what was never handed in and for what the reader is not above; Denied."""
    if form_key not in forms.known():
        raise NotFound
    tree = await directory(work)
    head = await repository.find(work, node(tree, organ_id), form_key, period)
    if head is None:
        raise NotFound
    await authorize(work, "statistics", "export", await reading.target_of(work, head.organ_id))
    version = await repository.version(work, head.id, number or head.accepted_version or head.version)
    if version is None:
        raise NotFound
    below = await repository.below(work, head.organ_id, form_key, period)
    work.record(
        "export", "return", head.id, title=f"读取统计报表数据：{head.organ_name}", article=ARTICLE,
        detail={"form": form_key, "period": period, "version": version.number},
    )  # fmt: skip
    return _report(tree, head, version, {str(h.id): h.accepted_version for h in below})


def node(tree: Directory, organ_id: UUID) -> UUID:
    """Whose return stands for an organ: a government's is that of its supervision body. Raises NotFound."""
    tree.get(organ_id)
    if tree.government_of(organ_id) == organ_id:
        return tree.supervision_body_of(organ_id) or organ_id
    return organ_id


def _report(tree: Directory, head: StatisticalReturn, version: ReturnVersion, seen: Mapping[str, int]) -> RollUpReport:
    form = forms.form_of(head.form_key, head.form_version)
    sheet = reading.sheet_of_version(form, version)
    return RollUpReport(
        form=form.key,
        form_version=form.version,
        name=form.header.name,
        period=head.period,
        organ_id=head.organ_id,
        organ_name=head.organ_name,
        level=tree.get(head.organ_id).level,
        return_id=head.id,
        version=version.number,
        accepted=version.number == head.accepted_version,
        stale=bool(head.stale),
        late=head.late,
        digest=version.digest,
        submitted_at=version.submitted_at,
        approved_by_name=version.approved_by_name,
        cells=cells_of(form, sheet, seen),
        missing=[MissingUnit(organ=str(unit["organ"]), state=str(unit["state"])) for unit in sheet.missing],
    )


def cells_of(form: Form, sheet: Sheet, seen: Mapping[str, int]) -> list[ReportCell]:
    """Every cell with where its number comes from. `seen`: lower returns that the reader may open, with the version
    that is in force."""
    own, below, total = sheet.own(), sheet.below(), sheet.total()
    given = [(part, numbers_of(form, part.values)) for part in sheet.parts or ()]
    return [
        ReportCell(
            code=code,
            name=cell.name,
            unit=cell.unit,
            scale=cell.scale,
            rule=cell.rule,
            own=stored(own[code], cell),
            below=stored(below[code], cell) if sheet.parts is not None else None,
            total=stored(total[code], cell),
            state=total[code].state,
            source=_source(cell, sheet.entry(code)),
            computed=sheet.entry(code).computed,
            note=sheet.entry(code).note or sheet.notes.get(form.section_of[code].key, ""),
            figures=list(cell.figures),
            formula=cell.formula,
            parts=[_part(part, amounts[code], cell, seen) for part, amounts in given],
        )
        for code, cell in form.cells.items()
    ]


def _source(cell: CellRule, entry: Entry) -> str:
    if cell.formula:
        return "formula"
    if entry.state != "number":
        return "none"
    if entry.computed is None:
        return "typed"
    return "changed" if entry.changed else "records"


def _part(part: Part, amount: Amount, cell: CellRule, seen: Mapping[str, int]) -> GivenPart:
    known = part.return_id in seen
    return GivenPart(
        organ_id=UUID(part.organ_id),
        organ_name=part.organ,
        return_id=UUID(part.return_id) if known else None,
        version=part.version,
        digest=part.digest,
        value=stored(amount, cell),
        current=known and seen[part.return_id] == part.version,
    )

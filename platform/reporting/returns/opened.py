"""Opening a return further: two versions side by side, a cell down to the level below, figures for a higher level."""

from __future__ import annotations

from uuid import UUID

from kernel.errors import NotFound
from kernel.work import Work
from reporting.returns import forms, reading, repository, showing
from reporting.returns.models import StatisticalReturn
from reporting.returns.sheet import numbers_of, shown, stored
from reporting.returns.views import CellDrill, Comparison, PartRow, Statistics
from supervision.matters.views import Page
from tenants.access import Target, authorize


async def compare(work: Work, return_id: UUID, before: int, after: int | None = None) -> Comparison:
    """Version `before` beside version `after`, or beside what is shown now. Raises NotFound."""
    older = await reading.shown(work, return_id, before)
    newer = await reading.shown(work, return_id, after)
    if newer.version is None and not newer.sheet.cells:
        raise NotFound
    labels = (f"第 {before} 版", f"第 {newer.version.number} 版" if newer.version else "当前填报")
    return showing.comparison(older.head, older.form, labels, (older.sheet, newer.sheet))


async def drill(work: Work, return_id: UUID, code: str, number: int | None = None) -> CellDrill:
    """A cell with what each lower unit gave to it, cut to what the reader may see: a lower return can be opened where
    the reader is one of its levels above. Raises NotFound, also for a cell that the form does not have."""
    seen = await reading.shown(work, return_id, number)
    cell = seen.form.cells.get(code)
    if cell is None or not seen.sheet.cells:
        raise NotFound
    heads = {
        str(h.id): h.accepted_version
        for h in await repository.below(work, seen.head.organ_id, seen.form.key, seen.head.period)
    }
    current = set(heads.items())
    parts: list[PartRow] = []
    for part, value in showing.part_values(seen.form, seen.sheet, code):
        row = showing.part_row(part, current, value)
        parts.append(row if part.return_id in heads else _closed(row))
    return CellDrill(
        return_id=seen.head.id,
        code=code,
        name=cell.name,
        unit=cell.unit,
        rule=cell.rule,
        own=shown(seen.sheet.own()[code], cell),
        total=shown(seen.sheet.total()[code], cell),
        parts=parts,
        missing=showing.missing_rows(seen.sheet),
        organ_id=seen.head.organ_id,
        period=seen.head.period,
        figures=list(cell.figures),
    )


def _closed(row: PartRow) -> PartRow:
    return PartRow(organ=row.organ, return_id=None, version=row.version, state_label=row.state_label, value=row.value)


async def statistics(
    work: Work, form_key: str, period: str, *, after: UUID | None = None, limit: int = 50
) -> Page[Statistics]:
    """The figures of the organs below and of the reader's own, version in force (else the newest), ordered by organ:
    what a higher level or the province reads. Raises Denied."""
    await authorize(work, "statistics", "export", Target(owner_id=work.organ_id))
    if form_key not in forms.known():
        raise NotFound
    heads = await repository.reported(work, form_key, period, after=after, limit=limit + 1)
    items = [made for head in heads[:limit] if (made := await _figures(work, head)) is not None]
    work.record(
        "export", "return", None, title=f"读取统计数据 {len(items)} 个单位", article="11(5)",
        detail={"form": form_key, "period": period},
    )  # fmt: skip
    return Page(items, str(heads[limit - 1].id) if len(heads) > limit else None)


async def _figures(work: Work, head: StatisticalReturn) -> Statistics | None:
    version = await repository.version(work, head.id, head.accepted_version or head.version)
    if version is None:
        return None
    form = forms.form_of(head.form_key, head.form_version)
    amounts = numbers_of(form, version.totals)
    values = {
        code: {"name": cell.name, "unit": cell.unit, "scale": cell.scale, "value": stored(amounts[code], cell)}
        for code, cell in form.cells.items()
    }
    return Statistics(
        form=head.form_key,
        form_version=head.form_version,
        period=head.period,
        organ_id=head.organ_id,
        organ_name=head.organ_name,
        version=version.number,
        accepted=version.number == head.accepted_version,
        stale=bool(head.stale),
        digest=version.digest,
        submitted_at=version.submitted_at,
        values=values,
    )

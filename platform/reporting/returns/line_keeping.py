"""A roll-up along a line that is kept, and taken along as a file. What is kept never changes; what it rests on may."""

from __future__ import annotations

from uuid import UUID

import msgspec

from kernel.errors import Stale
from kernel.work import Work
from reporting.returns import line, line_reading, repository
from reporting.returns.exports import FORMATS, Printed, checked_kind, made, mark_of
from tenants.access import Target, authorize

ARTICLE = "2(2)"


async def keep(work: Work, form_key: str, period: str) -> int:
    """Keep the roll-up of the work's own line as it stands. Returns its number; that of the newest one when nothing
    has changed since. Raises as `line.gather`; Stale when another one was kept at this moment."""
    await authorize(work, "return", "keep_line", Target(owner_id=work.organ_id))
    found = await line.gather(work, form_key, period, work.organ_id)
    kept = await repository.line_reports(work, found.form.key, found.period.key)
    if kept and kept[0].digest == found.digest():
        return kept[0].number
    sheet = found.sheet()
    number = kept[0].number + 1 if kept else 1
    row = await repository.add_line_report(
        work,
        form_key=found.form.key,
        form_version=found.form.header.version,
        period=found.period.key,
        number=number,
        own=line.builtins_of(found.own),
        parts=[msgspec.to_builtins(part) for part in found.parts],
        missing=found.missing,
        totals=sheet.given_up(),
        digest=found.digest(),
        kept_at=work.now,
        kept_by_name=work.actor.name if work.actor else "系统",
    )
    if row is None:
        raise Stale("刚刚有人留存了这张汇总，请查看后再办。")
    name = f"《{found.form.header.name}》（{found.period.label}）"
    work.record(
        "keep_line", "return", row, title=f"留存{name}条线汇总第 {number} 版",
        article=ARTICLE, detail={"number": number, "sha256": found.digest(), "returns": len(found.parts)},
    )  # fmt: skip
    return number


async def export(
    work: Work, form_key: str, period: str, kind: str, *, organ_id: UUID | None = None, number: int = 0
) -> tuple[str, bytes, str]:
    """(file name, content, media type) of the roll-up in the layout of the form, one row for each organ. Audited.
    Raises Invalid for an unknown format, and as `line.gather`."""
    checked_kind(kind)
    found = await line.gather(work, form_key, period, organ_id, "export")
    row = line_reading.chosen(await line_reading.kept_of(work, found), number)
    sheet = line_reading.sheet_shown(found, row)
    digest = row.digest if row else found.digest()
    standing = f"条线汇总{f'第 {number} 版' if number else ''}，校验值 {digest[:16]}"
    name = found.tree.name(found.organ_id)
    printed = Printed(
        form=sheet.form,
        period=found.period,
        organ_id=found.organ_id,
        organ=name,
        sheet=sheet,
        mark=mark_of(work, standing),
        below="条线下级单位",
        about={"reach": "line", "number": number, "digest": digest},
    )
    title = f"{found.form.header.name}（{found.period.label}）{name}条线汇总"
    work.record(
        "export", "return", None, title=f"导出{title}", article="规则:留痕", detail={"format": kind, "number": number}
    )
    return f"{title}.{kind}", made(printed, kind), FORMATS[kind]

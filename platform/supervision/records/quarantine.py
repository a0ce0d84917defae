"""Lines that could not be taken: what is wrong with them, and how they are put right (Art. 11(5)).

The sealed line is never shown whole. Its wrong fields are written anew, each by itself; what is personal among the
others stays masked, and what a person does not retype stays as it was sent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import msgspec

from kernel.errors import FieldError, IllegalTransition, Invalid, NotFound
from kernel.vault import mask_contact, mask_id, mask_name, vault
from kernel.work import Work
from supervision.matters.views import Page
from supervision.records import cells, repository
from supervision.records.cells import Column
from supervision.records.fields import CELLS, NESTED, SECRET, label, word
from supervision.records.importing import ARTICLE, take_batch
from supervision.records.models import QuarantinedRecord, RecordImport
from supervision.records.parsing import problems_of
from supervision.records.reach import KIND, target
from supervision.records.taking import said
from supervision.records.views import LineField, QuarantinedView, quarantined_view
from tenants.access import authorize

MOST_TOGETHER: Final = 200
SHOWN: Final = 200


async def quarantined(
    work: Work, *, state: str = "waiting", import_id: UUID | None = None, after: UUID | None = None, limit: int = 50
) -> Page[QuarantinedView]:
    """Lines that the work's organ sent and that could not be taken, the newest first. Raises Invalid, Denied."""
    await authorize(work, KIND, "read_imports", target(work, work.organ_id))
    if state not in ("waiting", "resubmitted", "discarded"):
        raise Invalid("请在待修正、已重新提交、已放弃中选择。", field="state")
    limit = max(1, min(limit, 100))
    rows = list(await repository.quarantined(work, state, import_id, after, limit + 1))
    more = len(rows) > limit
    shown = [quarantined_view(row) for row in rows[:limit]]
    return Page(items=shown, next=str(rows[limit - 1].id) if more else None)


async def line_view(work: Work, line_id: UUID) -> QuarantinedView:
    """One line with its fields. Raises NotFound, Denied."""
    await authorize(work, KIND, "read_imports", target(work, work.organ_id))
    row = await repository.get_quarantined(work, line_id)
    if row is None:
        raise NotFound
    return msgspec.structs.replace(quarantined_view(row), fields=_fields(row))


async def _entered(work: Work, line_id: UUID) -> QuarantinedRecord:
    """The line, locked, for who may deal with it."""
    await authorize(work, KIND, "import", target(work, work.organ_id))
    row = await repository.get_quarantined(work, line_id, lock=True)
    if row is None:
        raise NotFound
    return row


def _fields(row: QuarantinedRecord) -> list[LineField]:
    held = said(vault().open(row.raw_cipher).encode())
    reasons = {p["field"]: p["reason"] for p in row.problems}
    names = [*(n for n in reasons if n != "line"), *(n for n in held if n not in reasons)]
    return [_field(name, held.get(name), reasons.get(name, ""), held) for name in names]


def _field(name: str, value: Any, reason: str, held: Mapping[str, Any]) -> LineField:
    text = _as_text(name, value)
    personal = name in SECRET or (name == "party_name" and held.get("party_kind") in ("citizen", "公民"))
    if personal:
        masked = {"party_id_no": mask_id, "party_name": mask_name}.get(name, mask_contact)(text)
    return LineField(
        name=name[:64],
        label=label(name)[:64],
        text="" if personal else text[:SHOWN],
        shown=(masked if personal else text)[:SHOWN],
        reason=reason,
        editable=name in CELLS and name not in NESTED,
        personal=personal,
    )


def _as_text(name: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "；".join(_as_text(name, one) for one in value)
    if isinstance(value, dict):
        return " ".join(str(v) for v in value.values())
    return word(name, str(value))


async def resubmit(work: Work, line_id: UUID, changes: Mapping[str, str]) -> UUID:
    """Send a line again with changed fields: texts as in a table, amounts in fen; an empty text takes the field out.
    Returns the import that took it.

    Raises Invalid with every field that is still wrong (the line then stays as it was), IllegalTransition when it was
    dealt with already, NotFound, Denied.
    """
    row = await _entered(work, line_id)
    _waiting(row)
    held = said(vault().open(row.raw_cipher).encode())
    if not held:
        raise Invalid("这一行不能按字段修改，请改正文件后重新上传。", field="line", article=ARTICLE)
    line = _changed(held, changes)
    sent = await repository.lock_import(work, row.import_id)
    assert sent is not None, "a foreign key holds it"
    if "version" not in line and sent.stamp:
        line["version"] = sent.stamp
    raw = msgspec.json.encode(line)
    result = await take_batch(work, source=sent.source, records=[raw])
    if result.quarantined:
        wrong = await _still_wrong(work, result.import_id)
        raise Invalid("有字段仍然不能导入。", errors=wrong, article=ARTICLE)
    await _handled(work, row, sent, "resubmitted", "修改后重新提交")
    return result.import_id


def _changed(held: dict[str, Any], changes: Mapping[str, str]) -> dict[str, Any]:
    line, wrong = dict(held), []
    for name, text in changes.items():
        if name not in CELLS or name in NESTED:
            raise Invalid("没有这个字段，或者不能在这里修改。", field=name[:64], article=ARTICLE)
        line.pop(name, None)
        if not text.strip():
            continue
        try:
            line[name] = cells.value(Column(name), text.strip())
        except Invalid as error:
            wrong.append(FieldError(name, error.message))
    known = {name: value for name, value in line.items() if name in CELLS or name in NESTED}
    wrong += [w for w in problems_of(known) if w.field not in {e.field for e in wrong}] if wrong else []
    if wrong:
        raise Invalid("有字段仍然不能导入。", errors=wrong, article=ARTICLE)
    return known


async def _still_wrong(work: Work, import_id: UUID) -> list[FieldError]:
    rows = await repository.quarantined(work, "waiting", import_id, None, 1)
    return [FieldError(p["field"], p["reason"]) for row in rows for p in row.problems]


def _waiting(row: QuarantinedRecord) -> None:
    if row.state != "waiting":
        raise IllegalTransition("这一行已经处理过。", article=ARTICLE)


async def discard(work: Work, line_ids: Sequence[UUID], note: str) -> int:
    """Give lines up, with the reason. Returns how many; those dealt with already stay. Raises Invalid, NotFound."""
    if len(note.strip()) < 4:
        raise Invalid("请写明放弃的原因，不少于 4 个字。", field="note", article=ARTICLE)
    if not 1 <= len(line_ids) <= MOST_TOGETHER:
        raise Invalid(f"请选择 1 至 {MOST_TOGETHER} 行。", field="ids", article=ARTICLE)
    done = 0
    for line_id in dict.fromkeys(line_ids):
        row = await _entered(work, line_id)
        if row.state != "waiting":
            continue
        sent = await repository.lock_import(work, row.import_id)
        assert sent is not None, "a foreign key holds it"
        await _handled(work, row, sent, "discarded", note.strip())
        done += 1
    return done


async def _handled(work: Work, row: QuarantinedRecord, sent: RecordImport, state: str, note: str) -> None:
    row.state, row.note, row.handled_at = state, note[:500], work.now
    row.handled_by = work.actor.name if work.actor else "系统"
    sent.waiting -= 1
    what = "重新提交" if state == "resubmitted" else "放弃"
    work.record(
        f"{state}_line", "quarantined_record", row.id, title=f"{what}待修正数据第 {row.line} 行", note=note[:500],
        article=ARTICLE,
    )  # fmt: skip
    await work.session.flush()

"""Officers from a workbook: all rows or none, small ones at once, big ones by a job that shows how far it is (Art. 10).

The rows lie sealed in the database until the end. Each pass of the job checks a part and commits how far it came; the
last one checks everything again on what the register holds by then, and writes it in one transaction.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import insert, select

from kernel.errors import NotFound, TooLarge
from kernel.ids import new_id
from kernel.vault import mask_id, vault
from kernel.work import Work
from tenants.access import Target, authorize
from tenants.organs.sheets import MAX_BYTES
from tenants.registers import repository, workbook
from tenants.registers.commands import OfficerInput
from tenants.registers.models import Officer, RegisterImport
from tenants.registers.workbook import Entry, Problem, Sheet
from tenants.staff.models import Account, Person

JOB = "check_register_import"
AT_ONCE = 500
"""Rows that a request imports by itself."""
PART = 2_500
"""Rows that one pass of the job checks."""
KEPT = 1_000
"""Problems that are kept for the report."""
ARTICLE = "10"


class ImportView(msgspec.Struct, frozen=True, kw_only=True):
    """An import as its page shows it."""

    id: UUID
    file_name: str
    state: str
    """checking, done or refused."""
    rows: int
    checked: int
    added: int
    changed: int
    problem_count: int
    problems: list[Problem]
    """The first wrong cells."""
    started_by: str


async def begin_import(work: Work, file_name: str, data: bytes) -> RegisterImport:
    """Take a workbook in. A small one is imported, or refused with its problems, when this returns.

    Raises Invalid for what is no such workbook, TooLarge, Denied.
    """
    await authorize(work, "officer", "import", Target(owner_id=work.organ_id))
    if len(data) > MAX_BYTES:
        raise TooLarge(f"工作簿超过 {MAX_BYTES // 1_000_000} MB。", field="file")
    sheet = await asyncio.to_thread(workbook.read, data)
    row = RegisterImport(
        city_id=work.city_id,
        id=new_id(),
        organ_id=work.organ_id,
        file_name=file_name[:120],
        content=vault().seal(msgspec.json.encode(sheet).decode()),
        state="checking",
        rows=len(sheet.rows),
        checked=0,
        added=0,
        changed=0,
        problem_count=0,
        problems=[],
        started_by=work.actor.name if work.actor else "系统",
        started_at=work.now,
    )
    work.session.add(row)
    work.record(
        "begin_import",
        "register_import",
        row.id,
        title=f"提交执法人员导入表，共 {row.rows} 行",
        note=row.file_name,
        article=ARTICLE,
    )
    await work.session.flush()
    if row.rows <= AT_ONCE:
        await _finish(work, row, sheet)
    else:
        work.enqueue(JOB, {"import_id": str(row.id)})
    return row


async def continue_import(work: Work, import_id: UUID) -> None:
    """Check the next part of an import, or end it; the job calls itself until then. Does nothing to an ended one."""
    row = await _locked(work, import_id)
    if row is None or row.state != "checking" or row.content is None:
        return
    sheet = msgspec.json.decode(vault().open(row.content), type=Sheet)
    if row.checked + PART >= row.rows:
        await _finish(work, row, sheet)
        return
    _, wrong = await asyncio.to_thread(workbook.parse, sheet, row.checked, row.checked + PART, work.today)
    row.checked += PART
    row.problem_count += len(wrong)
    work.enqueue(JOB, {"import_id": str(row.id)})
    await work.session.flush()


async def _locked(work: Work, import_id: UUID) -> RegisterImport | None:
    query = (
        select(RegisterImport)
        .where(
            RegisterImport.city_id == work.city_id,
            RegisterImport.organ_id == work.organ_id,
            RegisterImport.id == import_id,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return (await work.session.scalars(query)).one_or_none()


async def _finish(work: Work, row: RegisterImport, sheet: Sheet) -> None:
    # What the register holds is read before it is written.
    await repository.lock_register(work)
    entries, wrong = await asyncio.to_thread(workbook.parse, sheet, 0, row.rows, work.today)
    held = await _held(work)
    accounts = await _accounts(work, entries)
    hashes = await asyncio.to_thread(lambda: [vault().lookup(e.officer.citizen_id) for e in entries])
    bearers = {f.person_id: f.citizen_hash for f in held.values() if f.person_id and f.left_on is None}
    for entry, known in zip(entries, hashes, strict=True):
        wrong += _against(sheet, entry, held.get(known))
        wrong += _account(sheet, entry, accounts, known, bearers)
    row.checked, row.content, row.finished_at = row.rows, None, work.now
    row.problem_count = len(wrong)
    row.problems = [msgspec.structs.asdict(p) for p in wrong[:KEPT]]
    row.state = "refused" if wrong else "done"
    if not wrong:
        row.added, row.changed = await _write(work, entries, hashes, held, accounts)
    title = (
        f"导入表有 {row.problem_count} 处问题，全部未导入"
        if wrong
        else f"导入执法人员 {row.rows} 人，新增 {row.added} 人，更新 {row.changed} 人"
    )
    work.record("import", "register_import", row.id, title=title, note=f"{row.started_by}提交", article=ARTICLE)
    await work.session.flush()


async def _held(work: Work) -> dict[bytes, Officer]:
    """The organ's whole register by the hash of the citizen id."""
    query = select(Officer).where(Officer.city_id == work.city_id, Officer.organ_id == work.organ_id)
    return {file.citizen_hash: file for file in (await work.session.scalars(query)).all()}


async def _accounts(work: Work, entries: Sequence[Entry]) -> dict[str, Person]:
    names = [e.officer.username for e in entries if e.officer.username]
    if not names:
        return {}
    query = (
        select(Account.username, Person)
        .join(Person, (Person.city_id == Account.city_id) & (Person.id == Account.person_id))
        .where(Account.city_id == work.city_id, Account.organ_id == work.organ_id, Account.username.in_(names))
    )
    return {row[0]: row[1] for row in await work.session.execute(query)}


def _against(sheet: Sheet, entry: Entry, file: Officer | None) -> list[Problem]:
    """What is wrong with a row in view of the file that it belongs to."""
    found, officer = [], entry.officer
    if file is not None and file.name != officer.name:
        said = "与在册档案的姓名不一致，请先在档案中核对。"
        found.append(workbook.problem(sheet, entry.number, "name", officer.name, said))
    if file is not None and file.left_on is not None and officer.joined_on < file.left_on:
        said = "重新到岗的日期不能早于离岗日期。"
        found.append(workbook.problem(sheet, entry.number, "joined_on", officer.joined_on.isoformat(), said))
    return found


def _account(
    sheet: Sheet, entry: Entry, accounts: dict[str, Person], known: bytes, bearers: dict[UUID, bytes]
) -> list[Problem]:
    """What is wrong with the account of a row; `bearers` says whose file each person's is, and grows with the rows."""
    officer = entry.officer
    if not officer.username:
        return []
    person = accounts.get(officer.username)
    said = ""
    if person is None:
        said = "本单位没有这个登录账号。"
    elif person.name != officer.name or person.citizen_hash not in (None, known):
        said = "该账号属于另一人，请核对姓名和账号。"
    elif bearers.setdefault(person.id, known) != known:
        said = "该账号已关联另一份档案。"
    return [workbook.problem(sheet, entry.number, "username", officer.username, said)] if said else []


async def _write(
    work: Work,
    entries: Sequence[Entry],
    hashes: Sequence[bytes],
    held: dict[bytes, Officer],
    accounts: dict[str, Person],
) -> tuple[int, int]:
    new: list[dict[str, Any]] = []
    changed = 0
    for entry, known in zip(entries, hashes, strict=True):
        person = accounts.get(entry.officer.username)
        values = _values(entry.officer, person)
        file = held.get(known)
        if file is not None:
            for name, value in values.items():
                setattr(file, name, value)
            file.left_on, file.left_reason, changed = None, "", changed + 1
            sealed = file.citizen_cipher
        else:
            sealed = vault().seal(entry.officer.citizen_id)
            mask = mask_id(entry.officer.citizen_id)
            new.append(
                {"person_id": None, **values, "citizen_cipher": sealed, "citizen_hash": known, "citizen_mask": mask}
            )
        if person is not None:
            person.citizen_cipher, person.citizen_hash = sealed, known
    await work.session.flush()
    if new:
        common = {"city_id": work.city_id, "organ_id": work.organ_id}
        await work.session.execute(insert(Officer), [{**common, "id": new_id(), **values} for values in new])
    return len(new), changed


def _values(entry: OfficerInput, person: Person | None) -> dict[str, Any]:
    linked = {} if person is None else {"person_id": person.id}
    return {
        **linked,
        "name": entry.name,
        "employment": entry.employment,
        "title": entry.title,
        "unit": entry.unit,
        "areas": list(entry.areas),
        "phone": entry.phone,
        "legal_qualification": entry.legal_qualification,
        "joined_on": entry.joined_on,
    }


async def import_view(work: Work, import_id: UUID) -> ImportView:
    """An import of the work's organ. Raises NotFound, Denied."""
    await authorize(work, "officer", "import", Target(owner_id=work.organ_id))
    row = await work.session.get(RegisterImport, (work.city_id, import_id))
    if row is None or row.organ_id != work.organ_id:
        raise NotFound
    return view_of(row)


def view_of(row: RegisterImport) -> ImportView:
    return ImportView(
        id=row.id,
        file_name=row.file_name,
        state=row.state,
        rows=row.rows,
        checked=row.checked,
        added=row.added,
        changed=row.changed,
        problem_count=row.problem_count,
        problems=[msgspec.convert(p, Problem) for p in row.problems],
        started_by=row.started_by,
    )


async def imports(work: Work, limit: int = 10) -> list[ImportView]:
    """The newest imports of the work's organ. Raises Denied."""
    await authorize(work, "officer", "import", Target(owner_id=work.organ_id))
    query = (
        select(RegisterImport)
        .where(RegisterImport.city_id == work.city_id, RegisterImport.organ_id == work.organ_id)
        .order_by(RegisterImport.id.desc())
        .limit(limit)
    )
    return [view_of(row) for row in (await work.session.scalars(query)).all()]

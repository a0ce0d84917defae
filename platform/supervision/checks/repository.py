"""Queries of rule models: the run itself, hits, switches, rates. Rows straight from the driver where there are many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, text, tuple_
from sqlalchemy.dialects.postgresql import insert

from kernel.ids import new_id
from kernel.work import Work
from supervision.checks.models import CheckGroup, CheckHit, CheckQuestion, CheckRun, CheckSwitch, PayeeAccount
from supervision.records.models import EnforcementRecord

LONGEST = text("set local statement_timeout = '15min'")
WITHOUT_JIT = text("set local jit = off")
"""Compiling a scan of fifty conditions to machine code takes longer than the scan of a batch."""

MEMORY = text("set local work_mem = '64MB'")


WITHOUT_LOOPS = text("set local enable_nestloop = off")


async def prepare(work: Work) -> None:
    """Let the statements of a run take their time; for the rest of the transaction."""
    await work.session.execute(LONGEST)
    await work.session.execute(WITHOUT_JIT)
    await work.session.execute(MEMORY)


async def expect_many(work: Work) -> None:
    """For the rest of the transaction nothing is gone through for each row of something else. What a run found is
    compared with the hits that stand there, and the planner, which knows the number of neither, would do that: with
    200,000 hits found again it had not ended after six minutes, and takes sixteen seconds without."""
    await work.session.execute(WITHOUT_LOOPS)


async def execute(work: Work, statement: str, values: Mapping[str, Any]) -> tuple[int, int, int]:
    """Run a compiled statement: hits there are, rows written, rows taken back."""
    await work.session.flush()
    connection = await work.session.connection()
    row: Sequence[Any] = (await connection.exec_driver_sql(statement, dict(values))).one()
    return int(row[0]), int(row[1]), int(row[2])


async def count_records(work: Work, import_id: UUID | None, organs: Sequence[UUID] = ()) -> int:
    """Records of the work's body, or those of one import among them."""
    query = select(func.count()).where(
        EnforcementRecord.city_id == work.city_id, EnforcementRecord.body_id == work.organ_id
    )
    if import_id is not None:
        query = query.where(EnforcementRecord.organ_id.in_(organs), EnforcementRecord.import_id == import_id)
    return await work.session.scalar(query) or 0


async def bodies_of_import(work: Work, import_id: UUID, organs: Sequence[UUID]) -> dict[UUID, list[UUID]]:
    """Body → the organs whose records an import brought, as far as the work's organ may see them."""
    query = (
        select(EnforcementRecord.body_id, EnforcementRecord.organ_id)
        .where(
            EnforcementRecord.city_id == work.city_id,
            EnforcementRecord.organ_id.in_(organs),
            EnforcementRecord.import_id == import_id,
        )
        .distinct()
    )
    found: dict[UUID, list[UUID]] = {}
    for body_id, organ_id in await work.session.execute(query):
        if body_id is not None:
            found.setdefault(body_id, []).append(organ_id)
    return found


async def keep_run(work: Work, run: Mapping[str, Any]) -> None:
    """Keep what a run did; the same batch or day once."""
    values = {"city_id": work.city_id, "organ_id": work.organ_id, "id": new_id(), **run}
    statement = insert(CheckRun).values(values)
    await work.session.execute(
        statement.on_conflict_do_update(
            index_elements=["city_id", "organ_id", "scope", "key"],
            set_={name: statement.excluded[name] for name in run if name not in ("scope", "key")},
        )
    )


async def last_run(work: Work) -> CheckRun | None:
    query = (
        select(CheckRun)
        .where(CheckRun.city_id == work.city_id, CheckRun.organ_id == work.organ_id)
        .order_by(CheckRun.finished_at.desc(), CheckRun.id.desc())
        .limit(1)
    )
    return (await work.session.scalars(query)).one_or_none()


async def tallies(work: Work) -> Mapping[str, list[tuple[str, str, int]]]:
    """Rule → (state, reason, hits) of the work's organ."""
    query = (
        select(CheckHit.rule, CheckHit.state, CheckHit.reason_code, func.count())
        .where(CheckHit.city_id == work.city_id, CheckHit.organ_id == work.organ_id)
        .group_by(CheckHit.rule, CheckHit.state, CheckHit.reason_code)
    )
    found: dict[str, list[tuple[str, str, int]]] = {}
    for rule, state, code, number in await work.session.execute(query):
        found.setdefault(rule, []).append((state, code, number))
    return found


async def switches(work: Work) -> list[CheckSwitch]:
    query = select(CheckSwitch).where(CheckSwitch.city_id == work.city_id, CheckSwitch.organ_id == work.organ_id)
    return list((await work.session.scalars(query.order_by(CheckSwitch.rule, CheckSwitch.line))).all())


async def switch(work: Work, rule: str, line: str) -> CheckSwitch | None:
    query = select(CheckSwitch).where(
        CheckSwitch.city_id == work.city_id,
        CheckSwitch.organ_id == work.organ_id,
        CheckSwitch.rule == rule,
        CheckSwitch.line == line,
    )
    return (await work.session.scalars(query.with_for_update())).one_or_none()


def _own(work: Work) -> list[ColumnElement[bool]]:
    return [CheckHit.city_id == work.city_id, CheckHit.organ_id == work.organ_id]


async def get(work: Work, hit_id: UUID) -> CheckHit | None:
    """A hit that row-level security shows: the organ's own, or one in its read scope."""
    return await work.session.get(CheckHit, (work.city_id, hit_id))


async def own(work: Work, ids: Sequence[UUID]) -> list[CheckHit]:
    query = select(CheckHit).where(*_own(work), CheckHit.id.in_(ids)).order_by(CheckHit.place, CheckHit.id)
    return list((await work.session.scalars(query)).all())


async def lock(work: Work, ids: Sequence[UUID]) -> list[CheckHit]:
    """Own hits, locked in one order."""
    query = select(CheckHit).where(*_own(work), CheckHit.id.in_(ids)).order_by(CheckHit.id).with_for_update()
    return list((await work.session.scalars(query.execution_options(populate_existing=True))).all())


async def of_subject(work: Work, organ_id: UUID, subject_ids: Sequence[UUID]) -> list[CheckHit]:
    """Every hit in some records, the gravest first."""
    query = (
        select(CheckHit)
        .where(CheckHit.city_id == work.city_id, CheckHit.organ_id == organ_id, CheckHit.subject_id.in_(subject_ids))
        .order_by(CheckHit.place, CheckHit.id)
        .limit(1000)
    )
    return list((await work.session.scalars(query)).all())


async def page(
    work: Work,
    filters: Mapping[str, Any],
    *,
    after: tuple[int, UUID] | None,
    limit: int,
) -> list[CheckHit]:
    """Own hits in the order of the list. `filters`: state always, severity, rule, subject_organ_id."""
    query = select(CheckHit).where(*_own(work))
    for name, value in filters.items():
        if value:
            query = query.where(getattr(CheckHit, name) == value)
    if after is not None:
        query = query.where(tuple_(CheckHit.place, CheckHit.id) > tuple_(*after))
    return list((await work.session.scalars(query.order_by(CheckHit.place, CheckHit.id).limit(limit))).all())


async def ranked(work: Work, state: str, *, after: tuple[int, UUID] | None, limit: int) -> list[CheckHit]:
    """Own outliers, the farthest first."""
    query = select(CheckHit).where(*_own(work), CheckHit.state == state, CheckHit.score.is_not(None))
    if after is not None:
        query = query.where(tuple_(CheckHit.score, CheckHit.id) < tuple_(*after))
    return list(
        (await work.session.scalars(query.order_by(CheckHit.score.desc(), CheckHit.id.desc()).limit(limit))).all()
    )


async def question(work: Work, question_id: UUID, *, lock: bool = False) -> CheckQuestion | None:
    """A question that the work's organ asks or is asked. `lock`: its own alone."""
    query = select(CheckQuestion).where(CheckQuestion.city_id == work.city_id, CheckQuestion.id == question_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return (await work.session.scalars(query)).one_or_none()


async def questions_of(work: Work, hit_id: UUID) -> list[CheckQuestion]:
    """Own questions about a hit, the newest first."""
    query = select(CheckQuestion).where(
        CheckQuestion.city_id == work.city_id,
        CheckQuestion.organ_id == work.organ_id,
        CheckQuestion.hit_id == hit_id,
    )
    return list((await work.session.scalars(query.order_by(CheckQuestion.id.desc()).limit(20))).all())


async def questions_to(work: Work, after: UUID | None, limit: int) -> list[CheckQuestion]:
    """Questions to the work's organ, the newest first."""
    query = select(CheckQuestion).where(CheckQuestion.city_id == work.city_id, CheckQuestion.asked_id == work.organ_id)
    if after is not None:
        query = query.where(CheckQuestion.id < after)
    return list((await work.session.scalars(query.order_by(CheckQuestion.id.desc()).limit(limit))).all())


async def unanswered(work: Work, limit: int) -> list[CheckQuestion]:
    """Questions to the work's organ that wait for an answer, the earliest day first."""
    query = select(CheckQuestion).where(
        CheckQuestion.city_id == work.city_id,
        CheckQuestion.asked_id == work.organ_id,
        CheckQuestion.answered_at.is_(None),
    )
    return list((await work.session.scalars(query.order_by(CheckQuestion.due_on, CheckQuestion.id).limit(limit))).all())


async def late(work: Work, limit: int) -> list[CheckQuestion]:
    """Own questions without an answer whose day has passed, the earliest day first."""
    query = select(CheckQuestion).where(
        CheckQuestion.city_id == work.city_id,
        CheckQuestion.organ_id == work.organ_id,
        CheckQuestion.answered_at.is_(None),
        CheckQuestion.due_on < work.today,
    )
    return list((await work.session.scalars(query.order_by(CheckQuestion.due_on, CheckQuestion.id).limit(limit))).all())


async def record(work: Work, record_id: UUID) -> EnforcementRecord | None:
    return await work.session.get(EnforcementRecord, (work.city_id, record_id))


async def group_of(work: Work, organ_id: UUID, facts: Mapping[str, Any]) -> CheckGroup | None:
    """The like cases of an outlier, as the last run saw them."""
    query = select(CheckGroup).where(
        CheckGroup.city_id == work.city_id,
        CheckGroup.organ_id == organ_id,
        CheckGroup.cause == facts["cause"],
        CheckGroup.tier == facts["tier"],
        CheckGroup.citizen == facts["citizen"],
        CheckGroup.year == facts["year"],
    )
    return (await work.session.scalars(query)).one_or_none()


async def records(work: Work, ids: Sequence[UUID]) -> dict[UUID, EnforcementRecord]:
    """Those of the records that the reader may see."""
    query = select(EnforcementRecord).where(EnforcementRecord.city_id == work.city_id, EnforcementRecord.id.in_(ids))
    return {row.id: row for row in await work.session.scalars(query)}


async def accounts(work: Work) -> list[PayeeAccount]:
    query = select(PayeeAccount).where(PayeeAccount.city_id == work.city_id, PayeeAccount.organ_id == work.organ_id)
    return list((await work.session.scalars(query.order_by(PayeeAccount.account))).all())

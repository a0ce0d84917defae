"""Queries on reports and decisions, and on what of a matter they rest on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Select, func, select, tuple_

from kernel.db import CityRow
from kernel.errors import NotFound
from kernel.work import Work
from supervision.decisions.models import BlockedItem, Decision, DecisionItem, GovernmentReport
from supervision.decisions.states import LIVE_REPORT_STATES
from supervision.matters.models import Act, Finding, Matter, Remedy
from tenants.organs.reach import merged

R = TypeVar("R", bound=CityRow)


async def get(work: Work, model: type[R], row_id: UUID) -> R:
    """The row. Raises NotFound outside the reader's scope."""
    found = await work.session.get(model, (work.city_id, row_id))
    if found is None:
        raise NotFound
    return found


async def lock(work: Work, model: type[R], row_id: UUID) -> R:
    """The row as it is now, locked until the transaction ends. The work acts as the row's own organ."""
    await work.session.flush()
    query = (
        select(model)
        .where(model.city_id == work.city_id, model.id == row_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    found = (await work.session.scalars(query)).one_or_none()
    if found is None:
        raise NotFound
    return found


async def _all(work: Work, query: Select[R]) -> list[R]:
    return list((await work.session.scalars(query)).all())


async def live_report(work: Work, matter_id: UUID) -> GovernmentReport | None:
    """The report of a matter that is drafted, sent or returned; there is at most one."""
    query = select(GovernmentReport).where(
        GovernmentReport.city_id == work.city_id,
        GovernmentReport.matter_id == matter_id,
        GovernmentReport.state.in_(LIVE_REPORT_STATES),
    )
    return (await work.session.scalars(query)).one_or_none()


async def reports_of_matter(work: Work, matter_id: UUID) -> list[GovernmentReport]:
    """Oldest first."""
    return await _all(
        work,
        select(GovernmentReport)
        .where(GovernmentReport.city_id == work.city_id, GovernmentReport.matter_id == matter_id)
        .order_by(GovernmentReport.created_at, GovernmentReport.id),
    )


async def reports_on(work: Work, instrument_id: UUID) -> list[GovernmentReport]:
    return await _all(
        work,
        select(GovernmentReport)
        .where(GovernmentReport.city_id == work.city_id, GovernmentReport.instrument_id == instrument_id)
        .order_by(GovernmentReport.created_at, GovernmentReport.id),
    )


async def list_reports(
    work: Work, states: Collection[str], after: tuple[datetime, UUID] | None, limit: int
) -> list[GovernmentReport]:
    """Reports of the reader's scope, newest first, from a place in that order on."""
    query = select(GovernmentReport).where(
        GovernmentReport.city_id == work.city_id, GovernmentReport.state.in_(list(states))
    )
    moment = func.coalesce(GovernmentReport.sent_at, GovernmentReport.created_at)
    if after is not None:
        query = query.where(tuple_(moment, GovernmentReport.id) < after)
    return await _all(work, merged(work, query, GovernmentReport.organ_id, (moment, GovernmentReport.id), limit))


async def count_reports(work: Work, states: Collection[str], government_id: UUID | None = None) -> int:
    query = (
        select(func.count())
        .select_from(GovernmentReport)
        .where(GovernmentReport.city_id == work.city_id, GovernmentReport.state.in_(list(states)))
    )
    if government_id is not None:
        query = query.where(GovernmentReport.government_id == government_id)
    else:
        query = query.where(GovernmentReport.organ_id == work.organ_id)
    return await work.session.scalar(query) or 0


async def list_decisions(
    work: Work, states: Collection[str], after: tuple[datetime, UUID] | None, limit: int
) -> list[Decision]:
    """The reader's own decisions and, for a supervision body, those of its government, the latest first."""
    found: dict[UUID, Decision] = {}
    for mine in (Decision.organ_id == work.organ_id, Decision.body_id == work.organ_id):
        query = select(Decision).where(Decision.city_id == work.city_id, mine, Decision.state.in_(list(states)))
        if after is not None:
            query = query.where(tuple_(Decision.decided_at, Decision.id) < after)
        query = query.order_by(Decision.decided_at.desc(), Decision.id.desc()).limit(limit)
        found |= {row.id: row for row in await _all(work, query)}
    return sorted(found.values(), key=lambda row: (row.decided_at, row.id), reverse=True)[:limit]


async def decisions_of_matter(work: Work, matter_id: UUID) -> list[Decision]:
    return await _all(
        work,
        select(Decision)
        .where(Decision.city_id == work.city_id, Decision.matter_id == matter_id)
        .order_by(Decision.decided_at, Decision.id),
    )


async def decision_by_instrument(work: Work, instrument_id: UUID) -> Decision | None:
    query = select(Decision).where(Decision.city_id == work.city_id, Decision.instrument_id == instrument_id)
    return (await work.session.scalars(query)).one_or_none()


async def decision_of_report(work: Work, report_id: UUID) -> Decision | None:
    query = select(Decision).where(Decision.city_id == work.city_id, Decision.report_id == report_id)
    return (await work.session.scalars(query)).one_or_none()


async def items(work: Work, decision_ids: Iterable[UUID]) -> list[DecisionItem]:
    return await _all(
        work,
        select(DecisionItem)
        .where(DecisionItem.city_id == work.city_id, DecisionItem.decision_id.in_(list(decision_ids)))
        .order_by(DecisionItem.decision_id, DecisionItem.no),
    )


async def blocked_items(work: Work, decision_id: UUID) -> list[BlockedItem]:
    return await _all(
        work,
        select(BlockedItem)
        .where(BlockedItem.city_id == work.city_id, BlockedItem.decision_id == decision_id)
        .order_by(BlockedItem.created_at, BlockedItem.id),
    )


async def matter(work: Work, matter_id: UUID) -> Matter:
    return await get(work, Matter, matter_id)


async def findings(work: Work, matter_id: UUID) -> list[Finding]:
    return await _all(
        work,
        select(Finding)
        .where(Finding.city_id == work.city_id, Finding.matter_id == matter_id)
        .order_by(Finding.no)
        .execution_options(populate_existing=True),
    )


async def acts(work: Work, matter_id: UUID) -> dict[UUID, Act]:
    rows: Sequence[Act] = await _all(
        work, select(Act).where(Act.city_id == work.city_id, Act.matter_id == matter_id).order_by(Act.no)
    )
    return {row.id: row for row in rows}


async def remedies(work: Work, matter_id: UUID) -> list[Remedy]:
    return await _all(
        work,
        select(Remedy)
        .where(Remedy.city_id == work.city_id, Remedy.matter_id == matter_id)
        .order_by(Remedy.filed_on, Remedy.id),
    )

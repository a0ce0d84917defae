"""Light queries over every part of supervision, for what one person has to look at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, ColumnElement, Select, Uuid, and_, any_, func, literal_column, or_, select
from sqlalchemy.dialects.postgresql import ARRAY

from kernel.clock import SHANGHAI, start_of_day
from kernel.errors import Invalid
from kernel.tallies import Asked
from kernel.work import Actor, Work
from supervision.clues.models import Clue
from supervision.deadlines.models import Deadline, DeadlineStep
from supervision.decisions.models import Decision, GovernmentReport
from supervision.escalation.models import EscalatedItem
from supervision.instruments.models import WAITING, Delivery, Extension, Instrument, Objection, Reply
from supervision.licensing.models import LicenceApplication
from supervision.matters.models import Handler, Matter

LIVE = ("open", "closing")
"""Matters that are being dealt with; suspended ones wait without a deadline."""


def mine(work: Work, person_id: UUID) -> ColumnElement[bool]:
    """Matters in which the person is a handler at present.

    As a list that is made once: a plan for all persons would take the handlers for many and compare each of the organ's
    matters with each of them.
    """
    held = select(Handler.matter_id).where(
        Handler.city_id == work.city_id, Handler.person_id == person_id, Handler.ended_at.is_(None)
    )
    return Matter.id == any_(func.array(held.scalar_subquery(), type_=ARRAY(Uuid)))


def licences(work: Work, actor: Actor) -> Select[Any]:
    """Applications for certificates that the leader decides on, without those that he applied for or checked."""
    return (
        select(LicenceApplication)
        .where(
            LicenceApplication.city_id == work.city_id,
            LicenceApplication.department_id == work.organ_id,
            LicenceApplication.state.in_(("checked", "approved")),
            LicenceApplication.checked_by.is_distinct_from(actor.person_id),
            LicenceApplication.applied_by.is_distinct_from(actor.person_id),
        )
        .order_by(LicenceApplication.applied_on, LicenceApplication.id)
    )


def of_organ(asked: Asked) -> ColumnElement[bool]:
    return and_(Matter.city_id == asked.city_id, Matter.organ_id == asked.organ_id)


def span(column: Any, key: str, today: date, near: date) -> ColumnElement[bool]:
    """overdue, today, near (after today, up to the day `near`) or far, as a condition on a day."""
    conditions: dict[str, ColumnElement[bool]] = {
        "overdue": column < today,
        "today": column == today,
        "near": and_(column > today, column <= near),
        "far": column > near,
    }
    if key not in conditions:
        raise Invalid("请在逾期、今日到期、3个工作日内到期和其余期限中选择。", field="due")
    return conditions[key]


async def count_matters(work: Work, **conditions: ColumnElement[bool]) -> dict[str, int]:
    """Several counts over the organ's matters that are not ended, in one query."""
    columns = [func.count().filter(condition).label(key) for key, condition in conditions.items()]
    row = (await work.session.execute(select(*columns).where(of_organ(work), Matter.live))).one()
    return dict(zip(conditions, row, strict=True))


async def todo(work: Work, until: date, *more: ColumnElement[bool], limit: int) -> list[Matter]:
    """Live matters whose nearest end lies on or before a day, the most overdue first."""
    query = select(Matter).where(
        of_organ(work), Matter.live, Matter.state.in_(LIVE), Matter.next_due_on <= until, *more
    )
    return list((await work.session.scalars(query.order_by(Matter.next_due_on, Matter.id).limit(limit))).all())


async def handled(work: Work, person_id: UUID, matter_ids: Sequence[UUID]) -> set[UUID]:
    """Those of the matters in which the person is a handler."""
    query = select(Handler.matter_id).where(
        Handler.city_id == work.city_id,
        Handler.person_id == person_id,
        Handler.ended_at.is_(None),
        Handler.matter_id.in_(matter_ids),
    )
    return set((await work.session.scalars(query)).all())


async def nearest(work: Work, matters: Sequence[Matter]) -> dict[UUID, Deadline]:
    """The deadline of each matter that ends on its nearest day."""
    if not matters:
        return {}
    ends = {m.id: m.next_due_on for m in matters}
    query = select(Deadline).where(
        Deadline.city_id == work.city_id, Deadline.matter_id.in_(ends), Deadline.state.in_(("running", "lapsed"))
    )
    found: dict[UUID, Deadline] = {}
    for deadline in await work.session.scalars(query.order_by(Deadline.ladder.desc(), Deadline.created_at)):
        if deadline.matter_id is not None and deadline.due_on == ends[deadline.matter_id]:
            found.setdefault(deadline.matter_id, deadline)
    return found


def running_of(work: Work, matter_id: UUID) -> Select[Any]:
    """The running deadlines of a matter, the nearest end first."""
    return (
        select(Deadline)
        .where(
            Deadline.city_id == work.city_id,
            Deadline.matter_id == matter_id,
            Deadline.state.in_(("running", "lapsed")),
        )
        .order_by(Deadline.due_on, Deadline.id)
    )


async def steps_taken(work: Work, deadlines: Iterable[Deadline]) -> dict[UUID, set[str]]:
    """Keys of the steps taken in the present round of each deadline."""
    rounds = {d.id: d.round for d in deadlines}
    query = select(DeadlineStep.deadline_id, DeadlineStep.round, DeadlineStep.step).where(
        DeadlineStep.city_id == work.city_id, DeadlineStep.deadline_id.in_(rounds)
    )
    found: dict[UUID, set[str]] = {key: set() for key in rounds}
    for deadline_id, round_, step in await work.session.execute(query):
        if rounds[deadline_id] == round_:
            found[deadline_id].add(step)
    return found


async def by_month(work: Work, first: date) -> tuple[dict[str, int], dict[str, int]]:
    """Matters opened and closed by month (``2026-10``), from the day `first` on."""
    found = []
    for column in (Matter.opened_on, Matter.closed_on):
        month = func.to_char(column, "YYYY-MM")
        rows = await work.session.execute(
            select(month, func.count()).where(of_organ(work), column >= first).group_by(month)
        )
        found.append({row[0]: row[1] for row in rows})
    return found[0], found[1]


async def rows(work: Work, query: Select[Any]) -> list[Any]:
    return list((await work.session.scalars(query)).all())


def instruments_to_sign(work: Work, actor: Actor) -> Select[Any]:
    """Documents that wait for a leader who did not draft them."""
    return (
        select(Instrument)
        .where(
            Instrument.city_id == work.city_id,
            Instrument.organ_id == work.organ_id,
            or_(
                and_(Instrument.state == "in_approval", Instrument.drafted_by.not_in((actor.person_id, actor.post_id))),
                Instrument.state == "approved",
            ),
        )
        .order_by(Instrument.submitted_at, Instrument.id)
    )


def reports_to_send(work: Work, actor: Actor) -> Select[Any]:
    drafter = GovernmentReport.drafted_by
    return (
        select(GovernmentReport)
        .where(
            GovernmentReport.city_id == work.city_id,
            GovernmentReport.organ_id == work.organ_id,
            GovernmentReport.state.in_(("draft", "returned")),
            or_(drafter.is_(None), drafter.not_in((actor.person_id, actor.post_id))),
        )
        .order_by(GovernmentReport.created_at, GovernmentReport.id)
    )


def reports_to_decide(work: Work) -> Select[Any]:
    return (
        select(GovernmentReport)
        .where(
            GovernmentReport.city_id == work.city_id,
            GovernmentReport.government_id == work.organ_id,
            GovernmentReport.state == "reported",
        )
        .order_by(GovernmentReport.sent_at, GovernmentReport.id)
    )


def matters_in(work: Work, state: str) -> Select[Any]:
    return (
        select(Matter).where(of_organ(work), Matter.live, Matter.state == state).order_by(Matter.created_at, Matter.id)
    )


def clues_to_dismiss(work: Work, actor: Actor) -> Select[Any]:
    return (
        select(Clue)
        .where(
            Clue.city_id == work.city_id,
            Clue.organ_id == work.organ_id,
            Clue.state.in_(("new", "accepted")),
            Clue.dismissal_proposed_by.is_not(None),
            Clue.dismissal_proposed_by.not_in((actor.person_id, actor.post_id)),
        )
        .order_by(Clue.next_due_on, Clue.id)
    )


def requests_to_decide(work: Work, model: type[Extension] | type[Objection], state: str) -> Any:
    return (
        select(model, Instrument.matter_id, Instrument.matter_title, Instrument.addressee_name)
        .join(Instrument, and_(Instrument.city_id == model.city_id, Instrument.id == model.instrument_id))
        .where(model.city_id == work.city_id, model.issuer_id == work.organ_id, model.state == state)
        .order_by(model.requested_at, model.id)
    )


async def objections_to_decisions(work: Work, actor: Actor) -> list[Any]:
    """Objections that wait for a leader of the government, without those to what the reader decided."""
    query = (
        select(Objection, Decision, Instrument.matter_title, Instrument.addressee_name)
        .join(Instrument, and_(Instrument.city_id == Objection.city_id, Instrument.id == Objection.instrument_id))
        .join(Decision, and_(Decision.city_id == Objection.city_id, Decision.instrument_id == Instrument.id))
        .where(
            Objection.city_id == work.city_id,
            Objection.issuer_id == work.organ_id,
            Objection.state == "raised",
            Decision.decided_by != actor.person_id,
        )
        .order_by(Objection.requested_at, Objection.id)
    )
    return list((await work.session.execute(query)).all())


async def replies_in_approval(work: Work) -> list[Any]:
    """Written reports that wait for the head of the organ, each with the document that it answers."""
    query = (
        select(Reply, Delivery.title, Delivery.number, Delivery.issuer_name)
        .join(Delivery, and_(Delivery.city_id == Reply.city_id, Delivery.id == Reply.delivery_id))
        .where(Reply.city_id == work.city_id, Reply.organ_id == work.organ_id, Reply.state == "in_approval")
        .order_by(Reply.created_at)
    )
    return list((await work.session.execute(query)).all())


def waiting_here() -> ColumnElement[bool]:
    """Still to open or to answer: in the words of the index that holds just these."""
    return literal_column(f"({WAITING})", Boolean())


async def received(work: Work, limit: int) -> list[Delivery]:
    """Documents that the organ has still to open or to answer, by their end; unopened ones first."""
    query = (
        select(Delivery)
        .where(
            Delivery.city_id == work.city_id,
            Delivery.addressee_id == work.organ_id,
            waiting_here(),
        )
        .order_by(Delivery.due_on.nulls_first(), Delivery.sent_at, Delivery.id)
        .limit(limit)
    )
    return list((await work.session.scalars(query)).all())


async def count_deliveries(work: Work, **conditions: ColumnElement[bool]) -> dict[str, int]:
    columns = [func.count().filter(condition).label(key) for key, condition in conditions.items()]
    query = select(*columns).where(
        Delivery.city_id == work.city_id,
        Delivery.addressee_id == work.organ_id,
        Delivery.state.in_(("sent", "served", "answered")),
    )
    return dict(zip(conditions, (await work.session.execute(query)).one(), strict=True))


async def count_government(work: Work) -> dict[str, int]:
    """What lies with a government: reports by state, its decisions that are being executed."""
    reports = select(GovernmentReport.state, func.count()).where(
        GovernmentReport.city_id == work.city_id, GovernmentReport.government_id == work.organ_id
    )
    found = {row[0]: row[1] for row in await work.session.execute(reports.group_by(GovernmentReport.state))}
    decisions = select(Decision.state, func.count()).where(
        Decision.city_id == work.city_id, Decision.organ_id == work.organ_id
    )
    done = {f"decision_{r[0]}": r[1] for r in await work.session.execute(decisions.group_by(Decision.state))}
    return found | done


async def count_body_matters(work: Work, body_id: UUID, today: date) -> tuple[int, int]:
    """Live matters of a government's supervision body, and how many of them are overdue."""
    late = func.count().filter(Matter.next_due_on < today)
    query = select(func.count(), late).where(
        Matter.city_id == work.city_id,
        Matter.organ_id == body_id,
        Matter.live,
        Matter.state.in_((*LIVE, "suspended")),
    )
    row = (await work.session.execute(query)).one()
    return row[0], row[1]


def month_start(day: date) -> datetime:
    """The first instant of the month of a day in Shanghai."""
    return start_of_day(day.replace(day=1)).astimezone(SHANGHAI)


def escalations(work: Work) -> Select[Any]:
    return (
        select(EscalatedItem)
        .where(
            EscalatedItem.city_id == work.city_id,
            EscalatedItem.organ_id == work.organ_id,
            EscalatedItem.handled_at.is_(None),
        )
        .order_by(EscalatedItem.raised_at, EscalatedItem.id)
    )

"""Queries on accountability cases and on what is exchanged about them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select, text

from kernel.db import CityRow
from kernel.errors import NotFound
from kernel.work import Work
from supervision.accountability.models import (
    AccountabilityAnswer,
    AccountabilityCase,
    AccountabilityNotice,
    AccountabilityReview,
    AccountabilityStatement,
)
from supervision.matters.models import Evidence
from tenants.organs.reach import merged
from tenants.registers.models import Certificate, Officer
from tenants.staff.models import Post

R = TypeVar("R", bound=CityRow)
LIVE = ("proposed", "notified", "decided", "served", "carried_out")
"""States of the partial index of open cases."""
ENDED = ("closed", "dropped", "not_upheld", "set_aside")


async def get(work: Work, model: type[R], row_id: UUID) -> R:
    """The row. Raises NotFound outside the reader's scope."""
    found = await work.session.get(model, (work.city_id, row_id))
    if found is None:
        raise NotFound
    return found


async def lock(work: Work, model: type[R], row_id: UUID) -> R:
    """The row as it is now, locked until the transaction ends. The work acts as the row's own organ."""
    query = (
        select(model)
        .where(model.city_id == work.city_id, model.id == row_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    await work.session.flush()
    found = (await work.session.scalars(query)).one_or_none()
    if found is None:
        raise NotFound
    return found


async def _all(work: Work, query: Select[R]) -> list[R]:
    return list((await work.session.scalars(query)).all())


def _of_view(query: Select[AccountabilityCase], view: str) -> Select[AccountabilityCase]:
    if view == "live":
        return query.where(AccountabilityCase.state.in_(LIVE))
    return query.where(AccountabilityCase.state.in_(ENDED)) if view == "ended" else query


async def cases(work: Work, view: str, *, reach: bool, after: UUID | None, limit: int) -> list[AccountabilityCase]:
    """Cases of the work's organ, or of all organs in its scope, the newest first."""
    query = select(AccountabilityCase).where(AccountabilityCase.city_id == work.city_id)
    query = _of_view(query, view)
    if after is not None:
        query = query.where(AccountabilityCase.id < after)
    if reach:
        return await _all(work, merged(work, query, AccountabilityCase.organ_id, [AccountabilityCase.id], limit))
    query = query.where(AccountabilityCase.organ_id == work.organ_id)
    return await _all(work, query.order_by(AccountabilityCase.id.desc()).limit(limit))


async def of_matter(work: Work, matter_id: UUID) -> list[AccountabilityCase]:
    query = select(AccountabilityCase).where(
        AccountabilityCase.city_id == work.city_id, AccountabilityCase.matter_id == matter_id
    )
    return await _all(work, query.order_by(AccountabilityCase.id))


async def drafted_for(work: Work, source_id: UUID) -> AccountabilityCase | None:
    """The draft that the system opened for a decision or an instrument."""
    query = select(AccountabilityCase).where(
        AccountabilityCase.city_id == work.city_id,
        AccountabilityCase.organ_id == work.organ_id,
        AccountabilityCase.source_id == source_id,
        AccountabilityCase.automatic,
    )
    return (await work.session.scalars(query)).one_or_none()


async def notices_of(work: Work, case_id: UUID) -> list[AccountabilityNotice]:
    query = select(AccountabilityNotice).where(
        AccountabilityNotice.city_id == work.city_id, AccountabilityNotice.case_id == case_id
    )
    return await _all(work, query.order_by(AccountabilityNotice.sent_at, AccountabilityNotice.id))


async def notice_of_paper(work: Work, paper_id: UUID, addressee_id: UUID) -> AccountabilityNotice | None:
    query = select(AccountabilityNotice).where(
        AccountabilityNotice.city_id == work.city_id,
        AccountabilityNotice.paper_id == paper_id,
        AccountabilityNotice.addressee_id == addressee_id,
    )
    return (await work.session.scalars(query)).one_or_none()


async def received(work: Work, person_id: UUID | None, *, after: UUID | None, limit: int) -> list[AccountabilityNotice]:
    """Notices served on the work's organ, newest first; with `person_id` those about that person alone."""
    query = select(AccountabilityNotice).where(
        AccountabilityNotice.city_id == work.city_id, AccountabilityNotice.addressee_id == work.organ_id
    )
    if person_id is not None:
        query = query.where(AccountabilityNotice.person_id == person_id)
    if after is not None:
        query = query.where(AccountabilityNotice.id < after)
    return await _all(work, query.order_by(AccountabilityNotice.id.desc()).limit(limit))


async def statements(work: Work, case_id: UUID) -> list[AccountabilityStatement]:
    query = select(AccountabilityStatement).where(
        AccountabilityStatement.city_id == work.city_id, AccountabilityStatement.case_id == case_id
    )
    return await _all(work, query.order_by(AccountabilityStatement.stated_at))


async def answers(work: Work, case_id: UUID) -> list[AccountabilityAnswer]:
    query = select(AccountabilityAnswer).where(
        AccountabilityAnswer.city_id == work.city_id, AccountabilityAnswer.case_id == case_id
    )
    return await _all(work, query.order_by(AccountabilityAnswer.answered_at))


async def reviews(work: Work, case_id: UUID) -> list[AccountabilityReview]:
    query = select(AccountabilityReview).where(
        AccountabilityReview.city_id == work.city_id, AccountabilityReview.case_id == case_id
    )
    return await _all(work, query.order_by(AccountabilityReview.requested_at))


async def reviews_to_decide(work: Work, person_id: UUID, limit: int = 50) -> list[AccountabilityReview]:
    """Reviews and appeals that wait for a leader of the work's organ, oldest first, without those against what he
    decided himself."""
    query = (
        select(AccountabilityReview)
        .join(
            AccountabilityCase,
            and_(
                AccountabilityCase.city_id == AccountabilityReview.city_id,
                AccountabilityCase.id == AccountabilityReview.case_id,
            ),
        )
        .where(
            AccountabilityReview.city_id == work.city_id,
            AccountabilityReview.decider_id == work.organ_id,
            AccountabilityReview.state == "requested",
            AccountabilityCase.decided_by.is_distinct_from(person_id),
        )
        .order_by(AccountabilityReview.requested_at, AccountabilityReview.id)
        .limit(limit)
    )
    return await _all(work, query)


async def received_to_handle(work: Work, limit: int = 50) -> list[AccountabilityNotice]:
    """What was served on the work's organ and waits for its receipt or, a proposal, for its answer."""
    answered = exists().where(
        AccountabilityAnswer.city_id == AccountabilityNotice.city_id,
        AccountabilityAnswer.notice_id == AccountabilityNotice.id,
        AccountabilityAnswer.round == AccountabilityNotice.round,
    )
    query = select(AccountabilityNotice).where(
        AccountabilityNotice.city_id == work.city_id,
        AccountabilityNotice.addressee_id == work.organ_id,
        AccountabilityNotice.over.is_(False),
        or_(
            AccountabilityNotice.opened_at.is_(None),
            and_(AccountabilityNotice.kind == "proposal", ~answered),
        ),
    )
    return await _all(work, query.order_by(AccountabilityNotice.id).limit(limit))


async def evidence(work: Work, case_id: UUID) -> list[Evidence]:
    query = select(Evidence).where(Evidence.city_id == work.city_id, Evidence.owner_id == case_id)
    return await _all(work, query.order_by(Evidence.created_at, Evidence.id))


async def evidence_of_matter(work: Work, matter_id: UUID) -> list[Evidence]:
    """What proves a matter's findings, of the work's organ; each content once."""
    query = select(Evidence).where(
        Evidence.city_id == work.city_id,
        Evidence.organ_id == work.organ_id,
        Evidence.matter_id == matter_id,
        Evidence.owner_kind.in_(("matter", "finding", "activity")),
    )
    found = await _all(work, query.order_by(Evidence.created_at, Evidence.id))
    return list({row.sha256: row for row in reversed(found)}.values())[::-1]


async def officers(work: Work, organ_id: UUID) -> list[Officer]:
    """The officers in post of an organ, as far as the reader's scope shows them."""
    query = select(Officer).where(
        Officer.city_id == work.city_id, Officer.organ_id == organ_id, Officer.left_on.is_(None)
    )
    return await _all(work, query.order_by(Officer.name, Officer.id).limit(200))


async def certificates(work: Work, officer_ids: Iterable[UUID]) -> dict[UUID, Certificate]:
    """Officer → his enforcement certificate, the newest one."""
    wanted = list(officer_ids)
    if not wanted:
        return {}
    query = select(Certificate).where(
        Certificate.city_id == work.city_id, Certificate.officer_id.in_(wanted), Certificate.kind == "enforcement"
    )
    rows = await _all(work, query.order_by(Certificate.issued_on, Certificate.id))
    return {row.officer_id: row for row in rows}


async def post_of(work: Work, organ_id: UUID, name: str) -> Post | None:
    """The post of an enforcement officer by name, when exactly one person of the organ is called so."""
    query = select(Post).where(
        Post.city_id == work.city_id,
        Post.organ_id == organ_id,
        Post.person_name == name,
        Post.valid_from <= work.today,
        or_(Post.valid_to.is_(None), Post.valid_to >= work.today),
    )
    found = await _all(work, query.order_by(Post.created_at))
    return found[0] if len({post.person_id for post in found}) == 1 else None


async def posts_of_person(work: Work, organ_id: UUID, person_id: UUID) -> list[Post]:
    query = select(Post).where(
        and_(Post.city_id == work.city_id, Post.organ_id == organ_id, Post.person_id == person_id)
    )
    return await _all(work, query)


async def removed_until(work: Work, organ_id: UUID, first: date, last: date) -> date | None:
    """The last day of the organ's removal from awards that touches the period, whoever decided it."""
    found: date | None = await work.session.scalar(
        text("select guard.removed_from_awards(:subject, :first, :last)"),
        {"subject": organ_id, "first": first, "last": last},
    )
    return found


def _ready(work: Work) -> ColumnElement[bool]:
    """Told cases whose respondent was heard, or whose time for the defence is over."""
    heard = exists().where(
        AccountabilityStatement.city_id == AccountabilityCase.city_id,
        AccountabilityStatement.case_id == AccountabilityCase.id,
    )
    over = exists().where(
        AccountabilityNotice.city_id == AccountabilityCase.city_id,
        AccountabilityNotice.case_id == AccountabilityCase.id,
        AccountabilityNotice.kind == "notice",
        AccountabilityNotice.until < work.today,
    )
    return and_(AccountabilityCase.state == "notified", or_(heard, over))


async def cases_for_leader(work: Work, person_id: UUID, limit: int = 50) -> list[AccountabilityCase]:
    """What waits for a leader of the body: completed cases to be told, and told ones to be decided, without his own."""
    complete = and_(AccountabilityCase.state == "proposed", AccountabilityCase.measure != "")
    query = select(AccountabilityCase).where(
        AccountabilityCase.city_id == work.city_id,
        AccountabilityCase.organ_id == work.organ_id,
        AccountabilityCase.state.in_(LIVE),
        AccountabilityCase.proposed_by.is_distinct_from(person_id),
        or_(complete, and_(_ready(work), AccountabilityCase.measure != "removal_from_awards")),
    )
    return await _all(work, query.order_by(AccountabilityCase.id).limit(limit))


async def awards_to_decide(work: Work, body_id: UUID | None, limit: int = 50) -> list[AccountabilityCase]:
    """Removals from awards of the government's body that wait for the government's leader."""
    if body_id is None:
        return []
    query = select(AccountabilityCase).where(
        AccountabilityCase.city_id == work.city_id,
        AccountabilityCase.organ_id == body_id,
        AccountabilityCase.state.in_(LIVE),
        AccountabilityCase.measure == "removal_from_awards",
        _ready(work),
    )
    return await _all(work, query.order_by(AccountabilityCase.id).limit(limit))

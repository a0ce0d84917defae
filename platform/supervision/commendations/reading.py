"""Commendation lists for those who prepare and approve them, for nominating organs, and published for everybody."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from kernel.errors import NotFound
from kernel.work import Work
from supervision.commendations import repository
from supervision.commendations.blocks import Block
from supervision.commendations.lists import KIND, barred_on, facts_of
from supervision.commendations.models import CommendationList, Nomination
from supervision.commendations.rules import FIELDS, KINDS, LIST, NOMINATION_STATES
from supervision.commendations.views import (
    CommendationHead,
    CommendationRow,
    CommendationView,
    Commended,
    NominationView,
    PublishedList,
    PublishedRow,
)
from supervision.matters.facts import Choice
from tenants.access import Target, authorize, consider
from tenants.organs.directory import directory
from tenants.registers.models import Officer

MOST = 100
"""Lists shown: one a year and government."""


async def listed(work: Work) -> list[CommendationRow]:
    """Lists that the reader's organ prepares, approves or may nominate for. Raises Denied."""
    await authorize(work, KIND, "list", Target(owner_id=work.organ_id))
    tree = await directory(work)
    above = {organ.id for organ in tree.path(work.organ_id)} | {tree.government_of(work.organ_id)}
    bodies = [
        tree.supervision_body_of(one) for one in above if one is not None and tree.organs[one].kind == "government"
    ]
    rows = await repository.listed(work, [body for body in bodies if body is not None], MOST)
    return [
        CommendationRow(
            id=row.id,
            year=row.year,
            government_name=row.government_name,
            state=row.state,
            state_label=LIST.label(row.state),
            published_at=row.published_at,
        )
        for row in rows
    ]


async def view(work: Work, list_id: UUID) -> CommendationView:
    """One list. Raises NotFound where the reader's organ has nothing to do with it, Denied."""
    await authorize(work, KIND, "read", Target(owner_id=work.organ_id))
    row = await repository.get(work, list_id)
    if row is None:
        raise NotFound
    tree = await directory(work)
    keeps = work.organ_id in (row.organ_id, row.government_id)
    shown = await repository.nominations(work, list_id)
    barred: dict[UUID, Block] = {}
    if keeps:
        async with work.acting_as(row.organ_id):
            barred = await barred_on(work, row)
    nominate, _ = await consider(work, KIND, "nominate", Target(owner_id=work.organ_id))
    review, _ = await consider(work, KIND, "review", Target(owner_id=row.organ_id))
    collecting = row.state == "collecting"
    allowed, refused = await _choices(work, row) if keeps else ([], [])
    return CommendationView(
        id=row.id,
        version=row.row_version,
        year=row.year,
        government_name=row.government_name,
        organ_name=tree.name(row.organ_id),
        state=row.state,
        state_label=LIST.label(row.state),
        returned_reason=row.returned_reason,
        submitted_by_name=row.submitted_by_name,
        submitted_at=row.submitted_at,
        approved_by_name=row.approved_by_name,
        approved_at=row.approved_at,
        published_at=row.published_at,
        public_href=f"/public/commendations/{row.id}" if row.state == "published" else "",
        nominations=[_nomination(one, barred.get(one.id)) for one in shown],
        may_nominate=collecting and nominate.allowed,
        may_review=collecting and review.allowed,
        allowed=allowed,
        refused=refused,
    )


def _nomination(row: Nomination, against: Block | None) -> NominationView:
    return NominationView(
        id=row.id,
        version=row.row_version,
        kind=row.kind,
        kind_label=KINDS[row.kind],
        field_label=FIELDS[row.field],
        name=row.officer_name or row.nominee_name,
        organ_name=row.nominee_name,
        merits=row.merits,
        nominated_by_name=row.nominated_by_name,
        state=row.state,
        state_label=NOMINATION_STATES[row.state],
        review_note=row.review_note,
        block=against.sentence if against else "",
        block_article=against.article if against else "",
    )


async def _choices(work: Work, row: CommendationList) -> tuple[list[Choice], list[Choice]]:
    allowed: list[Choice] = []
    refused: list[Choice] = []
    async with work.acting_as(row.organ_id):
        facts = await facts_of(work, row, "已有理由")
    target = Target(owner_id=row.organ_id, drafters=frozenset({row.submitted_by} if row.submitted_by else ()))
    for option in LIST.options(row.state, facts):
        verdict, sentence = await consider(work, KIND, option.action, target)
        common: dict[str, Any] = {"action": option.action, "label": option.label}
        if not verdict.allowed:
            refused.append(Choice(**common, articles=[verdict.article], reason=sentence))
        elif not option.allowed:
            refused.append(Choice(**common, articles=[option.article], reason=option.reason, remedy=option.remedy))
        else:
            allowed.append(Choice(**common, articles=["6"], href=f"#{option.action}", hint=option.hint))
    return allowed, refused


def head(row: CommendationList) -> CommendationHead:
    return CommendationHead(
        id=row.id, version=row.row_version, year=row.year, state=row.state, state_label=LIST.label(row.state)
    )


async def candidates(work: Work) -> list[Officer]:
    """Persons in post at the reader's organ who may be nominated. Raises Denied."""
    await authorize(work, KIND, "nominate", Target(owner_id=work.organ_id))
    return await repository.officers(work)


async def published(work: Work) -> list[PublishedRow]:
    """Published lists, for everybody; needs no tenancy."""
    return [
        PublishedRow(id=row.id, government_name=row.government_name, year=row.year, published_at=row.published_at)
        for row in await repository.published(work)
    ]


async def published_list(work: Work, list_id: UUID) -> PublishedList:
    """A published list, for everybody. Raises NotFound for what is not published."""
    rows = await repository.published_list(work, list_id)
    if not rows:
        raise NotFound("没有找到这份公布的名单。")
    return PublishedList(
        id=list_id,
        government_name=rows[0].government_name,
        year=rows[0].year,
        published_at=rows[0].published_at,
        commended=[
            Commended(
                kind=row.kind,
                field_label=FIELDS[row.field],
                name=row.officer_name or row.nominee_name,
                organ_name=row.nominee_name,
                merits=row.merits,
            )
            for row in rows
        ],
    )

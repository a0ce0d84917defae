"""Delegations of an organ for API clients: who acts for whom, in which acts, from when to when."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.response import Response

from supervision.matters.views import Page
from tenants.access import Target, authorize
from tenants.delegations import service
from tenants.delegations.models import Delegation
from web.api.shapes import Body, Code, Limit, ReasonInput, command, read
from web.delegation_steps import take_step
from web.turns import Req, reading, turn

TAGS = ["代行授权"]


class DelegationInput(Body, frozen=True, kw_only=True):
    """A proposal. `acts`: `kind/action` of what the delegate may do; left out, all that the roles open."""

    principal_post_id: UUID
    delegate_post_id: UUID
    roles: Annotated[list[Code], msgspec.Meta(min_length=1, max_length=20)]
    acts: Annotated[list[Code], msgspec.Meta(max_length=300)] = []
    valid_from: date
    valid_to: date
    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=500)]


class Opened(msgspec.Struct, frozen=True):
    """One act that changes from refused to allowed, in these relations, under this rule."""

    act: str
    label: str
    relations: list[str]
    rule_id: str
    article: str


class KeptBack(msgspec.Struct, frozen=True):
    """One act that stays with the principal, and why."""

    label: str
    reason: str


class DelegationPreview(msgspec.Struct, frozen=True):
    """What a proposal would change; nothing is stored."""

    opened: list[Opened]
    kept_back: list[KeptBack]


class DelegationItem(msgspec.Struct, frozen=True):
    """One delegation. `state`: proposed, approved, rejected, withdrawn, ended; `in_force`: on the day of the answer."""

    id: UUID
    principal_post_id: UUID
    principal: str
    delegate_post_id: UUID
    delegate: str
    roles: list[str]
    acts: list[str]
    reason: str
    valid_from: date
    valid_to: date
    state: str
    in_force: bool
    proposed_by: str
    proposed_at: datetime
    decided_by: str
    decided_at: datetime | None
    decision_reason: str
    ended_by: str
    ended_at: datetime | None
    end_reason: str


@read("/delegations", "listDelegations", "本单位代行授权", TAGS, description="由新到旧。以 next 作为下一页的 before。")
async def list_delegations(
    request: Req, before: FromQuery[UUID | None] = None, limit: Limit = 50
) -> Page[DelegationItem]:
    async with reading(request) as work:
        await authorize(work, "delegation", "read", Target(owner_id=work.organ_id))
        rows, following = await service.listing(work, before, limit)
        return Page([_item(row, work.today) for row in rows], str(following) if following else None)


@read("/delegations/{delegation_id:uuid}", "getDelegation", "代行授权", TAGS)
async def get_delegation(request: Req, delegation_id: FromPath[UUID]) -> DelegationItem:
    async with reading(request) as work:
        await authorize(work, "delegation", "read", Target(owner_id=work.organ_id))
        return _item(await service.get(work, delegation_id), work.today)


@command("/delegations/preview", "previewDelegation", "预览代行授权的变化", TAGS, DelegationPreview)
async def preview_delegation(request: Req, data: JSONBody[DelegationInput]) -> Response[bytes]:
    async with turn(request) as t:
        await authorize(t.work, "delegation", "propose", Target(owner_id=t.work.organ_id))
        made = await service.preview(t.work, _proposal(data))
        opened = [Opened(f.act, f.label, list(f.relations), f.verdict.rule_id, f.verdict.article) for f in made.opened]
        return t.json(DelegationPreview(opened, [KeptBack(w.label, w.reason) for w in made.kept]))


@command("/delegations", "proposeDelegation", "提出代行授权", TAGS, DelegationItem, status=201)
async def propose_delegation(request: Req, data: JSONBody[DelegationInput]) -> Response[bytes]:
    async with turn(request) as t:
        await authorize(t.work, "delegation", "propose", Target(owner_id=t.work.organ_id))
        row = await service.propose(t.work, _proposal(data))
        return t.json(_item(row, t.work.today), status=201)


def _proposal(data: DelegationInput) -> service.Proposal:
    return service.Proposal(**msgspec.structs.asdict(data))


def _plain_step(step: str, operation: str, summary: str) -> Any:
    @command(f"/delegations/{{delegation_id:uuid}}/{step}", operation, summary, TAGS, DelegationItem)
    async def taken(request: Req, delegation_id: FromPath[UUID]) -> Response[bytes]:
        async with turn(request) as t:
            return t.json(_item(await take_step(t.work, delegation_id, step), t.work.today))

    return taken


def _reasoned_step(step: str, operation: str, summary: str) -> Any:
    @command(f"/delegations/{{delegation_id:uuid}}/{step}", operation, summary, TAGS, DelegationItem)
    async def taken(request: Req, delegation_id: FromPath[UUID], data: JSONBody[ReasonInput]) -> Response[bytes]:
        async with turn(request) as t:
            return t.json(_item(await take_step(t.work, delegation_id, step, data.reason), t.work.today))

    return taken


def _item(row: Delegation, today: date) -> DelegationItem:
    return DelegationItem(
        id=row.id,
        principal_post_id=row.principal_post_id,
        principal=row.principal_name,
        delegate_post_id=row.delegate_post_id,
        delegate=row.delegate_name,
        roles=list(row.roles),
        acts=list(row.acts),
        reason=row.reason,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        state=row.state,
        in_force=service.state_of(row, today) == "生效中",
        proposed_by=row.proposed_by_name,
        proposed_at=row.proposed_at,
        decided_by=row.decided_by_name,
        decided_at=row.decided_at,
        decision_reason=row.decision_reason,
        ended_by=row.ended_by_name,
        ended_at=row.ended_at,
        end_reason=row.end_reason,
    )


ROUTES = [
    list_delegations,
    get_delegation,
    preview_delegation,
    propose_delegation,
    _plain_step("withdraw", "withdrawDelegation", "撤回代行授权"),
    _plain_step("approve", "approveDelegation", "核准代行授权"),
    _reasoned_step("reject", "rejectDelegation", "不予核准代行授权"),
    _reasoned_step("end", "endDelegation", "提前终止代行授权"),
]

"""Recusal for API clients: declarations, applications, orders, decisions, and the interests behind them (Art. 16)."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from litestar.params import FromPath, FromQuery, JSONBody
from litestar.response import Response

from supervision.matters.views import Page
from supervision.recusals import service as recusals
from supervision.recusals.commands import DecideRecusal, DeclareInterest
from supervision.recusals.views import (
    ApplicationView,
    ConflictItem,
    InterestItem,
    RecusalDetail,
    RecusalRow,
    RevealedName,
)
from web.api.matters import MatterHead, head_of
from web.api.shapes import Body, Code, Limit, Line, Prose, ReasonInput, command, read
from web.turns import Req, reading, turn

TAGS = ["回避"]
MATTER = "/matters/{matter_id:uuid}"
ONE = "/recusals/{recusal_id:uuid}"
INTEREST = "/interests/{interest_id:uuid}"


class RecusalInput(Body, frozen=True):
    """The interest that the caller has in the matter; `ground` is one of the rule book."""

    ground: Code
    reason: Prose


class RecusalRequest(Body, frozen=True):
    """`handler`: the name as the document states it."""

    handler: Line
    ground: Code
    reason: Prose


class RecusalDecision(Body, frozen=True):
    """Whether the officer steps back, and who takes over."""

    granted: bool
    reason: Prose
    replacement_post_id: UUID | None = None


class RecusalOrder(Body, frozen=True):
    """Who has to step back, without having declared it or been applied against."""

    person_id: UUID
    ground: Code
    reason: Prose
    replacement_post_id: UUID | None = None


class StepSettlement(Body, frozen=True):
    """`outcome`: confirmed or redo."""

    outcome: Code
    note: Prose = ""


class ClearanceInput(Body, frozen=True):
    """Why there is no interest in this matter."""

    person_id: UUID
    statement: Prose


class InterestInput(Body, frozen=True):
    """A declaration: an organ of the register, or a counterpart by name and credit code."""

    holder: Code
    nature: Code
    relative_name: Line = ""
    subject_organ_id: UUID | None = None
    subject_name: Line = ""
    subject_code: Code = ""
    note: Prose = ""
    from_on: date | None = None
    until_on: date | None = None


class PurposeGiven(Body, frozen=True):
    """For what the name is looked at."""

    purpose: Line


@read("/recusals", "listRecusals", "回避清单", TAGS, description="以 next 作为下一页的 after。")
async def list_recusals(
    request: Req,
    *,
    open_only: FromQuery[bool] = False,
    after: FromQuery[UUID | None] = None,
    limit: Limit = 50,
) -> Page[RecusalRow]:
    async with reading(request) as work:
        return await recusals.recusals(work, open_only=open_only, after=after, limit=limit)


@read(ONE, "getRecusal", "一项回避", TAGS)
async def get_recusal(request: Req, recusal_id: FromPath[UUID]) -> RecusalDetail:
    async with reading(request) as work:
        return await recusals.recusal(work, recusal_id)


@command(f"{MATTER}/recusal", "declareRecusal", "申报回避", TAGS, MatterHead)
async def declare(request: Req, matter_id: FromPath[UUID], data: JSONBody[RecusalInput]) -> Response[bytes]:
    async with turn(request) as t:
        await recusals.declare_recusal(t.work, matter_id, data.ground, data.reason)
        return t.json(await head_of(t.work, matter_id))


@command("/deliveries/{delivery_id:uuid}/recusal", "applyRecusal", "申请承办人回避", TAGS, ApplicationView, status=201)
async def apply(request: Req, delivery_id: FromPath[UUID], data: JSONBody[RecusalRequest]) -> Response[bytes]:
    async with turn(request) as t:
        made = await recusals.apply_recusal(t.work, delivery_id, data.handler, data.ground, data.reason)
        return t.json(recusals.application_view(made), status=201)


@command(f"{MATTER}/recusal/order", "orderRecusal", "责令回避", TAGS, RecusalDetail, status=201)
async def order(request: Req, matter_id: FromPath[UUID], data: JSONBody[RecusalOrder]) -> Response[bytes]:
    async with turn(request) as t:
        asked = DecideRecusal(granted=True, reason=data.reason, replacement_post_id=data.replacement_post_id)
        made = await recusals.order_recusal(t.work, matter_id, data.person_id, data.ground, asked)
        return t.json(await recusals.recusal(t.work, made.id), status=201)


@command(f"{ONE}/decide", "decideRecusal", "决定是否回避", TAGS, RecusalDetail)
async def decide(request: Req, recusal_id: FromPath[UUID], data: JSONBody[RecusalDecision]) -> Response[bytes]:
    async with turn(request) as t:
        asked = DecideRecusal(granted=data.granted, reason=data.reason, replacement_post_id=data.replacement_post_id)
        await recusals.decide_recusal(t.work, recusal_id, asked)
        return t.json(await recusals.recusal(t.work, recusal_id))


@command(f"{ONE}/lift", "liftRecusal", "解除回避", TAGS, RecusalDetail)
async def lift(request: Req, recusal_id: FromPath[UUID], data: JSONBody[ReasonInput]) -> Response[bytes]:
    async with turn(request) as t:
        await recusals.lift_recusal(t.work, recusal_id, data.reason)
        return t.json(await recusals.recusal(t.work, recusal_id))


@command(f"{ONE}/steps/{{step_id:uuid}}", "settlePriorStep", "确认回避前的办理行为", TAGS, RecusalDetail)
async def settle(
    request: Req, recusal_id: FromPath[UUID], step_id: FromPath[UUID], data: JSONBody[StepSettlement]
) -> Response[bytes]:
    async with turn(request) as t:
        await recusals.settle_step(t.work, step_id, data.outcome, data.note, recusal_id=recusal_id)
        return t.json(await recusals.recusal(t.work, recusal_id))


@read("/recusal-applications", "listRecusalApplications", "本单位提出的回避申请", TAGS)
async def list_applications(
    request: Req, *, after: FromQuery[UUID | None] = None, limit: Limit = 50
) -> Page[ApplicationView]:
    async with reading(request) as work:
        return await recusals.applications(work, after=after, limit=limit)


@read(f"{MATTER}/conflicts", "listMatterConflicts", "与事项有关的利害关系申报", TAGS)
async def list_conflicts(request: Req, matter_id: FromPath[UUID]) -> list[ConflictItem]:
    async with reading(request) as work:
        return await recusals.matter_conflicts(work, matter_id)


@command(f"{MATTER}/conflicts/clear", "clearConflict", "书面确认没有利害关系", TAGS, MatterHead)
async def clear(request: Req, matter_id: FromPath[UUID], data: JSONBody[ClearanceInput]) -> Response[bytes]:
    async with turn(request) as t:
        await recusals.clear_conflict(t.work, matter_id, data.person_id, data.statement)
        return t.json(await head_of(t.work, matter_id))


@read("/interests", "listInterests", "利害关系申报", TAGS, description="mine 为 false 时列出本单位的申报。")
async def list_interests(
    request: Req,
    *,
    mine: FromQuery[bool] = True,
    after: FromQuery[UUID | None] = None,
    limit: Limit = 50,
) -> Page[InterestItem]:
    async with reading(request) as work:
        return await recusals.interests(work, mine=mine, after=after, limit=limit)


@command("/interests", "declareInterest", "申报利害关系", TAGS, InterestItem, status=201)
async def declare_interest(request: Req, data: JSONBody[InterestInput]) -> Response[bytes]:
    async with turn(request) as t:
        made = await recusals.declare_interest(
            t.work,
            DeclareInterest(
                holder=data.holder,
                relative_name=data.relative_name,
                subject_organ_id=data.subject_organ_id,
                subject_name=data.subject_name,
                subject_code=data.subject_code,
                nature=data.nature,
                note=data.note,
                from_on=data.from_on,
                until_on=data.until_on,
            ),
        )
        return t.json(await recusals.interest(t.work, made.id), status=201)


@read(INTEREST, "getInterest", "一项利害关系申报", TAGS)
async def get_interest(request: Req, interest_id: FromPath[UUID]) -> InterestItem:
    async with reading(request) as work:
        return await recusals.interest(work, interest_id)


@command(f"{INTEREST}/end", "endInterest", "终止利害关系申报", TAGS, InterestItem)
async def end(request: Req, interest_id: FromPath[UUID], data: JSONBody[ReasonInput]) -> Response[bytes]:
    async with turn(request) as t:
        await recusals.end_interest(t.work, interest_id, data.reason, version=data.version)
        return t.json(await recusals.interest(t.work, interest_id))


@command(f"{INTEREST}/relative", "revealRelative", "查看近亲属姓名原文（留痕）", TAGS, RevealedName)
async def reveal(request: Req, interest_id: FromPath[UUID], data: JSONBody[PurposeGiven]) -> RevealedName:
    """Not stored under an idempotency key: the name is kept nowhere but in the vault."""
    async with reading(request) as work:
        return await recusals.reveal_relative(work, interest_id, data.purpose)


ROUTES = [
    list_recusals,
    get_recusal,
    declare,
    apply,
    order,
    decide,
    lift,
    settle,
    list_applications,
    list_conflicts,
    clear,
    list_interests,
    declare_interest,
    get_interest,
    end,
    reveal,
]

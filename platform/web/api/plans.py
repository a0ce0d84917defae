"""Yearly supervision plans for API clients (Arts. 5, 11)."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.response import Response

from supervision.matters.views import Page
from supervision.plans import service as plans
from supervision.plans.commands import ItemInput
from supervision.plans.views import PlanPage, PlanRow
from web.api.shapes import (
    Body,
    Code,
    Limit,
    Line,
    Number,
    Prose,
    ReasonInput,
    Version,
    VersionInput,
    command,
    download,
    file_answer,
    read,
)
from web.turns import Req, reading, turn

TAGS = ["年度监督计划"]


class PlanInput(Body, frozen=True):
    year: Number


class ItemBody(Body, frozen=True):
    """One item; `item_key` names an item that the plan had before."""

    mode: Code
    field: Prose
    area: Prose
    from_month: Number
    until_month: Number
    office: Line
    planned: Number
    organ_ids: Annotated[list[UUID], msgspec.Meta(max_length=200)] = []
    item_key: UUID | None = None


class ItemsInput(Body, frozen=True):
    """All items of a draft, in their order."""

    items: Annotated[list[ItemBody], msgspec.Meta(max_length=100)]
    version: Version | None = None


class LinkInput(Body, frozen=True):
    """A matter that carries out an item of the published plan."""

    item_key: UUID
    matter_id: UUID


class ActivityLinkInput(Body, frozen=True):
    """An activity that carries out an item of the published plan by itself."""

    item_key: UUID
    activity_id: UUID


@read("/plans", "listPlans", "本单位的年度监督计划", TAGS, description="以 next 作为下一页的 before。")
async def list_plans(request: Req, *, before: FromQuery[UUID | None] = None, limit: Limit = 50) -> Page[PlanRow]:
    async with reading(request) as work:
        return await plans.plans(work, before=before, limit=limit)


@read("/plans/published", "publishedPlans", "其他单位印发的年度监督计划", TAGS)
async def list_published(request: Req, *, year: FromQuery[int | None] = None) -> list[PlanRow]:
    async with reading(request) as work:
        return await plans.published(work, work.today.year if year is None else year)


@read("/plans/{plan_id:uuid}", "getPlan", "年度监督计划及其进度", TAGS)
async def get_plan(request: Req, plan_id: FromPath[UUID]) -> PlanPage:
    async with reading(request) as work:
        return await plans.plan(work, plan_id)


@command("/plans", "startPlan", "编制年度监督计划", TAGS, PlanPage, status=201)
async def start(request: Req, data: JSONBody[PlanInput]) -> Response[bytes]:
    async with turn(request) as t:
        made = await plans.start(t.work, data.year)
        return t.json(await plans.plan(t.work, made.id), status=201)


@command("/plans/{plan_id:uuid}/items", "savePlanItems", "填写计划项目", TAGS, PlanPage)
async def save(request: Req, plan_id: FromPath[UUID], data: JSONBody[ItemsInput]) -> Response[bytes]:
    async with turn(request) as t:
        items = [
            ItemInput(
                i.mode,
                i.field,
                i.area,
                i.from_month,
                i.until_month,
                i.office,
                i.planned,
                tuple(i.organ_ids),
                i.item_key,
            )
            for i in data.items
        ]
        await plans.save(t.work, plan_id, items, version=data.version)
        return t.json(await plans.plan(t.work, plan_id))


@command("/plans/{plan_id:uuid}/approve", "approvePlan", "批准年度监督计划", TAGS, PlanPage)
async def approve(request: Req, plan_id: FromPath[UUID], data: JSONBody[VersionInput]) -> Response[bytes]:
    async with turn(request) as t:
        await plans.approve(t.work, plan_id, version=data.version)
        return t.json(await plans.plan(t.work, plan_id))


@command("/plans/{plan_id:uuid}/return", "returnPlan", "退回修改年度监督计划", TAGS, PlanPage)
async def take_back(request: Req, plan_id: FromPath[UUID], data: JSONBody[VersionInput]) -> Response[bytes]:
    async with turn(request) as t:
        await plans.take_back(t.work, plan_id, version=data.version)
        return t.json(await plans.plan(t.work, plan_id))


@command("/plans/{plan_id:uuid}/publish", "publishPlan", "印发年度监督计划", TAGS, PlanPage)
async def publish(request: Req, plan_id: FromPath[UUID], data: JSONBody[VersionInput]) -> Response[bytes]:
    async with turn(request) as t:
        await plans.publish(t.work, plan_id, version=data.version)
        return t.json(await plans.plan(t.work, plan_id))


@command("/plans/{plan_id:uuid}/revise", "revisePlan", "调整已印发的计划，形成新版本", TAGS, PlanPage, status=201)
async def revise(request: Req, plan_id: FromPath[UUID], data: JSONBody[ReasonInput]) -> Response[bytes]:
    async with turn(request) as t:
        made = await plans.revise(t.work, plan_id, data.reason)
        return t.json(await plans.plan(t.work, made.id), status=201)


@command("/plans/{plan_id:uuid}/link", "linkPlanItem", "监督事项计入计划项目", TAGS, PlanPage)
async def link(request: Req, plan_id: FromPath[UUID], data: JSONBody[LinkInput]) -> Response[bytes]:
    async with turn(request) as t:
        await plans.link(t.work, data.item_key, matter_id=data.matter_id)
        return t.json(await plans.plan(t.work, plan_id))


@command("/plans/{plan_id:uuid}/link-activity", "linkPlanActivity", "监督活动计入计划项目", TAGS, PlanPage)
async def link_activity(request: Req, plan_id: FromPath[UUID], data: JSONBody[ActivityLinkInput]) -> Response[bytes]:
    async with turn(request) as t:
        await plans.link_activity(t.work, data.item_key, data.activity_id)
        return t.json(await plans.plan(t.work, plan_id))


@download("/plans/{plan_id:uuid}/export", "exportPlan", "导出年度监督计划", TAGS)
async def export(request: Req, plan_id: FromPath[UUID]) -> Response[bytes]:
    async with reading(request) as work:
        name, data, media = await plans.export(work, plan_id)
    return file_answer(name, data, media)


ROUTES = [
    list_plans,
    list_published,
    get_plan,
    start,
    save,
    approve,
    take_back,
    publish,
    revise,
    link,
    link_activity,
    export,
]

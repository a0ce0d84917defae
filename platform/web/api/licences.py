"""Applications for certificates, their decision, certificates withheld, and bars, for API clients (Arts. 10(4), 21)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.response import Response

from supervision.licensing import service as licensing
from supervision.licensing.commands import ApplyInput
from supervision.licensing.views import BarView, HeldCertificate, LicencePage, LicenceView
from supervision.matters.views import Page
from web.api.shapes import Body, Code, Limit, Prose, ReasonInput, Version, VersionInput, command, read
from web.turns import Req, reading, turn

TAGS = ["证件与资格"]
Tab = Literal["pending", "issued", "refused", "all"]


class ApplicationInput(Body, frozen=True):
    """`kind`: enforcement or supervision. `purpose`: first, renewal or replacement. `areas`: business lines; left out,
    those of the officer's file."""

    officer_id: UUID
    kind: Code
    purpose: Code
    areas: Annotated[list[Code], msgspec.Meta(max_length=10)] = []


class CheckInput(Body, frozen=True):
    note: Prose = ""
    version: Version | None = None


class SuspendInput(Body, frozen=True):
    """`until`: the last day of the withholding."""

    until: date
    reason: Prose
    version: Version | None = None


@read(
    "/licences",
    "listLicences",
    "证件申请",
    TAGS,
    description="司法行政部门列出送本部门审批的申请，其他单位列出本单位的申请。以 next 作为下一页的 before。",
)
async def list_licences(
    request: Req, *, tab: FromQuery[Tab] = "pending", before: FromQuery[UUID | None] = None, limit: Limit = 50
) -> Page[LicenceView]:
    async with reading(request) as work:
        return await licensing.applications(work, tab=tab, before=before, limit=limit)


@read("/licences/{application_id:uuid}", "getLicence", "证件申请及其条件和步骤", TAGS)
async def get_licence(request: Req, application_id: FromPath[UUID]) -> LicencePage:
    async with reading(request) as work:
        return await licensing.application(work, application_id)


@command("/licences", "applyForLicence", "申请证件", TAGS, LicencePage, status=201)
async def apply(request: Req, data: JSONBody[ApplicationInput]) -> Response[bytes]:
    async with turn(request) as t:
        entry = ApplyInput(officer_id=data.officer_id, kind=data.kind, purpose=data.purpose, areas=tuple(data.areas))
        row = await licensing.apply(t.work, entry)
        return t.json(await licensing.application(t.work, row.id), status=201)


@command("/licences/{application_id:uuid}/withdraw", "withdrawLicence", "撤回证件申请", TAGS, LicencePage)
async def withdraw(request: Req, application_id: FromPath[UUID], data: JSONBody[VersionInput]) -> Response[bytes]:
    async with turn(request) as t:
        await licensing.withdraw(t.work, application_id, version=data.version)
        return t.json(await licensing.application(t.work, application_id))


@command("/licences/{application_id:uuid}/check", "checkLicence", "审查通过", TAGS, LicencePage)
async def check(request: Req, application_id: FromPath[UUID], data: JSONBody[CheckInput]) -> Response[bytes]:
    async with turn(request) as t:
        await licensing.check(t.work, application_id, data.note, version=data.version)
        return t.json(await licensing.application(t.work, application_id))


@command("/licences/{application_id:uuid}/approve", "approveLicence", "批准发证", TAGS, LicencePage)
async def approve(request: Req, application_id: FromPath[UUID], data: JSONBody[VersionInput]) -> Response[bytes]:
    async with turn(request) as t:
        await licensing.approve(t.work, application_id, version=data.version)
        return t.json(await licensing.application(t.work, application_id))


@command("/licences/{application_id:uuid}/refuse", "refuseLicence", "不予批准", TAGS, LicencePage)
async def refuse(request: Req, application_id: FromPath[UUID], data: JSONBody[ReasonInput]) -> Response[bytes]:
    async with turn(request) as t:
        await licensing.refuse(t.work, application_id, data.reason, version=data.version)
        return t.json(await licensing.application(t.work, application_id))


@command("/licences/{application_id:uuid}/issue", "issueCertificate", "制发证件", TAGS, LicencePage)
async def issue(request: Req, application_id: FromPath[UUID], data: JSONBody[VersionInput]) -> Response[bytes]:
    async with turn(request) as t:
        await licensing.issue(t.work, application_id, version=data.version)
        return t.json(await licensing.application(t.work, application_id))


@command("/certificates/{certificate_id:uuid}/suspend", "suspendCertificate", "暂扣证件", TAGS, HeldCertificate)
async def suspend(request: Req, certificate_id: FromPath[UUID], data: JSONBody[SuspendInput]) -> Response[bytes]:
    async with turn(request) as t:
        await licensing.suspend(t.work, certificate_id, data.until, data.reason, version=data.version)
        return t.json((await licensing.certificate(t.work, certificate_id))[0])


@command("/certificates/{certificate_id:uuid}/restore", "restoreCertificate", "恢复证件", TAGS, HeldCertificate)
async def restore(request: Req, certificate_id: FromPath[UUID], data: JSONBody[ReasonInput]) -> Response[bytes]:
    async with turn(request) as t:
        await licensing.restore(t.work, certificate_id, data.reason, version=data.version)
        return t.json((await licensing.certificate(t.work, certificate_id))[0])


@command("/certificates/{certificate_id:uuid}/return", "returnCertificate", "收回证件", TAGS, HeldCertificate)
async def take_back(request: Req, certificate_id: FromPath[UUID], data: JSONBody[ReasonInput]) -> Response[bytes]:
    async with turn(request) as t:
        await licensing.take_back(t.work, certificate_id, data.reason, version=data.version)
        return t.json((await licensing.certificate(t.work, certificate_id))[0])


@read(
    "/bars",
    "listBars",
    "资格取消与限期",
    TAGS,
    description="作出取消决定的司法行政部门列出本部门的决定；其他单位只列出本单位人员不得重新申领的最后一日。",
)
async def list_bars(request: Req, *, before: FromQuery[UUID | None] = None, limit: Limit = 50) -> Page[BarView]:
    async with reading(request) as work:
        return await licensing.bars(work, before=before, limit=limit)


ROUTES = [
    list_licences,
    get_licence,
    apply,
    withdraw,
    check,
    approve,
    refuse,
    issue,
    suspend,
    restore,
    take_back,
    list_bars,
]

"""Referrals for API clients: the named few draft, decide, send, and record what comes back (Arts. 18, 21)."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.response import Response

from supervision.matters.views import Page
from supervision.referrals import service as referrals
from supervision.referrals.models import Referral
from supervision.referrals.views import ReferralHead, ReferralRow, ReferralView
from web.api.matter_facts import uploads
from web.api.shapes import (
    Body,
    Code,
    FileInput,
    Limit,
    Line,
    Prose,
    ReasonInput,
    Route,
    Version,
    VersionInput,
    command,
    download,
    file_answer,
    read,
)
from web.turns import Req, Turn, reading, turn

TAGS = ["移送"]


class ReferralInput(Body, frozen=True, kw_only=True):
    """A referral: `kind` discipline, criminal or urge_transfer; `addressee_id` for the last one only."""

    kind: Code
    subject: Line
    conduct: Prose
    discovered: Prose
    handled: Prose = ""
    contact: Line = ""
    recipient: Line = ""
    secrecy: Code = "internal"
    leader_post_id: UUID
    matter_id: UUID | None = None
    addressee_id: UUID | None = None
    files: list[FileInput] = []


class ReferralChange(Body, frozen=True, kw_only=True):
    """The draft rewritten."""

    subject: Line
    conduct: Prose
    discovered: Prose
    handled: Prose = ""
    contact: Line = ""
    recipient: Line
    secrecy: Code = "internal"
    version: Version | None = None


class ReaderInput(Body, frozen=True):
    """A post that is to know of the referral, and why."""

    post_id: UUID
    reason: Prose


class IncomingInput(Body, frozen=True, kw_only=True):
    """What the receiver sent back, with its paper."""

    text: Prose = ""
    files: Annotated[list[FileInput], msgspec.Meta(min_length=1)]


class MaterialInput(Body, frozen=True):
    """Files to add to the draft."""

    files: Annotated[list[FileInput], msgspec.Meta(min_length=1)]


@read(
    "/referrals",
    "listReferrals",
    "本人知悉的移送",
    TAGS,
    description="只列出本岗位在知悉范围内的移送。以 next 作为下一页的 after。",
)
async def list_referrals(
    request: Req, *, ended: FromQuery[bool | None] = None, after: FromQuery[UUID | None] = None, limit: Limit = 50
) -> Page[ReferralRow]:
    async with reading(request) as work:
        open_only = None if ended is None else not ended
        return await referrals.listed(work, open_only=open_only, after=after, limit=limit)


@read("/referrals/{referral_id:uuid}", "getReferral", "移送", TAGS)
async def get_referral(request: Req, referral_id: FromPath[UUID]) -> ReferralView:
    async with reading(request) as work:
        return await referrals.view(work, referral_id)


@download("/referrals/{referral_id:uuid}/files/{what:str}", "downloadReferral", "下载移送文书、案卷或者材料", TAGS)
async def get_file(request: Req, referral_id: FromPath[UUID], what: FromPath[str]) -> Response[bytes]:
    """`what`: letter, word, archive, or the id of a file."""
    async with reading(request) as work:
        return file_answer(*await referrals.download(work, referral_id, what))


@command("/referrals", "draftReferral", "起草移送", TAGS, ReferralHead, status=201)
async def draft(request: Req, data: JSONBody[ReferralInput]) -> Response[bytes]:
    async with turn(request) as t:
        drafted = referrals.DraftReferral(
            kind=data.kind,
            contents=_contents(data),
            recipient=data.recipient,
            leader_post_id=data.leader_post_id,
            secrecy=data.secrecy,
            matter_id=data.matter_id,
            addressee_id=data.addressee_id,
            files=uploads(data.files),
        )
        return _answer(t, await referrals.draft(t.work, drafted), status=201)


def _contents(data: ReferralInput | ReferralChange) -> referrals.Contents:
    return referrals.Contents(
        subject=data.subject,
        conduct=data.conduct,
        discovered=data.discovered,
        handled=data.handled,
        contact=data.contact,
    )


def _answer(t: Turn, row: Referral, *, status: int = 200) -> Response[bytes]:
    return t.json(referrals.head(row), status=status)


def _step(path: str, operation: str, summary: str) -> Route:
    return command(f"/referrals/{{referral_id:uuid}}/{path}", operation, summary, TAGS, ReferralHead)


@_step("content", "updateReferral", "修改移送草稿")
async def update(request: Req, referral_id: FromPath[UUID], data: JSONBody[ReferralChange]) -> Response[bytes]:
    async with turn(request) as t:
        row = await referrals.update(
            t.work, referral_id, _contents(data), data.recipient, secrecy=data.secrecy, version=data.version
        )
        return _answer(t, row)


@_step("material", "addReferralMaterial", "补充移送材料")
async def material(request: Req, referral_id: FromPath[UUID], data: JSONBody[MaterialInput]) -> Response[bytes]:
    async with turn(request) as t:
        return _answer(t, await referrals.add_files(t.work, referral_id, uploads(data.files)))


@_step("readers", "nameReferralReader", "增加知悉人员")
async def name_reader(request: Req, referral_id: FromPath[UUID], data: JSONBody[ReaderInput]) -> Response[bytes]:
    async with turn(request) as t:
        await referrals.name_reader(t.work, referral_id, data.post_id, data.reason)
        view = await referrals.view(t.work, referral_id)
        return t.json(
            ReferralHead(
                id=view.id, version=view.version, state=view.state, state_label=view.state_label, number=view.number
            )
        )


@_step("transfer", "decideTransfer", "决定移送")
async def transfer(request: Req, referral_id: FromPath[UUID], data: JSONBody[VersionInput]) -> Response[bytes]:
    async with turn(request) as t:
        return _answer(t, await referrals.transfer(t.work, referral_id, version=data.version))


@_step("decline", "declineTransfer", "决定不移送")
async def decline(request: Req, referral_id: FromPath[UUID], data: JSONBody[ReasonInput]) -> Response[bytes]:
    async with turn(request) as t:
        return _answer(t, await referrals.decline(t.work, referral_id, data.reason, version=data.version))


@_step("send", "sendReferral", "送出移送文书")
async def send(request: Req, referral_id: FromPath[UUID], data: JSONBody[VersionInput]) -> Response[bytes]:
    async with turn(request) as t:
        return _answer(t, await referrals.send(t.work, referral_id, version=data.version))


@_step("receipt", "recordReferralReceipt", "登记受理回执")
async def receipt(request: Req, referral_id: FromPath[UUID], data: JSONBody[IncomingInput]) -> Response[bytes]:
    async with turn(request) as t:
        incoming = referrals.Incoming(text=data.text, files=uploads(data.files))
        return _answer(t, await referrals.receive_receipt(t.work, referral_id, incoming))


@_step("result", "recordReferralResult", "登记办理结果")
async def result(request: Req, referral_id: FromPath[UUID], data: JSONBody[IncomingInput]) -> Response[bytes]:
    async with turn(request) as t:
        incoming = referrals.Incoming(text=data.text, files=uploads(data.files))
        return _answer(t, await referrals.receive_result(t.work, referral_id, incoming))


@_step("return", "recordReferralReturn", "登记退回")
async def returned(request: Req, referral_id: FromPath[UUID], data: JSONBody[IncomingInput]) -> Response[bytes]:
    async with turn(request) as t:
        incoming = referrals.Incoming(text=data.text, files=uploads(data.files))
        return _answer(t, await referrals.receive_result(t.work, referral_id, incoming, returned=True))


@_step("reopen", "reopenReferral", "补充后重新移送")
async def reopen(request: Req, referral_id: FromPath[UUID], data: JSONBody[ReasonInput]) -> Response[bytes]:
    async with turn(request) as t:
        return _answer(t, await referrals.reopen(t.work, referral_id, data.reason, version=data.version))


ROUTES = [
    list_referrals, get_referral, get_file, draft, update, material, name_reader, transfer, decline, send, receipt,
    result, returned, reopen,
]  # fmt: skip

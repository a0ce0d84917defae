"""Channels for API clients: media and social supervisors, likely duplicates, the pooled view (Arts. 15, 17)."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import msgspec
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.response import Response

from supervision.channels import service as channels
from supervision.channels.views import PooledView, ProposalPair, SupervisorRow
from supervision.clues.commands import Attachment, RegisterClue
from supervision.matters.views import Page
from web.api.clues import ClueHead, head_of
from web.api.shapes import (
    Body,
    Code,
    Cursor,
    FileInput,
    Limit,
    Line,
    Prose,
    ReasonInput,
    command,
    decoded,
    read,
)
from web.turns import Req, reading, turn

TAGS = ["线索渠道"]


class _Reported(Body, frozen=True, kw_only=True):
    title: Line
    facts: Prose
    place: Line = ""
    happened_on: date | None = None
    subject_organ_id: UUID | None = None
    subject_name: Line = ""
    subject_unknown: bool = False
    content_items: list[Code] = []
    urgent: bool = False
    attachments: list[FileInput] = []


class MediaClueInput(_Reported, frozen=True, kw_only=True):
    """A clue from the media, with where it was published; the screenshot is an attachment."""

    outlet: Line
    published_on: date
    url: Line = ""


class SocialClueInput(_Reported, frozen=True, kw_only=True):
    """A clue of a social supervisor. Without `supervisor_id` the caller is one himself."""

    supervisor_id: UUID | None = None


class AppointmentInput(Body, frozen=True, kw_only=True):
    """An appointment; without `until_on` for the term of the rule book. `post_id`: his account's post in the organ."""

    name: Line
    identity: Code
    from_on: date
    until_on: date | None = None
    workplace: Line = ""
    area: Line = ""
    contact: Line = ""
    post_id: UUID | None = None


class KeptClue(msgspec.Struct, frozen=True):
    """The clue that goes on after two were merged."""

    clue_id: UUID


class PairNote(Body, frozen=True):
    """Why two clues are not the same."""

    note: Prose = ""


def _clue(data: _Reported, source: str) -> RegisterClue:
    return RegisterClue(
        source=source,
        title=data.title,
        facts=data.facts,
        place=data.place,
        happened_on=data.happened_on,
        subject_organ_id=data.subject_organ_id,
        subject_name=data.subject_name,
        subject_unknown=data.subject_unknown,
        content_items=tuple(data.content_items),
        urgent=data.urgent,
        attachments=tuple(Attachment(name=f.name, data=decoded(f, "attachments")) for f in data.attachments),
    )


@read(
    "/channels/overview",
    "poolClues",
    "线索统筹",
    TAGS,
    description="first、last 为起止月份，例如 2026-09，最长24个月；reach 为 own（本单位）、all（全部可以统筹的单位）"
    "或者一个下级单位的编号。",
)
async def overview(request: Req, *, first: Cursor = "", last: Cursor = "", reach: FromQuery[str] = "own") -> PooledView:
    async with reading(request) as work:
        return await channels.pooled(work, first=first, last=last, reach=reach)


@read("/channels/duplicates", "listDuplicates", "疑似重复的线索", TAGS, description="以 next 作为下一页的 after。")
async def list_duplicates(request: Req, *, after: Cursor = "", limit: Limit = 50) -> Page[ProposalPair]:
    async with reading(request) as work:
        return await channels.proposals(work, after=after, limit=limit)


@command("/channels/duplicates/{proposal_id:uuid}/merge", "mergeDuplicates", "合并两条重复的线索", TAGS, KeptClue)
async def merge(request: Req, proposal_id: FromPath[UUID]) -> Response[bytes]:
    async with turn(request) as t:
        return t.json(KeptClue(await channels.accept_pair(t.work, proposal_id)))


@command("/channels/duplicates/{proposal_id:uuid}/reject", "rejectDuplicates", "认定不是重复线索", TAGS, KeptClue)
async def reject(request: Req, proposal_id: FromPath[UUID], data: JSONBody[PairNote]) -> Response[bytes]:
    async with turn(request) as t:
        return t.json(KeptClue((await channels.reject_pair(t.work, proposal_id, data.note)).second_id))


@command("/channels/media", "reportMediaClue", "登记媒体线索", TAGS, ClueHead, status=201)
async def report_media(request: Req, data: JSONBody[MediaClueInput]) -> Response[bytes]:
    async with turn(request) as t:
        given = channels.MediaClue(
            clue=_clue(data, "media"), outlet=data.outlet, published_on=data.published_on, url=data.url
        )
        clue = await channels.report_media(t.work, given)
        head = await head_of(t.work, clue)
        return t.json(head, status=201, headers={"location": f"/api/v1/clues/{clue.id}"})


@command("/channels/social", "reportSocialClue", "登记社会监督员反映的线索", TAGS, ClueHead, status=201)
async def report_social(request: Req, data: JSONBody[SocialClueInput]) -> Response[bytes]:
    async with turn(request) as t:
        given = channels.SocialClue(clue=_clue(data, "social_supervisor"), supervisor_id=data.supervisor_id)
        clue = await channels.report_social(t.work, given)
        head = await head_of(t.work, clue)
        return t.json(head, status=201, headers={"location": f"/api/v1/clues/{clue.id}"})


@read(
    "/social-supervisors",
    "listSocialSupervisors",
    "社会监督员名册",
    TAGS,
    description="ended 为真时列出聘期届满或者终止的。以 next 作为下一页的 after。",
)
async def list_supervisors(
    request: Req, *, ended: FromQuery[bool] = False, after: Cursor = "", limit: Limit = 50
) -> Page[SupervisorRow]:
    async with reading(request) as work:
        return await channels.supervisors(work, ended=ended, after=after, limit=limit)


@command("/social-supervisors", "appointSocialSupervisor", "聘任社会监督员", TAGS, SupervisorRow, status=201)
async def appoint(request: Req, data: JSONBody[AppointmentInput]) -> Response[bytes]:
    async with turn(request) as t:
        row = await channels.appoint(t.work, channels.Appoint(**msgspec.structs.asdict(data)))
        shown = channels.supervisor_row(t.work, row)
        return t.json(shown, status=201, headers={"location": "/api/v1/social-supervisors"})


@command("/social-supervisors/{supervisor_id:uuid}/end", "endSocialSupervisor", "终止聘任", TAGS, SupervisorRow)
async def end(request: Req, supervisor_id: FromPath[UUID], data: JSONBody[ReasonInput]) -> Response[bytes]:
    async with turn(request) as t:
        row = await channels.end_appointment(t.work, supervisor_id, data.reason, version=data.version)
        return t.json(channels.supervisor_row(t.work, row))


ROUTES = [
    overview, list_duplicates, merge, reject, report_media, report_social, list_supervisors, appoint, end,
]  # fmt: skip

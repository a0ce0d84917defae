"""What a matter rests on, for API clients: measures, evidence, acts, findings, remedies (Arts. 13, 19, 20)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar.params import FromPath, JSONBody
from litestar.response import Response

from kernel.errors import Invalid, NotFound
from supervision.matters import service as matters
from supervision.matters.commands import (
    EndRemedy,
    EnterAct,
    EnterRemedy,
    EstablishFinding,
    FileGrades,
    RecordActivity,
    Upload,
)
from supervision.matters.inputs import MOST_FILES, MOST_SOCIAL
from web.api.matters import TAGS
from web.api.shapes import Body, Code, FileInput, Line, Prose, ReasonInput, Route, Version, command, decoded
from web.turns import Req, reading, turn


class Recorded(msgspec.Struct, frozen=True):
    """A record that a command made, under its matter."""

    id: UUID
    matter_id: UUID
    state: str = ""


Files = Annotated[int, msgspec.Meta(ge=0, le=MOST_FILES)]


class GradesInput(Body, frozen=True, kw_only=True):
    """The result of a review of case files: files of each grade, and of the failed ones those that a veto failed."""

    good: Files = 0
    passed: Files = 0
    failed: Files = 0
    vetoed: Files = 0


class ActivityInput(Body, frozen=True, kw_only=True):
    """A measure of Art. 13; `at` with its offset."""

    kind: Code
    at: datetime
    place: Line = ""
    record: Prose
    participant_post_ids: list[UUID]
    obstruction: Prose = ""
    approval_number: Line = ""
    commissioned: Line = ""
    files: list[FileInput] = []
    grades: GradesInput | None = None
    social_count: Annotated[int, msgspec.Meta(ge=0, le=MOST_SOCIAL)] = 0


class EvidenceInput(Body, frozen=True):
    """Files to keep as evidence of the matter."""

    files: Annotated[list[FileInput], msgspec.Meta(min_length=1)]


class KeptEvidence(msgspec.Struct, frozen=True):
    """The files that were kept, in the order in which they came."""

    matter_id: UUID
    evidence_ids: list[UUID]


class ActInput(Body, frozen=True, kw_only=True):
    """An administrative act. `counterpart_id` is kept encrypted and never given back by a list."""

    name: Line
    counterpart: Line
    number: Line = ""
    made_on: date | None = None
    subject: Line = ""
    counterpart_id: Code = ""


class FindingInput(Body, frozen=True, kw_only=True):
    """A problem; `act_id` is the act it concerns, null with `concerns_act` false for none."""

    content_item: Code
    title: Line
    facts: Prose
    provision: Line
    gravity: Code
    concerns_act: bool
    act_id: UUID | None = None
    officers: Line = ""
    evidence_ids: list[UUID] = []
    files: list[FileInput] = []


class RemedyInput(Body, frozen=True, kw_only=True):
    """A reconsideration or lawsuit about one act, with its proof."""

    act_id: UUID
    kind: Code
    body: Line
    filed_on: date
    case_number: Line = ""
    files: list[FileInput]


class RemedyEnd(Body, frozen=True, kw_only=True):
    """How a reconsideration or lawsuit ended, and whether that settled the act; with its proof."""

    ended_on: date
    result: Prose
    settles: bool
    files: list[FileInput]


class VerifyInput(Body, frozen=True):
    """The outcome of verifying one finding; what is not rectified needs a note."""

    finding_id: UUID
    rectified: bool
    note: Prose = ""
    version: Version | None = None


class UnmaskInput(Body, frozen=True):
    """What the counterpart's number is needed for; it stands in the audit trail."""

    purpose: Prose


class Unmasked(msgspec.Struct, frozen=True):
    """The counterpart's number in full."""

    counterpart_id: str


def uploads(files: list[FileInput]) -> tuple[Upload, ...]:
    """The files of a request. Raises Invalid for what is no base64."""
    return tuple(Upload(f.name, decoded(f), f.origin) for f in files)


def _record(path: str, operation: str, summary: str) -> Route:
    return command(f"/matters/{{matter_id:uuid}}/{path}", operation, summary, TAGS, Recorded, status=201)


def _change(path: str, operation: str, summary: str) -> Route:
    return command(f"/matters/{{matter_id:uuid}}/{path}", operation, summary, TAGS, Recorded)


@_record("activities", "recordActivity", "记录核查活动")
async def activities(request: Req, matter_id: FromPath[UUID], data: JSONBody[ActivityInput]) -> Response[bytes]:
    if data.at.tzinfo is None:
        raise Invalid("请写明时区，例如 2026-10-09T09:30:00+08:00。", field="at")
    draft = RecordActivity(
        kind=data.kind,
        at=data.at,
        place=data.place,
        record=data.record,
        participant_post_ids=tuple(data.participant_post_ids),
        obstruction=data.obstruction,
        obstructed=bool(data.obstruction),
        approval_number=data.approval_number,
        commissioned=data.commissioned,
        files=uploads(data.files),
        grades=msgspec.convert(data.grades or GradesInput(), FileGrades, from_attributes=True),
        social_count=data.social_count,
    )
    async with turn(request) as t:
        made = await matters.record_activity(t.work, matter_id, draft)
        return t.json(Recorded(made.id, matter_id), status=201)


@command("/matters/{matter_id:uuid}/evidence", "addEvidence", "添加证据", TAGS, KeptEvidence, status=201)
async def evidence(request: Req, matter_id: FromPath[UUID], data: JSONBody[EvidenceInput]) -> Response[bytes]:
    files = uploads(data.files)
    async with turn(request) as t:
        kept = await matters.add_evidence(t.work, matter_id, files)
        return t.json(KeptEvidence(matter_id, [item.id for item in kept]), status=201)


@_record("acts", "enterAct", "登记行政行为")
async def acts(request: Req, matter_id: FromPath[UUID], data: JSONBody[ActInput]) -> Response[bytes]:
    draft = EnterAct(**{name: getattr(data, name) for name in data.__struct_fields__})
    async with turn(request) as t:
        made = await matters.enter_act(t.work, matter_id, draft)
        return t.json(Recorded(made.id, matter_id), status=201)


@command(
    "/matters/{matter_id:uuid}/acts/{act_id:uuid}/counterpart",
    "readCounterpart",
    "查看当事人证件号码原文（写明用途，留痕）",
    TAGS,
    Unmasked,
)
async def counterpart(
    request: Req, matter_id: FromPath[UUID], act_id: FromPath[UUID], data: JSONBody[UnmaskInput]
) -> Unmasked:
    """Not stored under an idempotency key: the number is kept nowhere but in the vault."""
    async with reading(request) as work:
        view = await matters.view(work, matter_id)
        if act_id not in {act.id for act in view.acts}:
            raise NotFound
        return Unmasked(await matters.counterpart(work, act_id, data.purpose))


@_record("findings", "establishFinding", "认定问题")
async def findings(request: Req, matter_id: FromPath[UUID], data: JSONBody[FindingInput]) -> Response[bytes]:
    draft = EstablishFinding(
        content_item=data.content_item,
        title=data.title,
        facts=data.facts,
        provision=data.provision,
        gravity=data.gravity,
        concerns_act=data.concerns_act,
        act_id=data.act_id,
        officers=data.officers,
        evidence_ids=tuple(data.evidence_ids),
        files=uploads(data.files),
    )
    async with turn(request) as t:
        made = await matters.establish_finding(t.work, matter_id, draft)
        return t.json(Recorded(made.id, matter_id, made.state), status=201)


@_change("findings/{finding_id:uuid}/drop", "dropFinding", "撤销问题认定")
async def drop_finding(
    request: Req, matter_id: FromPath[UUID], finding_id: FromPath[UUID], data: JSONBody[ReasonInput]
) -> Response[bytes]:
    async with turn(request) as t:
        if finding_id not in {f.id for f in await matters.findings_of(t.work, matter_id)}:
            raise NotFound
        made = await matters.drop_finding(t.work, finding_id, data.reason, version=data.version)
        return t.json(Recorded(made.id, matter_id, made.state))


class ReferInput(Body, frozen=True):
    """The authority that settles the finding, and why it is handed over."""

    receiver: Annotated[str, msgspec.Meta(min_length=2, max_length=100)]
    reason: Prose
    version: Version | None = None


@_change("findings/{finding_id:uuid}/refer", "referFinding", "移送问题")
async def refer_finding(
    request: Req, matter_id: FromPath[UUID], finding_id: FromPath[UUID], data: JSONBody[ReferInput]
) -> Response[bytes]:
    async with turn(request) as t:
        if finding_id not in {f.id for f in await matters.findings_of(t.work, matter_id)}:
            raise NotFound
        made = await matters.refer_finding(t.work, finding_id, data.receiver, data.reason, version=data.version)
        return t.json(Recorded(made.id, matter_id, made.state))


@_change("verify", "verifyRectification", "核验整改")
async def verify(request: Req, matter_id: FromPath[UUID], data: JSONBody[VerifyInput]) -> Response[bytes]:
    async with turn(request) as t:
        if data.finding_id not in {f.id for f in await matters.findings_of(t.work, matter_id)}:
            raise NotFound
        made = await matters.verify_rectification(
            t.work, data.finding_id, data.rectified, data.note, version=data.version
        )
        return t.json(Recorded(made.id, matter_id, made.state))


@_record("remedies", "enterRemedy", "登记复议或者诉讼")
async def remedies(request: Req, matter_id: FromPath[UUID], data: JSONBody[RemedyInput]) -> Response[bytes]:
    draft = EnterRemedy(
        act_id=data.act_id,
        kind=data.kind,
        body=data.body,
        filed_on=data.filed_on,
        case_number=data.case_number,
        files=uploads(data.files),
    )
    async with turn(request) as t:
        made = await matters.enter_remedy(t.work, matter_id, draft)
        return t.json(Recorded(made.id, matter_id), status=201)


@_change("remedies/{remedy_id:uuid}/end", "endRemedy", "登记复议或者诉讼终结")
async def end_remedy(
    request: Req, matter_id: FromPath[UUID], remedy_id: FromPath[UUID], data: JSONBody[RemedyEnd]
) -> Response[bytes]:
    draft = EndRemedy(ended_on=data.ended_on, result=data.result, settles=data.settles, files=uploads(data.files))
    async with turn(request) as t:
        view = await matters.view(t.work, matter_id)
        if remedy_id not in {remedy.id for act in view.acts for remedy in act.remedies}:
            raise NotFound
        made = await matters.end_remedy(t.work, remedy_id, draft)
        return t.json(Recorded(made.id, matter_id))


ROUTES = [
    activities,
    evidence,
    acts,
    counterpart,
    findings,
    drop_finding,
    refer_finding,
    verify,
    remedies,
    end_remedy,
]

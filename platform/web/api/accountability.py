"""Accountability cases for API clients of the supervising side (Art. 21)."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

import msgspec
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.response import Response

from supervision.accountability import service as accountability
from supervision.accountability.service import Decide, DecideReview, OpenCase, Respondent
from supervision.accountability.views import AccountabilityRow, AccountabilityView
from supervision.matters.commands import Upload
from supervision.matters.views import Page
from web.api.shapes import (
    Amount,
    Body,
    Code,
    FileInput,
    Limit,
    Line,
    Prose,
    ReasonInput,
    Version,
    VersionInput,
    command,
    decoded,
    download,
    file_answer,
    read,
)
from web.turns import Req, reading, turn

TAGS = ["责任追究"]


class RespondentInput(Body, frozen=True):
    """Who is held responsible; `officer_id` from the register, or a name."""

    responsibility: Code
    officer_id: UUID | None = None
    name: Line = ""
    title: Line = ""


class AccountabilityInput(Body, frozen=True):
    """A case: against the organ of the matter or of `supervised_id`, or one of its persons."""

    grounds: Annotated[list[Code], msgspec.Meta(max_length=12)]
    facts: Prose
    gravity: Code
    fault: Code
    measure: Code
    matter_id: UUID | None = None
    supervised_id: UUID | None = None
    person: RespondentInput | None = None
    nature: Prose = ""
    harm: Prose = ""
    mitigating: Prose = ""
    aggravating: Prose = ""
    training_hours: Amount | None = None
    evidence_ids: Annotated[list[UUID], msgspec.Meta(max_length=100)] = []
    files: Annotated[list[FileInput], msgspec.Meta(max_length=20)] = []
    version: Version | None = None


class HearingInput(Body, frozen=True):
    held_on: date
    note: Prose
    version: Version | None = None


class AccountabilityDecision(Body, frozen=True):
    measure: Code
    reason: Prose
    defence_answer: Prose = ""
    awards_until: date | None = None
    training_hours: Amount | None = None
    version: Version | None = None


class CaseReferInput(Body, frozen=True):
    """`kind`: disciplinary_sanction or criminal_justice."""

    kind: Code
    reason: Prose
    version: Version | None = None


class ReviewDecision(Body, frozen=True):
    """`result`: upheld, changed (with `measure`) or set_aside."""

    result: Code
    reason: Prose
    measure: Code = ""
    version: Version | None = None


def _case(data: AccountabilityInput) -> OpenCase:
    person = data.person
    return OpenCase(
        matter_id=data.matter_id,
        supervised_id=data.supervised_id,
        person=Respondent(
            officer_id=person.officer_id,
            name=person.name,
            title=person.title,
            responsibility=person.responsibility,
        )
        if person
        else None,
        grounds=tuple(data.grounds),
        facts=data.facts,
        gravity=data.gravity,
        fault=data.fault,
        measure=data.measure,
        nature=data.nature,
        harm=data.harm,
        mitigating=data.mitigating,
        aggravating=data.aggravating,
        training_hours=data.training_hours,
        evidence_ids=tuple(data.evidence_ids),
        files=tuple(Upload(file.name, decoded(file), file.origin) for file in data.files),
    )


@read(
    "/accountability",
    "listAccountability",
    "责任追究清单",
    TAGS,
    description="view：live、ended、all；below 为真时包括下级办理的。以 next 作为下一页的 after。",
)
async def list_accountability(
    request: Req,
    *,
    view: FromQuery[Code] = "live",
    below: FromQuery[bool] = False,
    after: FromQuery[UUID | None] = None,
    limit: Limit = 50,
) -> Page[AccountabilityRow]:
    async with reading(request) as work:
        return await accountability.list_cases(work, view, reach=below, after=after, limit=limit)


@read("/accountability/{case_id:uuid}", "getAccountability", "责任追究", TAGS)
async def get_accountability(request: Req, case_id: FromPath[UUID]) -> AccountabilityView:
    async with reading(request) as work:
        return await accountability.case_view(work, case_id)


@download(
    "/accountability/{case_id:uuid}/documents/{paper_id:uuid}", "getAccountabilityDocument", "责任追究文书", TAGS,
    media_type="application/pdf",
)  # fmt: skip
async def get_document(request: Req, case_id: FromPath[UUID], paper_id: FromPath[UUID]) -> Response[bytes]:
    async with reading(request) as work:
        return file_answer(*await accountability.document(work, case_id, paper_id, "pdf"))


@command("/accountability", "proposeAccountability", "提出责任追究", TAGS, AccountabilityView, status=201)
async def propose(request: Req, data: JSONBody[AccountabilityInput]) -> Response[bytes]:
    async with turn(request) as t:
        row = await accountability.open_case(t.work, _case(data))
        view = await accountability.case_view(t.work, row.id)
        return t.json(view, status=201, headers={"location": f"/api/v1/accountability/{row.id}"})


@command("/accountability/{case_id:uuid}/amend", "amendAccountability", "补充事实和建议", TAGS, AccountabilityView)
async def amend(request: Req, case_id: FromPath[UUID], data: JSONBody[AccountabilityInput]) -> Response[bytes]:
    async with turn(request) as t:
        await accountability.amend(t.work, case_id, _case(data), version=data.version)
        return t.json(await accountability.case_view(t.work, case_id))


@command("/accountability/{case_id:uuid}/notify", "notifyAccountability", "告知拟作的处理", TAGS, AccountabilityView)
async def notify(request: Req, case_id: FromPath[UUID], data: JSONBody[VersionInput]) -> Response[bytes]:
    async with turn(request) as t:
        await accountability.notify(t.work, case_id, version=data.version)
        return t.json(await accountability.case_view(t.work, case_id))


@command("/accountability/{case_id:uuid}/drop", "dropAccountability", "决定不予追究", TAGS, AccountabilityView)
async def drop(request: Req, case_id: FromPath[UUID], data: JSONBody[ReasonInput]) -> Response[bytes]:
    async with turn(request) as t:
        await accountability.drop(t.work, case_id, data.reason, version=data.version)
        return t.json(await accountability.case_view(t.work, case_id))


@command("/accountability/{case_id:uuid}/hearing", "recordHearing", "记录听取陈述申辩", TAGS, AccountabilityView)
async def hearing(request: Req, case_id: FromPath[UUID], data: JSONBody[HearingInput]) -> Response[bytes]:
    async with turn(request) as t:
        await accountability.record_hearing(t.work, case_id, data.held_on, data.note, version=data.version)
        return t.json(await accountability.case_view(t.work, case_id))


@command("/accountability/{case_id:uuid}/reject", "rejectAccountability", "认定追究不成立", TAGS, AccountabilityView)
async def not_uphold(request: Req, case_id: FromPath[UUID], data: JSONBody[ReasonInput]) -> Response[bytes]:
    async with turn(request) as t:
        await accountability.not_uphold(t.work, case_id, data.reason, version=data.version)
        return t.json(await accountability.case_view(t.work, case_id))


@command(
    "/accountability/{case_id:uuid}/decide", "decideAccountability", "作出决定或者提出建议", TAGS, AccountabilityView
)
async def decide(request: Req, case_id: FromPath[UUID], data: JSONBody[AccountabilityDecision]) -> Response[bytes]:
    async with turn(request) as t:
        given = Decide(
            measure=data.measure,
            reason=data.reason,
            defence_answer=data.defence_answer,
            awards_until=data.awards_until,
            training_hours=data.training_hours,
        )
        await accountability.decide(t.work, case_id, given, version=data.version)
        return t.json(await accountability.case_view(t.work, case_id))


@command("/accountability/{case_id:uuid}/refer", "referAccountability", "移送有权机关", TAGS, AccountabilityView)
async def refer(request: Req, case_id: FromPath[UUID], data: JSONBody[CaseReferInput]) -> Response[bytes]:
    async with turn(request) as t:
        await accountability.refer(t.work, case_id, data.kind, data.reason, version=data.version)
        return t.json(await accountability.case_view(t.work, case_id))


@command("/accountability/{case_id:uuid}/insist", "insistAccountability", "再次建议处理", TAGS, AccountabilityView)
async def insist(request: Req, case_id: FromPath[UUID], data: JSONBody[ReasonInput]) -> Response[bytes]:
    async with turn(request) as t:
        await accountability.insist(t.work, case_id, data.reason, version=data.version)
        return t.json(await accountability.case_view(t.work, case_id))


@command("/accountability/{case_id:uuid}/accept-refusal", "acceptRefusal", "认可不采纳的理由", TAGS, AccountabilityView)
async def accept_refusal(request: Req, case_id: FromPath[UUID], data: JSONBody[ReasonInput]) -> Response[bytes]:
    async with turn(request) as t:
        await accountability.accept_refusal(t.work, case_id, data.reason, version=data.version)
        return t.json(await accountability.case_view(t.work, case_id))


@command("/accountability/{case_id:uuid}/close", "closeAccountability", "办结责任追究", TAGS, AccountabilityView)
async def close(request: Req, case_id: FromPath[UUID], data: JSONBody[ReasonInput]) -> Response[bytes]:
    async with turn(request) as t:
        await accountability.close(t.work, case_id, data.reason, version=data.version)
        return t.json(await accountability.case_view(t.work, case_id))


@command("/accountability/{case_id:uuid}/review", "decideReview", "对复核、申诉作出决定", TAGS, AccountabilityView)
async def review(request: Req, case_id: FromPath[UUID], data: JSONBody[ReviewDecision]) -> Response[bytes]:
    async with turn(request) as t:
        given = DecideReview(result=data.result, reason=data.reason, measure=data.measure)
        await accountability.decide_review(t.work, case_id, given, version=data.version)
        return t.json(await accountability.case_view(t.work, case_id))


ROUTES = [
    list_accountability,
    get_accountability,
    get_document,
    propose,
    amend,
    notify,
    drop,
    hearing,
    not_uphold,
    decide,
    refer,
    insist,
    accept_refusal,
    close,
    review,
]

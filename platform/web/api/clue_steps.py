"""The steps of a clue for API clients: acceptance, passing on, dismissal, merging, opening, answer (Art. 17)."""

from __future__ import annotations

from uuid import UUID

import msgspec
from litestar.params import FromPath, JSONBody
from litestar.response import Response

from supervision.clues import service as clues
from supervision.clues.views import Revealed
from supervision.matters.commands import ProposeMatter
from web.api.clues import TAGS, ClueHead, head_of
from web.api.shapes import Body, Code, Line, Prose, ReasonInput, Route, Version, VersionInput, command
from web.turns import Req, reading, turn


class GroundInput(Body, frozen=True):
    """A reason in words, with the ground of the rule book where one is asked for."""

    reason: Prose = ""
    reason_code: Code = ""
    version: Version | None = None


class PassOnInput(Body, frozen=True):
    """The competent organ, why, and the attachments that go along; the complainant never does."""

    to_organ_id: UUID
    reason: Prose
    attachment_ids: list[UUID] = []
    version: Version | None = None


class MergeInput(Body, frozen=True):
    """The clue or the matter that this clue is dealt with in; one of both."""

    into_clue_id: UUID | None = None
    into_matter_id: UUID | None = None
    version: Version | None = None


class OpenMatterInput(Body, frozen=True, kw_only=True):
    """A proposal that rests on this clue and on `clue_ids`: mode of Art. 11, content items of Arts. 8 to 10."""

    title: Line
    mode: Code
    content_items: list[Code]
    supervised_id: UUID
    basis_note: Prose = ""
    clue_ids: list[UUID] = []
    version: Version | None = None


class ProposedMatter(msgspec.Struct, frozen=True):
    """The proposal; the clues go into the matter when its opening is approved."""

    matter_id: UUID
    state: str


class AnswerInput(Body, frozen=True):
    """The answer to the channel that the clue came by."""

    answer: Prose
    version: Version | None = None


class SubjectInput(Body, frozen=True):
    """The organ complained of, once it is known."""

    subject_organ_id: UUID
    version: Version | None = None


class PurposeInput(Body, frozen=True):
    """What the complainant's identity is needed for; it stands in the audit trail."""

    purpose: Prose


def _step(path: str, operation: str, summary: str) -> Route:
    return command(f"/clues/{{clue_id:uuid}}/{path}", operation, summary, TAGS, ClueHead)


@_step("accept", "acceptClue", "受理线索")
async def accept(request: Req, clue_id: FromPath[UUID], data: JSONBody[VersionInput]) -> Response[bytes]:
    async with turn(request) as t:
        return t.json(await head_of(t.work, await clues.accept(t.work, clue_id, data.version)))


@_step("subject", "nameClueSubject", "确定被反映单位")
async def subject(request: Req, clue_id: FromPath[UUID], data: JSONBody[SubjectInput]) -> Response[bytes]:
    async with turn(request) as t:
        clue = await clues.set_subject(t.work, clue_id, data.subject_organ_id, data.version)
        return t.json(await head_of(t.work, clue))


@_step("pass-on", "passOnClue", "转交线索")
async def pass_on(request: Req, clue_id: FromPath[UUID], data: JSONBody[PassOnInput]) -> Response[bytes]:
    async with turn(request) as t:
        clue = await clues.pass_on(
            t.work,
            clue_id,
            data.to_organ_id,
            data.reason,
            attachment_ids=data.attachment_ids,
            version=data.version,
        )
        return t.json(await head_of(t.work, clue))


@_step("propose-dismissal", "proposeDismissal", "提出不予办理")
async def propose_dismissal(request: Req, clue_id: FromPath[UUID], data: JSONBody[GroundInput]) -> Response[bytes]:
    async with turn(request) as t:
        clue = await clues.propose_dismissal(t.work, clue_id, data.reason_code, data.reason, data.version)
        return t.json(await head_of(t.work, clue))


@_step("dismiss", "dismissClue", "批准不予办理")
async def dismiss(request: Req, clue_id: FromPath[UUID], data: JSONBody[GroundInput]) -> Response[bytes]:
    async with turn(request) as t:
        clue = await clues.dismiss(t.work, clue_id, data.reason, data.version)
        return t.json(await head_of(t.work, clue))


@_step("merge", "mergeClue", "并入其他线索或者事项")
async def merge(request: Req, clue_id: FromPath[UUID], data: JSONBody[MergeInput]) -> Response[bytes]:
    async with turn(request) as t:
        clue = await clues.merge(
            t.work,
            clue_id,
            into_clue_id=data.into_clue_id,
            into_matter_id=data.into_matter_id,
            version=data.version,
        )
        return t.json(await head_of(t.work, clue))


@command("/clues/{clue_id:uuid}/open-matter", "openMatterFromClue", "由线索提请立项", TAGS, ProposedMatter, status=201)
async def open_matter(request: Req, clue_id: FromPath[UUID], data: JSONBody[OpenMatterInput]) -> Response[bytes]:
    draft = ProposeMatter(
        title=data.title,
        mode=data.mode,
        content_items=tuple(data.content_items),
        supervised_id=data.supervised_id,
        basis="clue",
        basis_note=data.basis_note,
        clue_ids=tuple(data.clue_ids),
    )
    async with turn(request) as t:
        matter = await clues.open_matter(t.work, clue_id, draft, data.version)
        return t.json(ProposedMatter(matter.id, matter.state), status=201)


@_step("extend", "extendClue", "延长办理期限")
async def extend(request: Req, clue_id: FromPath[UUID], data: JSONBody[ReasonInput]) -> Response[bytes]:
    async with turn(request) as t:
        return t.json(await head_of(t.work, await clues.extend(t.work, clue_id, data.reason, data.version)))


@_step("answer", "answerClue", "答复线索渠道")
async def answer(request: Req, clue_id: FromPath[UUID], data: JSONBody[AnswerInput]) -> Response[bytes]:
    async with turn(request) as t:
        return t.json(await head_of(t.work, await clues.answer(t.work, clue_id, data.answer, data.version)))


@command("/clues/{clue_id:uuid}/complainant", "readComplainant", "查看反映人信息（写明用途，留痕）", TAGS, Revealed)
async def complainant(request: Req, clue_id: FromPath[UUID], data: JSONBody[PurposeInput]) -> Revealed:
    """Not stored under an idempotency key: who complained is kept nowhere but in the vault."""
    async with reading(request) as work:
        return await clues.complainant(work, clue_id, data.purpose)


ROUTES = [
    accept,
    subject,
    pass_on,
    propose_dismissal,
    dismiss,
    merge,
    open_matter,
    extend,
    answer,
    complainant,
]

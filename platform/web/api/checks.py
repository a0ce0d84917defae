"""Rule models over enforcement records for API clients (Arts. 10(5)-(7), 11(5), 17)."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

import msgspec
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.response import Response

from supervision.checks import service as checks
from supervision.checks.commands import HitFilter
from supervision.checks.rules import MOST_AT_ONCE
from supervision.checks.views import (
    BenchmarkPage,
    BenchmarkRow,
    HitPage,
    HitView,
    LikeCases,
    ModelsPage,
    QuestionPage,
    QuestionRow,
)
from web.api.shapes import Body, Code, Cursor, FileInput, Limit, Line, Prose, command, decoded, read
from web.turns import Req, reading, turn

TAGS = ["规则模型"]
State = Annotated[str, QueryParameter(name="state", max_length=60)]
Hits = Annotated[list[UUID], msgspec.Meta(min_length=1, max_length=MOST_AT_ONCE)]


class HitsInput(Body, frozen=True):
    """Hits to judge; `note` is added to what the models say."""

    hits: Hits
    note: Prose = ""


class DismissalInput(Body, frozen=True):
    """Hits to put aside, with a reason of the list and a sentence."""

    hits: Hits
    reason_code: Code
    reason: Prose


class QuestionInput(Body, frozen=True):
    """What the organ is to explain; without `due_on` within five working days."""

    question: Prose
    due_on: date | None = None


class QuestionAnswer(Body, frozen=True):
    """The answer of the organ that was asked."""

    answer: Prose


class SwitchInput(Body, frozen=True):
    """`line`: a business line; empty: all."""

    enabled: bool
    reason: Prose
    line: Code = ""


class AccountsInput(Body, frozen=True):
    """All accounts into which fines may be paid."""

    accounts: Annotated[list[Line], msgspec.Meta(max_length=500)]


class BenchmarkInput(Body, frozen=True):
    """A table as CSV or XLSX; another version of a name ends the one before."""

    name: Line
    issuer: Line
    in_force_on: date
    file: FileInput


class HitsMade(msgspec.Struct, frozen=True):
    """What the hits became: ids of clues, or of one matter."""

    ids: list[UUID]


class HitsDismissed(msgspec.Struct, frozen=True):
    total: int


@read("/checks", "listCheckHits", "模型预警清单", TAGS, description="以 next 作为下一页的 after。")
async def list_hits(
    request: Req,
    *,
    judged: State = "open",
    severity: FromQuery[str] = "",
    rule: FromQuery[str] = "",
    organ_id: FromQuery[UUID | None] = None,
    after: Cursor = "",
    limit: Limit = 50,
) -> HitPage:
    wanted = HitFilter(state=judged, severity=severity, rule=rule, organ_id=organ_id)
    async with reading(request) as work:
        return await checks.hits(work, wanted, after=after, limit=limit)


@read("/checks/outliers", "listOutliers", "偏离同类案件的罚款", TAGS, description="以 next 作为下一页的 after。")
async def list_outliers(request: Req, *, judged: State = "open", after: Cursor = "", limit: Limit = 50) -> HitPage:
    async with reading(request) as work:
        return await checks.outliers(work, state=judged, after=after, limit=limit)


@read("/checks/models", "listCheckModels", "规则模型及其确认率", TAGS)
async def list_models(request: Req) -> ModelsPage:
    async with reading(request) as work:
        return await checks.models(work)


@read("/checks/{hit_id:uuid}", "getCheckHit", "模型预警及其计算", TAGS)
async def get_hit(request: Req, hit_id: FromPath[UUID]) -> HitView:
    async with reading(request) as work:
        return await checks.hit(work, hit_id)


@read("/checks/{hit_id:uuid}/comparison", "getComparison", "同类案件的比较", TAGS)
async def get_comparison(request: Req, hit_id: FromPath[UUID]) -> LikeCases:
    async with reading(request) as work:
        return await checks.comparison(work, hit_id)


@command("/checks/clues", "checkHitsToClues", "将模型预警转为线索", TAGS, HitsMade, status=201)
async def to_clues(request: Req, data: JSONBody[HitsInput]) -> Response[bytes]:
    async with turn(request) as t:
        return t.json(HitsMade(await checks.to_clues(t.work, data.hits, note=data.note)), status=201)


@command("/checks/matters", "checkHitsToMatter", "由模型预警提请立项", TAGS, HitsMade, status=201)
async def to_matter(request: Req, data: JSONBody[HitsInput]) -> Response[bytes]:
    async with turn(request) as t:
        return t.json(HitsMade([await checks.to_matter(t.work, data.hits, note=data.note)]), status=201)


@command("/checks/dismissals", "dismissCheckHits", "排除模型预警", TAGS, HitsDismissed)
async def dismiss(request: Req, data: JSONBody[DismissalInput]) -> Response[bytes]:
    async with turn(request) as t:
        return t.json(HitsDismissed(await checks.dismiss(t.work, data.hits, data.reason_code, data.reason)))


@command("/checks/{hit_id:uuid}/questions", "askAboutHit", "就模型预警询问执法机关", TAGS, QuestionRow, status=201)
async def ask(request: Req, hit_id: FromPath[UUID], data: JSONBody[QuestionInput]) -> Response[bytes]:
    async with turn(request) as t:
        made = await checks.ask(t.work, hit_id, data.question, data.due_on or await checks.term(t.work))
        return t.json(await checks.question(t.work, made.id), status=201)


@read("/questions", "listQuestions", "收到的询问", TAGS, description="由新到旧。以 next 作为下一页的 after。")
async def list_questions(request: Req, *, after: Cursor = "", limit: Limit = 50) -> QuestionPage:
    async with reading(request) as work:
        return await checks.questions(work, after=after, limit=limit)


@read("/questions/{question_id:uuid}", "getQuestion", "一次询问和答复", TAGS)
async def get_question(request: Req, question_id: FromPath[UUID]) -> QuestionRow:
    async with reading(request) as work:
        return await checks.question(work, question_id)


@command("/questions/{question_id:uuid}/answer", "answerQuestion", "答复询问", TAGS, QuestionRow)
async def answer(request: Req, question_id: FromPath[UUID], data: JSONBody[QuestionAnswer]) -> Response[bytes]:
    async with turn(request) as t:
        return t.json(await checks.answer(t.work, question_id, data.answer))


@command("/checks/models/{rule:str}/switch", "switchCheckModel", "启用、停用规则模型", TAGS, ModelsPage)
async def switch(request: Req, rule: FromPath[str], data: JSONBody[SwitchInput]) -> Response[bytes]:
    async with turn(request) as t:
        await checks.switch(t.work, rule, enabled=data.enabled, line=data.line, reason=data.reason)
        return t.json(await checks.models(t.work))


@command("/checks/accounts", "setPayeeAccounts", "登记罚款指定账户", TAGS, ModelsPage)
async def set_accounts(request: Req, data: JSONBody[AccountsInput]) -> Response[bytes]:
    async with turn(request) as t:
        await checks.set_accounts(t.work, data.accounts)
        return t.json(await checks.models(t.work))


@read("/benchmarks", "listBenchmarks", "裁量基准清单", TAGS)
async def list_benchmarks(request: Req) -> list[BenchmarkRow]:
    async with reading(request) as work:
        return await checks.benchmark_list(work)


@read("/benchmarks/{benchmark_id:uuid}", "getBenchmark", "一版裁量基准", TAGS)
async def get_benchmark(request: Req, benchmark_id: FromPath[UUID]) -> BenchmarkPage:
    async with reading(request) as work:
        return await checks.benchmark(work, benchmark_id)


@command("/benchmarks", "importBenchmark", "导入裁量基准", TAGS, BenchmarkPage, status=201)
async def import_benchmark(request: Req, data: JSONBody[BenchmarkInput]) -> Response[bytes]:
    async with turn(request) as t:
        made = await checks.import_table(
            t.work,
            data.file.name,
            decoded(data.file, "file"),
            name=data.name,
            issuer=data.issuer,
            in_force_on=data.in_force_on,
        )
        return t.json(await checks.benchmark(t.work, made.id), status=201)


ROUTES = [
    list_hits,
    list_outliers,
    list_models,
    get_hit,
    get_comparison,
    to_clues,
    to_matter,
    dismiss,
    ask,
    list_questions,
    get_question,
    answer,
    switch,
    set_accounts,
    list_benchmarks,
    get_benchmark,
    import_benchmark,
]

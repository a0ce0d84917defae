"""询问: a supervisor asks the enforcing organ about a hit; the organ answers on its own page (Art. 13)."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response, Template

from kernel.errors import FieldError, Invalid
from kernel.work import Work
from supervision.checks import service as checks
from supervision.checks.rules import ANSWER_MAX, QUESTION_MAX
from tenants.access import Target, authorize
from web.forms import Form
from web.frame import page
from web.turns import Req, reading, turn

HREF: Final = "/questions"
INBOX: Final = "/inbox"
STATES: Final = {"waiting": ("待答复", "amber"), "late": ("逾期未答复", "red"), "answered": ("已答复", "green")}


@get("/checks/{hit_id:uuid}/ask")
async def ask_page(request: Req, hit_id: FromPath[UUID]) -> Template:
    """The question about one hit."""
    async with reading(request) as work:
        return await _ask(request, work, hit_id, {}, [])


async def _ask(request: Req, work: Work, hit_id: UUID, values: Any, errors: list[FieldError]) -> Template:
    await authorize(work, "check", "ask", Target(owner_id=work.organ_id))
    view = await checks.hit(work, hit_id)
    day = (await checks.term(work)).isoformat()
    return await page(
        request,
        work,
        "checks/ask.html",
        title="询问执法机关",
        active="/checks",
        crumbs=[("模型预警", "/checks"), (view.hit.label, f"/checks/{hit_id}"), "询问执法机关"],
        status=422 if errors else 200,
        view=view,
        hit=view.hit,
        values={"due_on": day, **values},
        limit=QUESTION_MAX,
        errors=errors,
        error_of={e.field: e.message for e in errors},
    )


@post("/checks/{hit_id:uuid}/ask", status_code=303)
async def ask(request: Req, hit_id: FromPath[UUID]) -> Template | Response[bytes]:
    fields = await request.form()
    try:
        async with turn(request) as t:
            form = Form(fields, t.work.today)
            question, due_on = form.text("question"), form.day("due_on")
            form.check()
            await checks.ask(t.work, hit_id, question, due_on)
            return t.redirect(f"/checks/{hit_id}#questions")
    except Invalid as invalid:
        errors = list(invalid.errors) or [FieldError("question", invalid.message)]
    async with reading(request) as work:
        return await _ask(request, work, hit_id, Form(fields, work.today).values, errors)


@get(HREF)
async def question_list(request: Req) -> Template:
    """What supervision bodies ask this organ, the newest first."""
    after = request.query_params.get("after", "")
    async with reading(request) as work:
        found = await checks.questions(work, after=after)
        return await page(
            request,
            work,
            "checks/questions.html",
            title="收到的询问",
            active=HREF,
            rows=found.items,
            states=STATES,
            first_href=HREF if after else "",
            next_href=f"{HREF}?after={found.next}" if found.next else "",
        )


@get(f"{HREF}/{{question_id:uuid}}")
async def question_page(request: Req, question_id: FromPath[UUID]) -> Template:
    """One question with the place for its answer."""
    async with reading(request) as work:
        return await _question(request, work, question_id, "", [])


async def _question(request: Req, work: Work, question_id: UUID, said: str, errors: list[FieldError]) -> Template:
    found = await checks.question(work, question_id)
    return await page(
        request,
        work,
        "checks/question.html",
        title="询问",
        active=HREF,
        crumbs=[("收到的询问", HREF), found.label],
        status=422 if errors else 200,
        one=found,
        state=STATES[found.state],
        may_answer=found.state != "answered" and await checks.may_answer(work, question_id),
        said=said,
        limit=ANSWER_MAX,
        errors=errors,
        error_of={e.field: e.message for e in errors},
    )


@post(f"{HREF}/{{question_id:uuid}}", status_code=303)
async def answer(request: Req, question_id: FromPath[UUID]) -> Template | Response[bytes]:
    said = ""
    try:
        async with turn(request) as t:
            said = Form(await request.form(), t.work.today).text("answer")
            await checks.answer(t.work, question_id, said)
            return t.redirect(f"{HREF}/{question_id}")
    except Invalid as invalid:
        errors = list(invalid.errors) or [FieldError("answer", invalid.message)]
    async with reading(request) as work:
        return await _question(request, work, question_id, said, errors)


ROUTES = [ask_page, ask, question_list, question_page, answer]

"""Accountability as the other side works with it: what was served, receipt, defence, answer, review (Art. 21)."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import quote
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response, Template

from kernel.errors import FieldError, Invalid
from kernel.work import Work
from supervision.accountability import service as accountability
from supervision.accountability.service import Answer, Defence
from web.api.shapes import file_answer
from web.forms import Form, parse_id
from web.frame import page
from web.pages.matter_sent import error_context
from web.turns import Req, reading, turn

ACTIVE: Final = "/accountability/received"
ACTS: Final = ("open", "defence", "answer", "training", "review")


@get("/accountability/received")
async def received_list(request: Req) -> Template:
    """收到的责任追究文书: of the organ; to an officer what is about him."""
    after = request.query_params.get("after", "")
    async with reading(request) as work:
        found = await accountability.received(work, after=parse_id(after))
        return await page(
            request,
            work,
            "accountability/received_list.html",
            title="责任追究文书",
            active=ACTIVE,
            rows=found.items,
            next_href=f"{ACTIVE}?after={quote(found.next)}" if found.next else "",
            first_href=ACTIVE if after else "",
        )


@get("/accountability/received/{notice_id:uuid}")
async def received_page(request: Req, notice_id: FromPath[UUID]) -> Template:
    async with reading(request) as work:
        return await _page(request, work, notice_id, {}, [])


async def _page(
    request: Req, work: Work, notice_id: UUID, values: dict[str, Any], errors: list[FieldError]
) -> Template:
    view = await accountability.notice_view(work, notice_id)
    return await page(
        request,
        work,
        "accountability/received.html",
        title=f"{view.title} {view.number}",
        active=ACTIVE,
        crumbs=[("责任追究文书", ACTIVE), view.number],
        status=422 if errors else 200,
        view=view,
        values=values,
        may={c.action for c in view.allowed},
        **error_context(errors),
    )


@get("/accountability/received/{notice_id:uuid}/{kind:str}")
async def received_file(request: Req, notice_id: FromPath[UUID], kind: FromPath[str]) -> Response[bytes]:
    """The document as PDF or Word file; audited."""
    async with reading(request) as work:
        return file_answer(*await accountability.file(work, notice_id, kind))


@post([f"/accountability/received/{{notice_id:uuid}}/{act}" for act in ACTS], status_code=303)
async def act(request: Req, notice_id: FromPath[UUID]) -> Template | Response[bytes]:
    """签收, 陈述申辩, 反馈, 培训登记, 复核申请."""
    fields = await request.form()
    try:
        async with turn(request) as t:
            await _take(t.work, notice_id, request.url.path.rsplit("/", 1)[1], Form(fields, t.work.today))
            return t.redirect(f"{ACTIVE}/{notice_id}")
    except Invalid as invalid:
        async with reading(request) as work:
            errors = list(invalid.errors) or [FieldError("reason", invalid.message)]
            return await _page(request, work, notice_id, Form(fields, work.today).values, errors)


async def _take(work: Work, notice_id: UUID, what: str, form: Form) -> None:
    if what == "open":
        await accountability.open_notice(work, notice_id)
    elif what == "defence":
        given = Defence(
            text=form.text("text"),
            waived=form.text("choice") == "waive",
            wants_hearing=form.checked("wants_hearing"),
            hearing_on=form.day("hearing_on"),
        )
        form.check()
        await accountability.state_defence(work, notice_id, given)
    elif what == "answer":
        answer = Answer(
            result=form.text("result"),
            measure=form.text("measure"),
            document_number=form.text("document_number"),
            effective_on=form.day("effective_on"),
            reason=form.text("reason"),
            training_hours=form.integer("training_hours", least=1, most=1000),
            training_until=form.day("training_until"),
        )
        form.check()
        await accountability.answer_proposal(work, notice_id, answer)
    elif what == "training":
        hours, on = form.integer("hours", least=1, most=1000), form.day("completed_on")
        form.check()
        await accountability.record_training(work, notice_id, hours, on)
    else:
        await accountability.request_review(work, notice_id, form.text("reason"))


ROUTES = [received_list, received_page, received_file, act]

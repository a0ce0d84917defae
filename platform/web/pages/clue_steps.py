"""The forms of a clue's steps: each a page of its own, so that it works on phones and without script."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response, Template

from kernel.errors import FieldError, Invalid, NotFound
from kernel.work import Work
from supervision.clues import service as clues
from supervision.matters.commands import ProposeMatter
from tenants.organs.directory import directory
from web.forms import Form
from web.frame import page
from web.organ_views import exact
from web.pages import clue_parts as parts
from web.pages.clues import clue_page
from web.turns import Req, reading, turn

TITLES = {
    "accept": "受理线索",
    "pass": "转交线索",
    "dismissal": "提出不予办理",
    "dismiss": "批准不予办理",
    "merge": "并入其他线索或者事项",
    "matter": "由线索提请立项",
    "extension": "延长办理期限",
    "answer": "答复线索渠道",
    "subject": "确定被反映单位",
    "complainant": "查看反映人信息",
}


@get("/clues/{clue_id:uuid}/{name:str}")
async def step_form(request: Req, clue_id: FromPath[UUID], name: FromPath[str]) -> Template:
    """The form of one step, a page of its own."""
    async with reading(request) as work:
        return await _step_form(request, work, clue_id, name, values={}, errors=[])


async def _step_form(
    request: Req, work: Work, clue_id: UUID, name: str, *, values: dict[str, Any], errors: list[FieldError]
) -> Template:
    if name not in TITLES:
        raise NotFound
    view = await clues.view(work, clue_id)
    if view.standing != "own":
        raise NotFound
    query = request.query_params
    return await page(
        request,
        work,
        "clues/step.html",
        title=TITLES[name],
        active="/clues",
        crumbs=[("线索池", "/clues"), (view.number, f"/clues/{clue_id}"), TITLES[name]],
        status=422 if errors else 200,
        **{
            "view": view,
            "look": parts.LOOKS[view.state],
            "step": name,
            "values": {"into": query.get("into", ""), "title": view.title, "answer": view.answer, **values},
            "chosen_items": values.get("content_items", [code for code, _ in view.content_items]),
            "errors": errors,
            "error_of": {e.field: e.message for e in errors},
            **await parts.form_context(work, name, view),
        },
    )


async def _reveal(request: Req, clue_id: UUID) -> Template:
    """Show who complained, for the stated purpose, on this one answer only."""
    sent = await request.form()
    try:
        async with reading(request) as work:
            revealed = await clues.complainant(work, clue_id, Form(sent, work.today).text("purpose"))
            return await clue_page(request, work, clue_id, revealed=revealed)
    except Invalid as wrong:
        async with reading(request) as work:
            values = Form(sent, work.today).values
            return await _step_form(request, work, clue_id, "complainant", values=values, errors=wrong.errors)


@post("/clues/{clue_id:uuid}/{name:str}", status_code=200)
async def take_step(request: Req, clue_id: FromPath[UUID], name: FromPath[str]) -> Response[Any] | Template:
    """Take one step; on errors its form again."""
    if name == "complainant":
        return await _reveal(request, clue_id)
    act = STEPS.get(name)
    if act is None:
        raise NotFound
    sent = await request.form()
    try:
        async with turn(request) as t:
            form = Form(sent, t.work.today)
            await act(t.work, clue_id, form)
            return t.redirect(f"/clues/{clue_id}")
    except Invalid as wrong:
        async with reading(request) as work:
            form = Form(sent, work.today)
            values = form.values | {"content_items": form.many("content_items"), "others": form.many("others")}
            errors = wrong.errors or [FieldError("reason", wrong.message)]
            return await _step_form(request, work, clue_id, name, values=values, errors=errors)


async def _accept(work: Work, clue_id: UUID, form: Form) -> None:
    await clues.accept(work, clue_id, form.version())


async def _pass_on(work: Work, clue_id: UUID, form: Form) -> None:
    tree = await directory(work)
    to = form.id("other") or exact(tree, form.text("other_text")) or form.id("to")
    if to is None:
        form.error("to", "请选择接收机关。")
    reason = form.text("reason", need="请写明转交理由。")
    form.check()
    assert to is not None
    await clues.pass_on(work, clue_id, to, reason, attachment_ids=form.ids("files"), version=form.version())


async def _propose_dismissal(work: Work, clue_id: UUID, form: Form) -> None:
    code = form.text("reason_code", need="请选择不予办理的情形。")
    reason = form.text("reason", need="请写明具体理由。")
    form.check()
    await clues.propose_dismissal(work, clue_id, code, reason, form.version())


async def _dismiss(work: Work, clue_id: UUID, form: Form) -> None:
    await clues.dismiss(work, clue_id, form.text("note"), form.version())


async def _merge(work: Work, clue_id: UUID, form: Form) -> None:
    kind, _, value = form.text("into", need="请选择并入的线索或者事项。").partition(":")
    form.check()
    try:
        target = UUID(value)
    except ValueError:
        raise Invalid("请从列表中选择。", field="into") from None
    into = {"into_clue_id": target} if kind == "clue" else {"into_matter_id": target}
    await clues.merge(work, clue_id, **into, version=form.version())


async def _open_matter(work: Work, clue_id: UUID, form: Form) -> None:
    view = await clues.view(work, clue_id)
    command = ProposeMatter(
        title=form.text("title"),
        mode=form.text("mode"),
        content_items=tuple(form.many("content_items")),
        supervised_id=view.subject_id,
        basis="clue",
        basis_note=form.text("basis_note"),
        clue_ids=tuple(form.ids("others")),
    )
    await clues.open_matter(work, clue_id, command, form.version())


async def _extend(work: Work, clue_id: UUID, form: Form) -> None:
    reason = form.text("reason", need="请写明延长的理由。")
    form.check()
    await clues.extend(work, clue_id, reason, form.version())


async def _answer(work: Work, clue_id: UUID, form: Form) -> None:
    await clues.answer(work, clue_id, form.text("answer"), form.version())


async def _subject(work: Work, clue_id: UUID, form: Form) -> None:
    subject = form.id("subject") or exact(await directory(work), form.text("subject_text"))
    if subject is None:
        form.error("subject", "请从列表中选择被反映单位。")
    form.check()
    assert subject is not None
    await clues.set_subject(work, clue_id, subject, form.version())


STEPS: dict[str, Callable[[Work, UUID, Form], Awaitable[None]]] = {
    "accept": _accept,
    "pass": _pass_on,
    "dismissal": _propose_dismissal,
    "dismiss": _dismiss,
    "merge": _merge,
    "matter": _open_matter,
    "extension": _extend,
    "answer": _answer,
    "subject": _subject,
}

ROUTES = [step_form, take_step]

"""Accountability cases as the supervising side works with them: list, case, documents, steps (Art. 21)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import quote
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response, Template

from kernel.errors import FieldError, Invalid
from kernel.wording import format_moment
from kernel.work import Work
from supervision.accountability import service as accountability
from supervision.accountability.views import AccountabilityView, FormChoices
from supervision.matters.commands import Upload
from supervision.matters.facts import Choice
from web import accountability_forms as forms
from web import decision_forms
from web.api.shapes import file_answer
from web.forms import Form, parse_id
from web.frame import page
from web.pages.matter_forms import organ
from web.pages.matter_sent import error_context
from web.turns import Req, reading, turn

ACTIVE: Final = "/accountability"
LABELS: Final = {"live": "在办", "ended": "已办结", "all": "全部"}


@get("/accountability")
async def case_list(request: Req) -> Template:
    """责任追究: the organ's own cases, or those of the levels below as well."""
    query = request.query_params
    view = query.get("view", "live")
    view = view if view in LABELS else "live"
    reach = query.get("reach") == "all"
    async with reading(request) as work:
        found = await accountability.list_cases(work, view, reach=reach, after=parse_id(query.get("after", "")))
        base = f"{ACTIVE}?view={view}{'&reach=all' if reach else ''}"
        return await page(
            request,
            work,
            "accountability/list.html",
            title="责任追究",
            active=ACTIVE,
            rows=found.items,
            reach=reach,
            view=view,
            tabs_list=[
                {"label": label, "href": f"{ACTIVE}?view={key}{'&reach=all' if reach else ''}", "current": key == view}
                for key, label in LABELS.items()
            ],
            reach_href=f"{ACTIVE}?view={view}{'' if reach else '&reach=all'}",
            may_propose=bool({"supervisor", "supervision_leader"} & (work.actor.roles if work.actor else frozenset())),
            next_href=f"{base}&after={quote(found.next)}" if found.next else "",
            first_href=base if query.get("after") else "",
        )


@get("/accountability/{case_id:uuid}")
async def case_page(request: Req, case_id: FromPath[UUID]) -> Template:
    async with reading(request) as work:
        view = await accountability.case_view(work, case_id)
        return await page(
            request,
            work,
            "accountability/case.html",
            title=view.respondent,
            active=ACTIVE,
            crumbs=[("责任追究", ACTIVE), view.number],
            view=view,
            events=decision_forms.history(view.timeline, format_moment),
        )


@get("/accountability/{case_id:uuid}/documents/{notice_id:uuid}/{kind:str}")
async def document(
    request: Req, case_id: FromPath[UUID], notice_id: FromPath[UUID], kind: FromPath[str]
) -> Response[bytes]:
    """A document of the case as PDF or Word file; audited."""
    async with reading(request) as work:
        return file_answer(*await accountability.document(work, case_id, notice_id, kind))


async def _show(
    request: Req,
    work: Work,
    *,
    step: forms.Step,
    fields: list[Any],
    action: str,
    back: str,
    view: AccountabilityView | None = None,
    values: dict[str, Any] | None = None,
    errors: Sequence[FieldError] = (),
    refusal: Choice | None = None,
) -> Template:
    crumbs: list[Any] = [("责任追究", ACTIVE)]
    if view is not None:
        crumbs.append((view.number, f"{ACTIVE}/{view.id}"))
    return await page(
        request,
        work,
        "accountability/form.html",
        title=step.title,
        active=ACTIVE,
        crumbs=[*crumbs, step.title],
        status=422 if errors else 200,
        step=step,
        action=action,
        back=back,
        view=view,
        fields=fields,
        values=values or {},
        refusal=refusal,
        multipart=any(f["kind"] == "upload" for f in fields),
        **error_context(errors),
    )


START: Final = forms.Step("提出责任追究", "选择单位", safe="返回清单")
NEW: Final = forms.Step(
    "提出责任追究",
    "提出责任追究",
    ("由未参与提出的负责人审批，告知后才开始计算期限。", "在告知以前，被监督机关看不到本件。"),
    safe="暂不提出",
)


@get("/accountability/start")
async def start_form(request: Req) -> Template:
    """Choose the organ of a case that rests on own findings; from a matter the organ is known."""
    async with reading(request) as work:
        fields = [organ("supervised", "被追究责任的单位")]
        return await _show(request, work, step=START, fields=fields, action=f"{ACTIVE}/start", back=ACTIVE)


@post("/accountability/start", status_code=303)
async def start(request: Req) -> Template | Response[bytes]:
    fields = await request.form()
    async with reading(request) as work:
        form = Form(fields, work.today)
        organ_id = form.id("supervised", need="请从列表中选择单位。")
        if organ_id is None:
            asked = [organ("supervised", "被追究责任的单位")]
            return await _show(
                request, work, step=START, fields=asked, action=f"{ACTIVE}/start", back=ACTIVE, values=form.values,
                errors=form.errors,
            )  # fmt: skip
        await accountability.form_choices(work, organ_id=organ_id)
        to = f"{ACTIVE}/new?organ={organ_id}"
        return Response(b"", status_code=303, headers={"location": to}, media_type="text/html")


async def _choices(request: Req, work: Work) -> tuple[FormChoices, str]:
    matter, of_organ = parse_id(request.query_params.get("matter", "")), parse_id(request.query_params.get("organ", ""))
    asked = f"?matter={matter}" if matter else f"?organ={of_organ}" if of_organ else ""
    return await accountability.form_choices(work, matter_id=matter, organ_id=of_organ), f"{ACTIVE}/new{asked}"


@get("/accountability/new")
async def new_form(request: Req) -> Template | Response[bytes]:
    async with reading(request) as work:
        choices, action = await _choices(request, work)
        if choices.supervised_id is None:
            return Response(b"", status_code=303, headers={"location": f"{ACTIVE}/start"}, media_type="text/html")
        back = f"/matters/{choices.matter_id}" if choices.matter_id else ACTIVE
        return await _show(
            request, work, step=NEW, fields=forms.case_fields(choices), action=action, back=back,
            values=forms.first_case(choices),
        )  # fmt: skip


@post("/accountability/new", status_code=303)
async def create(request: Req) -> Template | Response[bytes]:
    fields = await request.form()
    try:
        async with turn(request) as t:
            form = Form(fields, t.work.today)
            choices, _ = await _choices(request, t.work)
            case = await accountability.open_case(t.work, forms.case_command(form, choices, await _uploads(form)))
            return t.redirect(f"{ACTIVE}/{case.id}")
    except Invalid as invalid:
        async with reading(request) as work:
            choices, action = await _choices(request, work)
            form = Form(fields, work.today)
            return await _show(
                request, work, step=NEW, fields=forms.case_fields(choices), action=action, back=ACTIVE,
                values=_values(form), errors=invalid.errors or [FieldError("facts", invalid.message)],
            )  # fmt: skip


async def _uploads(form: Form) -> tuple[Upload, ...]:
    return tuple([Upload(f.filename, await f.read(), form.text("origin")) for f in form.files("files")])


def _values(form: Form) -> dict[str, Any]:
    return {**form.values, **{name: form.many(name) for name in forms.LISTS}}


PATHS: Final = [f"/accountability/{{case_id:uuid}}/{slug}" for slug in forms.STEPS]


def _slug(request: Req) -> str:
    return request.url.path.rstrip("/").rsplit("/", 1)[1]


async def _step(
    request: Req,
    work: Work,
    case_id: UUID,
    *,
    values: dict[str, Any] | None = None,
    errors: Sequence[FieldError] = (),
) -> Template:
    slug = _slug(request)
    view = await accountability.case_view(work, case_id)
    action = slug.replace("-", "_")
    refusal = None if any(c.action == action for c in view.allowed) else _refusal(view, action, slug)
    fields: list[Any] = []
    stored: dict[str, Any] = {}
    if refusal is None and slug == "amend":
        fields, stored = (
            forms.case_fields(await accountability.form_choices(work, case_id=case_id)),
            forms.stored_case(view),
        )
    elif refusal is None:
        fields = forms.step_fields(slug, view)
    return await _show(
        request,
        work,
        step=forms.STEPS[slug],
        fields=fields,
        action=f"{ACTIVE}/{case_id}/{slug}",
        back=f"{ACTIVE}/{case_id}",
        view=view,
        values=stored if values is None else values,
        errors=errors,
        refusal=refusal,
    )


def _refusal(view: AccountabilityView, action: str, slug: str) -> Choice:
    held = next((c for c in view.refused if c.action == action), None)
    title = forms.STEPS[slug].title
    reason = f"本件处于“{view.state_label}”，或者这一步不由您的岗位办理。"
    return held or Choice(action=action, label=title, articles=["21"], reason=reason)


@get(PATHS)
async def step_form(request: Req, case_id: FromPath[UUID]) -> Template:
    """The form of a step; what the reader may not do answers with the reason."""
    async with reading(request) as work:
        return await _step(request, work, case_id)


@post(PATHS, status_code=303)
async def take_step(request: Req, case_id: FromPath[UUID]) -> Template | Response[bytes]:
    """Take the step. What must be changed comes back in the same form."""
    fields = await request.form()
    try:
        async with turn(request) as t:
            await _take(t.work, case_id, _slug(request), Form(fields, t.work.today))
            return t.redirect(f"{ACTIVE}/{case_id}")
    except Invalid as invalid:
        async with reading(request) as work:
            errors = invalid.errors or [FieldError("reason", invalid.message)]
            return await _step(request, work, case_id, values=_values(Form(fields, work.today)), errors=errors)


async def _take(work: Work, case_id: UUID, slug: str, form: Form) -> None:
    version = form.version()
    reason = form.text("reason")
    if slug == "amend":
        choices = await accountability.form_choices(work, case_id=case_id)
        command = forms.case_command(form, choices, await _uploads(form))
        await accountability.amend(work, case_id, command, version=version)
    elif slug == "notify":
        await accountability.notify(work, case_id, version=version)
    elif slug == "record-hearing":
        held_on = form.day("held_on")
        form.check()
        await accountability.record_hearing(work, case_id, held_on, form.text("note"), version=version)
    elif slug == "decide":
        await accountability.decide(work, case_id, forms.decide_command(form), version=version)
    elif slug == "refer":
        await accountability.refer(work, case_id, form.text("kind"), reason, version=version)
    elif slug == "review":
        await accountability.decide_review(work, case_id, forms.review_command(form), version=version)
    else:
        simple = {
            "drop": accountability.drop,
            "not-uphold": accountability.not_uphold,
            "insist": accountability.insist,
            "accept-refusal": accountability.accept_refusal,
            "close": accountability.close,
        }
        await simple[slug](work, case_id, reason, version=version)


ROUTES = [case_list, case_page, document, start_form, start, new_form, create, step_form, take_step]

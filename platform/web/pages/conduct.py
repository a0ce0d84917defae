"""Complaints about supervisors: complaining, asking for the answer, and the examination above (Art. 23)."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidTag
from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response, Template

from kernel.errors import FieldError, Invalid, NotFound
from kernel.vault import vault
from kernel.wording import format_moment
from kernel.work import Work
from supervision.conduct import service as conduct
from supervision.conduct.rules import CONSEQUENCES, GROUNDS, OUTCOMES, POSITIONS
from supervision.conduct.views import ComplaintView
from tenants.access import Target, authorize, consider
from tenants.organs.directory import directory
from web.forms import Form, parse_id
from web.frame import page
from web.organ_views import exact
from web.pages.matter_forms import Field, area, checks, organ, radio, text
from web.pages.referrals import sections
from web.turns import Req, identity, reading, turn

ACTIVE = "/referrals"
HERE = "/conduct"
LOOKS = {"received": "waiting", "examining": "checking", "answered": "verify", "closed": "closed"}
STEPS = {
    "assign": ("指定调查人", "指定调查人"),
    "examine": ("记录调查情况", "保存调查情况"),
    "answer": ("作出处理和答复", "答复反映人"),
    "close": ("办结", "办结"),
    "source": ("查看反映人身份", "查看反映人身份"),
}
LINES = {
    "assign": ["被反映人不得参与调查。", "调查人可以查看反映内容，每次查看反映人身份都留痕。"],
    "answer": ["反映人凭编号和查询口令查看答复。", "处理措施记入经过；移送纪检监察的，系统起草移送。"],
    "close": ["办结后不再计算期限。"],
    "source": ["查看人、时间和用途记入审计和经过，不能删除。"],
}
Act = Callable[[Work, UUID, Form], Awaitable[Any]]


@get("/conduct")
async def complaint_list(request: Req) -> Template:
    """What the reader handles; everybody else finds how to complain and how to ask."""
    ended = request.query_params.get("view") == "ended"
    async with reading(request) as work:
        verdict, _ = await consider(work, "conduct", "list", Target(owner_id=work.organ_id))
        rows, following = [], None
        if verdict.allowed:
            found = await conduct.listed(work, ended=ended, after=parse_id(request.query_params.get("after", "")))
            rows, following = found.items, found.next
        here = f"{HERE}?view={'ended' if ended else 'open'}"
        return await page(
            request,
            work,
            "conduct/list.html",
            title="对监督人员的反映",
            active=ACTIVE,
            handles=verdict.allowed,
            rows=rows,
            looks=LOOKS,
            ended=ended,
            sections=await sections(work, identity(request).roles, HERE),
            tabs_list=[
                {"label": "在办", "href": f"{HERE}?view=open", "current": not ended},
                {"label": "已办结", "href": f"{HERE}?view=ended", "current": ended},
            ],
            next_href=f"{here}&after={following}" if following else "",
            first_href=here if request.query_params.get("after") else "",
        )


@get("/conduct/new")
async def new_complaint(request: Req) -> Template:
    async with reading(request) as work:
        return await _new(request, work, {}, [])


async def _new(request: Req, work: Work, values: dict[str, Any], errors: Sequence[FieldError]) -> Template:
    await authorize(work, "conduct", "register", Target(owner_id=work.organ_id))
    return await page(
        request,
        work,
        "conduct/form.html",
        title="反映监督人员的问题",
        active=ACTIVE,
        crumbs=[("对监督人员的反映", HERE), "反映监督人员的问题"],
        status=422 if errors else 200,
        view=None,
        refusal=None,
        action=f"{HERE}/new",
        back=HERE,
        multipart=False,
        fields=_complaint_fields(),
        values=values,
        errors=errors,
        error_of={e.field: e.message for e in errors},
        step={
            "title": "反映监督人员的问题",
            "article": "23",
            "act": "提交反映",
            "safe": "暂不反映",
            "lines": [
                "由被反映人单位的上一级有权机关调查，被反映人及其单位看不到。",
                "您的身份加密保存，不在本单位留下记录。",
                "凭编号和查询口令查看答复，口令不能找回，请记牢。",
            ],
        },
    )


def _complaint_fields() -> list[Field]:
    return [
        organ("subject_organ", "被反映人所在单位"),
        radio("position", "被反映人是", [{"value": k, "label": v} for k, v in POSITIONS.items()], columns=2),
        text("subject", "被反映人", hint="姓名，或者职务"),
        radio("ground", "反映的问题", [{"value": k, "label": v} for k, v in GROUNDS.items()], columns=2),
        area("facts", "具体情况", rows=6, hint="写明时间、地点和经过"),
        text("name", "您的姓名", optional=True, hint="不填即为匿名"),
        text("contact", "联系方式", optional=True),
        text("secret", "查询口令", hint="8 位以上，自己设置，只用于查询答复"),
    ]


@post("/conduct/new")
async def register(request: Req) -> Template | Response[bytes]:
    sent = await request.form()
    try:
        async with turn(request) as t:
            form = Form(sent, t.work.today)
            tree = await directory(t.work)
            organ_id = form.id("subject_organ") or exact(tree, form.text("subject_organ_text"))
            if organ_id is None:
                form.error("subject_organ", "请选择被反映人所在的单位。")
            form.check()
            assert organ_id is not None
            names = ("position", "subject", "ground", "facts", "name", "contact")
            command = conduct.RegisterComplaint(
                subject_organ_id=organ_id, secret=form.secret("secret"), **{n: form.text(n) for n in names}
            )
            done = await conduct.register(t.work, command)
            return t.redirect(f"{HERE}/registered?receipt={_sealed(done)}")
    except Invalid as wrong:
        errors = [FieldError("subject_organ", e.message) if e.field == "subject_organ_id" else e for e in wrong.errors]
        async with reading(request) as work:
            values = {k: v for k, v in Form(sent, work.today).values.items() if k != "secret"}
            return await _new(request, work, values, errors or [FieldError("facts", wrong.message)])


def _sealed(done: conduct.Registered) -> str:
    """The receipt as an opaque word: the answer that is kept under the form's key names no complaint."""
    return urlsafe_b64encode(vault().seal(msgspec.json.encode(done).decode())).decode().rstrip("=")


@get("/conduct/registered")
async def registered(request: Req) -> Template:
    """The number, once after registering. Raises NotFound for a word that is no receipt."""
    word = request.query_params.get("receipt", "")
    async with reading(request) as work:
        await authorize(work, "conduct", "register", Target(owner_id=work.organ_id))
        try:
            sealed = urlsafe_b64decode(word + "=" * (-len(word) % 4))
            done = msgspec.json.decode(vault().open(sealed), type=conduct.Registered)
        except (ValueError, InvalidTag, msgspec.DecodeError):
            raise NotFound from None
        return await page(
            request,
            work,
            "conduct/registered.html",
            title="反映已经提交",
            active=ACTIVE,
            crumbs=[("对监督人员的反映", HERE), "反映已经提交"],
            done=done,
        )


@get("/conduct/receipt")
async def receipt_form(request: Req) -> Template:
    async with reading(request) as work:
        return await _receipt(request, work, "", None, "")


async def _receipt(request: Req, work: Work, number: str, found: Any, wrong: str) -> Template:
    await authorize(work, "conduct", "register", Target(owner_id=work.organ_id))
    return await page(
        request,
        work,
        "conduct/receipt.html",
        title="查询办理情况",
        active=ACTIVE,
        crumbs=[("对监督人员的反映", HERE), "查询办理情况"],
        status=404 if wrong else 200,
        number_value=number,
        found=found,
        wrong=wrong,
    )


@post("/conduct/receipt", status_code=200)
async def receipt(request: Req) -> Template:
    """The answer for whoever has number and secret; nothing is changed, and neither stands in an address."""
    async with reading(request) as work:
        form = Form(await request.form(), work.today)
        number = form.text("number")
        try:
            found = await conduct.ask(work, number, form.secret("secret"))
        except NotFound as missing:
            return await _receipt(request, work, number, None, missing.message)
        return await _receipt(request, work, number, found, "")


@get("/conduct/{complaint_id:uuid}")
async def complaint_page(request: Req, complaint_id: FromPath[UUID]) -> Template:
    async with reading(request) as work:
        return await _complaint(request, work, await conduct.view(work, complaint_id))


async def _complaint(request: Req, work: Work, view: ComplaintView, **more: Any) -> Template:
    base = f"{HERE}/{view.id}"
    allowed = [
        {"label": c.label, "href": f"{base}/{c.action}", "articles": c.articles, "hint": c.hint, "next": n == 0}
        for n, c in enumerate(sorted(view.allowed, key=lambda c: c.action == "assign" and view.state == "examining"))
    ]
    if not view.anonymous:
        allowed.append({"label": "查看反映人身份", "href": f"{base}/source", "articles": ["规则:反映人保护"]})
    return await page(
        request,
        work,
        "conduct/complaint.html",
        title=view.number,
        active=ACTIVE,
        crumbs=[("对监督人员的反映", HERE), view.number],
        view=view,
        look=LOOKS[view.state],
        now_text=format_moment(work.now),
        allowed=allowed,
        refused=[
            {"label": c.label, "reason": c.reason, "articles": c.articles, "remedy": c.remedy} for c in view.refused
        ],
        events=[
            {
                "icon": "alert-circle" if step.action == "overdue" else "note",
                "title": step.title,
                "time": format_moment(step.at),
                "articles": ["23"],
                "body": f"{step.actor_name}{'：' + step.note if step.note else ''}",
                "tone": "red" if step.action == "overdue" else "",
            }
            for step in view.steps
        ],
        **{"revealed": None, **more},
    )


@get("/conduct/{complaint_id:uuid}/{name:str}")
async def step_form(request: Req, complaint_id: FromPath[UUID], name: FromPath[str]) -> Template:
    async with reading(request) as work:
        return await _step(request, work, complaint_id, name)


async def _step(
    request: Req,
    work: Work,
    complaint_id: UUID,
    name: str,
    *,
    values: dict[str, Any] | None = None,
    errors: Sequence[FieldError] = (),
) -> Template:
    if name not in STEPS:
        raise NotFound
    view = await conduct.view(work, complaint_id)
    title, act = STEPS[name]
    return await page(
        request,
        work,
        "conduct/form.html",
        title=title,
        active=ACTIVE,
        crumbs=[("对监督人员的反映", HERE), (view.number, f"{HERE}/{view.id}"), title],
        status=422 if errors else 200,
        view=view,
        refusal=None,
        action=f"{HERE}/{view.id}/{name}",
        back=f"{HERE}/{view.id}",
        multipart=False,
        fields=await _fields(work, view, name),
        values={"findings": view.findings} if values is None else values,
        errors=errors,
        error_of={e.field: e.message for e in errors},
        step={"title": title, "article": "23", "act": act, "safe": "返回", "lines": LINES.get(name, [])},
    )


async def _fields(work: Work, view: ComplaintView, name: str) -> list[Field]:
    if name == "assign":
        posts = await conduct.examiners(work, view.id)
        options = [{"value": str(p.id), "label": p.person_name, "note": p.title} for p in posts]
        return [checks("post_ids", "调查人", options, hint="一至三名与反映内容无关的人员")]
    if name == "examine":
        return [area("findings", "调查的经过和认定的事实", rows=8)]
    if name == "answer":
        measures = [{"value": k, "label": v} for k, v in CONSEQUENCES.items()]
        return [
            radio("outcome", "认定结论", [{"value": k, "label": v} for k, v in OUTCOMES.items()], columns=2),
            area("answer", "对反映人的答复", rows=5, hint="不写他人的个人信息"),
            checks("consequences", "处理措施", measures, optional=True, hint="反映属实的至少选择一项"),
            area(
                "note", "处理措施的说明", rows=3, optional=True, hint="需要被反映人单位落实的，该单位负责人收到本说明"
            ),
        ]
    return [text("purpose", "查看用途", hint="例如：联系反映人核实")] if name == "source" else []


@post("/conduct/{complaint_id:uuid}/{name:str}", status_code=200)
async def take_step(request: Req, complaint_id: FromPath[UUID], name: FromPath[str]) -> Template | Response[bytes]:
    if name not in STEPS:
        raise NotFound
    sent = await request.form()
    try:
        if name == "source":
            async with reading(request) as work:
                revealed = await conduct.reveal(work, complaint_id, Form(sent, work.today).text("purpose"))
                return await _complaint(request, work, await conduct.view(work, complaint_id), revealed=revealed)
        async with turn(request) as t:
            await ACTS[name](t.work, complaint_id, Form(sent, t.work.today))
            return t.redirect(f"{HERE}/{complaint_id}")
    except Invalid as wrong:
        async with reading(request) as work:
            form = Form(sent, work.today)
            values = form.values | {n: form.many(n) for n in ("post_ids", "consequences")}
            errors = wrong.errors or [FieldError("note", wrong.message)]
            return await _step(request, work, complaint_id, name, values=values, errors=errors)


async def _assign(work: Work, complaint_id: UUID, form: Form) -> None:
    ids = form.ids("post_ids")
    form.check()
    await conduct.assign(work, complaint_id, ids, version=form.version())


async def _examine(work: Work, complaint_id: UUID, form: Form) -> None:
    await conduct.examine(work, complaint_id, form.text("findings"), version=form.version())


async def _answer(work: Work, complaint_id: UUID, form: Form) -> None:
    note = form.text("note")
    given = conduct.AnswerComplaint(
        outcome=form.text("outcome"),
        answer=form.text("answer"),
        consequences=tuple(conduct.Consequence(kind=kind, note=note) for kind in form.many("consequences")),
    )
    await conduct.answer(work, complaint_id, given, version=form.version())


async def _close(work: Work, complaint_id: UUID, form: Form) -> None:
    await conduct.close(work, complaint_id, version=form.version())


ACTS: dict[str, Act] = {"assign": _assign, "examine": _examine, "answer": _answer, "close": _close}
ROUTES = [
    complaint_list, new_complaint, register, registered, receipt_form, receipt, complaint_page, step_form, take_step,
]  # fmt: skip

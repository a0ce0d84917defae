"""Forms of the channels: a media clue, a social supervisor's clue, an appointment, the return of an order (Arts. 15,
17)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response, Template

from kernel.errors import FieldError, Invalid, NotFound
from kernel.work import Work
from policy.articles import display
from supervision.channels import service as channels
from supervision.channels.rules import IDENTITIES
from supervision.clues.commands import Attachment, RegisterClue
from supervision.deadlines import service as deadlines
from tenants.access import Target, authorize
from tenants.organs.directory import directory
from web.forms import Form
from web.frame import page
from web.organ_views import exact
from web.pages.channels import HERE
from web.pages.matter_forms import Field, area, check, checks, day, known, organ, select, text, upload
from web.turns import Req, identity, reading, turn

SUPERVISORS = f"{HERE}/supervisors"
STEPS: dict[str, dict[str, Any]] = {
    "media": {
        "title": "登记媒体线索",
        "article": "17",
        "act": "登记线索",
        "safe": "暂不登记",
        "lines": ["登记为线索，来源为网络媒体，按线索的期限受理和办理。", "网页可能被删除，请同时上传截图。"],
    },
    "social": {
        "title": "登记社会监督员反映的线索",
        "article": "15",
        "act": "登记线索",
        "safe": "暂不登记",
        "lines": ["登记为线索，来源为社会监督员反映。", "被反映单位看不到由哪一位社会监督员反映。"],
    },
    "appoint": {
        "title": "聘任社会监督员",
        "article": "15",
        "act": "聘任社会监督员",
        "safe": "暂不聘任",
        "lines": ["聘期届满后，不能再以其名义登记线索。", "联系方式加密保存。"],
    },
    "end": {
        "title": "终止聘任",
        "article": "15",
        "act": "终止聘任",
        "safe": "暂不终止",
        "lines": ["已经反映的线索继续办理。"],
    },
    "return": {
        "title": "退回热线工单",
        "article": "17",
        "act": "提出退回",
        "safe": "暂不退回",
        "lines": ["报负责人审批，批准后工单退回热线，由热线另行派单。", "超过退回时限的，应当办理或者转交。"],
    },
}


def _clue_fields(items: list[dict[str, Any]]) -> list[Field]:
    return [
        text("title", "标题", hint="用一句话写明反映的问题"),
        area("facts", "内容", rows=6, hint="写明时间、地点、单位和经过"),
        organ("subject", "被反映单位"),
        check("subject_unknown", "尚不清楚是哪个单位"),
        day("happened_on", "发生日期", optional=True),
        text("place", "地点", optional=True),
        checks("content_items", "监督内容", items, optional=True),
        upload("attachments", "截图和材料", optional=True),
    ]


async def _fields(work: Work, name: str, request: Req) -> list[Field]:
    book = await deadlines.rulebook(work)
    items = [{"value": i.code, "label": i.name, "articles": [display(i.code)]} for i in book.content_items]
    if name == "media":
        source = [
            text("outlet", "媒体或者平台", hint="例如：某某短视频平台、某某晚报"),
            text("url", "网址", optional=True),
            day("published_on", "发布日期"),
        ]
        return [*source, *_clue_fields(items)]
    if name == "social":
        if "social_supervisor" in identity(request).roles:
            return _clue_fields(items)
        rows = (await channels.supervisors(work, limit=100)).items
        options = [(str(r.id), f"{r.name}（{r.identity_label}）") for r in rows if r.in_force]
        return [select("supervisor_id", "社会监督员", options), *_clue_fields(items)]
    if name == "appoint":
        term = book.deadline("social_supervisor.term").length
        accounts = [(str(p.id), f"{p.person_name}（{p.title}）") for p in await channels.accounts(work)]
        return [
            text("name", "姓名"),
            select("identity", "身份", list(IDENTITIES.items())),
            text("workplace", "工作单位", optional=True),
            text("area", "参与监督的领域或者区域", optional=True),
            text("contact", "联系方式", optional=True),
            day("from_on", "聘期开始"),
            {**day("until_on", "聘期截止", optional=True), "hint": f"不填的，聘期为 {term}"},
            *([select("post_id", "系统账号", accounts, optional=True)] if accounts else []),
        ]
    return [area("reason", "理由", rows=4)]


async def _form(
    request: Req,
    work: Work,
    name: str,
    *,
    action: str,
    back: str,
    values: dict[str, Any] | None = None,
    errors: Sequence[FieldError] = (),
    head: str = "",
    version: int | None = None,
) -> Template:
    step = STEPS[name]
    fields = await _fields(work, name, request)
    return await page(
        request,
        work,
        "channels/form.html",
        title=step["title"],
        active=HERE if "social_supervisor" not in identity(request).roles else action,
        crumbs=[("线索统筹", HERE), step["title"]],
        status=422 if errors else 200,
        view={"version": version} if version else None,
        refusal=None,
        action=action,
        back=back,
        multipart=any(f["kind"] == "upload" for f in fields),
        fields=[known("对象", head, icon_name="user"), *fields] if head else fields,
        values=values or {},
        errors=errors,
        error_of={e.field: e.message for e in errors},
        step=step,
    )


Take = Callable[[Work, Form], Awaitable[str]]


async def _taken(request: Req, name: str, back: str, take: Take) -> Template | Response[bytes]:
    """Do what the form asks; with errors the form again, as it was filled in."""
    sent = await request.form()
    try:
        async with turn(request) as t:
            return t.redirect(await take(t.work, Form(sent, t.work.today)))
    except Invalid as wrong:
        async with reading(request) as work:
            form = Form(sent, work.today)
            values = form.values | {"content_items": form.many("content_items")}
            errors = wrong.errors or [FieldError("facts", wrong.message)]
            action = request.url.path
            return await _form(request, work, name, action=action, back=back, values=values, errors=errors)


@get("/channels/media/new")
async def new_media(request: Req) -> Template:
    async with reading(request) as work:
        await authorize(work, "channel", "report", Target(owner_id=work.organ_id))
        return await _form(request, work, "media", action=f"{HERE}/media/new", back=HERE)


@post("/channels/media/new")
async def report_media(request: Req) -> Template | Response[bytes]:
    return await _taken(request, "media", HERE, _media)


async def _media(work: Work, form: Form) -> str:
    published = form.day("published_on", need="请填写发布日期。")
    clue = await _clue(work, form, "media")
    form.check()
    given = channels.MediaClue(clue=clue, outlet=form.text("outlet"), published_on=published, url=form.text("url"))
    return f"/clues/{(await channels.report_media(work, given)).id}"


@get("/channels/social/new")
async def new_social(request: Req) -> Template:
    async with reading(request) as work:
        await authorize(work, "channel", "report", Target(owner_id=work.organ_id))
        himself = "social_supervisor" in identity(request).roles
        return await _form(request, work, "social", action=f"{HERE}/social/new", back="/desk" if himself else HERE)


@post("/channels/social/new")
async def report_social(request: Req) -> Template | Response[bytes]:
    himself = "social_supervisor" in identity(request).roles

    async def take(work: Work, form: Form) -> str:
        clue = await _clue(work, form, "social_supervisor")
        supervisor_id = None if himself else form.id("supervisor_id", need="请选择社会监督员。")
        form.check()
        made = await channels.report_social(work, channels.SocialClue(clue=clue, supervisor_id=supervisor_id))
        return "/desk" if himself else f"/clues/{made.id}"

    return await _taken(request, "social", "/desk" if himself else HERE, take)


async def _clue(work: Work, form: Form, source: str) -> RegisterClue:
    tree = await directory(work)
    subject = form.id("subject") or exact(tree, form.text("subject_text"))
    unknown = form.checked("subject_unknown")
    return RegisterClue(
        source=source,
        title=form.text("title"),
        facts=form.text("facts"),
        place=form.text("place"),
        happened_on=form.day("happened_on"),
        subject_organ_id=None if unknown else subject,
        subject_name="" if subject or unknown else form.text("subject_text"),
        subject_unknown=unknown,
        content_items=tuple(form.many("content_items")),
        attachments=tuple([Attachment(name=f.filename, data=await f.read()) for f in form.files("attachments")]),
    )


@get("/channels/supervisors/new")
async def new_supervisor(request: Req) -> Template:
    async with reading(request) as work:
        await authorize(work, "channel", "appoint", Target(owner_id=work.organ_id))
        values = {"from_on": work.today.isoformat()}
        return await _form(request, work, "appoint", action=f"{SUPERVISORS}/new", back=SUPERVISORS, values=values)


@post("/channels/supervisors/new")
async def appoint(request: Req) -> Template | Response[bytes]:
    return await _taken(request, "appoint", SUPERVISORS, _appoint)


async def _appoint(work: Work, form: Form) -> str:
    names = ("name", "identity", "workplace", "area", "contact")
    command = channels.Appoint(
        from_on=form.day("from_on", need="请填写聘任起始日期。"),
        until_on=form.day("until_on"),
        post_id=form.id("post_id"),
        **{name: form.text(name) for name in names},
    )
    form.check()
    await channels.appoint(work, command)
    return SUPERVISORS


@get("/channels/supervisors/{supervisor_id:uuid}/end")
async def end_form(request: Req, supervisor_id: FromPath[UUID]) -> Template:
    async with reading(request) as work:
        await authorize(work, "channel", "end_appointment", Target(owner_id=work.organ_id))
        row = await channels.supervisor(work, supervisor_id)
        if row is None:
            raise NotFound
        action = f"{SUPERVISORS}/{supervisor_id}/end"
        return await _form(
            request, work, "end", action=action, back=SUPERVISORS, head=row.name, version=row.row_version
        )


@post("/channels/supervisors/{supervisor_id:uuid}/end")
async def end(request: Req, supervisor_id: FromPath[UUID]) -> Template | Response[bytes]:
    async def take(work: Work, form: Form) -> str:
        await channels.end_appointment(work, supervisor_id, form.text("reason"), version=form.version())
        return SUPERVISORS

    return await _taken(request, "end", SUPERVISORS, take)


@get("/channels/hotline/{order_id:uuid}/return")
async def return_form(request: Req, order_id: FromPath[UUID]) -> Template:
    async with reading(request) as work:
        await authorize(work, "channel", "return_order", Target(owner_id=work.organ_id))
        row = await channels.order(work, order_id)
        if row is None:
            raise NotFound
        action, head = f"{HERE}/hotline/{order_id}/return", f"热线工单 {row.number}"
        return await _form(
            request, work, "return", action=action, back=f"{HERE}/hotline", head=head, version=row.row_version
        )


@post("/channels/hotline/{order_id:uuid}/return")
async def return_order(request: Req, order_id: FromPath[UUID]) -> Template | Response[bytes]:
    async def take(work: Work, form: Form) -> str:
        row = await channels.propose_return(work, order_id, form.text("reason"), version=form.version())
        return f"/clues/{row.clue_id}"

    return await _taken(request, "return", f"{HERE}/hotline", take)


ROUTES = [
    new_media, report_media, new_social, report_social, new_supervisor, appoint, end_form, end, return_form,
    return_order,
]  # fmt: skip

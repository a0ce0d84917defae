"""The open complaint page and the question about it (Arts. 5, 17): no log-in, no script needed, nothing recorded of the
reader but what he writes.

A try is counted for its network address in a transaction of its own. The complaint's own transaction knows no address
and no request, so that the audit trail cannot tell who complained.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from litestar import get, post
from litestar.response import Template

from kernel.clock import system_now
from kernel.errors import FieldError, Invalid, NotFound, TooLarge, TooMany
from kernel.tenancy import VISITOR
from kernel.work import Work, open_work
from supervision.channels import service as channels
from supervision.clues.commands import Attachment
from supervision.clues.intake import FACTS_MAX, TITLE_MAX
from supervision.deadlines import service as deadlines
from tenants.organs.directory import Directory, directory
from web import entry
from web.access import OPEN
from web.forms import Form
from web.frame import part, plain, settings
from web.organ_views import exact, picker_item, picker_items
from web.problems import retry_after
from web.turns import Req, database, origin

ANYBODY: Final = {OPEN: True}
TRAP: Final = "website"
"""A field that people do not see and robots fill in."""
MOST_BYTES: Final = 10 * 1_048_576
ROBOT: Final = "系统不能确认由本人填写，请不要填写隐藏的内容。"


@get("/complaints/new", opt=ANYBODY)
async def new_complaint(request: Req) -> Template:
    async with entry.visiting(request) as work:
        return await _form(request, work, {})


async def _form(
    request: Req, work: Work, values: dict[str, Any], errors: Sequence[FieldError] = (), status: int = 200
) -> Template:
    tree, book = await directory(work), await deadlines.rulebook(work)
    found = list(errors)
    choices = values.pop("choices", [])
    return plain(
        request,
        "complaints/new.html",
        title="投诉举报",
        status=status,
        values={"form_token": channels.new_token(system_now()), **values},
        choices=choices,
        errors=found,
        error_of={e.field: e.message for e in found},
        areas=[(str(key), name) for key, name in channels.areas(tree)],
        acceptance=book.deadline("clue.acceptance").length,
        completion=book.deadline("clue.completion").length,
        title_max=TITLE_MAX,
        facts_max=FACTS_MAX,
    )


@get("/complaints/organs", opt=ANYBODY)
async def organs(request: Req) -> Template:
    """Hits of the organ picker."""
    words = request.query_params.get("organ_text", "")[:60]
    async with entry.visiting(request) as work:
        items = picker_items(await directory(work), words)
    return part(request, "organs/options.html", items=items, term=words)


@post("/complaints/new", opt=ANYBODY, status_code=200)
async def hand_in(request: Req) -> Template:
    """Take a complaint and show its query code, once; with errors the form again, as it was filled in."""
    async with entry.visiting(request) as work:
        refused = await channels.refusal(work, channels.HANDING_IN, origin(request))
    sent = await request.form()
    try:
        if refused is not None:
            raise refused
        async with _unnamed(request) as work:
            done = await channels.complain(work, await _command(work, Form(sent, work.today)))
    except (Invalid, TooLarge, TooMany) as wrong:
        return await _again(request, Form(sent, system_now().date()), wrong)
    return plain(request, "complaints/done.html", title="投诉举报已经提交", done=done)


def _unnamed(request: Req) -> Any:
    """A transaction without address and request: what is recorded in it names nobody."""
    return open_work(database(request), city_id=settings(request).city_id, organ_id=VISITOR)


async def _command(work: Work, form: Form) -> channels.Complain:
    if form.text(TRAP):
        raise Invalid(ROBOT, field="form_token")
    code = channels.code_of(form.text("form_token"), system_now())
    tree = await directory(work)
    organ_id = form.id("organ") or exact(tree, form.text("organ_text"))
    place = form.id("government")
    happened = form.day("happened_on")
    if organ_id is None and place is None:
        form.error("government", "请选择被反映单位；不清楚的，请选择发生在哪里。")
    if form.text("organ_text") and organ_id is None and not form.checked("organ_unknown") and _near(tree, form):
        form.error("organ", "请从列表中选择单位；列表中没有的，请选择“不在列表中”。")
    form.check()
    files = [Attachment(name=f.filename, data=await f.read()) for f in form.files("attachments")]
    if sum(len(f.data) for f in files) > MOST_BYTES:
        raise TooLarge("附件合计不能超过 10 MB，请压缩后上传。", field="attachments")
    return channels.Complain(
        title=form.text("title"),
        facts=form.text("facts"),
        code=code,
        organ_id=organ_id,
        government_id=place,
        organ_text=form.text("organ_text")[:100],
        happened_on=happened,
        place=form.text("place")[:200],
        name="" if form.text("who") == "anonymous" else form.text("name")[:60],
        contact=form.text("contact")[:100],
        attachments=tuple(files),
    )


def _near(tree: Directory, form: Form) -> list[dict[str, Any]]:
    """Organs that a text may mean: chosen from in a list, where the browser has no script."""
    return [
        {"value": item["value"], "label": item["name"], "note": item["path"]}
        for item in (picker_item(tree, o, "") for o in tree.search(form.text("organ_text")[:60], 8))
    ]


async def _again(request: Req, form: Form, wrong: Invalid | TooLarge | TooMany) -> Template:
    errors = channels.in_words_of_the_form(wrong) if isinstance(wrong, Invalid) else []
    errors = errors or [FieldError(wrong.field or "form_token", wrong.message)]
    values: dict[str, Any] = {k: v for k, v in form.values.items() if k != TRAP}
    if any(e.field == "form_token" for e in errors):
        # What was wrong with the token is over with a new one; the page has been open long enough by then.
        values.pop("form_token", None)
    async with entry.visiting(request) as work:
        if any(e.field == "organ" for e in errors):
            values["choices"] = [*_near(await directory(work), form), {"value": "", "label": "不在列表中"}]
        page = await _form(request, work, values, errors, wrong.status)
    page.headers |= retry_after(wrong)
    return page


@get("/complaints/progress", opt=ANYBODY, sync_to_thread=False)
def ask_form(request: Req) -> Template:
    return _progress(request)


def _progress(request: Req, *, found: Any = None, wrong: str = "", status: int = 200) -> Template:
    return plain(request, "complaints/progress.html", title="查询投诉举报进展", status=status, found=found, wrong=wrong)


@post("/complaints/progress", opt=ANYBODY, status_code=200)
async def ask(request: Req) -> Template:
    """What became of a complaint, for whoever has its code; the code stands in no address and in no log."""
    async with entry.visiting(request) as work:
        refused = await channels.refusal(work, channels.ASKING, origin(request))
    if refused is not None:
        page = _progress(request, wrong=refused.message, status=refused.status)
        page.headers |= retry_after(refused)
        return page
    code = Form(await request.form(), system_now().date()).text("code")
    try:
        async with _unnamed(request) as work:
            found = await channels.ask(work, code)
    except NotFound as missing:
        return _progress(request, wrong=missing.message, status=missing.status)
    async with entry.visiting(request) as work:
        await channels.forgive(work, channels.ASKING, origin(request))
    return _progress(request, found=found)


ROUTES = [new_complaint, organs, hand_in, ask_form, ask]

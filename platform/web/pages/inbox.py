"""What was served to an organ: receipt, written report, rights (Arts. 16, 19). Reading never changes anything."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response, Template

from kernel.errors import FieldError, Invalid
from kernel.work import Work
from supervision.instruments import service as instruments
from supervision.instruments.commands import REPLY_STATUSES
from supervision.instruments.views import DeliveryView
from supervision.recusals import service as recusals
from web.forms import Form
from web.frame import page
from web.pages.instruments import attachment
from web.turns import Req, reading, turn

ACTIVE = "/inbox"
TABS = (("open", "待办"), ("copies", "抄送本单位"), ("done", "已办"), ("all", "全部"))
PAPERS = "papers"
STATUSES = tuple(REPLY_STATUSES.items())


@get("/inbox")
async def inbox(request: Req) -> Template:
    """Documents received, the nearest limit first."""
    params = request.query_params
    tab = params.get("tab", "open")
    if tab == PAPERS:
        return await _papers(request)
    chosen = instruments.InboxFilter(tab=tab if tab in dict(TABS) else "open", q=params.get("q", "")[:60])

    def address(**more: str) -> str:
        values = {k: v for k, v in {"tab": chosen.tab, "q": chosen.q, **more}.items() if v and v != "open"}
        return f"{ACTIVE}?{urlencode(values)}" if values else ACTIVE

    async with reading(request) as work:
        rows, following = await instruments.inbox(work, chosen, after=params.get("after"))
        counts = await instruments.inbox_counts(work)
        return await page(
            request,
            work,
            "inbox/list.html",
            title="收到的文书",
            active=ACTIVE,
            rows=rows,
            chosen=chosen,
            tabs_list=[
                {
                    "label": label,
                    "count": counts[key],
                    "href": address(tab=key),
                    "current": key == chosen.tab,
                }
                for key, label in TABS
            ]
            + [{"label": "通知和通报", "href": f"{ACTIVE}?tab={PAPERS}", "current": False}],
            next_href=address(after=following) if following else "",
            first_href=address() if params.get("after") else "",
            filtered=bool(chosen.q),
            clear_href=ACTIVE,
        )


async def _papers(request: Req) -> Template:
    """Replies, notices and circulars that the organ received, the latest first."""
    params = request.query_params
    q, after = params.get("q", "")[:60], params.get("after")
    here = f"{ACTIVE}?{urlencode({'tab': PAPERS, **({'q': q} if q else {})})}"
    async with reading(request) as work:
        rows, following = await instruments.received_papers(work, q, after=after)
        counts = await instruments.inbox_counts(work)
        tabs = [
            {"label": label, "count": counts[key], "href": f"{ACTIVE}?tab={key}", "current": False}
            for key, label in TABS
        ]
        return await page(
            request,
            work,
            "inbox/papers.html",
            title="收到的文书",
            active=ACTIVE,
            rows=rows,
            q=q,
            tabs_list=[*tabs, {"label": "通知和通报", "href": f"{ACTIVE}?tab={PAPERS}", "current": True}],
            next_href=f"{here}&{urlencode({'after': following})}" if following else "",
            first_href=here if after else "",
            clear_href=f"{ACTIVE}?tab={PAPERS}",
        )


@post("/inbox/papers/{copy_id:uuid}/receipt")
async def paper_receipt(request: Req, copy_id: FromPath[UUID]) -> Response[bytes]:
    """签收: the receipt for a reply, a notice or a circular, once."""
    async with turn(request) as t:
        copy = await instruments.open_paper(t.work, copy_id)
        return t.redirect(f"/inbox/{copy.delivery_id}#papers" if copy.delivery_id else f"{ACTIVE}?tab={PAPERS}")


@get("/inbox/papers/{copy_id:uuid}/pdf")
async def paper_pdf(request: Req, copy_id: FromPath[UUID]) -> Response[bytes]:
    """The paper as it was issued; the download is audited."""
    async with reading(request) as work:
        return attachment(*await instruments.copy_pdf(work, copy_id))


@get("/inbox/{delivery_id:uuid}")
async def delivery_page(request: Req, delivery_id: FromPath[UUID]) -> Template:
    """The document to answer; before the receipt only a page with one button."""
    async with reading(request) as work:
        return await _page(request, work, delivery_id, [])


async def _page(
    request: Req,
    work: Work,
    delivery_id: UUID,
    errors: list[FieldError],
    *,
    values: dict[str, Any] | None = None,
) -> Template:
    view = await instruments.delivery_view(work, delivery_id)
    template = "inbox/delivery.html" if view.opened else "inbox/receipt.html"
    title = f"答复{view.kind_label} {view.number}" if view.can_write else f"{view.kind_label} {view.number}"
    return await page(
        request,
        work,
        template,
        title=title,
        active=ACTIVE,
        crumbs=(("收到的文书", ACTIVE), view.number),
        status=422 if errors else 200,
        view=view,
        applications=(await recusals.applications(work, delivery_id=delivery_id)).items if view.opened else [],
        statuses=STATUSES,
        values=values or {},
        errors=errors,
        error_of={error.field: error.message for error in errors},
        saved=request.query_params.get("saved", ""),
    )


@post("/inbox/{delivery_id:uuid}/receipt")
async def receipt(request: Req, delivery_id: FromPath[UUID]) -> Response[bytes]:
    """签收并查看: the receipt, once."""
    async with turn(request) as t:
        await instruments.open_delivery(t.work, delivery_id)
        return t.redirect(f"/inbox/{delivery_id}")


@get("/inbox/{delivery_id:uuid}/pdf")
async def pdf(request: Req, delivery_id: FromPath[UUID]) -> Response[bytes]:
    """The document as it was issued; the download is audited."""
    async with reading(request) as work:
        return attachment(*await instruments.delivery_pdf(work, delivery_id))


@get("/inbox/{delivery_id:uuid}/replies/{reply_id:uuid}/pdf")
async def reply_pdf(request: Req, delivery_id: FromPath[UUID], reply_id: FromPath[UUID]) -> Response[bytes]:
    """The organ's own submitted report."""
    async with reading(request) as work:
        await instruments.delivery_view(work, delivery_id)
        return attachment(*await instruments.report_pdf(work, reply_id))


def _command(form: Form, view: DeliveryView) -> instruments.ReplyInput:
    items = tuple(
        instruments.ReplyItem(no=line.no, status=form.text(f"status-{line.no}"), text=form.text(f"text-{line.no}"))
        for line in view.requirements
    )
    return instruments.ReplyInput(items=items, general=form.text("general"), refuses=form.checked("refuses"))


@post("/inbox/{delivery_id:uuid}/reply")
async def write(request: Req, delivery_id: FromPath[UUID]) -> Template | Response[bytes]:
    """Save the report, and with 提交 hand it to the head. What was written stays even when something is missing."""
    fields = await request.form()
    action = str(fields.get("action", "save"))
    try:
        async with turn(request) as t:
            form = Form(fields, t.work.today)
            view = await instruments.delivery_view(t.work, delivery_id)
            await instruments.draft_reply(t.work, delivery_id, _command(form, view), version=form.version())
            for line in view.requirements:
                for file in form.files(f"files-{line.no}"):
                    await instruments.add_reply_file(
                        t.work, delivery_id, line.no, file.filename or "", await file.read()
                    )
            answer = t.redirect(f"/inbox/{delivery_id}?saved=1")
    except Invalid as invalid:
        async with reading(request) as work:
            return await _page(request, work, delivery_id, invalid.errors, values=Form(fields, work.today).values)
    return answer if action != "submit" else await _hand_in(request, delivery_id)


async def _hand_in(request: Req, delivery_id: UUID) -> Template | Response[bytes]:
    try:
        async with reading(request) as work:
            await instruments.submit_reply(work, delivery_id)
    except Invalid as invalid:
        async with reading(request) as work:
            return await _page(request, work, delivery_id, invalid.errors)
    return Response(b"", status_code=303, headers={"location": f"/inbox/{delivery_id}"}, media_type="text/html")


@post("/inbox/{delivery_id:uuid}/files/{evidence_id:uuid}/remove")
async def remove_file(request: Req, delivery_id: FromPath[UUID], evidence_id: FromPath[UUID]) -> Response[bytes]:
    """Take a file out of the draft."""
    async with turn(request) as t:
        await instruments.remove_reply_file(t.work, delivery_id, evidence_id)
        return t.redirect(f"/inbox/{delivery_id}")


@post("/inbox/{delivery_id:uuid}/reply/approve")
async def approve(request: Req, delivery_id: FromPath[UUID]) -> Template | Response[bytes]:
    """The head approves and thereby submits the report, or sends it back to its author."""
    fields = await request.form()
    try:
        async with turn(request) as t:
            form = Form(fields, t.work.today)
            if form.text("action") == "return":
                await instruments.return_reply(t.work, delivery_id, form.text("reason"), version=form.version())
            else:
                if not form.checked("truthful"):
                    form.error("truthful", "请确认以上情况经您审定，如实报告。")
                form.check()
                await instruments.approve_reply(t.work, delivery_id, version=form.version())
            return t.redirect(f"/inbox/{delivery_id}")
    except Invalid as invalid:
        errors = list(invalid.errors) or [FieldError("reason", invalid.message)]
    async with reading(request) as work:
        return await _page(request, work, delivery_id, errors, values=Form(fields, work.today).values)


ROUTES = [
    inbox,
    paper_receipt,
    paper_pdf,
    delivery_page,
    receipt,
    pdf,
    reply_pdf,
    write,
    remove_file,
    approve,
]

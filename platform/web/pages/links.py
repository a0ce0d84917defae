"""Connected systems: the system administrator keeps them, supervisors look at what differs (Arts. 17, 18)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response, Template

from integrations.links import service as links
from integrations.links.rules import ARRIVAL_STATES, KINDS, PARCEL_STATES, SUITES
from integrations.links.views import LinkRow, LinkView
from kernel.errors import FieldError, Invalid, NotFound
from kernel.wording import format_moment
from tenants.access import Target, consider
from web.forms import Form, parse_id
from web.frame import page
from web.pages.link_words import BREAKERS, DIRECTIONS, KIND_WORDS, STATE_LOOKS, STATES, WHATS, waits
from web.turns import Req, reading, turn

HREF: Final = "/links"
SIZE: Final = 50
STEPS: Final = {"pause": "paused", "resume": "enabled"}
TABS: Final = {"out": "送出", "in": "收到", "differences": "差异"}


@get(HREF)
async def link_list(request: Req) -> Template:
    """The organ's connected systems with state, last success, queue and differences."""
    async with reading(request) as work:
        rows = await links.listed(work)
        manages, _ = await consider(work, "link", "manage", Target(owner_id=work.organ_id))
        shown = [_row(row, work.now) for row in rows]
        return await page(
            request, work, "links/list.html", title="对接系统", active=HREF, rows=shown, manages=manages.allowed
        )


def _row(row: LinkRow, now: datetime) -> dict[str, Any]:
    label, look = _health(row)
    return {
        "id": row.id,
        "name": row.name,
        "kind": KINDS[row.kind],
        "health": label,
        "look": look,
        "success": format_moment(row.last_success_at) if row.last_success_at else "还没有成功过",
        "waiting": row.waiting,
        "lag": waits(row.oldest_at, now),
        "dead": row.dead,
        "refused": row.refused_in,
        "differences": row.differences,
        "error": row.last_error,
        "error_at": format_moment(row.last_error_at) if row.last_error_at else "",
    }


def _health(row: LinkRow) -> tuple[str, str]:
    """What a reader sees first: paused, held back, with errors, or well."""
    if row.state == "paused":
        return "已暂停", ""
    if row.breaker != "closed":
        return BREAKERS[row.breaker], "red"
    if row.dead or row.differences or row.refused_in:
        return "需要处理", "amber"
    return "正常", "green"


@get(f"{HREF}/new")
async def new_link(request: Req) -> Template:
    return await _form(request)


async def _form(
    request: Req, errors: list[FieldError] | None = None, values: Any = None, link_id: UUID | None = None
) -> Template:
    """The form for a new system, or for changing one."""
    found = errors or []
    async with reading(request) as work:
        await links.enter(work, "manage")
        seen = await links.view(work, link_id) if link_id else None
        kept = values or (_values(seen) if seen else {"suite": "hmac-sm3", "seconds": "20"})
        title = "修改对接" if seen else "新建对接"
        crumbs: Any = (
            (("对接系统", HREF), (seen.row.name, f"{HREF}/{link_id}"), title) if seen else (("对接系统", HREF), title)
        )
        return await page(
            request, work, "links/form.html", title=title, active=HREF, crumbs=crumbs,
            status=422 if found else 200, link=seen, values=kept, errors=found,
            error_of={error.field: error.message for error in found}, kinds=list(KINDS.items()),
            suites=[{"value": key, "label": label} for key, label in SUITES.items()],
        )  # fmt: skip


def _values(seen: LinkView) -> dict[str, str]:
    return {"name": seen.row.name, "address": seen.address, "suite": seen.suite, "seconds": str(seen.seconds)} | (
        {"pulls": "yes"} if seen.pulls else {}
    )


@post(HREF, status_code=200)
async def add_link(request: Req) -> Template | Response[bytes]:
    """The key is shown in this answer alone: what is kept under the key of the form leads to the link."""
    form: Form | None = None
    try:
        async with turn(request) as t:
            await links.enter(t.work, "manage")
            form = Form(await request.form(), t.work.today)
            seconds = form.integer("seconds", need="请填写等待时间。", least=1, most=60)
            form.check()
            given = links.LinkInput(
                kind=form.text("kind"), name=form.text("name"), address=form.text("address"),
                suite=form.text("suite"), shared=form.text("shared"), peer=form.text("peer"), seconds=seconds or 20,
                pulls=bool(form.text("pulls")),
            )  # fmt: skip
            made = await links.create(t.work, given)
            t.redirect(f"{HREF}/{made.id}")
    except Invalid as invalid:
        kept = dict(form.values) if form else {}
        kept.pop("shared", None)
        return await _form(request, invalid.errors, kept)
    return await _shown(request, made)


async def _shown(request: Req, made: links.NewLink) -> Template:
    async with reading(request) as work:
        seen = await links.view(work, made.id)
        shown = await page(
            request, work, "links/key.html", title="对接密钥", active=HREF,
            crumbs=(("对接系统", HREF), (seen.row.name, f"{HREF}/{made.id}"), "对接密钥"), link=seen, made=made,
        )  # fmt: skip
    shown.headers["cache-control"] = "no-store"
    return shown


@get(f"{HREF}/{{link_id:uuid}}")
async def link_page(request: Req, link_id: FromPath[UUID]) -> Template:
    """One system: state, comparison, and below what went out, what came in, or what differs."""
    return await _page(request, link_id)


async def _page(request: Req, link_id: UUID, errors: list[FieldError] | None = None) -> Template:
    tab = request.query_params.get("tab", "out")
    tab = tab if tab in TABS else "out"
    state, after = request.query_params.get("state", ""), parse_id(request.query_params.get("after", ""))
    async with reading(request) as work:
        seen = await links.view(work, link_id)
        rights = {
            action: (await consider(work, "link", action, Target(owner_id=work.organ_id)))[0].allowed
            for action in ("manage", "repair", "replay", "retry", "settle")
        }
        rows, following = await _listed(work, link_id, tab, state, after)
        base = f"{HREF}/{link_id}?tab={tab}" + (f"&state={state}" if state else "")
        return await page(
            request, work, "links/one.html", title=seen.row.name, active=HREF,
            crumbs=(("对接系统", HREF), seen.row.name), status=422 if errors else 200, link=seen,
            row=_row(seen.row, work.now), suite=SUITES[seen.suite], rights=rights,
            open_until=format_moment(seen.open_until) if seen.open_until else "",
            checks=[
                {
                    "kind": KIND_WORDS.get(c.kind, c.kind), "direction": DIRECTIONS[c.direction], "ours": c.ours,
                    "theirs": c.theirs, "equal": c.equal, "differences": c.differences, "at": format_moment(c.at),
                }
                for c in seen.checks
            ],
            tabs=[
                {"label": label, "href": f"{HREF}/{link_id}?tab={key}", "current": key == tab,
                 "count": (seen.row.differences or None) if key == "differences" else None}
                for key, label in TABS.items()
            ],
            tab=tab, rows=rows, errors=errors or [], size=SIZE, first_href=base if after else "",
            next_href=f"{base}&after={following}" if following else "",
        )  # fmt: skip


async def _listed(work: Any, link_id: UUID, tab: str, state: str, after: UUID | None) -> tuple[list[Any], UUID | None]:
    if tab == "out":
        parcels, following = await links.parcels(work, link_id, state, after=after, limit=SIZE)
        return [
            {
                "id": p.id, "kind": KIND_WORDS.get(p.kind, p.kind), "state": PARCEL_STATES[p.state],
                "look": STATE_LOOKS.get(p.state, ""), "tries": p.attempts, "error": p.error, "number": p.number,
                "posted": format_moment(p.posted_at), "sent": format_moment(p.sent_at) if p.sent_at else "",
                "replayable": p.state in ("dead", "refused"),
            }
            for p in parcels
        ], following  # fmt: skip
    if tab == "in":
        arrivals, following = await links.arrivals(work, link_id, state, after=after, limit=SIZE)
        return [
            {
                "id": a.id, "kind": KIND_WORDS.get(a.kind, a.kind), "external_id": a.external_id, "version": a.version,
                "state": ARRIVAL_STATES[a.state], "look": STATE_LOOKS.get(a.state, ""), "error": a.error,
                "at": format_moment(a.arrived_at), "retryable": a.state == "refused",
            }
            for a in arrivals
        ], following  # fmt: skip
    found, following = await links.differences(work, link_id, after=after, limit=SIZE)
    return [
        {
            "id": d.id, "kind": KIND_WORDS.get(d.kind, d.kind), "direction": DIRECTIONS[d.direction],
            "external_id": d.external_id, "what": WHATS[d.direction == "register", d.what], "about": d.about,
            "fields": d.fields, "state": STATES[d.state], "found": format_moment(d.found_at),
        }
        for d in found
    ], following  # fmt: skip


@get(f"{HREF}/{{link_id:uuid}}/change")
async def change_page(request: Req, link_id: FromPath[UUID]) -> Template:
    return await _form(request, link_id=link_id)


@post(f"{HREF}/{{link_id:uuid}}/change", status_code=303)
async def change_link(request: Req, link_id: FromPath[UUID]) -> Template | Response[bytes]:
    form: Form | None = None
    try:
        async with turn(request) as t:
            await links.enter(t.work, "manage")
            form = Form(await request.form(), t.work.today)
            seconds = form.integer("seconds", need="请填写等待时间。", least=1, most=60)
            form.check()
            given = links.LinkChange(
                name=form.text("name"),
                address=form.text("address"),
                peer=form.text("peer"),
                seconds=seconds or 20,
                pulls=bool(form.text("pulls")),
            )
            await links.change(t.work, link_id, given, version=form.version())
            return t.redirect(f"{HREF}/{link_id}")
    except Invalid as invalid:
        return await _form(request, invalid.errors, dict(form.values) if form else {}, link_id)


@get(f"{HREF}/{{link_id:uuid}}/keys")
async def keys_page(request: Req, link_id: FromPath[UUID]) -> Template:
    """What new keys mean, before they are made."""
    async with reading(request) as work:
        await links.enter(work, "manage")
        seen = await links.view(work, link_id)
        return await page(
            request, work, "links/keys.html", title="更换密钥", active=HREF,
            crumbs=(("对接系统", HREF), (seen.row.name, f"{HREF}/{link_id}"), "更换密钥"), link=seen,
        )  # fmt: skip


@post(f"{HREF}/{{link_id:uuid}}/keys", status_code=200)
async def rotate(request: Req, link_id: FromPath[UUID]) -> Template:
    async with turn(request) as t:
        made = await links.rotate(t.work, link_id)
        t.redirect(f"{HREF}/{link_id}")
    return await _shown(request, made)


@post(f"{HREF}/{{link_id:uuid}}/{{step:str}}", status_code=303)
async def step_link(request: Req, link_id: FromPath[UUID], step: FromPath[str]) -> Response[bytes]:
    """pause, resume; pull, compare, repair."""
    async with turn(request) as t:
        if step in STEPS:
            await links.set_state(t.work, link_id, STEPS[step])
        elif step in links.STARTED:
            await links.start(t.work, link_id, step)
        else:
            raise NotFound
        tab = "?tab=differences" if step == "repair" else ""
        return t.redirect(f"{HREF}/{link_id}{tab}")


@post(f"{HREF}/{{link_id:uuid}}/parcels/{{parcel_id:uuid}}/replay", status_code=303)
async def replay(request: Req, link_id: FromPath[UUID], parcel_id: FromPath[UUID]) -> Response[bytes]:
    async with turn(request) as t:
        await links.replay_parcel(t.work, link_id, parcel_id)
        return t.redirect(f"{HREF}/{link_id}?tab=out")


@post(f"{HREF}/{{link_id:uuid}}/arrivals/{{arrival_id:uuid}}/retry", status_code=303)
async def retry(request: Req, link_id: FromPath[UUID], arrival_id: FromPath[UUID]) -> Response[bytes]:
    async with turn(request) as t:
        await links.retry(t.work, link_id, arrival_id)
        return t.redirect(f"{HREF}/{link_id}?tab=in")


@post(f"{HREF}/{{link_id:uuid}}/differences/{{difference_id:uuid}}/settle", status_code=303)
async def settle(request: Req, link_id: FromPath[UUID], difference_id: FromPath[UUID]) -> Template | Response[bytes]:
    try:
        async with turn(request) as t:
            form = Form(await request.form(), t.work.today)
            await links.settle_difference(t.work, link_id, difference_id, form.text("note"))
            return t.redirect(f"{HREF}/{link_id}?tab=differences")
    except Invalid as invalid:
        return await _page(request, link_id, invalid.errors)


ROUTES = [
    link_list,
    new_link,
    add_link,
    link_page,
    change_page,
    change_link,
    keys_page,
    rotate,
    step_link,
    replay,
    retry,
    settle,
]

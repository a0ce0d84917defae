"""接口密钥: what other systems of the organ call the API with. The secret is shown once, in the answer that made it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response, Template

from kernel.errors import FieldError, Invalid
from kernel.wording import format_date, format_moment
from tenants.keys import rules, service
from web.forms import Form, parse_id
from web.frame import page
from web.turns import Req, reading, turn

HREF = "/api-keys"
STATES = {"active": ("使用中", "green"), "expired": ("已过期", ""), "revoked": ("已吊销", "")}
GRACES = {0: "立即失效", 24: "1天后失效", 72: "3天后失效", 168: "7天后失效", 720: "30天后失效"}
SIZE = 50


@get(HREF)
async def key_list(request: Req) -> Template:
    """Keys of the organ: the system administrator makes and rotates them, the security administrator revokes them."""
    async with reading(request) as work:
        after = parse_id(request.query_params.get("after", ""))
        rows, following = await service.listing(work, after, SIZE)
        return await page(
            request,
            work,
            "keys/list.html",
            title="接口密钥",
            active=HREF,
            rows=[_row(row) for row in rows],
            makes=work.actor is not None and "system_admin" in work.actor.roles,
            first_href=HREF if after else "",
            next_href=f"{HREF}?after={following}" if following else "",
            size=SIZE,
        )


def _row(view: service.KeyView) -> dict[str, Any]:
    label, look = STATES[view.state]
    return {
        "href": f"{HREF}/{view.id}",
        "name": view.name,
        "scopes": "、".join(rules.SCOPES[s] for s in view.scopes),
        "state": label,
        "look": look,
        "until": format_date(view.expires_on),
        "used": format_moment(view.last_used_at) if view.last_used_at else "没有用过",
        "used_from": view.last_used_from,
    }


@get(f"{HREF}/new")
async def new_key(request: Req) -> Template:
    return await _form(request)


async def _form(request: Req, errors: list[FieldError] | None = None, form: Form | None = None) -> Template:
    found = errors or []
    async with reading(request) as work:
        await service.listing(work, None, 1)
        values = dict(form.values) if form else {"per_minute": str(rules.DEFAULT_PER_MINUTE)}
        values.setdefault("expires_on", str(work.today + timedelta(days=180)))
        return await page(
            request,
            work,
            "keys/new.html",
            title="新建接口密钥",
            active=HREF,
            crumbs=(("接口密钥", HREF), "新建"),
            status=422 if found else 200,
            scope_options=[{"value": k, "label": v, "note": k} for k, v in rules.SCOPES.items()],
            values=values | {"scopes": form.many("scopes") if form else []},
            most=rules.MOST_PER_MINUTE,
            errors=found,
            error_of={e.field: e.message for e in found},
        )


@post(HREF, status_code=200)
async def make_key(request: Req) -> Template:
    """The new secret, shown in this answer alone."""
    form: Form | None = None
    try:
        async with turn(request) as t:
            form = Form(await request.form(), t.work.today)
            expires_on = form.day("expires_on", need="请填写有效期的最后一天。")
            per_minute = _number(form, "per_minute", "请填写每分钟调用次数。")
            form.check()
            assert expires_on is not None
            made = await service.make(t.work, form.text("name"), form.many("scopes"), expires_on, per_minute)
            t.redirect(f"{HREF}/{made.key.id}")
    except Invalid as invalid:
        return await _form(request, invalid.errors, form)
    return await _shown(request, made)


def _number(form: Form, name: str, need: str) -> int:
    text = form.text(name, need=need)
    if text and not (text.isascii() and text.isdecimal() and len(text) < 9):
        form.error(name, "请填写整数。")
        return 0
    return int(text or 0)


async def _shown(request: Req, made: service.Made) -> Template:
    async with reading(request) as work:
        return await page(
            request,
            work,
            "keys/shown.html",
            title="新密钥",
            active=HREF,
            crumbs=(("接口密钥", HREF), (made.key.name, f"{HREF}/{made.key.id}"), "新密钥"),
            key=made.key,
            key_href=f"{HREF}/{made.key.id}",
            token=made.token,
        )


@get(f"{HREF}/{{key_id:uuid}}")
async def key_page(request: Req, key_id: FromPath[UUID]) -> Template:
    return await _page(request, key_id)


async def _page(request: Req, key_id: UUID, errors: list[FieldError] | None = None) -> Template:
    found = errors or []
    async with reading(request) as work:
        view = await service.get(work, key_id)
        label, look = STATES[view.state]
        roles = work.actor.roles if work.actor else frozenset[str]()
        return await page(
            request,
            work,
            "keys/key.html",
            title=view.name,
            active=HREF,
            crumbs=(("接口密钥", HREF), view.name),
            status=422 if found else 200,
            key=view,
            href=f"{HREF}/{key_id}",
            state=label,
            look=look,
            facts=_facts(view),
            scopes=[{"label": rules.SCOPES[s], "code": s} for s in view.scopes],
            secrets=[
                {
                    "hint": f"…{s.hint}",
                    "made": format_moment(s.made_at),
                    "until": f"旧密钥，{format_moment(s.until)}失效" if s.until else "现用密钥",
                }
                for s in view.secrets
            ],
            revokes=view.state == "active" and "security_admin" in roles,
            rotates=view.state == "active" and "system_admin" in roles,
            graces=[{"value": str(k), "label": v} for k, v in GRACES.items()],
            errors=found,
            error_of={e.field: e.message for e in found},
        )


def _facts(view: service.KeyView) -> list[tuple[str, str]]:
    used = f"{format_moment(view.last_used_at)}，来自 {view.last_used_from}" if view.last_used_at else "没有用过"
    facts = [
        ("有效期至", format_date(view.expires_on)),
        ("每分钟调用", f"最多 {view.per_minute} 次"),
        ("新建人", f"{view.made_by_name}，{format_moment(view.made_at)}"),
        ("最近使用", used),
    ]
    return facts + ([("吊销", f"{view.revoked_by_name}：{view.revoke_reason}")] if view.revoke_reason else [])


@post(f"{HREF}/{{key_id:uuid}}/rotate", status_code=200)
async def rotate_key(request: Req, key_id: FromPath[UUID]) -> Template:
    """A new secret beside the old one; both open for the chosen time."""
    try:
        async with turn(request) as t:
            form = Form(await request.form(), t.work.today)
            hours = _number(form, "grace_hours", "请选择旧密钥何时失效。")
            form.check()
            made = await service.rotate(t.work, key_id, hours)
            t.redirect(f"{HREF}/{key_id}")
    except Invalid as invalid:
        return await _page(request, key_id, invalid.errors)
    return await _shown(request, made)


@post(f"{HREF}/{{key_id:uuid}}/revoke", status_code=303)
async def revoke_key(request: Req, key_id: FromPath[UUID]) -> Template | Response[bytes]:
    try:
        async with turn(request) as t:
            form = Form(await request.form(), t.work.today)
            await service.revoke(t.work, key_id, form.text("reason"))
            return t.redirect(f"{HREF}/{key_id}")
    except Invalid as invalid:
        return await _page(request, key_id, invalid.errors)


ROUTES = [key_list, new_key, make_key, key_page, rotate_key, revoke_key]

"""网络回调: endpoints of the organ's other systems and their delivery log. A secret is shown once."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response, Template

from integrations.webhooks import rules, service
from kernel.errors import FieldError, Invalid, NotFound
from kernel.wording import format_moment
from web.forms import Form, parse_id
from web.frame import page
from web.turns import Req, reading, turn

HREF = "/webhooks"
ONE = f"{HREF}/{{endpoint_id:uuid}}"
STATES = {"enabled": ("已启用", "green"), "disabled": ("已停用", ""), "failing": ("自动停用", "red")}
SENT = {"waiting": ("待送达", "amber"), "delivered": ("已送达", "green"), "dead": ("未送达", "red")}
OPTIONS = [{"value": key, "label": label, "note": key} for key, label in rules.EVENTS.items()]
SIZE = 30


@get(HREF)
async def endpoint_list(request: Req) -> Template:
    async with reading(request) as work:
        after = parse_id(request.query_params.get("after", ""))
        rows, following = await service.listing(work, after, SIZE)
        return await page(
            request,
            work,
            "webhooks/list.html",
            title="网络回调",
            active=HREF,
            rows=[_row(row) for row in rows],
            manages=work.actor is not None and "system_admin" in work.actor.roles,
            first_href=HREF if after else "",
            next_href=f"{HREF}?after={following}" if following else "",
            size=SIZE,
        )


def _row(view: service.EndpointView) -> dict[str, Any]:
    label, look = STATES[view.state]
    return {
        "href": f"{HREF}/{view.id}",
        "name": view.name,
        "address": view.address,
        "events": len(view.events),
        "state": label,
        "look": look,
        "last": format_moment(view.last_success_at) if view.last_success_at else "没有送达过",
    }


@get(f"{HREF}/new")
async def new_endpoint(request: Req) -> Template:
    return await _form(request)


async def _form(request: Req, errors: list[FieldError] | None = None, form: Form | None = None) -> Template:
    found = errors or []
    async with reading(request) as work:
        await service.listing(work, None, 1)
        return await page(
            request,
            work,
            "webhooks/new.html",
            title="新建网络回调",
            active=HREF,
            crumbs=(("网络回调", HREF), "新建"),
            status=422 if found else 200,
            options=OPTIONS,
            values=(dict(form.values) if form else {}) | {"events": form.many("events") if form else []},
            errors=found,
            error_of={e.field: e.message for e in found},
        )


@post(HREF, status_code=200)
async def add(request: Req) -> Template:
    form: Form | None = None
    try:
        async with turn(request) as t:
            form = Form(await request.form(), t.work.today)
            kept = await service.add(t.work, form.text("name"), form.text("address"), form.many("events"))
            t.redirect(f"{HREF}/{kept.endpoint.id}")
    except Invalid as invalid:
        return await _form(request, invalid.errors, form)
    return await _shown(request, kept)


async def _shown(request: Req, kept: service.Kept) -> Template:
    async with reading(request) as work:
        return await page(
            request,
            work,
            "webhooks/shown.html",
            title="签名密钥",
            active=HREF,
            crumbs=(("网络回调", HREF), (kept.endpoint.name, f"{HREF}/{kept.endpoint.id}"), "签名密钥"),
            endpoint=kept.endpoint,
            href=f"{HREF}/{kept.endpoint.id}",
            secret=kept.secret,
        )


@get(ONE)
async def endpoint_page(request: Req, endpoint_id: FromPath[UUID]) -> Template:
    return await _page(request, endpoint_id)


async def _page(
    request: Req, endpoint_id: UUID, errors: list[FieldError] | None = None, form: Form | None = None
) -> Template:
    found = errors or []
    async with reading(request) as work:
        view = await service.get(work, endpoint_id)
        after = parse_id(request.query_params.get("after", "")) if request.method == "GET" else None
        rows, following = await service.messages(work, endpoint_id, after, SIZE)
        label, look = STATES[view.state]
        return await page(
            request,
            work,
            "webhooks/endpoint.html",
            title=view.name,
            active=HREF,
            crumbs=(("网络回调", HREF), view.name),
            status=422 if found else 200,
            endpoint=view,
            href=f"{HREF}/{endpoint_id}",
            state=label,
            look=look,
            facts=_facts(view),
            manages=work.actor is not None and "system_admin" in work.actor.roles,
            rows=[_message(row) for row in rows],
            options=OPTIONS,
            values={"address": form.text("address"), "events": form.many("events")}
            if form
            else {"address": view.address, "events": list(view.events)},
            first_href=f"{HREF}/{endpoint_id}" if after else "",
            next_href=f"{HREF}/{endpoint_id}?after={following}" if following else "",
            size=SIZE,
            errors=found,
            error_of={e.field: e.message for e in found},
        )


def _facts(view: service.EndpointView) -> list[tuple[str, str]]:
    facts = [
        ("地址", view.address),
        ("事件", "、".join(rules.EVENTS[event] for event in view.events)),
        ("最近送达", format_moment(view.last_success_at) if view.last_success_at else "没有送达过"),
        ("新建人", f"{view.made_by_name}，{format_moment(view.made_at)}"),
    ]
    if view.failing_since:
        facts.append(("连续失败", f"自{format_moment(view.failing_since)}起"))
    if view.rotating_until:
        facts.append(("签名密钥", f"轮换中，{format_moment(view.rotating_until)}以前同时使用新旧密钥签名"))
    return facts


def _message(view: service.MessageView) -> dict[str, Any]:
    label, look = SENT[view.state]
    return {
        "id": view.id,
        "name": view.name,
        "event": rules.EVENTS.get(view.event, "测试"),
        "code": view.event,
        "at": format_moment(view.made_at),
        "state": label,
        "look": look,
        "tries": view.attempts,
        "next": format_moment(view.next_at) if view.next_at else "",
        "payload": json.dumps(view.payload, ensure_ascii=False, indent=2),
        "log": [
            {
                "at": format_moment(one.at),
                "status": str(one.status) if one.status else "没有回答",
                "answer": one.answer,
                "took": f"{one.milliseconds} 毫秒",
                "by": one.by_name,
            }
            for one in view.tries
        ],
    }


@post(f"{ONE}/change", status_code=303)
async def change(request: Req, endpoint_id: FromPath[UUID]) -> Template | Response[bytes]:
    form: Form | None = None
    try:
        async with turn(request) as t:
            form = Form(await request.form(), t.work.today)
            await service.change(t.work, endpoint_id, form.text("address"), form.many("events"))
            return t.redirect(f"{HREF}/{endpoint_id}")
    except Invalid as invalid:
        return await _page(request, endpoint_id, invalid.errors, form)


@post(f"{ONE}/rotate", status_code=200)
async def rotate(request: Req, endpoint_id: FromPath[UUID]) -> Template:
    async with turn(request) as t:
        kept = await service.rotate(t.work, endpoint_id)
        t.redirect(f"{HREF}/{endpoint_id}")
    return await _shown(request, kept)


@post(f"{ONE}/state/{{step:str}}", status_code=303)
async def switch(request: Req, endpoint_id: FromPath[UUID], step: FromPath[str]) -> Response[bytes]:
    """enable, disable or test."""
    if step not in ("enable", "disable", "test"):
        raise NotFound
    async with turn(request) as t:
        if step == "test":
            await service.trial(t.work, endpoint_id)
        else:
            await service.switch(t.work, endpoint_id, on=step == "enable")
        return t.redirect(f"{HREF}/{endpoint_id}")


@post(f"{HREF}/messages/{{message_id:uuid}}/replay", status_code=303)
async def replay(request: Req, message_id: FromPath[UUID]) -> Response[bytes]:
    async with turn(request) as t:
        endpoint_id = await service.replay(t.work, message_id)
        return t.redirect(f"{HREF}/{endpoint_id}#log")


ROUTES = [endpoint_list, new_endpoint, add, endpoint_page, change, rotate, switch, replay]

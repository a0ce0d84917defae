"""消息设置: where one is reached outside the product, over what, and when not; 送达证明 of one line."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response, Template

from integrations.notify import rules, service
from kernel.errors import FieldError, Invalid
from kernel.wording import format_date, format_moment
from web.forms import Form
from web.frame import page
from web.turns import Req, reading, turn

HREF = "/notices/settings"
STATES = {
    "held": ("免打扰，待发", "amber"),
    "waiting": ("待送出", "amber"),
    "handed": ("已交付", "green"),
    "dead": ("未送出", "red"),
}
HINTS = {"email": "工作邮箱", "sms": "11 位手机号码", "message": "政务消息平台的账号"}


@get(HREF)
async def notice_settings(request: Req) -> Template:
    return await _settings(request)


async def _settings(request: Req, errors: list[FieldError] | None = None, status: int = 422) -> Template:
    found = errors or []
    async with reading(request) as work:
        view = await service.own(work)
        return await page(
            request,
            work,
            "notices/settings.html",
            title="消息设置",
            active="/notices",
            crumbs=(("消息", "/notices"), "消息设置"),
            status=status if found else 200,
            addresses=[_address(one) for one in view.addresses],
            proving=any(one.state == "unverified" for one in view.addresses),
            kinds=[_kind(view, kind, label) for kind, label in rules.KINDS.items()],
            channels=[{"value": a.channel, "label": a.label} for a in view.addresses if a.state == "verified"],
            quiet_from=rules.clock_text(view.quiet[0]),
            quiet_until=rules.clock_text(view.quiet[1]),
            errors=found,
            error_of={e.field: e.message for e in found},
        )


def _address(view: service.AddressView) -> dict[str, Any]:
    return {
        "channel": view.channel,
        "label": view.label,
        "usable": view.usable,
        "state": view.state,
        "masked": view.masked,
        "demo_code": view.demo_code,
        "hint": HINTS[view.channel],
    }


def _kind(view: service.SettingsView, kind: str, label: str) -> dict[str, Any]:
    return {"key": kind, "label": label, "by_law": kind in rules.STATUTORY, "chosen": set(view.chosen[kind])}


@post(f"{HREF}/addresses", status_code=303)
async def set_address(request: Req) -> Template | Response[bytes]:
    try:
        async with turn(request) as t:
            form = Form(await request.form(), t.work.today)
            await service.set_address(t.work, form.text("channel"), form.text("address"))
            return t.redirect(f"{HREF}#addresses")
    except Invalid as invalid:
        return await _settings(request, invalid.errors)


@post(f"{HREF}/verification", status_code=303)
async def verify(request: Req) -> Template | Response[bytes]:
    """A wrong try is an answer, not an error: its count has to stay."""
    try:
        async with turn(request) as t:
            form = Form(await request.form(), t.work.today)
            channel, code = form.text("channel"), form.text("code", need="请填写验证码。")
            form.check()
            right = await service.verify(t.work, channel, code)
            answer = t.redirect(f"{HREF}#addresses")
    except Invalid as invalid:
        return await _settings(request, invalid.errors)
    return answer if right else await _settings(request, [FieldError("code", "验证码不正确，请核对后重新填写。")])


@post(f"{HREF}/removal", status_code=303)
async def forget(request: Req) -> Response[bytes]:
    async with turn(request) as t:
        form = Form(await request.form(), t.work.today)
        await service.forget(t.work, form.text("channel"))
        return t.redirect(f"{HREF}#addresses")


@post(HREF, status_code=303)
async def choose(request: Req) -> Template | Response[bytes]:
    try:
        async with turn(request) as t:
            form = Form(await request.form(), t.work.today)
            quiet = (
                rules.minutes(form.text("quiet_from"), "quiet_from"),
                rules.minutes(form.text("quiet_until"), "quiet_until"),
            )
            chosen = {kind: form.many(f"kind.{kind}") for kind in rules.KINDS}
            await service.choose(t.work, chosen if form.text("with_kinds") else {}, quiet)
            return t.redirect(HREF)
    except Invalid as invalid:
        return await _settings(request, invalid.errors)


@get("/notices/{notice_id:uuid}/proof")
async def proof(request: Req, notice_id: FromPath[UUID]) -> Template:
    """What is known of one line's way: in the system and outside of it."""
    async with reading(request) as work:
        found = await service.proof(work, notice_id)
        return await page(
            request,
            work,
            "notices/proof.html",
            title="送达证明",
            active="/notices",
            crumbs=(("消息", "/notices"), "送达证明"),
            proof=found,
            facts=_facts(found),
            readers=[
                {
                    "name": one.name,
                    "title": one.title,
                    "read": format_moment(one.read_at) if one.read_at else "未读",
                    "seen": one.read_at is not None,
                }
                for one in found.readers
            ],
            sent=[_sent(one) for one in found.sent],
            export_href=f"/notices/{notice_id}/proof/export",
        )


def _facts(found: service.Proof) -> list[tuple[str, str]]:
    facts = [
        ("消息", found.title), ("单位", found.organ), ("时间", format_moment(found.at)),
        ("性质", "法定提醒，不能关闭" if found.by_law else "一般消息"),
    ]  # fmt: skip
    if found.due_on:
        facts.append(("期限", format_date(found.due_on)))
    return [*facts, ("消息摘要（SM3）", found.line_hash)]


def _sent(one: service.SentLine) -> dict[str, Any]:
    label, look = STATES[one.state]
    until = f"，{format_moment(one.held_until)}后发送" if one.held_until else ""
    return {
        "name": one.name,
        "channel": one.channel,
        "masked": one.masked,
        "state": label + until,
        "look": look,
        "handed": format_moment(one.handed_at) if one.handed_at else "",
        "gateway": one.gateway,
        "receipt": one.receipt,
        "subject": one.subject,
        "text": one.text,
        "hash": one.text_hash,
        "note": "与免打扰时段的其他消息合并发送" if one.together else "",
        "error": one.error,
    }


@get("/notices/{notice_id:uuid}/proof/export")
async def export(request: Req, notice_id: FromPath[UUID]) -> Response[bytes]:
    """The proof as JSON with its own hash."""
    async with reading(request) as work:
        made = await service.export(work, notice_id)
    name = quote(f"送达证明-{str(notice_id)[:8]}.json", safe="")
    headers = {"content-disposition": f"attachment; filename*=UTF-8''{name}", "cache-control": "private, no-store"}
    return Response(made, media_type="application/json", headers=headers)


ROUTES = [notice_settings, set_address, verify, forget, choose, proof, export]

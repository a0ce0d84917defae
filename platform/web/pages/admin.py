"""What the system and the security administrator do: unfinished jobs, accounts."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response, Template

from kernel import deadletters
from kernel.errors import FieldError, Invalid, NotFound
from kernel.ids import NIL
from kernel.wording import format_moment
from policy.vocabulary import MACHINES, ROLE_LABELS
from tenants.access import Target, authorize
from tenants.staff import accounts, appointments
from tenants.staff.models import Post
from web.forms import Form, parse_id
from web.frame import POST_KINDS, duty, page
from web.turns import Req, reading, turn

DEAD_PAGE = 50


@get("/dead-letters")
async def dead_letters(request: Req) -> Template:
    """Jobs of the organ and of the system that could not be done after all tries."""
    async with reading(request) as work:
        await authorize(work, "dead_letter", "read", Target(owner_id=work.organ_id))
        after = request.query_params.get("after", "")
        rows, following = await deadletters.listing(work, parse_id(after), DEAD_PAGE)
        return await page(
            request,
            work,
            "admin/dead_letters.html",
            title="未完成任务",
            active="/dead-letters",
            rows=[
                {
                    "id": r.id,
                    "job": r.job,
                    "system": r.organ_id == NIL,
                    "error": r.error,
                    "failed": format_moment(r.failed_at),
                    "tries": r.deliveries,
                    "replayed": f"{format_moment(r.replayed_at)} {r.replayed_by}" if r.replayed_at else "",
                }
                for r in rows
            ],
            first_href="/dead-letters" if after else "",
            next_href=f"/dead-letters?after={following}" if following else "",
            size=DEAD_PAGE,
        )


@post("/dead-letters/{letter_id:uuid}/replay", status_code=303)
async def replay(request: Req, letter_id: FromPath[UUID]) -> Response[bytes]:
    """Put the job into the outbox again, once: the letter says by whom and when."""
    async with turn(request) as t:
        await authorize(t.work, "dead_letter", "replay", Target(owner_id=t.work.organ_id))
        await deadletters.replay(t.work, letter_id)
        return t.redirect("/dead-letters")


@get("/accounts")
async def account_list(request: Req) -> Template:
    """Accounts of the organ: the system administrator keeps them, the security administrator unlocks."""
    return await _accounts(request)


async def _accounts(request: Req, errors: list[FieldError] | None = None, values: Any = None) -> Template:
    found = errors or []
    async with reading(request) as work:
        await authorize(work, "account", "read", Target(owner_id=work.organ_id))
        rows = await accounts.list_accounts(work)
        roles = work.actor.roles if work.actor else frozenset()
        return await page(
            request,
            work,
            "admin/accounts.html",
            title="账号",
            active="/accounts",
            status=422 if found else 200,
            rows=[_account(r) for r in rows],
            guests=[_guest(p) for p in await appointments.guests(work)],
            manages="system_admin" in roles,
            unlocks="security_admin" in roles,
            role_options=[{"value": k, "label": v} for k, v in ROLE_LABELS.items() if k not in MACHINES],
            values=values or {},
            errors=found,
            error_of={e.field: e.message for e in found},
        )


def _account(view: accounts.AccountView) -> dict[str, Any]:
    state = "已停用" if view.disabled_at else "已锁定" if view.locked_until else "正常"
    return {
        "id": view.id,
        "username": view.username,
        "name": view.name,
        "posts": [duty(p.unit, p.title) for p in view.posts],
        "roles": "、".join(ROLE_LABELS[r] for p in view.posts for r in p.roles),
        "state": state,
        "disabled": view.disabled_at is not None,
        "locked": view.locked_until is not None,
        "last_login": format_moment(view.last_login_at) if view.last_login_at else "未登录",
    }


def _guest(row: Post) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.person_name,
        "duty": duty(row.unit, row.title),
        "kind": POST_KINDS.get(row.kind, ""),
        "roles": "、".join(ROLE_LABELS[r] for r in row.roles),
    }


@post("/accounts", status_code=303)
async def add_account(request: Req) -> Template | Response[bytes]:
    form: Form | None = None
    try:
        async with turn(request) as t:
            await authorize(t.work, "account", "manage", Target(owner_id=t.work.organ_id))
            form = Form(await request.form(), t.work.today)
            name = form.text("name", need="请填写姓名。")
            username = form.text("username", need="请填写账号。")
            title = form.text("title", need="请填写岗位名称。")
            roles = [r for r in form.many("roles") if r in ROLE_LABELS and r not in MACHINES]
            if not roles:
                form.error("roles", "请至少选择一项职责。")
            form.check()
            await accounts.open_account(
                t.work,
                name=name,
                username=username,
                password=form.secret("password"),
                title=title,
                unit=form.text("unit"),
                roles=roles,
            )
            return t.redirect("/accounts")
    except Invalid as invalid:
        kept = form.values | {"roles": form.many("roles")} if form else {}
        kept.pop("password", None)
        return await _accounts(request, invalid.errors, kept)


@post("/accounts/{account_id:uuid}/{step:str}", status_code=303)
async def change_account(request: Req, account_id: FromPath[UUID], step: FromPath[str]) -> Response[bytes]:
    """disable, enable (system administrator) or unlock (security administrator)."""
    acts = {
        "disable": ("manage", accounts.disable),
        "enable": ("manage", accounts.enable),
        "unlock": ("unlock", accounts.unlock),
    }
    if step not in acts:
        raise NotFound
    async with turn(request) as t:
        action, act = acts[step]
        await authorize(t.work, "account", action, Target(owner_id=t.work.organ_id))
        await act(t.work, account_id)
        return t.redirect("/accounts")


ROUTES = [dead_letters, replay, account_list, add_account, change_account]

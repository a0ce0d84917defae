"""One account of the organ: its person's posts, roles, certificate, and a new password. The list is in `admin`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response, Template

from kernel.errors import FieldError, Invalid
from kernel.wording import format_date, format_moment
from kernel.work import Work
from policy.vocabulary import MACHINES, ROLE_LABELS
from supervision.matters.reading import mask_certificate
from tenants.access import Target, authorize
from tenants.organs.directory import directory
from tenants.registers import post_certificates
from tenants.staff import appointments
from tenants.staff.accounts import ADMINISTRATORS
from tenants.staff.models import Post
from web.forms import Form
from web.frame import POST_KINDS, duty, page
from web.organ_views import exact
from web.turns import Req, reading, turn

HREF = "/accounts"
BUSINESS_ROLES = [
    {"value": key, "label": label} for key, label in ROLE_LABELS.items() if key not in MACHINES | ADMINISTRATORS
]
KIND_OPTIONS = [{"value": key, "label": label} for key, label in appointments.KINDS.items()]


async def _managed(work: Work, action: str = "manage") -> None:
    await authorize(work, "account", action, Target(owner_id=work.organ_id))


@get(f"{HREF}/{{account_id:uuid}}")
async def account_page(request: Req, account_id: FromPath[UUID]) -> Template:
    """The account, the posts of its person in the organ, and what the system administrator may do with them."""
    async with reading(request) as work:
        await _managed(work)
        view = await appointments.get(work, account_id)
        mine = work.actor is not None and view.id == work.actor.account_id
        administrator = bool(ADMINISTRATORS & {r for p in view.posts for r in p.roles})
        return await page(
            request,
            work,
            "admin/account.html",
            title=view.name,
            active=HREF,
            crumbs=(("账号", HREF), view.name),
            account=view,
            facts=[
                ("账号", view.username),
                ("最近登录", format_moment(view.last_login_at) if view.last_login_at else "未登录"),
                ("密码", "首次登录须修改" if view.must_change else "本人已修改"),
                ("状态", "已停用" if view.disabled_at else "已锁定" if view.locked_until else "正常"),
            ],
            posts=[_post_row(p) for p in view.posts],
            mine=mine,
            administrator=administrator,
        )


def _post_row(row: Post) -> dict[str, Any]:
    certificate = mask_certificate(row.certificate_no) if row.certificate_no else "未登记"
    until = f"，有效期至{format_date(row.certificate_until)}" if row.certificate_no and row.certificate_until else ""
    return {
        "id": row.id,
        "href": f"{HREF}/posts/{row.id}",
        "duty": duty(row.unit, row.title),
        "kind": POST_KINDS.get(row.kind, ""),
        "roles": "、".join(ROLE_LABELS[r] for r in row.roles),
        "since": format_date(row.valid_from),
        "certificate": certificate + until,
    }


@get(f"{HREF}/{{account_id:uuid}}/posts/new")
async def new_post(request: Req, account_id: FromPath[UUID]) -> Template:
    return await _new_post(request, account_id)


async def _new_post(request: Req, account_id: UUID | None, errors: list[FieldError] | None = None) -> Template:
    """The form for a further post: of the account's person, or without one of a person of another organ."""
    found = errors or []
    async with reading(request) as work:
        await _managed(work)
        form = Form(await request.form() if request.method == "POST" else {}, work.today)
        view = await appointments.get(work, account_id) if account_id else None
        crumb = (view.name, f"{HREF}/{view.id}") if view else "外单位人员"
        return await page(
            request,
            work,
            "admin/post_new.html",
            title="增加岗位",
            active=HREF,
            crumbs=(("账号", HREF), crumb, "增加岗位") if view else (("账号", HREF), crumb),
            status=422 if found else 200,
            account=view,
            action=f"{HREF}/{view.id}/posts" if view else f"{HREF}/guests",
            role_options=BUSINESS_ROLES,
            kind_options=KIND_OPTIONS,
            values=_kept(form),
            errors=found,
            error_of={e.field: e.message for e in found},
        )


def _kept(form: Form) -> Mapping[str, Any]:
    return {**form.values, "roles": form.many("roles")}


@post(f"{HREF}/{{account_id:uuid}}/posts", status_code=303)
async def add_post(request: Req, account_id: FromPath[UUID]) -> Template | Response[bytes]:
    try:
        async with turn(request) as t:
            await _managed(t.work)
            given = _given(Form(await request.form(), t.work.today))
            await appointments.add_further_post(t.work, account_id, **given)
            return t.redirect(f"{HREF}/{account_id}")
    except Invalid as invalid:
        return await _new_post(request, account_id, invalid.errors)


def _given(form: Form) -> dict[str, Any]:
    title = form.text("title", need="请填写岗位名称。")
    roles = form.many("roles")
    if not roles:
        form.error("roles", "请至少选择一项职责。")
    form.check()
    return {"title": title, "unit": form.text("unit"), "roles": roles, "kind": form.text("kind")}


@get(f"{HREF}/guests/new")
async def new_guest(request: Req) -> Template:
    return await _new_post(request, None)


@post(f"{HREF}/guests", status_code=303)
async def add_guest(request: Req) -> Template | Response[bytes]:
    """A post for a person of another organ, who chooses it after logging in there."""
    try:
        async with turn(request) as t:
            await _managed(t.work)
            form = Form(await request.form(), t.work.today)
            tree = await directory(t.work)
            home = form.id("home") or exact(tree, form.text("home_text"))
            if home is None:
                form.error("home", "请从列表中选择其所在单位。")
            username = form.text("username", need="请填写其账号。")
            name = form.text("name", need="请填写姓名。")
            given = _given(form)
            assert home is not None
            await appointments.add_guest_post(t.work, home_organ_id=home, username=username, name=name, **given)
            return t.redirect(HREF)
    except Invalid as invalid:
        return await _new_post(request, None, invalid.errors)


@get(f"{HREF}/posts/{{post_id:uuid}}")
async def post_page(request: Req, post_id: FromPath[UUID]) -> Template:
    return await _post(request, post_id)


async def _post(request: Req, post_id: UUID, errors: list[FieldError] | None = None) -> Template:
    """One post: its roles, its certificate, its end."""
    found = errors or []
    async with reading(request) as work:
        await _managed(work)
        row = await appointments.own_post(work, post_id)
        form = Form(await request.form() if request.method == "POST" else {}, work.today)
        registered = await post_certificates.in_register(work, row.person_id)
        return await page(
            request,
            work,
            "admin/post.html",
            title=f"{row.person_name} ・ {row.title}",
            active=HREF,
            crumbs=(("账号", HREF), f"{row.person_name} ・ {row.title}"),
            status=422 if found else 200,
            post=row,
            row=_post_row(row),
            mine=work.actor is not None and work.actor.person_id == row.person_id,
            administrator=bool(ADMINISTRATORS & set(row.roles)),
            registered=registered,
            role_options=BUSINESS_ROLES,
            values=_kept(form) if found else {"roles": row.roles},
            errors=found,
            error_of={e.field: e.message for e in found},
        )


@post(f"{HREF}/posts/{{post_id:uuid}}/roles", status_code=303)
async def change_roles(request: Req, post_id: FromPath[UUID]) -> Template | Response[bytes]:
    try:
        async with turn(request) as t:
            await _managed(t.work)
            form = Form(await request.form(), t.work.today)
            await appointments.change_roles(t.work, post_id, form.many("roles"), form.text("reason"))
            return t.redirect(f"{HREF}/posts/{post_id}")
    except Invalid as invalid:
        return await _post(request, post_id, invalid.errors)


@post(f"{HREF}/posts/{{post_id:uuid}}/certificate", status_code=303)
async def set_certificate(request: Req, post_id: FromPath[UUID]) -> Template | Response[bytes]:
    try:
        async with turn(request) as t:
            await _managed(t.work)
            form = Form(await request.form(), t.work.today)
            until = form.day("certificate_until")
            form.check()
            await post_certificates.set_certificate(t.work, post_id, form.text("certificate_no"), until)
            return t.redirect(f"{HREF}/posts/{post_id}")
    except Invalid as invalid:
        return await _post(request, post_id, invalid.errors)


@post(f"{HREF}/posts/{{post_id:uuid}}/end", status_code=303)
async def end_post(request: Req, post_id: FromPath[UUID]) -> Template | Response[bytes]:
    try:
        async with turn(request) as t:
            await _managed(t.work)
            form = Form(await request.form(), t.work.today)
            await appointments.end_post(t.work, post_id, form.text("end_reason"))
            return t.redirect(HREF)
    except Invalid as invalid:
        named = [FieldError("end_reason" if e.field == "reason" else e.field, e.message) for e in invalid.errors]
        return await _post(request, post_id, named)


@get(f"{HREF}/{{account_id:uuid}}/password")
async def password_page(request: Req, account_id: FromPath[UUID]) -> Template:
    """What a reset means, before it is done."""
    async with reading(request) as work:
        await _managed(work, "reset_password")
        view = await appointments.get(work, account_id)
        return await page(
            request,
            work,
            "admin/password_reset.html",
            title="重置密码",
            active=HREF,
            crumbs=(("账号", HREF), (view.name, f"{HREF}/{view.id}"), "重置密码"),
            account=view,
        )


@post(f"{HREF}/{{account_id:uuid}}/password", status_code=200)
async def reset_password(request: Req, account_id: FromPath[UUID]) -> Template:
    """The one-time password, shown in this answer alone: what is kept under the key of the form leads to the
    account, so that sending it again shows nothing."""
    async with turn(request) as t:
        await _managed(t.work, "reset_password")
        made = await appointments.reset_password(t.work, account_id)
        view = await appointments.get(t.work, account_id)
        t.redirect(f"{HREF}/{account_id}")
    async with reading(request) as work:
        shown = await page(
            request,
            work,
            "admin/password_shown.html",
            title="新密码",
            active=HREF,
            crumbs=(("账号", HREF), (view.name, f"{HREF}/{view.id}"), "新密码"),
            account=view,
            password=made,
        )
    shown.headers["cache-control"] = "no-store"
    return shown


ROUTES = [
    account_page,
    new_post,
    add_post,
    new_guest,
    add_guest,
    post_page,
    change_roles,
    set_certificate,
    end_post,
    password_page,
    reset_password,
]

"""Log-in, choice of a post, password, log-out, the home page, and what a page asks for while it is open."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response, Template
from litestar.response.redirect import Redirect
from sqlalchemy import select

from kernel.errors import FieldError, Invalid, TooMany, Unauthenticated
from kernel.models import CalendarDay
from kernel.wording import format_date, format_due
from kernel.work import Work
from policy.vocabulary import ROLE_LABELS
from supervision.desk import service as desk
from tenants.delegations import service as delegations
from tenants.organs.directory import Directory, directory
from tenants.staff import service as staff
from tenants.staff.repository import PostView
from web import entry, navigation
from web.access import BEFORE_CHANGE, OPEN
from web.forms import Form
from web.frame import POST_KINDS, counters, duty, page, part, plain
from web.organ_views import exact, picker_item, picker_items
from web.problems import retry_after
from web.turns import Req, identity, reading, turn

LAST_ORGAN = "zs_organ"
NOTICE_DAYS = 10


@get("/", sync_to_thread=False)
def home(request: Req) -> Redirect:
    """To the home page of the role."""
    return Redirect(navigation.home(identity(request).roles), status_code=303)


@get("/login", opt={OPEN: True})
async def login_page(request: Req) -> Template | Redirect:
    if request.scope.get("user") is not None:
        return Redirect("/", status_code=303)
    last = request.cookies.get(LAST_ORGAN, "")
    async with entry.visiting(request) as work:
        tree = await directory(work)
        known = next((o for o in tree.organs.values() if str(o.id) == last), None)
        values = {"organ": last, "organ_text": known.short_name or known.name} if known else {}
        return await _login_form(request, work, values)


@get("/login/organs", opt={OPEN: True})
async def login_organs(request: Req) -> Template:
    """Hits of the organ picker."""
    words = request.query_params.get("organ_text", "")[:60]
    async with entry.visiting(request) as work:
        items = picker_items(await directory(work), words, request.cookies.get(LAST_ORGAN, ""))
    return part(request, "organs/options.html", items=items, term=words)


@post("/login", opt={OPEN: True}, status_code=200)
async def log_in(request: Req) -> Template | Response[Any]:
    async with entry.visiting(request) as work:
        form = Form(await request.form(), work.today)
        tree = await directory(work)
        values = form.values | {"next": entry.safe_next(form.text("next"))}
        values.pop("password", None)
        organ_id = form.id("organ") or exact(tree, form.text("organ_text"))
        username = form.text("username", need="请填写账号。")
        password = form.secret("password")
        if not password:
            form.error("password", "请填写密码。")
        if organ_id is None or organ_id not in tree.organs:
            return await _choose_organ(request, work, tree, form, values)
        values |= {"organ": str(organ_id), "organ_text": tree.short(organ_id)}
        if form.errors:
            return await _login_form(request, work, values, form.errors, 422)
    try:
        who, token = await entry.log_in(request, organ_id, username, password)
    except (Unauthenticated, TooMany) as refused:
        async with entry.visiting(request) as work:
            found = [FieldError(refused.field or "password", refused.message)]
            again = await _login_form(request, work, values, found, refused.status)
        again.headers |= retry_after(refused)
        return again
    target = values["next"] or "/"
    if len(who.posts) > 1:
        target = f"/posts?next={quote(target)}"
    if who.must_change:
        target = "/password"
    answer = Redirect(target, status_code=303)
    entry.seat(request, answer, token)
    answer.set_cookie(entry.kept_cookie(request, LAST_ORGAN, str(organ_id), "/login"))
    return answer


async def _login_form(
    request: Req,
    work: Work,
    values: dict[str, Any],
    errors: list[FieldError] | None = None,
    status: int = 200,
) -> Template:
    found = errors or []
    return plain(
        request,
        "login/login.html",
        title="登录",
        status=status,
        values={"next": entry.safe_next(request.query_params.get("next", "")), **values},
        errors=found,
        error_of={e.field: e.message for e in found},
        notices_list=await _notices(work),
    )


async def _choose_organ(request: Req, work: Work, tree: Directory, form: Form, values: dict[str, Any]) -> Template:
    """The search step of a browser without script: which of the organs that were found?"""
    words = form.text("organ_text")
    items = [picker_item(tree, organ, words) for organ in tree.search(words, 30)]
    message = "请从下面选择您所在的单位。" if items else "没有找到这个单位，请换用名称、简称或者统一社会信用代码。"
    values |= {"organ": ""}
    form.errors.insert(0, FieldError("organ", message))
    return plain(
        request,
        "login/login.html",
        title="登录",
        status=422,
        values=values,
        errors=form.errors,
        error_of={e.field: e.message for e in form.errors},
        choices=[{"value": i["value"], "label": i["name"], "note": i["path"]} for i in items],
        notices_list=await _notices(work),
    )


async def _notices(work: Work) -> list[str]:
    """Make-up working days that are near: they count for every deadline."""
    until = work.today + timedelta(days=NOTICE_DAYS)
    days = await work.session.scalars(
        select(CalendarDay.day)
        .where(CalendarDay.day >= work.today, CalendarDay.day <= until, CalendarDay.kind == "makeup")
        .order_by(CalendarDay.day)
    )
    return [f"{format_due(day)}调休上班，计入工作日期限。" for day in days]


@get("/posts")
async def choose_post(request: Req) -> Template:
    """The person's posts, grouped by organ; choosing one opens a new session."""
    user = identity(request)
    async with reading(request) as work:
        posts = await staff.posts(work, user.person_id)
        target = entry.safe_next(request.query_params.get("next", ""))
        return await page(
            request, work, "login/posts.html", title="选择岗位", posts=_choices(posts, user.post_id), target=target
        )


def _choices(posts: list[PostView], current: UUID) -> list[dict[str, Any]]:
    return [
        {
            "id": str(p.post_id),
            "organ": p.organ_name,
            "duty": duty(p.unit, p.title),
            "kind": POST_KINDS.get(p.kind, ""),
            "roles": "、".join(ROLE_LABELS[r] for r in p.roles),
            "current": p.post_id == current,
        }
        for p in posts
    ]


@post("/posts/{post_id:uuid}", status_code=303)
async def switch_post(request: Req, post_id: FromPath[UUID]) -> Redirect:
    chosen, token = await entry.switch(request, post_id)
    target = entry.safe_next(str((await request.form()).get("next", "")))
    same = identity(request).organ_id == chosen.organ_id
    answer = Redirect(target if target and same else navigation.home(frozenset(chosen.roles)), status_code=303)
    entry.seat(request, answer, token)
    return answer


@post("/logout", status_code=303, opt={BEFORE_CHANGE: True})
async def log_out(request: Req) -> Redirect:
    await entry.log_out(request)
    answer = Redirect("/login", status_code=303)
    entry.seat(request, answer, None)
    return answer


@get("/password", opt={BEFORE_CHANGE: True})
async def password_page(request: Req) -> Template:
    return _password_form(request, [])


@post("/password", opt={BEFORE_CHANGE: True}, status_code=200)
async def change_password(request: Req) -> Template | Response[Any]:
    """A new password ends every session that was opened with the old one."""
    user = identity(request)
    try:
        async with entry.password_try(request), turn(request) as t:
            form = Form(await request.form(), t.work.today)
            if form.secret("password") != form.secret("again"):
                form.error("again", "两次填写的新密码不一致。")
            form.check()
            async with t.work.acting_as(user.account_organ_id):
                await staff.change_password(t.work, user.account_id, form.secret("current"), form.secret("password"))
            t.redirect("/")
    except Invalid as invalid:
        return _password_form(request, invalid.errors, 422)
    await entry.end_everywhere(request, user.account_id)
    answer = Redirect("/", status_code=303)
    entry.seat(request, answer, await entry.sessions(request).open(user.account_id, user.post_id))
    return answer


def _password_form(request: Req, errors: list[FieldError], status: int = 200) -> Template:
    user = identity(request)
    return plain(
        request,
        "login/password.html",
        title="修改密码",
        status=status,
        errors=errors,
        error_of={e.field: e.message for e in errors},
        must_change=user.must_change,
        home_href=navigation.home(user.roles),
    )


@get("/me")
async def me(request: Req) -> Template:
    """The reader's own account, posts, and on the phone everything that has no place in the bar."""
    user = identity(request)
    async with reading(request) as work:
        posts = await staff.posts(work, user.person_id)
        organ_class = (await directory(work)).organ_class(user.organ_id)
        return await page(
            request,
            work,
            "login/me.html",
            title="我的",
            active="/me",
            posts=_choices(posts, user.post_id),
            destinations=navigation.everything(navigation.reach(user.roles, organ_class)),
            roles="、".join(ROLE_LABELS[r] for r in sorted(user.roles)),
            delegations=[
                (row.parties, f"{format_date(row.valid_from)}至{format_date(row.valid_to)}，{len(row.acts)} 项")
                for row in await delegations.of_post(work, user.post_id)
            ],
        )


@get("/counters/bell")
async def bell_part(request: Req) -> Response[Any] | Template:
    """The number of the bell alone: one count over an index, every half minute while somebody looks. A number that
    the browser has already is answered with 304 and nothing."""
    user = identity(request)
    async with reading(request, once=True) as work:
        number = await desk.unread(work)
    tag = f'"{user.post_id.hex[:12]}-{number}"'
    headers = {"etag": tag, "cache-control": "private, no-cache", "vary": "cookie"}
    if request.headers.get("if-none-match") == tag:
        return Response(b"", status_code=304, headers=headers)
    made = part(request, "login/counters.html", items=[], bell=number)
    made.headers.update(headers)
    return made


@get("/counters")
async def counter_parts(request: Req) -> Template:
    """The numbers beside the navigation, out of band. Asked for every minute; does not keep the session alive."""
    user = identity(request)
    async with reading(request, once=True) as work:
        organ_class = (await directory(work)).organ_class(user.organ_id)
        numbers = await counters(work)
    roles = navigation.reach(user.roles, organ_class)
    items = [i for g in navigation.side(roles, "", numbers) for i in g["items"] if i["key"]]
    return part(request, "login/counters.html", items=items, bell=numbers.get("bell", 0))


@get("/keepalive", status_code=204, sync_to_thread=False)
def keepalive() -> None:
    """The session lives on: the reader pressed 继续使用."""


ROUTES = [
    home,
    login_page,
    login_organs,
    log_in,
    choose_post,
    switch_post,
    log_out,
    password_page,
    change_password,
    me,
    bell_part,
    counter_parts,
    keepalive,
]

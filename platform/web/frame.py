"""What every page needs around its content: who is reading, navigation, counters, breadcrumbs, keys of forms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from litestar.response import Template
from litestar.template.base import csrf_token
from sqlalchemy import func, select

from kernel.models import CalendarDay
from kernel.settings import Settings
from kernel.tallies import counted
from kernel.wording import format_short
from kernel.work import Work
from supervision.desk import service as desk
from tenants.organs.directory import Directory, directory
from tenants.staff import service as staff
from tenants.staff.repository import PostView
from web import cookies, navigation, reporting_waits
from web.rendering import new_key
from web.sessions import Identity
from web.turns import Req, identity

POST_KINDS = {"main": "主岗", "concurrent": "兼任", "seconded": "挂职"}
DEMO_STEPS = (1, 3, 5, 10, 15)
Crumb = tuple[str, str] | str
"""A label with its address, or a label alone."""


def csrf(request: Req) -> str:
    """The token that every form sends back in `_csrf_token`."""
    held = cookies.read(request, cookies.FORM_TOKEN, secure=settings(request).secure_cookies)
    return csrf_token({"request": request}) or held or ""


def settings(request: Req) -> Settings:
    found = request.app.state.settings
    assert isinstance(found, Settings)
    return found


def wants_part(request: Req) -> bool:
    """Whether htmx asked for a part of the page and not a browser, or htmx going back, for the whole of it."""
    back = request.headers.get("hx-history-restore-request") == "true"
    return request.headers.get("hx-request") == "true" and not back


async def counters(work: Work) -> dict[str, int]:
    """Numbers beside the navigation: keys due, clue, matter, instrument, inbox, report, bell, return, annual."""
    if work.actor is None or not work.actor.roles & navigation.EVERYBODY:
        return {}
    return reporting_waits.summed(await counted(work, {**desk.tallies(work), **reporting_waits.tallies(work)}))


async def frame(
    request: Req,
    work: Work,
    *,
    title: str,
    active: str = "",
    crumbs: Sequence[Crumb] | None = None,
    around: UUID | None = None,
    **context: Any,
) -> dict[str, Any]:
    """The context of a page in the full frame, with `context` added.

    `active` is the address of the section in the navigation (``/matters``). `crumbs` follow the level of the
    reader's organ, or of the organ `around`: (label, address) pairs and a last label; left out, the title stands
    there. Templates get
    `csrf_token`, `idempotency_key` and `hidden()`, which gives each form its own hidden fields.
    """
    user = identity(request)
    tree = await directory(work)
    numbers = await counters(work)
    posts = await staff.posts(work, user.person_id)
    known = settings(request)
    roles = navigation.reach(user.roles, tree.organ_class(user.organ_id))
    return {
        "page_title": title,
        "viewer": _viewer(user, posts, numbers),
        "nav": navigation.side(roles, active, numbers),
        "section": navigation.section(roles, active, numbers),
        "bottom": navigation.bottom(roles, active, numbers),
        "crumbs": _crumbs(tree, around or user.organ_id, crumbs if crumbs is not None else (title,)),
        "home_href": navigation.home(user.roles),
        "search_href": navigation.search(roles),
        "query": request.query_params.get("q", ""),
        "environment": "演示数据" if known.demo_mode else "",
        "demo_clock": {"today": format_short(work.today), "steps": DEMO_STEPS} if known.demo_mode else None,
        "csrf_token": csrf(request),
        "idempotency_key": new_key(),
        "hidden": lambda: {"_csrf_token": csrf(request), "_idempotency_key": new_key()},
        "counters_href": "/counters",
        "session_seconds": int(known.session_idle_minutes) * 60,
        "keepalive_href": "/keepalive",
        "calendar_note": await _calendar_note(work),
        "today": work.today,
        "me": user,
        "errors": [],
        "error_of": {},
        **context,
    }


async def page(
    request: Req,
    work: Work,
    template: str,
    *,
    title: str,
    active: str = "",
    crumbs: Sequence[Crumb] | None = None,
    around: UUID | None = None,
    status: int = 200,
    **context: Any,
) -> Template:
    """A page in the full frame: `frame` and its template in one step."""
    made = await frame(request, work, title=title, active=active, crumbs=crumbs, around=around, **context)
    return Template(template_name=template, context=made, status_code=status)


def part(request: Req, template: str, *, status: int = 200, **context: Any) -> Template:
    """A fragment for htmx, without the frame."""
    hidden = {"csrf_token": csrf(request), "idempotency_key": new_key()}
    fields = {"hidden": lambda: {"_csrf_token": csrf(request), "_idempotency_key": new_key()}}
    return Template(template_name=template, context={**hidden, **fields, **context}, status_code=status)


def plain(request: Req, template: str, *, title: str, status: int = 200, **context: Any) -> Template:
    """A page without navigation: login and what is open to everybody."""
    made = {
        "page_title": title,
        "csrf_token": csrf(request),
        "idempotency_key": new_key(),
        "scope_name": "许昌市",
        "errors": [],
        "error_of": {},
        **context,
    }
    return Template(template_name=template, context=made, status_code=status)


def _viewer(user: Identity, posts: Sequence[PostView], numbers: dict[str, int]) -> dict[str, Any]:
    groups: dict[str, list[dict[str, Any]]] = {}
    for post in posts:
        groups.setdefault(post.organ_short_name or post.organ_name, []).append(
            {
                "title": duty(post.unit, post.title),
                "kind": POST_KINDS.get(post.kind, ""),
                "href": f"/posts/{post.post_id}",
                "current": post.post_id == user.post_id,
            }
        )
    unread = numbers.get("bell", 0)
    administrator = bool(user.roles & navigation.ADMINISTRATORS)
    return {
        "organ": user.organ_short_name or user.organ_name,
        "post": duty(user.unit, user.title),
        "name": user.name,
        "posts": [{"organ": organ, "items": items} for organ, items in groups.items()],
        "bell": "99+" if unread > 99 else unread or "",
        "bell_href": "" if administrator else "/notices",
        "help_href": "/help",
        "menu": [{"label": "我的账号和岗位", "href": "/me"}, {"label": "修改密码", "href": "/password", "icon": "key"}],
        "logout_href": "/logout",
    }


def duty(unit: str, title: str) -> str:
    """执法监督股 ・ 监督人员"""
    return f"{unit} ・ {title}" if unit and not title.startswith(unit) else title


def place(tree: Directory, government_id: Any) -> str:
    """建安区: the area of a government."""
    return tree.short(government_id).removesuffix("人民政府").removesuffix("政府")


def _crumbs(tree: Directory, organ_id: UUID, own: Sequence[Crumb]) -> list[dict[str, str]]:
    path = tree.path(organ_id)
    found = [{"label": place(tree, o.id), "href": f"/organs/{o.id}"} for o in path if o.kind == "government"]
    if path and path[-1].kind != "government":
        found.append({"label": tree.short(organ_id), "href": f"/organs/{organ_id}"})
    for crumb in own:
        label, href = (crumb, "") if isinstance(crumb, str) else crumb
        found.append({"label": label, "href": href})
    return found


_NOTES: dict[tuple[int, int], str] = {}


async def _calendar_note(work: Work) -> str:
    """The calendar in force, for the foot; read once per version of the calendar."""
    key = (work.versions.get("calendar", 0), work.today.year)
    if key not in _NOTES:
        first = work.today.replace(month=1, day=1)
        confirmed = await work.session.scalar(
            select(func.bool_and(CalendarDay.confirmed)).where(
                CalendarDay.day >= first, CalendarDay.day <= first.replace(month=12, day=31)
            )
        )
        year = work.today.year
        _NOTES[key] = f"{year}年节假日安排（国办通知）" if confirmed else f"{year}年节假日安排未发布，暂定"
    return _NOTES[key]

"""The work desk: what is late first, figures that lead to lists, the pool, half a year."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from litestar import get
from litestar.response import Template
from litestar.response.redirect import Redirect

from kernel.wording import format_date, format_short, weekday
from kernel.workdays import WorkCalendar
from supervision.deadlines import service as deadlines
from supervision.deadlines.views import DeadlineView
from supervision.desk import service
from supervision.desk.views import DeskView
from web import navigation, reporting_waits
from web.frame import page
from web.turns import Req, identity, reading

WEEK = "一二三四五六日"
SIX_WEEKS = 42


@get("/desk")
async def desk(request: Req) -> Template | Redirect:
    """The desk of the post. Administrators have their own start and no casework."""
    user = identity(request)
    if user.roles & navigation.ADMINISTRATORS and not user.roles & navigation.EVERYBODY:
        return Redirect(navigation.home(user.roles), status_code=303)
    async with reading(request) as work:
        view = await service.desk(work, request.query_params.get("scope", ""))
        days = await deadlines.calendar(work)
        supervises = bool(user.roles & navigation.SUPERVISING)
        return await page(
            request,
            work,
            "desk/desk.html",
            title="工作台",
            active="/desk",
            view=view,
            facts_line=_day_line(work.today, days),
            why=_explained(view),
            first=_opened(view),
            scopes=_scopes(view),
            can_register=supervises or bool(user.roles & {"judicial_assistant", "legal_officer", "social_supervisor"}),
            can_propose="supervisor" in user.roles,
            bars=[{"label": b.label, "value": b.value, "href": b.href} for b in view.pool.bars] if view.pool else [],
            warning=_warning(view),
            reporting=await reporting_waits.lines(work),
        )


def _day_line(today: date, days: WorkCalendar) -> str:
    """2026年10月9日 星期五 · 明天（10月10日 周六）调休上班，计入工作日"""
    line = f"{format_date(today)} 星期{WEEK[today.weekday()]}"
    tomorrow = days.entry(today + timedelta(days=1))
    name = f"明天（{format_short(tomorrow.day)} {weekday(tomorrow.day)}）"
    if tomorrow.kind == "makeup":
        line += f" · {name}调休上班，计入工作日"
    elif tomorrow.kind == "holiday":
        line += f" · {name}{tomorrow.name}放假，不计入工作日"
    return line


def why_of(view: DeadlineView) -> dict[str, Any]:
    """A deadline as the 为何 box takes it."""
    return {
        "id": view.id,
        "chip": view.chip,
        "date_text": view.date_text,
        "title": f"为何是{format_date(view.due_on)}",
        "articles": view.articles,
        "sentence": view.sentence,
        "cells": view.cells,
        "next": view.next,
        "next_articles": view.next_articles,
    }


def _explained(view: DeskView) -> dict[str, dict[str, Any]]:
    return {str(i.id): why_of(i.deadline) for g in view.groups for i in g.items if i.deadline is not None}


def _opened(view: DeskView) -> UUID | None:
    """The first deadline, whose reason is open from the start unless its days would fill the screen."""
    first = next((i.deadline for g in view.groups for i in g.items if i.deadline), None)
    return first.id if first is not None and len(first.cells) <= SIX_WEEKS else None


def _scopes(view: DeskView) -> list[dict[str, Any]]:
    if view.kind != "casework":
        return []
    return [
        {"label": label, "href": f"/desk?scope={key}", "current": view.scope == key}
        for key, label in (("mine", "我承办的"), ("all", "全部"))
    ]


def _warning(view: DeskView) -> str:
    pool = view.pool
    if pool is None or pool.first_on is None:
        return ""
    return f"{pool.late} 条超过受理期限未受理，最早一条登记于{format_short(pool.first_on)}。"


ROUTES = [desk]

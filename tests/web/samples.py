"""The templates rendered alone: the Jinja globals of the web layer as plain stand-ins, and one frame full of data."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from kernel.errors import FieldError
from kernel.wording import format_date, format_time
from kernel.workdays import WorkCalendar, seed_days
from supervision.deadlines.strip import DayCell, day_strip

WEB = Path(__file__).parents[2] / "platform" / "web"
TEMPLATES = WEB / "templates"
STATIC = WEB / "static"
SUMMARY = (
    "发现不落实制度、不履行或者不正确履行职责、行为违法或者不当的，可以制发督办函、意见书；对方应当限期处理并书面报告。"
)
LABELS = {
    "5": "第五条",
    "8(1)": "第八条（一）",
    "8(2)": "第八条（二）",
    "10(5)": "第十条（五）",
    "10(7)": "第十条（七）",
}
LABELS |= {"11(7)": "第十一条（七）", "13": "第十三条", "16": "第十六条", "17": "第十七条", "18": "第十八条"}
LABELS |= {"19": "第十九条", "20": "第二十条", "行政强制法:25": "行政强制法第二十五条", "规则:延期": "规则 延期"}
SYMBOLS = re.findall(r'<symbol id="([a-z0-9-]+)"', (STATIC / "icons.svg").read_text())


@dataclass(frozen=True, slots=True)
class ArticleCard:
    """What the global `article(code)` returns."""

    code: str
    text: str
    summary: str
    source: str = "许昌市行政执法监督办法（2024 征求意见稿）"
    official: str = ""
    href: str = "/rules/articles"
    used_in: str = "本条用于 4 项规则"


@dataclass
class Refusal:
    """The attributes of a ZhunshengError that the error templates read, with every one of them filled."""

    status: int
    message: str
    article: str | None = "20"
    remedy: str | None = "复议终结后，系统提示恢复办理。"
    detail: Any = None
    errors: tuple[FieldError, ...] = ()


def icon(name: str, size: int = 16) -> Markup:
    if name not in SYMBOLS:
        raise LookupError(f"no icon {name!r} in the sprite")
    mark = f'<svg class="zs-icon zs-icon-{size}" aria-hidden="true"><use href="/static/icons.svg#{name}"></use></svg>'
    return Markup(mark)


def article(code: str) -> ArticleCard:
    return ArticleCard(code, LABELS[code], SUMMARY)


def environment() -> Environment:
    """Strict, escaping, with the five globals that every template may use."""
    made = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined)
    made.globals.update(
        static=lambda path: f"/static/{path}?v=1",
        icon=icon,
        article=article,
        fmt_date=format_date,
        fmt_time=format_time,
    )
    return made


def cells(start: date, due: date, today: date) -> list[DayCell]:
    return day_strip(start, due, today, WorkCalendar(seed_days(2026, 2027), "2026"))


def frame() -> dict[str, Any]:
    """The context of base.html with everything present."""
    nav = [
        {
            "items": [
                {"icon": "dashboard", "label": "工作台", "href": "/desk", "active": True},
                {
                    "icon": "calendar-due",
                    "label": "期限与催办",
                    "href": "/deadlines",
                    "counter": 4,
                    "tone": "overdue",
                    "key": "due",
                },
            ]
        },
        {
            "caption": "监督办案",
            "items": [
                {"icon": "inbox", "label": "线索池", "href": "/clues", "counter": 12, "key": "clue"},
                {"icon": "folders", "label": "监督事项", "href": "/matters", "counter": 31, "key": "matter"},
                {"icon": "clipboard-check", "label": "检查与评查", "href": "/inspections"},
                {"icon": "document-seal", "label": "文书与送达", "href": "/documents", "counter": 2},
            ],
        },
        {
            "caption": "人员与单位",
            "items": [
                {"icon": "id-badge", "label": "人员与证件", "href": "/people"},
                {"icon": "sitemap", "label": "单位与监督关系", "href": "/organs"},
            ],
        },
        {
            "caption": "统计与报送",
            "items": [
                {"icon": "table", "label": "统计报表", "href": "/returns", "counter": 1},
                {"icon": "chart", "label": "指标分析", "href": "/figures"},
                {"icon": "report", "label": "年度报告与计划", "href": "/plans"},
            ],
        },
        {
            "caption": "依据与留痕",
            "items": [
                {"icon": "book", "label": "依据与规则", "href": "/rules"},
                {"icon": "fingerprint", "label": "审计查询", "href": "/audit"},
            ],
        },
    ]
    bottom = [
        {"icon": "dashboard", "label": "工作台", "href": "/desk", "active": True},
        {"icon": "inbox", "label": "线索", "href": "/clues"},
        {"icon": "folders", "label": "事项", "href": "/matters"},
        {"icon": "bell", "label": "消息", "href": "/messages", "counter": 6, "key": "bell"},
        {"icon": "user", "label": "我的", "href": "/me"},
    ]
    posts = [
        {
            "organ": "建安区司法局",
            "items": [{"title": "执法监督股 ・ 监督人员", "kind": "主岗", "href": "/posts/1", "current": True}],
        },
        {"organ": "许昌市司法局", "items": [{"title": "执法监督科 ・ 挂职", "kind": "挂职", "href": "/posts/2"}]},
    ]
    viewer = {
        "organ": "建安区司法局",
        "post": "执法监督股 ・ 监督人员",
        "name": "陈某某",
        "login": "chen.mm",
        "posts": posts,
        "bell": 6,
        "bell_href": "/messages",
        "messages": [
            {"caption": "今天", "items": [{"text": "督办函期限届满", "note": "区城市管理局", "href": "/matters/31"}]}
        ],
        "help_href": "/help",
        "menu": [{"label": "我的账号", "href": "/me"}],
        "logout_href": "/logout",
    }
    return {
        "page_title": "工作台",
        "viewer": viewer,
        "nav": nav,
        "bottom": bottom,
        "crumbs": [{"label": "许昌市"}, {"label": "建安区", "href": "/organs/1"}, {"label": "工作台"}],
        "home_href": "/desk",
        "search_href": "/search",
        "query": "",
        "environment": "演示数据",
        "csrf_token": "0192f9aa",
        "counters_href": "/counters",
        "session_seconds": 1800,
        "keepalive_href": "/keepalive",
        "calendar_note": "2026年节假日安排（国办通知）",
    }


def gallery() -> dict[str, Any]:
    return frame() | {
        "cells": cells(date(2026, 9, 14), date(2026, 9, 28), date(2026, 10, 9)),
        "grid_cells": cells(date(2026, 9, 28), date(2026, 10, 16), date(2026, 10, 9)),
        "icon_names": SYMBOLS,
    }


def moment() -> str:
    return f"{format_date(date(2026, 10, 9))} {format_time(datetime.fromisoformat('2026-10-09T02:46:00+00:00'))}"

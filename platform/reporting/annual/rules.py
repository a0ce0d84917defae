"""The life of a yearly paper, what it must contain, and on which days somebody is reminded (Art. 12). Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from urllib.parse import urlsplit

from kernel.machine import SAME, Guard, Machine, Transition

ARTICLE: Final = "12"
KINDS: Final[dict[str, str]] = {"report": "年度行政执法工作情况报告", "plan": "年度行政执法工作计划"}
DUE_DAYS: Final[dict[str, str]] = {"report": "annual_report", "plan": "annual_plan"}
STATES: Final[dict[str, str]] = {
    "draft": "起草中",
    "approved": "已审定",
    "submitted": "已报送",
    "accepted": "已接收",
    "sent_back": "已退回",
}
SECTIONS: Final[dict[str, dict[str, str]]] = {
    "report": {
        "bodies": "执法主体、执法人员和培训",
        "enforcement": "行政执法总体情况",
        "systems": "行政执法制度落实情况",
        "supervision": "接受监督和整改情况",
        "remedies": "行政复议和行政诉讼情况",
        "problems": "存在的主要问题",
        "next_year": "下一年度工作打算",
    },
    "plan": {
        "priorities": "年度执法工作重点",
        "inspections": "行政检查计划和频次",
        "special_actions": "专项执法行动",
        "training": "执法人员培训",
        "staffing": "执法力量和保障",
    },
}
"""Sections of each kind, in the order in which they are printed."""
HINTS: Final[dict[str, str]] = {
    "bodies": "执法主体资格、委托执法、人员持证和培训考试",
    "enforcement": "行政处罚、许可、强制、检查等办理情况和特点，与统计报表一致",
    "systems": "三项制度、裁量权基准、罚缴分离、案卷管理、双随机一公开、与刑事司法衔接",
    "supervision": "收到的监督文书、问题、整改和责任追究",
    "remedies": "被申请复议、被诉的数量、结果和纠错情况",
    "inspections": "检查对象、事项、每年次数和联合检查安排",
}
SECTION_MAX: Final = 8_000
LEAST: Final = 10
"""Characters below which a section says nothing."""
OBLIGED: Final = frozenset({"department", "vertical_body"})
"""Classes of organs that owe the papers: those that have a justice department on their own level."""


@dataclass(frozen=True, slots=True)
class PaperFacts:
    """What the steps of a paper depend on."""

    complete: bool = False
    """Every section is written."""
    reason_given: bool = True


_WHOLE: Final[Guard[PaperFacts]] = Guard(
    lambda f: f.complete, "还有内容没有写完", ARTICLE, "请写完各部分内容后再审定。"
)
_REASON: Final[Guard[PaperFacts]] = Guard(
    lambda f: f.reason_given, "没有写明退回的理由", ARTICLE, "请写明需要补正的内容。"
)

MACHINE: Final[Machine[PaperFacts]] = Machine(
    "年度报告和年度计划",
    "draft",
    STATES,
    (
        Transition("write", "修改内容", frozenset({"draft", "sent_back"}), SAME, ARTICLE),
        Transition(
            "approve",
            "审定",
            frozenset({"draft", "sent_back"}),
            "approved",
            ARTICLE,
            (_WHOLE,),
            "由本单位主要负责人审定",
        ),
        Transition("return", "退回修改", frozenset({"approved"}), "draft", ARTICLE),
        Transition("submit", "报送", frozenset({"approved"}), "submitted", ARTICLE, hint="报送本级司法行政部门"),
        Transition("publish", "公开", frozenset({"submitted", "accepted"}), SAME, ARTICLE, hint="报送后向社会公开"),
        Transition("accept", "接收", frozenset({"submitted"}), "accepted", ARTICLE),
        Transition("send_back", "退回补正", frozenset({"submitted"}), "sent_back", ARTICLE, (_REASON,)),
    ),
)


def missing(kind: str, sections: Mapping[str, str]) -> list[str]:
    """Keys of the sections that are not written yet."""
    return [key for key in SECTIONS[kind] if len(sections.get(key, "").strip()) < LEAST]


def subject_year(kind: str, year: int) -> int:
    """The year that a paper due in `year` is about: the report looks back, the plan ahead."""
    return year - 1 if kind == "report" else year


def due_year(kind: str, about: int) -> int:
    """The year in which a paper about a year is due."""
    return about + 1 if kind == "report" else about


def title_of(organ: str, kind: str, year: int) -> str:
    """许昌市水利局2025年度行政执法工作情况报告"""
    return f"{organ}{year}{KINDS[kind]}"


def content_hash(content: Mapping[str, Any]) -> str:
    """SHA-256 of the content in one fixed writing, in hexadecimal."""
    fixed = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(fixed.encode()).hexdigest()


def reminders(
    due: date, today: date, before: date, *, submitted: bool, published: bool, sent: Collection[str]
) -> list[str]:
    """Reminders whose day has come and that were not sent: soon, today, overdue, unpublished.

    `before` is the day of the first one. A day that nobody watched is not made up for: of soon, today and overdue only
    the one that fits the day is given.
    """
    found: list[str] = []
    if not submitted:
        stage = "overdue" if today > due else "today" if today == due else "soon" if today >= before else ""
        found += [stage] if stage else []
    if submitted and not published and today > due:
        found.append("unpublished")
    return [step for step in found if step not in sent]


def address_fault(url: str) -> str:
    """Why a text is no address of a public page; empty when it is one."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "请填写完整的网址。"
    good = parts.scheme in ("http", "https") and "." in (parts.hostname or "") and not parts.username
    if not good or port == 0 or len(url) > 500 or any(c.isspace() or not c.isprintable() for c in url):
        return "请填写以 http:// 或者 https:// 开头的完整网址。"
    return ""

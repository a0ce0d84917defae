"""The channels of clues (Arts. 15, 17): where a clue goes, what its channel is owed, which two may be one. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final
from urllib.parse import urlsplit

from kernel.errors import FieldError

IDENTITIES: Final = {
    "deputy": "人大代表",
    "adviser": "政协委员",
    "peoples_supervisor": "人民监督员",
    "expert": "专家学者",
    "lawyer": "律师",
    "journalist": "新闻工作者",
    "other": "其他人员",
}
"""Whom Art. 15 names."""
ORDER_KINDS: Final = {"urgent": "紧急", "query": "咨询", "complaint": "投诉举报", "business": "涉企"}
ORDER_STATES: Final = {"open": "在办", "withdrawn": "热线已撤回", "returned": "已退回热线", "ended": "已反馈结果"}
PROGRESS: Final = {
    "registered": "已接收，登记为线索",
    "updated": "已接收更新的工单",
    "accept": "已受理",
    "pass_on": "已转有权机关办理",
    "in_matter": "已立项监督",
    "merge": "与同一问题的其他反映合并办理",
    "withdrawn": "已确认撤回",
    "returned": "退回工单",
    "result": "办理结果",
}
"""What the hotline is told, by event; it knows nothing else of the procedure."""
FINAL: Final = frozenset({"returned", "result"})
PUBLIC_STATES: Final = {
    "new": ("已收到", "办理机关正在研究是否受理。"),
    "accepted": ("已受理", "办理机关正在核实您反映的问题。"),
    "passed_on": ("已转办", "您反映的问题已转有权机关办理，结果由原办理机关答复。"),
    "in_matter": ("正在核查处理", "办理机关已经立项监督，正在核查处理。"),
    "merged": ("合并办理", "您反映的问题与同一问题的其他反映合并办理。"),
    "dismissed": ("不予办理", ""),
    "answered": ("已答复", ""),
}
"""State of a clue → what its author reads: a word, and a sentence. Nothing internal."""
MERGED_END: Final = "合并办理的问题已经办结。"


@dataclass(frozen=True, slots=True)
class Likeness:
    """What two clues have in common. `title` and `whole`: likeness of the texts, 0 to 100."""

    title: float
    whole: float
    same_organ: bool | None
    """None: of one of them it is not known who is complained of."""
    same_place: bool
    days_apart: int
    channels: tuple[str, str]


NEAR_DAYS: Final = 30
LEAST_TEXT: Final = 40.0
"""Below it nothing else makes two clues alike."""


def judge(likeness: Likeness) -> tuple[int, list[str]]:
    """(score from 0 to 100, why). The texts decide; organ, place and time shift the score. 0: not worth a look."""
    base = max(likeness.title, likeness.whole)
    if base < LEAST_TEXT:
        return 0, []
    score, why = base, [f"文字相似 {round(base)}%"]
    if likeness.same_organ is True:
        score, why = score + 10, [*why, "反映同一单位"]
    elif likeness.same_organ is False:
        score -= 20
    if likeness.same_place:
        score, why = score + 5, [*why, "同一地点"]
    if likeness.days_apart <= NEAR_DAYS:
        score, why = score + 5, [*why, "同日收到" if not likeness.days_apart else f"相隔 {likeness.days_apart} 天"]
    if likeness.channels[0] != likeness.channels[1]:
        why = [*why, "、".join(likeness.channels)]
    return max(0, min(100, round(score))), why


def order_problems(number: str, version: int, kind: str, title: str, facts: str) -> list[FieldError]:
    """What is wrong with a work order of the hotline."""
    found = []
    if not 1 <= len(number.strip()) <= 64:
        found.append(FieldError("number", "工单号为 1 至 64 个字。"))
    if version < 1:
        found.append(FieldError("version", "工单版本从 1 开始。"))
    if kind not in ORDER_KINDS:
        found.append(FieldError("kind", "工单种类为 urgent、query、complaint 或者 business。"))
    if not title.strip() or len(title) > 200:
        found.append(FieldError("title", "工单标题为 1 至 200 个字。"))
    if not facts.strip() or len(facts) > 4000:
        found.append(FieldError("facts", "工单内容为 1 至 4000 个字。"))
    return found


def media_problems(outlet: str, url: str, published_on: date | None, today: date) -> list[FieldError]:
    """What has to be changed in the source of a media clue."""
    found = []
    if not 1 <= len(outlet.strip()) <= 100:
        found.append(FieldError("outlet", "请写明媒体或者平台的名称，不超过 100 字。"))
    if url.strip() and not _is_address(url.strip()):
        found.append(FieldError("url", "请填写以 http:// 或者 https:// 开头的网址。"))
    if published_on is None:
        found.append(FieldError("published_on", "请填写发布日期。"))
    elif published_on > today:
        found.append(FieldError("published_on", "发布日期不能晚于今天。"))
    return found


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and len(url) <= 1000


def appointment_problems(name: str, identity: str, from_on: date | None, until_on: date | None) -> list[FieldError]:
    """What has to be changed in an appointment (Art. 15)."""
    found = []
    if not 2 <= len(name.strip()) <= 40:
        found.append(FieldError("name", "请填写姓名，2 至 40 字。"))
    if identity not in IDENTITIES:
        found.append(FieldError("identity", "请选择身份。"))
    if from_on is None:
        found.append(FieldError("from_on", "请填写聘任起始日期。"))
    elif until_on is not None and until_on < from_on:
        found.append(FieldError("until_on", "聘期截止日期不能早于起始日期。"))
    return found

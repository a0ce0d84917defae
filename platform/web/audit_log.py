"""The audit trail as the audit administrator searches it: filters, keyset paging, one entry in full."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select

from kernel.clock import end_of_day, local_time, start_of_day
from kernel.models import AuditEntry
from kernel.sifting import sifted
from kernel.wording import format_date
from kernel.work import Work
from policy.articles import display

PAGE_SIZES = (15, 50, 100)
MOST_COUNTED = 1000
RESULTS = {"done": "完成", "denied": "拒绝", "failed": "未完成"}
ACTIONS = {
    "login": "登录",
    "logout": "退出登录",
    "switch_post": "切换岗位",
    "refused": "被拒绝的操作",
    "download": "下载文书",
    "export": "导出",
    "replay_job": "重新执行任务",
    "keep_heads": "留存下级封存头",
    "change_password": "修改密码",
    "add_account": "新增账号",
    "disable_account": "停用账号",
    "enable_account": "启用账号",
    "unlock_account": "解除锁定",
    "add_post": "设立岗位",
    "change_roles": "调整职责",
    "end_post": "结束岗位",
    "set_certificate": "登记监督证",
    "reset_password": "重置密码",
    "adjust_rule": "调整规则",
    "propose_delegation": "提出代行授权",
    "withdraw_delegation": "撤回代行授权",
    "approve_delegation": "核准代行授权",
    "reject_delegation": "不予核准代行授权",
    "end_delegation": "终止代行授权",
}


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """What is searched for; empty values do not restrict."""

    words: str = ""
    first: date | None = None
    last: date | None = None
    action: str = ""
    person: str = ""
    result: str = ""

    @property
    def empty(self) -> bool:
        return self == AuditFilter()


@dataclass(frozen=True, slots=True)
class AuditPage:
    """One page, newest first. `total` is exact up to 1000."""

    rows: list[AuditEntry]
    total: int
    next_after: int | None


async def search(work: Work, wanted: AuditFilter, after: int | None, size: int) -> AuditPage:
    """Entries of the reader's own organ: row-level security shows no other."""
    conditions = list(_conditions(work, wanted))
    if wanted.words:
        return await _with_words(work, wanted.words, conditions, after, size)
    query: Select[Any] = select(AuditEntry).where(*conditions).order_by(AuditEntry.seq.desc())
    if after is not None:
        query = query.where(AuditEntry.seq < after)
    rows = list((await work.session.scalars(query.limit(size + 1))).all())
    counted = select(AuditEntry.id).where(*conditions).limit(MOST_COUNTED + 1).subquery()
    total = await work.session.scalar(select(func.count()).select_from(counted)) or 0
    more = len(rows) > size
    return AuditPage(rows[:size], total, rows[size - 1].seq if more else None)


async def _with_words(
    work: Work, words: str, conditions: list[ColumnElement[bool]], after: int | None, size: int
) -> AuditPage:
    """Entries with the words: those of one record, where the words are its id, else window after window of the log.
    The total of the latter is what the page shows: a whole log is not read to count."""
    try:
        number = UUID(words)
    except ValueError:
        rows, place = await sifted(
            work,
            select(AuditEntry).where(*conditions),
            lambda entry: (entry.seq,),
            lambda entry: or_(entry.title.contains(words, autoescape=True), entry.request_id == words),
            after=(after,) if after is not None else None,
            limit=size,
        )
        return AuditPage(rows, len(rows), place[0] if place else None)
    found: dict[UUID, AuditEntry] = {}
    for column in (AuditEntry.subject_id, AuditEntry.thread_id, AuditEntry.id):
        query = select(AuditEntry).where(*conditions, column == number).order_by(AuditEntry.seq.desc())
        found |= {row.id: row for row in await work.session.scalars(query.limit(MOST_COUNTED))}
    entries = sorted(found.values(), key=lambda row: row.seq, reverse=True)
    rest = [row for row in entries if after is None or row.seq < after]
    return AuditPage(rest[:size], len(entries), rest[size - 1].seq if len(rest) > size else None)


def _conditions(work: Work, wanted: AuditFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [AuditEntry.city_id == work.city_id, AuditEntry.organ_id == work.organ_id]
    if wanted.first is not None:
        found.append(AuditEntry.at >= start_of_day(wanted.first))
    if wanted.last is not None:
        found.append(AuditEntry.at < end_of_day(wanted.last))
    for column, value in (
        (AuditEntry.action, wanted.action),
        (AuditEntry.actor_name, wanted.person),
        (AuditEntry.result, wanted.result),
    ):
        if value:
            found.append(column == value)
    return found


async def people(work: Work) -> list[str]:
    """Names that occur in the newest 2,000 entries of the organ's log, for the filter."""
    newest = (
        select(AuditEntry.actor_name)
        .where(AuditEntry.city_id == work.city_id, AuditEntry.organ_id == work.organ_id)
        .order_by(AuditEntry.seq.desc())
        .limit(2_000)
        .subquery()
    )
    query = select(newest.c.actor_name).distinct().order_by(newest.c.actor_name).limit(60)
    return list((await work.session.scalars(query)).all())


def row(entry: AuditEntry) -> dict[str, Any]:
    """One line of the table."""
    return {
        "id": entry.id,
        "seq": entry.seq,
        "at": f"{format_date(local_time(entry.at).date())} {local_time(entry.at):%H:%M:%S}",
        "person": entry.actor_name,
        "title": entry.title,
        "denied": entry.result == "denied",
        "result": verdict(entry),
    }


def verdict(entry: AuditEntry) -> str:
    """允许 第十九条, 拒绝 第五条, 完成."""
    word = outcome(entry)
    return f"{word} {display(entry.article)}" if entry.article else word


def outcome(entry: AuditEntry) -> str:
    """允许 when a provision let it happen, else how it ended."""
    if entry.result == "done" and entry.article:
        return "允许"
    return RESULTS.get(entry.result, entry.result)


def masked(address: str) -> str:
    """10.31.*.*: the network is enough to see whether it was the office."""
    parts = address.split(".")
    return ".".join([*parts[:2], "*", "*"]) if len(parts) == 4 else address


def changes(detail: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The recorded facts of an entry as pairs."""
    return [(str(key), str(value)) for key, value in detail.items() if value not in (None, "", [], {})]

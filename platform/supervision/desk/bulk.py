"""One act on several matters: each is tried by itself, and each that is refused says why and by which article."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID

import msgspec

from kernel.clock import local_date
from kernel.errors import Denied, IllegalTransition, ZhunshengError
from kernel.work import Work
from supervision.deadlines.models import Deadline
from supervision.deadlines.notices import notify
from supervision.desk import lines, repository
from supervision.desk.running import door_of, urge
from supervision.matters import service as matters
from supervision.matters.models import Matter
from supervision.matters.repository import handlers
from tenants.access import Target, authorize
from tenants.organs.directory import directory

LIMIT = 100
"""Matters of one submission: a page of the list."""
LIVE = ("proposed", "open", "closing")


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one matter: done with what was done, or refused with sentence, article and remedy."""

    matter_id: UUID
    number: str
    title: str
    done: bool
    text: str
    article: str = ""
    remedy: str = ""


Act = Callable[[Matter], Awaitable[str]]


async def urge_matters(work: Work, matter_ids: Sequence[UUID]) -> list[Outcome]:
    """Send reminders: to the organ bound by the nearest deadline that was served to it, else to the matter's
    handlers (Art. 19). At most one a day for each. What cannot be reminded of is refused by itself."""

    async def one(matter: Matter) -> str:
        return await _urge(work, matter)

    return await _each(work, matter_ids, one)


async def reassign_matters(
    work: Work, matter_ids: Sequence[UUID], post_ids: Sequence[UUID], no_conflict: bool
) -> list[Outcome]:
    """Assign the same handlers to several matters (Arts. 13, 16); a recusal in one of them refuses that one."""

    async def one(matter: Matter) -> str:
        moved = await matters.assign_handlers(work, matter.id, post_ids, no_conflict)
        return f"已改派，承办人 {moved.handler_names}"

    return await _each(work, matter_ids, one)


async def _each(work: Work, matter_ids: Sequence[UUID], act: Act) -> list[Outcome]:
    found = await lines.by_id(work, Matter, list(dict.fromkeys(matter_ids))[:LIMIT])
    outcomes = []
    for matter_id in dict.fromkeys(matter_ids):
        if (matter := found.get(matter_id)) is not None:
            outcomes.append(await _one(work, matter, act))
    return outcomes


async def _one(work: Work, matter: Matter, act: Act) -> Outcome:
    """The act in a savepoint: a refusal undoes this matter alone, and stands in the audit trail."""
    known: dict[str, Any] = {"matter_id": matter.id, "number": matter.number or "", "title": matter.title}
    try:
        async with work.session.begin_nested():
            text = await act(matter)
    except ZhunshengError as error:
        message = error.message
        remedy = error.remedy or ""
        if fields := getattr(error, "errors", ()):
            message = "".join(dict.fromkeys(field.message for field in fields))
        work.record(
            "refused", "matter", known["matter_id"], title=message, article=error.article, result="denied",
            rule_id=error.detail.get("rule_id"), detail={"code": error.code},
        )  # fmt: skip
        return Outcome(**known, done=False, text=message, article=error.article or "", remedy=remedy)
    return Outcome(**known, done=True, text=text)


async def _urge(work: Work, matter: Matter) -> str:
    tree = await directory(work)
    if matter.organ_id != work.organ_id:
        raise Denied(
            f"本事项由{tree.short(matter.organ_id)}办理，不能代为催办。",
            article="2(1)",
            remedy="可以对办理机构提出上级要求。",
        )
    await authorize(work, "deadline", "urge", Target(matter.organ_id, matter.supervised_id, matter.relation))
    if matter.state not in LIVE:
        raise IllegalTransition("暂不能催办。事项不在办理中。", article="19", remedy="恢复办理或者重新办理后再催办。")
    served = await _served(work, matter)
    if served is not None:
        deadline = await urge(work, served.id)
        return f"已向{tree.short(deadline.bound_id)}发送催办：{deadline.title}"
    return await _urge_handlers(work, matter)


async def _served(work: Work, matter: Matter) -> Deadline | None:
    """The nearest running deadline of which the bound organ has a document to open."""
    found = await repository.rows(work, repository.running_of(work, matter.id))
    deliveries = await lines.deliveries_of(work, [d.id for d in found])
    reachable = (d for d in found if d.bound_id != work.organ_id and door_of(d, deliveries.get(d.id), None))
    return next(reachable, None)


async def _urge_handlers(work: Work, matter: Matter) -> str:
    people = await handlers(work, matter.id)
    if not people:
        raise IllegalTransition("暂不能催办。尚未指派承办人。", article="13", remedy="请先指派承办人。")
    last = (await lines.urged(work, [matter.id])).get(matter.id)
    if last is not None and local_date(last) == work.today:
        raise IllegalTransition("暂不能催办。今日已经催办过。", article="19", remedy="请明日再催办，或者电话联系。")
    names = "、".join(person.person_name for person in people)
    work.record(
        "urge", "matter", matter.id, title=f"催办承办人{names}", article="19", thread_id=matter.id
    )  # fmt: skip
    for person in people:
        await notify(
            work, work.organ_id, kind="reminder", title=f"催办：{matter.title}", link=f"/matters/{matter.id}",
            post_id=person.post_id, article="19", due_on=matter.next_due_on,
        )  # fmt: skip
    return f"已提醒承办人{names}"

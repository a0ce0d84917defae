"""Every deadline that the organ watches, and the reminder that it can send to the organ bound by one (Art. 19)."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from kernel.clock import local_date
from kernel.errors import IllegalTransition, NotFound
from kernel.work import Work
from supervision.clues.models import Clue
from supervision.deadlines import service as deadlines
from supervision.deadlines.models import Deadline
from supervision.deadlines.notices import notify
from supervision.desk import lines, repository
from supervision.desk.casework import near_until
from supervision.desk.views import RunningPage, RunningView
from supervision.instruments.models import Delivery
from supervision.matters.models import Matter
from tenants.access import Target, authorize
from tenants.organs.directory import directory

RECEIVERS = ("contact", "legal_officer", "organ_head", "supervisor", "supervision_leader")


async def running(work: Work, due: str = "overdue", *, after: str = "", limit: int = 50) -> RunningPage:
    """Running deadlines of the organ in one span (overdue, today, near, far), the earliest end first.

    Raises Denied, Invalid for another span or a wrong cursor.
    """
    await authorize(work, "deadline", "read", Target(owner_id=work.organ_id))
    limit = max(1, min(limit, 100))
    near = near_until(await deadlines.calendar(work), work.today)
    span = repository.span(Deadline.due_on, due, work.today, near)
    found = await lines.running(work, span, after, limit + 1)
    more = len(found) > limit
    found = found[:limit]
    mark = lines.encode(found[-1].due_on, found[-1].id) if more else ""
    return RunningPage(rows=await _views(work, found), after=mark)


async def count_running(work: Work) -> dict[str, int]:
    """How many running deadlines there are in each span."""
    await authorize(work, "deadline", "read", Target(owner_id=work.organ_id))
    return await lines.count_deadlines(work, near_until(await deadlines.calendar(work), work.today))


async def _views(work: Work, found: Sequence[Deadline]) -> list[RunningView]:
    tree = await directory(work)
    matters = await lines.by_id(work, Matter, (d.matter_id for d in found))
    clues = await lines.by_id(work, Clue, (d.subject_id for d in found if d.subject_kind == "clue"))
    served = await lines.deliveries_of(work, [d.id for d in found])
    urged = await lines.urged(work, [d.id for d in found])
    views = []
    for deadline in found:
        record: Matter | Clue | None = matters.get(deadline.matter_id or deadline.id) or clues.get(deadline.subject_id)
        at = urged.get(deadline.id)
        own = deadline.bound_id == work.organ_id
        reachable = door_of(deadline, served.get(deadline.id), clues.get(deadline.subject_id)) is not None
        views.append(
            RunningView(
                deadline=await deadlines.explain_view(work, deadline),
                title=record.title if record else deadline.title,
                number=(record.number or "") if record else "",
                href=_href(deadline),
                bound="本单位" if own else tree.short(deadline.bound_id),
                own=own,
                can_urge=not own and reachable and (at is None or local_date(at) != work.today),
                urged_at=at,
            )
        )
    return views


def _href(deadline: Deadline) -> str:
    if deadline.matter_id is not None:
        return f"/matters/{deadline.matter_id}"
    # The signing of an accountability document is a limit of that document, which the reader finds in its case.
    if deadline.subject_kind == "question":
        return f"/questions/{deadline.subject_id}"
    if deadline.subject_kind == "accountability":
        served = deadline.rule_key == "instrument.deemed_service"
        return "/accountability" if served else f"/accountability/{deadline.subject_id}"
    return f"/clues/{deadline.subject_id}" if deadline.subject_kind == "clue" else ""


def door_of(deadline: Deadline, delivery: Delivery | None, clue: Clue | None) -> tuple[str, str] | None:
    """(address, name) of what the bound organ itself can open: only what was served or passed to it."""
    if deadline.subject_kind == "question":
        return f"/questions/{deadline.subject_id}", deadline.title
    if delivery is not None and delivery.addressee_id == deadline.bound_id:
        return f"/inbox/{delivery.id}", f"《{delivery.title}》{delivery.number}"
    if clue is not None and clue.passed_to_id == deadline.bound_id and clue.passed_clue_id is not None:
        return f"/clues/{clue.passed_clue_id}", f"转交的线索“{clue.title}”"
    return None


async def urge(work: Work, deadline_id: UUID) -> Deadline:
    """Remind the bound organ of a deadline, at most once a day; it stands in the record and in its bell.

    Raises NotFound for another organ's deadline, Denied, IllegalTransition when nothing was served to remind of.
    """
    deadline = await deadlines.get(work, deadline_id)
    if deadline.organ_id != work.organ_id:
        raise NotFound
    await authorize(work, "deadline", "urge", Target(owner_id=deadline.organ_id))
    clues = await lines.by_id(work, Clue, [deadline.subject_id])
    served = await lines.deliveries_of(work, [deadline.id])
    door = door_of(deadline, served.get(deadline.id), clues.get(deadline.subject_id))
    if deadline.state not in ("running", "lapsed"):
        raise IllegalTransition("暂不能催办。该期限已经中止或者办结。", article="19")
    if door is None or deadline.bound_id == work.organ_id:
        raise IllegalTransition(
            "暂不能催办。该期限没有送达其他单位的文书。", article="19", remedy="请在事项中办理，或者先送达文书。"
        )
    last = (await lines.urged(work, [deadline.id])).get(deadline.id)
    if last is not None and local_date(last) == work.today:
        raise IllegalTransition("暂不能催办。今日已经催办过。", article="19", remedy="请明日再催办，或者电话联系。")
    tree = await directory(work)
    view = await deadlines.explain_view(work, deadline)
    href, name = door
    work.record(
        "urge", "deadline", deadline.id, title=f"催办{tree.short(deadline.bound_id)}",
        note=f"{name}：{deadline.title}，{view.due_text}到期，{view.chip.text}。", article=deadline.article,
        thread_id=deadline.matter_id or deadline.subject_id,
    )  # fmt: skip
    await notify(
        work, deadline.bound_id, kind="reminder", title=f"{tree.short(work.organ_id)}催办：{name}", link=href,
        roles=RECEIVERS, article=deadline.article, due_on=deadline.due_on, body=f"{deadline.title}，{view.chip.text}。",
    )  # fmt: skip
    return deadline

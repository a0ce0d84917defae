"""What each step around a deadline does: reminders, overdue, lapse and draft report, escalation (Arts. 19, 20).

Every function acts as the organ that watches the deadline, in the transaction that claimed the step.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from kernel.wording import format_count, format_date, format_due
from kernel.work import Work
from supervision.deadlines import notices
from supervision.deadlines import service as deadlines
from supervision.deadlines.ladder import LadderStep
from supervision.deadlines.models import Deadline
from supervision.decisions import repository as decisions
from supervision.decisions import service as deciding
from supervision.escalation import repository
from supervision.instruments import repository as instruments
from supervision.instruments.models import Delivery, Instrument
from supervision.instruments.service import deem_served, lapse
from supervision.matters import service as matters
from supervision.matters.models import Handler, Matter
from tenants.organs.directory import directory

LEADER_ROLES = ("supervision_leader",)
BOUND_ROLES = {"contact": ("contact", "legal_officer"), "organ_head": ("organ_head",)}
CLUE_ROLES = ("supervisor", "supervision_leader", "legal_officer", "judicial_assistant")


@dataclass(frozen=True, slots=True)
class Scene:
    """A deadline with whom and what it concerns."""

    deadline: Deadline
    matter: Matter | None
    instrument: Instrument | None
    delivery: Delivery | None
    handlers: Sequence[Handler]
    bound_name: str

    @property
    def what(self) -> str:
        """建司执监督〔2026〕17号 书面报告处理情况"""
        number = f"{self.instrument.number} " if self.instrument and self.instrument.number else ""
        return f"{number}{self.deadline.title}"

    @property
    def own_link(self) -> str:
        if self.matter is not None:
            return f"/matters/{self.matter.id}"
        if self.deadline.subject_kind == "clue":
            return f"/clues/{self.deadline.subject_id}"
        return "/desk"

    @property
    def bound_link(self) -> str:
        return f"/inbox/{self.delivery.id}" if self.delivery else "/inbox"

    @property
    def thread_id(self) -> UUID | None:
        if self.matter is not None:
            return self.matter.id
        return self.deadline.subject_id if self.deadline.subject_kind == "clue" else None


async def scene(work: Work, deadline: Deadline) -> Scene:
    """Read what the steps need; the work acts as the organ that watches the deadline."""
    tree = await directory(work)
    matter = await instruments.matter(work, deadline.matter_id) if deadline.matter_id else None
    instrument, delivery = await _document(work, deadline, matter)
    return Scene(
        deadline=deadline,
        matter=matter,
        instrument=instrument,
        delivery=delivery,
        handlers=await instruments.handlers(work, matter.id) if matter else (),
        bound_name=tree.short(deadline.bound_id),
    )


async def _document(work: Work, deadline: Deadline, matter: Matter | None) -> tuple[Instrument | None, Delivery | None]:
    """The document whose limit it is. A decision document lies in the government's tenant."""
    if deadline.subject_kind == "decision" and matter is not None and matter.government_id is not None:
        async with work.acting_as(matter.government_id):
            instrument = await instruments.get(work, Instrument, deadline.subject_id)
            return instrument, await instruments.main_delivery(work, instrument.id)
    if deadline.subject_kind == "instrument":
        instrument = await instruments.get(work, Instrument, deadline.subject_id)
        return instrument, await instruments.main_delivery(work, instrument.id)
    return None, None


async def remind(work: Work, now: Scene, step: LadderStep) -> None:
    """Lines in the bells of those whom the rule book names."""
    due = now.deadline.due_on
    title = f"{now.what}：{'今日到期' if due == work.today else f'{format_due(due)}到期'}"
    if due < work.today:
        title = f"{now.what}：已于{format_date(due)}到期"
    await _to_recipients(work, now, step, "reminder", title)


async def _to_recipients(work: Work, now: Scene, step: LadderStep, kind: str, title: str) -> None:
    deadline = now.deadline
    for role in step.recipients:
        if role in BOUND_ROLES:
            await notices.notify(
                work,
                deadline.bound_id,
                roles=BOUND_ROLES[role],
                kind=kind,
                title=title,
                link=now.bound_link,
                article=step.article,
                due_on=deadline.due_on,
            )
        elif role == "handler":
            await _to_handlers(work, now, kind, title, step.article)
        elif role == "supervision_leader":
            await _to_own(work, now, kind, title, article=step.article)


async def _to_handlers(work: Work, now: Scene, kind: str, title: str, article: str) -> None:
    for handler in now.handlers:
        await notices.notify(
            work,
            now.deadline.organ_id,
            post_id=handler.post_id,
            kind=kind,
            title=f"{now.bound_name}：{title}",
            link=now.own_link,
            article=article,
            due_on=now.deadline.due_on,
        )


async def _to_own(
    work: Work, now: Scene, kind: str, title: str, *, article: str, roles: Sequence[str] = LEADER_ROLES
) -> None:
    await notices.notify(
        work,
        now.deadline.organ_id,
        roles=roles,
        kind=kind,
        title=f"{now.bound_name}：{title}",
        link=now.own_link,
        article=article,
        due_on=now.deadline.due_on,
    )


async def overdue(work: Work, now: Scene, step: LadderStep) -> None:
    """Overdue: on the desks, in the record of the matter and in the organ's ledger."""
    deadline = now.deadline
    title = f"{now.what}已逾期"
    await _to_recipients(work, now, step, "overdue", title)
    await _to_handlers(work, now, "overdue", title, step.article)
    note = f"期限{format_date(deadline.due_on)}届满，未完成。"
    _record(work, now, "overdue", f"逾期：{now.what}", note=note, article=step.article)
    if deadline.subject_kind == "decision" and now.matter is not None and now.matter.government_id is not None:
        decision = await decisions.decision_by_instrument(work, deadline.subject_id)
        await notices.notify(
            work,
            now.matter.government_id,
            roles=("government_leader",),
            kind="overdue",
            title=f"{now.bound_name}逾期未报告决定执行情况",
            link=f"/decisions/{decision.id}" if decision else "/decisions",
            article="20",
            due_on=deadline.due_on,
        )
    if now.matter is not None:
        await matters.refresh_stage(work, now.matter.id)


def _record(work: Work, now: Scene, action: str, title: str, *, note: str, article: str) -> None:
    detail = {"deadline_id": str(now.deadline.id), "round": now.deadline.round}
    work.record(
        action,
        "deadline",
        now.deadline.id,
        title=title,
        note=note,
        article=article,
        thread_id=now.thread_id,
        detail=detail,
    )


async def draft_report(work: Work, now: Scene, step: LadderStep) -> None:
    """The instrument lapses, and the report that Art. 20 demands lies drafted before the leader.

    A department's own matter has no government to report to: its leader is told to hand it to the justice
    department. When every problem of the instrument is settled meanwhile (by a judgment, or dropped), the cause is
    gone and nothing is reported.
    """
    deadline, matter = now.deadline, now.matter
    if now.instrument is None or matter is None or deadline.subject_kind != "instrument":
        return
    await lapse(work, now.instrument.id)
    instrument = await instruments.get(work, Instrument, now.instrument.id)
    if instrument.state not in {"lapsed", "refused"}:
        return
    if matter.government_id is None:
        title = f"{now.what}逾期不改正，请移交同级司法行政部门"
        await _to_own(work, now, "report", title, article=step.article, roles=(*LEADER_ROLES, "organ_head"))
        return
    if matter.state == "open" and await deciding.reportable(work, matter.id, instrument.id):
        await deciding.draft_report(work, matter.id, instrument.id, automatic=True)


async def escalate_up(work: Work, now: Scene, step: LadderStep) -> None:
    """An item to look into at the supervision body one level up; above the city, a line to the own government.

    A department's own matter goes to the supervision body of its own level.
    """
    deadline, matter = now.deadline, now.matter
    if matter is None or now.instrument is None:
        return
    if matter.government_id is not None and not await deciding.reportable(work, matter.id, now.instrument.id):
        return
    tree = await directory(work)
    own = tree.government_of(deadline.organ_id)
    body = tree.supervision_body_of(own) if own else None
    above = tree.upper_supervision_body(deadline.organ_id) if deadline.organ_id == body else body
    days = await deadlines.calendar(work)
    late = max(1, days.workdays_between(deadline.due_on, work.today))
    title = f"{tree.short(deadline.organ_id)}办理的事项逾期 {format_count(late, '个工作日')}未报告政府"
    if above is None:
        if own is not None:
            await notices.notify(
                work,
                own,
                roles=("government_leader",),
                kind="escalation",
                title=title,
                link=now.own_link,
                article=step.article,
                due_on=deadline.due_on,
                body=matter.title,
            )
        return
    values = {
        "from_organ_id": deadline.organ_id,
        "from_organ_name": tree.name(deadline.organ_id),
        "deadline_id": deadline.id,
        "matter_id": matter.id,
        "matter_number": matter.number or "",
        "matter_title": matter.title,
        "supervised_name": matter.supervised_name,
        "due_on": deadline.due_on,
        "overdue_workdays": late,
        "handled_note": "",
    }
    async with work.acting_as(above):
        item_id = await repository.add_item(work, values)
        if item_id is not None:
            work.record("escalate_up", "escalated_item", item_id, title=f"收到：{title}", article=step.article)
    if item_id is None:
        return
    await notices.notify(
        work,
        above,
        roles=("supervisor", "supervision_leader"),
        kind="escalation",
        title=title,
        link=f"/escalations/{item_id}",
        article=step.article,
        due_on=deadline.due_on,
        body=matter.title,
    )
    note = "逾期后没有报告政府、延期或者认可。"
    _record(work, now, "escalate_up", f"提请{tree.short(above)}关注", note=note, article=step.article)


async def _sender(work: Work, now: Scene) -> UUID:
    """The organ that sent the document whose service is waited for: a decision comes from the government."""
    own = await work.session.get(Delivery, (work.city_id, now.deadline.subject_id))
    if own is None and now.matter is not None and now.matter.government_id is not None:
        return now.matter.government_id
    return now.deadline.organ_id


async def plain(work: Work, now: Scene, _step: LadderStep) -> None:
    """A deadline without a ladder is over: deemed service follows by itself, everything else is told and recorded."""
    deadline = now.deadline
    if deadline.rule_key == "instrument.deemed_service":
        async with work.acting_as(await _sender(work, now)):
            await deem_served(work, deadline.subject_id)
        return
    title = f"{deadline.title}已逾期"
    if deadline.subject_kind == "clue":
        await _to_own(work, now, "overdue", title, article=deadline.article, roles=CLUE_ROLES)
    else:
        await _to_handlers(work, now, "overdue", title, deadline.article)
        await _to_own(work, now, "overdue", title, article=deadline.article)
    note = f"期限{format_date(deadline.due_on)}届满。"
    _record(work, now, "overdue", f"逾期：{deadline.title}", note=note, article=deadline.article)


Action = Callable[[Work, Scene, LadderStep], Awaitable[None]]
ACTIONS: dict[str, Action] = {
    "remind_before": remind,
    "remind_last_day": remind,
    "overdue": overdue,
    "draft_report": draft_report,
    "escalate_up": escalate_up,
}
"""What each step of the rule book's ladder does; a step that is not here only reminds."""


def register_action(key: str, action: Action) -> None:
    """Let a higher part say what a step of its own ladder does."""
    ACTIONS[key] = action

"""Who owes a report and a plan, since when, until when, and who is reminded of it (Art. 12)."""

from __future__ import annotations

from datetime import date
from typing import Final
from uuid import UUID

from kernel.ids import NIL
from kernel.wording import format_date
from kernel.work import Work
from reporting.annual import repository
from reporting.annual.models import AnnualPaper
from reporting.annual.publishing import verify_pages
from reporting.annual.rules import ARTICLE, DUE_DAYS, KINDS, MACHINE, OBLIGED, reminders, subject_year
from reporting.returns.opening import level_body
from supervision.deadlines import service as deadlines
from supervision.deadlines.notices import notify
from tenants.organs.directory import Directory, directory

JOB: Final = "follow_annual_papers"
BEFORE: Final = "annual.reminder"
KEEPERS: Final = ("contact", "legal_officer")
SENT: Final = ("submitted", "accepted")


def owes(tree: Directory, organ_id: UUID) -> bool:
    """Whether an organ owes the yearly papers: an enforcement organ, not the department that receives them."""
    alive = tree.facts[organ_id].alive_on(tree.on)
    return alive and tree.organ_class(organ_id) in OBLIGED and level_body(tree, organ_id) is not None


async def due_day(work: Work, kind: str, year: int) -> date:
    """The day of the rule book in a year, moved on to a working day."""
    rule = (await deadlines.rulebook(work)).due_day(DUE_DAYS[kind])
    return (await deadlines.calendar(work)).next_workday_on_or_after(date(year, rule.month, rule.day))


async def follow_all(work: Work) -> int:
    """Give every organ that owes the papers a job of its own for today. Returns their number."""
    tree = await directory(work)
    organs = [organ_id for organ_id in tree.organs if owes(tree, organ_id)]
    for organ_id in organs:
        async with work.acting_as(organ_id):
            work.enqueue(JOB, {})
    return len(organs)


async def follow(work: Work) -> int:
    """What today asks for in the work's organ: the duties of the year, reminders that are due, published pages checked.
    Each once, however often it runs. Returns the number of reminders."""
    if work.organ_id == NIL:
        return 0
    await open_duties(work, work.today.year)
    days = await deadlines.calendar(work)
    ahead = (await deadlines.rulebook(work)).deadline(BEFORE).amount
    told = 0
    for paper in await repository.due_now(work, (work.today.year - 1, work.today.year)):
        before = days.add_workdays(paper.due_on, -ahead)
        steps = reminders(
            paper.due_on,
            work.today,
            before,
            submitted=paper.submitted_on is not None,
            published=paper.published_on is not None,
            sent=paper.reminded,
        )
        for step in steps:
            await _remind(work, paper, step)
            told += 1
    await verify_pages(work)
    return told


async def open_duties(work: Work, year: int) -> None:
    """The rows of what the work's organ owes in a year; nothing for an organ that owes nothing."""
    tree = await directory(work)
    if not owes(tree, work.organ_id):
        return
    department_id = level_body(tree, work.organ_id)
    for kind in KINDS:
        values = {
            "department_id": department_id,
            "kind": kind,
            "year": subject_year(kind, year),
            "due_on": await due_day(work, kind, year),
            "state": MACHINE.initial,
        }
        await repository.open_duty(work, values)


async def _remind(work: Work, paper: AnnualPaper, step: str) -> None:
    what = f"{paper.year}{KINDS[paper.kind]}"
    day = format_date(paper.due_on)
    title = {
        "soon": f"请在{day}前报送{what}",
        "today": f"今日为报送{what}的最后一日",
        "overdue": f"{what}逾期未报送",
        "unpublished": f"{what}尚未公开",
    }[step]
    late = step in ("overdue", "unpublished")
    roles = (*KEEPERS, "organ_head") if late or step == "today" else KEEPERS
    await notify(
        work,
        work.organ_id,
        kind="overdue" if late else "reminder",
        title=title,
        link=f"/annual/{paper.id}",
        roles=roles,
        article=ARTICLE,
        due_on=paper.due_on,
    )
    if step == "overdue":
        tree = await directory(work)
        await notify(
            work,
            paper.department_id,
            kind="overdue",
            title=f"{tree.short(work.organ_id)}逾期未报送{what}",
            link=f"/annual/board?kind={paper.kind}&year={paper.year}",
            roles=("supervisor", "supervision_leader"),
            article=ARTICLE,
            due_on=paper.due_on,
        )
    paper.reminded = [*paper.reminded, step]
    work.record("remind", "annual_paper", paper.id, title=f"提醒{title}", article=ARTICLE, detail={"step": step})
    await work.session.flush()

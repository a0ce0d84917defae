"""The desk of those who supervise: what is late first, what waits for the leader, the pool, half a year (Art. 11)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final
from uuid import UUID

from kernel.clock import local_date
from kernel.wording import format_short, weekday
from kernel.work import Actor, Work
from kernel.workdays import WorkCalendar
from supervision.clues import repository as clue_queries
from supervision.clues.models import Clue
from supervision.deadlines import service as deadlines
from supervision.deadlines.models import Deadline
from supervision.deadlines.rules import NEAR_WORKDAYS, chip_for
from supervision.deadlines.views import DeadlineView, view_of
from supervision.desk import repository
from supervision.desk.questions import unanswered
from supervision.desk.views import Bar, DeskView, Figure, Pool, TodoGroup, TodoItem, Trend
from supervision.desk.waiting import for_leader
from supervision.matters import facts as registry
from supervision.matters.listing import ACTIVE, AT_GOVERNMENT
from supervision.matters.models import Matter
from supervision.matters.stages import STAGES
from tenants.organs.directory import directory

MOST_ROWS: Final = 40
ASKED_ROWS: Final = 12
"""Rows for which the desk asks what the law wants next; the others offer a look."""
MONTHS: Final = 6
AFTER_LATE: Final = ("draft_report", "report", "draft:opinion")
"""Acts that follow when a written report is overdue."""
LOOKS: Final = {
    "grey": "gone",
    "outline": "waiting",
    "light": "checking",
    "blue": "urging",
    "blue-outline": "verify",
    "violet": "government",
    "green": "closed",
}
"""Tone of a stage → look of its badge."""
SHORT_SOURCES: Final = {"hotline": "12345热线", "social_supervisor": "社会监督员"}
"""Names for the narrow list of bars; the others are short enough."""
GROUPS: Final = (("overdue", "逾期", "overdue"), ("today", "今日到期", "today"), ("near", "3个工作日内", ""))


def near_until(days: WorkCalendar, today: date) -> date:
    """The last day that counts as near: with at most three working days left."""
    return days.add_workdays(today, NEAR_WORKDAYS + 1) - timedelta(days=1)


async def casework_desk(work: Work, actor: Actor, scope: str) -> DeskView:
    """Figures and lists of a supervising organ. `scope`: mine, all, or empty for what fits the person."""
    days = await deadlines.calendar(work)
    near = near_until(days, work.today)
    mine = repository.mine(work, actor.person_id)
    active = Matter.state.in_(ACTIVE)
    counts = await repository.count_matters(
        work,
        overdue=active & repository.span(Matter.next_due_on, "overdue", work.today, near),
        today=active & repository.span(Matter.next_due_on, "today", work.today, near),
        near=active & repository.span(Matter.next_due_on, "near", work.today, near),
        verify=active & (Matter.stage == "to_verify") & mine,
        active=active,
        mine=active & mine,
    )
    if scope not in ("mine", "all"):
        scope = "mine" if counts["mine"] else "all"
    pool = await clue_pool(work)
    more = [mine] if scope == "mine" else []
    matters = await repository.todo(work, near, *more, limit=MOST_ROWS)
    leads = "supervision_leader" in actor.roles
    return DeskView(
        kind="casework",
        figures=_figures(counts, pool),
        groups=[*await _groups(work, actor, matters, near), *await unanswered(work)],
        total=counts["mine"] if scope == "mine" else counts["active"],
        total_href=f"/matters?handler={actor.person_id}" if scope == "mine" else "/matters",
        scope=scope,
        waiting=await for_leader(work, actor) if leads else [],
        waiting_heading="待我签发、审批" if leads else "",
        pool=pool,
        trend=await _trend(work),
    )


def _figures(counts: dict[str, int], pool: Pool) -> list[Figure]:
    return [
        Figure(
            key="overdue", label="逾期未报告", value=counts["overdue"], href="/matters?view=overdue",
            tone="overdue" if counts["overdue"] else "",
        ),
        Figure(
            key="today", label="今日到期", value=counts["today"], href="/matters?view=today",
            tone="today" if counts["today"] else "",
        ),
        Figure(key="near", label="3个工作日内到期", value=counts["near"], href="/matters?due=near"),
        Figure(key="verify", label="待我核验", value=counts["verify"], href="/matters?view=verify"),
        Figure(key="clue", label="线索待受理", value=pool.waiting, href="/clues?state=new"),
        Figure(key="active", label="在办事项", value=counts["active"], href="/matters"),
    ]  # fmt: skip


async def _groups(work: Work, actor: Actor, matters: list[Matter], near: date) -> list[TodoGroup]:
    views = await _explained(work, matters)
    handled = await repository.handled(work, actor.person_id, [m.id for m in matters])
    items: dict[str, list[TodoItem]] = {key: [] for key, _, _ in GROUPS}
    for index, matter in enumerate(matters):
        due = matter.next_due_on
        assert due is not None
        key = "overdue" if due < work.today else "today" if due == work.today else "near"
        action = await _next_act(work, matter, matter.id in handled) if index < ASKED_ROWS else None
        items[key].append(await _item(work, matter, views.get(matter.id), action))
    return [TodoGroup(key=k, label=label, tone=tone, items=items[k]) for k, label, tone in GROUPS if items[k]]


async def _explained(work: Work, matters: list[Matter]) -> dict[UUID, DeadlineView]:
    """The nearest deadline of each matter with its day strip, in a handful of queries for all of them."""
    nearest = await repository.nearest(work, matters)
    taken = await repository.steps_taken(work, nearest.values())
    days = await deadlines.calendar(work)
    ladders = {k: deadlines.ladder_of(await deadlines.rulebook(work, k[0]), k[1]) for k in _ladders(nearest)}
    found = {}
    for matter_id, deadline in nearest.items():
        flags = await deadlines.flags_of(work, deadline)
        steps = ladders[deadline.rulebook_key, deadline.rule_key] if deadline.ladder else ()
        found[matter_id] = view_of(deadline, days, work.today, steps=steps, done=taken[deadline.id], flags=flags)
    return found


def _ladders(nearest: dict[UUID, Deadline]) -> set[tuple[str, str]]:
    return {(d.rulebook_key, d.rule_key) for d in nearest.values() if d.ladder}


async def _next_act(work: Work, matter: Matter, handled: bool) -> tuple[str, str] | None:
    """What the law asks for next in a matter: of its documents, else of its stage and its end (Arts. 19, 20)."""
    possible = [c for c in await registry.choices(work, matter) if c.allowed]
    late = matter.next_due_on is not None and matter.next_due_on < work.today
    follows = late and matter.stage not in AT_GOVERNMENT
    wanted = [c for c in possible if c.next] or [c for c in possible if follows and c.action in AFTER_LATE]
    if wanted:
        return wanted[0].label, wanted[0].href
    if handled and matter.stage == "to_verify":
        return "核验整改", f"/matters/{matter.id}/verify"
    if handled and matter.stage == "checking":
        return "认定问题", f"/matters/{matter.id}/findings/new"
    if matter.stage in ("urging", "opinion_served") and matter.next_due_on == work.today:
        return "催办", "/deadlines?due=today"
    return None


async def _item(work: Work, matter: Matter, view: DeadlineView | None, action: tuple[str, str] | None) -> TodoItem:
    tree = await directory(work)
    due = matter.next_due_on
    stage = STAGES[matter.stage]
    href = f"/matters/{matter.id}"
    label, target = action or ("查看事项", href)
    return TodoItem(
        id=matter.id,
        title=matter.title,
        href=href,
        organ=tree.short(matter.supervised_id) if matter.supervised_id in tree.organs else matter.supervised_name,
        number=matter.number or "",
        stage=LOOKS[stage.tone],
        stage_label=stage.label,
        due_on=due,
        date_text=f"{format_short(due, work.today)} {weekday(due)}" if due else "",
        chip=view.chip if view else chip_for(due, work.today, await deadlines.calendar(work)) if due else None,
        deadline=view,
        action=label,
        action_href=target,
        asked=action is not None,
    )


async def clue_pool(work: Work) -> Pool:
    """What waits in the pool, by source, with those that wait beyond the time to accept them."""
    book = await deadlines.rulebook(work)
    where = clue_queries.pool(work, work.organ_id)
    bars = await clue_queries.count_open_by_source(work, where)
    late, first = await clue_queries.overdue_new(work, where)
    unfinished = await clue_queries.count_by_state(work, where & (Clue.next_due_on < work.today))
    names = {s.key: s.name for s in book.clue_sources} | SHORT_SOURCES
    return Pool(
        waiting=sum(count for _, count in bars),
        bars=[
            Bar(label=names.get(source, source), value=count, href=f"/clues?state=new&source={source}")
            for source, count in bars
        ],
        late=late,
        first_on=local_date(first) if first else None,
        unfinished=unfinished.get("accepted", 0),
    )


async def _trend(work: Work) -> Trend:
    first = work.today.replace(day=1)
    months = [first]
    while len(months) < MONTHS:
        months.insert(0, (months[0] - timedelta(days=1)).replace(day=1))
    opened, closed = await repository.by_month(work, months[0])
    keys = [f"{m:%Y-%m}" for m in months]
    ups, downs = [opened.get(k, 0) for k in keys], [closed.get(k, 0) for k in keys]
    return Trend(
        labels=[f"{m.month}月" for m in months],
        opened=ups,
        closed=downs,
        sentence=f"近{MONTHS}个月立项 {sum(ups)} 件，结项 {sum(downs)} 件。",
    )

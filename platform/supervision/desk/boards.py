"""Desks of those who decide, who are supervised, and who assist (Arts. 4, 5, 19, 20)."""

from __future__ import annotations

from kernel.clock import local_date
from kernel.wording import format_short, weekday
from kernel.work import Actor, Work
from kernel.workdays import WorkCalendar
from supervision.clues import repository as clue_queries
from supervision.clues.models import Clue
from supervision.clues.rules import STATES
from supervision.deadlines import service as deadlines
from supervision.deadlines.rules import chip_for
from supervision.desk import repository
from supervision.desk.casework import LOOKS, near_until
from supervision.desk.questions import asked
from supervision.desk.views import DeskView, Figure, TodoGroup, TodoItem
from supervision.desk.waiting import for_government, for_head
from supervision.instruments.models import Delivery
from supervision.instruments.standing import deadline_view
from supervision.matters import service as matters
from supervision.matters.listing import MatterFilter
from supervision.matters.views import MatterRow
from tenants.organs.directory import directory

MOST_ROWS = 40
ASSISTED = MatterFilter(view="active")
"""Of a judicial office the list shows those in which it assists."""
CLUE_LOOKS = {
    "new": "waiting",
    "accepted": "checking",
    "in_matter": "urging",
    "passed_on": "gone",
    "merged": "gone",
    "dismissed": "gone",
    "answered": "closed",
}


async def government_desk(work: Work, actor: Actor) -> DeskView:
    """What waits for the government's decision, and what its supervision body has in hand."""
    tree = await directory(work)
    body = tree.supervision_body_of(work.organ_id)
    counts = await repository.count_government(work)
    live, late = await repository.count_body_matters(work, body, work.today) if body else (0, 0)
    executing = sum(counts.get(f"decision_{s}", 0) for s in ("decided", "issued", "served"))
    figures = [
        Figure(
            key="report", label="待我决定", value=counts.get("reported", 0), href="/reports?state=reported",
            tone="today" if counts.get("reported") else "",
        ),
        Figure(key="returned", label="已退回补充", value=counts.get("returned", 0), href="/reports?state=returned"),
        Figure(key="executing", label="决定执行中", value=executing, href="/decisions"),
        Figure(
            key="not_executed", label="未执行", value=counts.get("decision_not_executed", 0), href="/decisions",
            tone="overdue" if counts.get("decision_not_executed") else "",
        ),
        Figure(
            key="overdue", label="本级逾期事项", value=late, href="/matters?view=overdue&reach=all",
            tone="overdue" if late else "",
        ),
        Figure(key="active", label="本级在办事项", value=live, href="/matters?reach=all"),
    ]  # fmt: skip
    return DeskView(
        kind="government",
        figures=figures,
        groups=[],
        heading="",
        waiting=await for_government(work, actor),
        waiting_heading="待我决定",
    )


async def supervised_desk(work: Work, actor: Actor) -> DeskView:
    """What was served to the organ, by its end; for the head also the reports that wait to be settled."""
    days = await deadlines.calendar(work)
    near = near_until(days, work.today)
    served = (Delivery.state == "served") & (Delivery.role == "main")
    counts = await repository.count_deliveries(
        work,
        sent=Delivery.state == "sent",
        served=served,
        overdue=served & repository.span(Delivery.due_on, "overdue", work.today, near),
        today=served & repository.span(Delivery.due_on, "today", work.today, near),
        near=served & repository.span(Delivery.due_on, "near", work.today, near),
        answered=Delivery.state == "answered",
    )
    figures = [
        Figure(
            key="overdue", label="逾期未报告", value=counts["overdue"], href="/inbox?due=overdue",
            tone="overdue" if counts["overdue"] else "",
        ),
        Figure(
            key="today", label="今日到期", value=counts["today"], href="/inbox?due=today",
            tone="today" if counts["today"] else "",
        ),
        Figure(key="near", label="3个工作日内到期", value=counts["near"], href="/inbox?due=near"),
        Figure(key="sent", label="待签收", value=counts["sent"], href="/inbox?state=sent"),
        Figure(key="served", label="待书面报告", value=counts["served"], href="/inbox?state=served"),
        Figure(key="answered", label="已报告待审核", value=counts["answered"], href="/inbox?state=answered"),
    ]  # fmt: skip
    questions = await asked(work)
    return DeskView(
        kind="supervised",
        figures=figures,
        groups=[*questions, *await received_groups(work)],
        heading="收到的询问和文书" if questions else "收到的文书",
        total=counts["sent"] + counts["served"],
        total_href="/inbox",
        waiting=await for_head(work, actor) if "organ_head" in actor.roles else [],
        waiting_heading="待我审定" if "organ_head" in actor.roles else "",
    )


async def received_groups(work: Work) -> list[TodoGroup]:
    """Documents to open or to answer: unopened, overdue, today, near, later."""
    tree, days = await directory(work), await deadlines.calendar(work)
    near = near_until(days, work.today)
    labels = {
        "overdue": ("逾期", "overdue"),
        "today": ("今日到期", "today"),
        "sent": ("待签收", ""),
        "near": ("3个工作日内", ""),
        "far": ("其余期限", ""),
    }
    items: dict[str, list[TodoItem]] = {key: [] for key in labels}
    for delivery in await repository.received(work, MOST_ROWS):
        due = delivery.due_on
        if delivery.state == "sent" or due is None:
            key = "sent"
        else:
            key = "overdue" if due < work.today else "today" if due == work.today else "near" if due <= near else "far"
        items[key].append(_delivery_item(work, delivery, days, tree.short(delivery.organ_id)))
    return [TodoGroup(key=k, label=v[0], tone=v[1], items=items[k]) for k, v in labels.items() if items[k]]


def _about(delivery: Delivery) -> str:
    """What the document asks for first, as the document itself says it."""
    lines = [str(line.get("finding_title", "")) for line in delivery.requirements]
    if not lines or not lines[0]:
        return f"《{delivery.title}》"
    return f"{lines[0]} 等 {len(lines)} 项" if len(lines) > 1 else lines[0]


def _delivery_item(work: Work, delivery: Delivery, days: WorkCalendar, issuer: str) -> TodoItem:
    due = delivery.due_on
    sent = delivery.state == "sent"
    return TodoItem(
        id=delivery.id,
        title=_about(delivery),
        href=f"/inbox/{delivery.id}",
        organ=f"{issuer}《{delivery.title}》",
        number=delivery.number,
        stage="waiting" if sent else "urging",
        stage_label="待签收" if sent else "待书面报告",
        due_on=due,
        date_text=f"{format_short(due, work.today)} {weekday(due)}" if due else "",
        chip=chip_for(due, work.today, days) if due else None,
        deadline=deadline_view(delivery, days, work.today),
        action="签收文书" if sent else "书面报告",
        action_href=f"/inbox/{delivery.id}",
        asked=True,
    )


async def office_desk(work: Work) -> DeskView:
    """The matters in which a judicial office assists, and what it registered for its county (Art. 5)."""
    where = clue_queries.pool(work, work.organ_id, origin=True)
    counts = await clue_queries.count_by_state(work, where)
    month = await clue_queries.count_by_state(work, where & (Clue.received_at >= repository.month_start(work.today)))
    figures = [
        Figure(key="new", label="待受理", value=counts.get("new", 0), href="/clues?state=new"),
        Figure(key="accepted", label="办理中", value=counts.get("accepted", 0), href="/clues?state=accepted"),
        Figure(key="in_matter", label="已立为事项", value=counts.get("in_matter", 0), href="/clues?state=in_matter"),
        Figure(key="answered", label="已答复", value=counts.get("answered", 0), href="/clues?state=answered"),
        Figure(key="month", label="本月登记", value=sum(month.values()), href="/clues"),
        Figure(key="assisted", label="协助办理的事项", value=await matters.count(work, ASSISTED), href="/matters"),
    ]
    rows, _, _ = await clue_queries.page(work, [where], by_due=False, after="", before="", limit=10)
    items = [_clue_item(work, clue) for clue in rows]
    groups = [TodoGroup(key="clues", label="最近登记", tone="", items=items)] if items else []
    assisted = (await matters.list_matters(work, ASSISTED, limit=10)).items
    if assisted:
        found = [_assisted_item(row) for row in assisted]
        groups.insert(0, TodoGroup(key="assisted", label="协助办理的事项", tone="", items=found))
    return DeskView(
        kind="office",
        figures=figures,
        groups=groups,
        heading="协助事项和登记的线索",
        total=sum(counts.values()),
        total_href="/clues",
    )


def _assisted_item(row: MatterRow) -> TodoItem:
    return TodoItem(
        id=row.id,
        title=row.title,
        href=f"/matters/{row.id}",
        organ=row.supervised_name,
        number=row.number or "",
        stage=LOOKS[row.stage_tone],
        stage_label=row.stage_label,
        due_on=row.due_on,
        date_text=row.due_text,
        chip=row.chip,
        deadline=None,
        action="协助办理",
        action_href=f"/matters/{row.id}",
    )


def _clue_item(work: Work, clue: Clue) -> TodoItem:
    return TodoItem(
        id=clue.id,
        title=clue.title,
        href=f"/clues/{clue.id}",
        organ=clue.subject_name or "尚不清楚",
        number=clue.number,
        stage=CLUE_LOOKS[clue.state],
        stage_label=STATES[clue.state],
        due_on=None,
        date_text=f"{format_short(local_date(clue.received_at), work.today)}登记",
        chip=None,
        deadline=None,
        action="查看进展",
        action_href=f"/clues/{clue.id}",
    )

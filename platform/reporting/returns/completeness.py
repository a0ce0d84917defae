"""Who has reported and who has not: the board of a body, urging, reminders, what rises (Art. 11(5), (7))."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from kernel.errors import NotFound
from kernel.wording import format_due
from kernel.work import Work
from reporting.returns import circulars, forms, opening, periods, repository
from reporting.returns.forms import Form
from reporting.returns.models import StatisticalReturn
from reporting.returns.periods import Period
from reporting.returns.receiving import title_of
from reporting.returns.rules import REMINDERS, STATES, rate, reminders_due
from reporting.returns.views import Board, BoardRow, LowerBoard, Reported, Tally
from supervision.deadlines import notices
from supervision.deadlines import service as deadlines
from tenants.access import Target, authorize, consider
from tenants.organs.directory import Directory, directory

REMIND_JOB = "remind_returns_below"
URGE_ARTICLE = "11(7)"
AHEAD = timedelta(days=14)
"""Calendar days within which three working days lie, whatever the holidays."""
MOST = 500


def named(form_key: str, period_key: str, work: Work) -> tuple[Form, Period]:
    """The form and period that an address names. Raises NotFound."""
    try:
        form, period = forms.current(form_key, work.today), periods.parse(period_key)
    except (KeyError, ValueError):
        raise NotFound from None
    if period.kind != form.header.period:
        raise NotFound
    return form, period


def body_of(tree: Directory, organ_id: UUID) -> UUID:
    """The supervision body whose board an organ reads: its own, or that of the government it is. Raises NotFound."""
    if tree.get(organ_id).is_supervision_body:
        return organ_id
    body = tree.supervision_body_of(organ_id) if tree.government_of(organ_id) == organ_id else None
    if body is None:
        raise NotFound
    return body


async def board(work: Work, form_key: str, period_key: str, body_id: UUID | None = None) -> Board:
    """The board of the reader's own body, or of one below it. Raises Denied, NotFound."""
    await authorize(work, "return", "board", Target(owner_id=work.organ_id))
    form, period = named(form_key, period_key, work)
    tree = await directory(work)
    own = body_of(tree, work.organ_id)
    body = body_id or own
    if body != own and own not in opening.readers_of(tree, opening.receiver_of(tree, body)):
        raise NotFound
    due = await opening.due_of(work, form, period, body)
    rows = await _rows(work, tree, form, period, body)
    verdict, _ = await consider(work, "return", "urge", Target(owner_id=work.organ_id))
    return Board(
        form=form.key,
        name=form.header.name,
        period=period.key,
        period_label=period.label,
        body_id=body,
        body=tree.name(body),
        due_on=due.on,
        due_sentence=due.sentence,
        tally=tally_of(rows),
        rows=rows,
        lower=await _lower(work, tree, form, period, body),
        circular=await circulars.of_period(work, form, period) if body == work.organ_id else None,
        may_urge=verdict.allowed and body == work.organ_id,
    )


async def _rows(work: Work, tree: Directory, form: Form, period: Period, body: UUID) -> list[BoardRow]:
    heads = {h.organ_id: h for h in await repository.below(work, body, form.key, period.key)}
    return await rows_of(work, tree, heads, [*opening.reporters(tree, form, body), *heads])


async def rows_of(
    work: Work, tree: Directory, heads: Mapping[UUID, StatisticalReturn], organs: Sequence[UUID]
) -> list[BoardRow]:
    """One row for each organ, in their order, with how far its return is."""
    days = await deadlines.calendar(work)
    found = []
    for organ_id in dict.fromkeys(organs):
        head = heads.get(organ_id)
        overdue = 0
        if head is not None and not head.version and head.due_on < work.today:
            overdue = max(1, days.workdays_between(head.due_on, work.today))
        found.append(_row(tree, organ_id, head, overdue))
    return found


def _row(tree: Directory, organ_id: UUID, head: StatisticalReturn | None, overdue: int) -> BoardRow:
    return BoardRow(
        organ_id=organ_id,
        organ=tree.short(organ_id),
        return_id=head.id if head else None,
        state=head.state if head else "",
        state_label=STATES[head.state] if head else "未开表",
        submitted_on=head.first_submitted_on if head else None,
        late=bool(head and head.late),
        overdue_workdays=overdue,
        version=head.version if head else 0,
        accepted_version=head.accepted_version if head else 0,
        sent_back_count=head.sent_back_count if head else 0,
        stale=bool(head and head.stale),
    )


def tally_of(rows: Sequence[BoardRow]) -> Tally:
    """Completeness: reported of those that owe. Timeliness: first handed in by the due day, of the same."""
    expected = len(rows)
    reported = sum(row.version > 0 for row in rows)
    late = sum(row.late for row in rows)
    return Tally(
        expected=expected,
        reported=reported,
        on_time=reported - late,
        late=late,
        accepted=sum(row.accepted_version > 0 for row in rows),
        completeness=rate(reported, expected),
        timeliness=rate(reported - late, expected),
    )


async def _lower(work: Work, tree: Directory, form: Form, period: Period, body: UUID) -> list[LowerBoard]:
    below = [o for o in opening.reporters(tree, form, body) if tree.get(o).is_supervision_body]
    found = []
    for organ_id in below:
        rows = await _rows(work, tree, form, period, organ_id)
        found.append(LowerBoard(body_id=organ_id, body=tree.short(organ_id), tally=tally_of(rows)))
    return found


async def reported(work: Work, body_id: UUID, form_key: str = "supervision_quarterly") -> Reported:
    """How complete the returns of the last span of a form are: of the organs that report to a body, and of those that
    report to the bodies below it. What the work's organ does not see counts as not reported; whether it may know at
    all is for the caller to ask."""
    tree = await directory(work)
    form = forms.current(form_key, work.today)
    period = periods.ended(form.header.period, work.today)
    own = await _rows(work, tree, form, period, body_id)
    lower = await _lower(work, tree, form, period, body_id)
    tallies = [tally_of(own), *(board.tally for board in lower)]
    expected, given = sum(t.expected for t in tallies), sum(t.reported for t in tallies)
    return Reported(
        form=form.key,
        name=form.header.short_name,
        period=period.key,
        period_label=period.label,
        expected=expected,
        reported=given,
        on_time=sum(t.on_time for t in tallies),
        completeness=rate(given, expected),
        own=tallies[0],
        lower=lower,
    )


async def urge(work: Work, form_key: str, period_key: str) -> int:
    """催报: tell every organ below that has not handed in, each at most once a day. Returns how many were told."""
    await authorize(work, "return", "urge", Target(owner_id=work.organ_id))
    form, period = named(form_key, period_key, work)
    body = work.organ_id
    told = 0
    mark = f"urge:{work.today}"
    name = (await directory(work)).name(body)
    for seen in await repository.below(work, body, form.key, period.key):
        if seen.version:
            continue
        async with work.acting_as(seen.organ_id):
            head = await repository.lock(work, seen.id)
            if head is None or head.version or mark in head.reminded:
                continue
            head.reminded = [*head.reminded, mark]
            await _tell(work, head, ("contact", "legal_officer", "organ_head"), f"{name}催报{title_of(head)}")
            told += 1
    title = f"催报《{form.header.name}》（{period.label}）{told} 个单位"
    work.record("urge", "return", None, title=title, article=URGE_ARTICLE, detail={"told": told})
    await work.session.flush()
    return told


async def remind_all(work: Work) -> int:
    """One job for each supervision body: reminders of what is due or overdue below it. Returns their number."""
    tree = await directory(work)
    bodies = [o.id for o in tree.organs.values() if o.is_supervision_body and tree.facts[o.id].alive_on(tree.on)]
    for body in bodies:
        work.enqueue(REMIND_JOB, {"body_id": str(body)})
    return len(bodies)


async def remind_below(work: Work, body_id: UUID) -> list[str]:
    """Take the reminders whose day has come, each once for each return; draft the circular when organs are long
    overdue. The steps taken, for the log."""
    tree = await directory(work)
    async with work.acting_as(body_id):
        owed = await repository.owed_to(work, body_id, work.today + AHEAD, MOST)
        if opening.receiver_of(tree, body_id) is None:
            owed += await repository.owed_at_top(work, work.today + AHEAD)
    taken: list[str] = []
    overdue: dict[tuple[str, str], list[StatisticalReturn]] = {}
    for seen in owed:
        async with work.acting_as(seen.organ_id):
            steps = await _remind(work, seen.id)
        taken += steps
        if "escalate" in steps and seen.receiver_id == body_id:
            overdue.setdefault((seen.form_key, seen.period), []).append(seen)
    for (form_key, period), heads in overdue.items():
        await _escalate(work, tree, heads)
        async with work.acting_as(body_id):
            await circulars.draft(work, form_key, period)
    await work.session.flush()
    return taken


async def _remind(work: Work, return_id: UUID) -> list[str]:
    """The steps that are due, in the tenancy of the organ; marked under the lock, so that none is taken twice."""
    head = await repository.lock(work, return_id)
    if head is None or head.version:
        return []
    days = await deadlines.calendar(work)
    due = reminders_due(head.due_on, work.today, days, frozenset(head.reminded))
    known = {step: (what, roles) for step, _, what, roles in REMINDERS}
    for step in due:
        what, roles = known[step]
        if roles:
            words = "已逾期" if head.due_on < work.today else f"{format_due(head.due_on)}到期"
            kind = "overdue" if head.due_on < work.today else "reminder"
            await _tell(work, head, roles, f"{title_of(head)}{words}，请尽快报送", kind)
        work.record("remind", "return", head.id, title=what, article=opening.ARTICLE, thread_id=head.id)
    if due:
        head.reminded = [*head.reminded, *due]
    return due


async def _escalate(work: Work, tree: Directory, heads: Sequence[StatisticalReturn]) -> None:
    """Tell the receiver's leader, and the supervision body one level above the receiver: one line for all organs of
    one form and period that have come so far."""
    first = heads[0]
    assert first.receiver_id is not None
    who = first.organ_name if len(heads) == 1 else f"{first.organ_name}等 {len(heads)} 个单位"
    for organ_id in (first.receiver_id, tree.upper_supervision_body(first.receiver_id)):
        if organ_id is not None:
            await notices.notify(
                work,
                organ_id,
                roles=("supervision_leader",),
                kind="escalation",
                title=f"{who}逾期未报送{title_of(first)}",
                link=f"/returns/board/{first.form_key}/{first.period}?body={first.receiver_id}",
                article=opening.ARTICLE,
                due_on=first.due_on,
            )


async def _tell(work: Work, head: StatisticalReturn, roles: Sequence[str], title: str, kind: str = "reminder") -> None:
    await notices.notify(
        work,
        head.organ_id,
        roles=roles,
        kind=kind,
        title=title,
        link=f"/returns/{head.id}",
        article=opening.ARTICLE,
        due_on=head.due_on,
    )

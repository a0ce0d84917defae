"""Who owes which return to whom and by when, and the returns of a period that is over (Arts. 5, 11(5), 12)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from uuid import UUID

from kernel.errors import NotFound
from kernel.wording import format_due
from kernel.work import Work
from policy.entries import UNIT_LABELS
from reporting.figures.rules import above as above_of
from reporting.returns import drawing, forms, periods, repository
from reporting.returns.forms import Form
from reporting.returns.models import StatisticalReturn
from reporting.returns.periods import Period
from reporting.returns.rules import MACHINE
from supervision.deadlines import notices
from supervision.deadlines import service as deadlines
from supervision.deadlines.rules import Term, compute
from tenants.access import Target, authorize
from tenants.organs.directory import Directory, directory

ARTICLE = "11(5)"
OPEN_JOB = "open_returns_below"
YEARS_BACK = 3


@dataclass(frozen=True, slots=True)
class Due:
    """The last day for handing in, and why it is this day."""

    on: date
    provisional: bool
    sentence: str
    article: str
    term: Term | None
    """The length from the period's last day; None for a fixed day of the year."""


async def due_of(work: Work, form: Form, period: Period, receiver_id: UUID | None = None) -> Due:
    """The due day of a form and period: working days after the period, or a day of the next year.

    The rule book is the receiver's: nobody sets the day on which he himself has to report.
    """
    async with work.acting_as(receiver_id or work.organ_id):
        book = await deadlines.rulebook(work)
    days = await deadlines.calendar(work)
    head = form.header
    if head.due_day or (head.due_day_last_quarter and period.kind == "quarter" and period.number == 4):
        day = book.due_day(head.due_day or "annual_statistics")
        on = date(period.year + 1, day.month, day.day)
        sentence = f"规则规定“{day.name}”于次年{day.month}月{day.day}日以前报送，即{format_due(on)}。"
        return Due(on, False, sentence, day.article, None)
    rule = book.deadline(head.due)
    term = Term(rule.amount, rule.unit, rule.key, rule.source, rule.article)
    end = compute(period.last, term, days)
    source = "本单位规则" if rule.source == "tenant" else "规则默认值"
    sentence = (
        f"{period.label}于{format_due(period.last)}终了，次日起算 {rule.amount} {UNIT_LABELS[rule.unit]}，"
        f"至{format_due(end.due)}期满（{source}）。"
    )
    return Due(end.due, end.provisional, sentence, rule.article, term)


def receiver_of(tree: Directory, organ_id: UUID) -> UUID | None:
    """The supervision body to which an organ reports: that of its own level, of a supervision body the one above."""
    if tree.get(organ_id).is_supervision_body:
        return tree.upper_supervision_body(organ_id)
    return level_body(tree, organ_id)


def level_body(tree: Directory, organ_id: UUID) -> UUID | None:
    """The justice department on the organ's own level; of a body led from above, that of the smallest area in which it
    lies (Arts. 2(3), 12). None without one."""
    government = tree.government_of(organ_id)
    areas = [area.id for area in tree.supervision.register.areas(tree.facts[organ_id])]
    own = [government] if government is not None else []
    order = [*areas, *own] if tree.facts[organ_id].is_upper_led else [*own, *areas]
    return next((body for g in order if (body := tree.supervision_body_of(g)) is not None), None)


def readers_of(tree: Directory, receiver_id: UUID | None) -> list[UUID]:
    """The bodies that a return goes up to, level by level, and their governments."""
    found: list[UUID] = []
    while receiver_id is not None and receiver_id not in found:
        found.append(receiver_id)
        government = tree.government_of(receiver_id)
        if government is not None:
            found.append(government)
        receiver_id = tree.upper_supervision_body(receiver_id)
    return found


def reports(tree: Directory, form: Form, organ_id: UUID) -> bool:
    """Whether an organ owes a form. Bodies of a department and entrusted organisations are counted with the organ in
    whose name they act, governments through their justice department."""
    return tree.facts[organ_id].alive_on(tree.on) and tree.organ_class(organ_id) in form.header.fillers


def reporters(tree: Directory, form: Form, receiver_id: UUID) -> list[UUID]:
    """The organs that owe a form to a supervision body, in the order of the tree."""
    found = [o for o in tree.organs.values() if reports(tree, form, o.id) and receiver_of(tree, o.id) == receiver_id]
    return [o.id for o in sorted(found, key=lambda o: (not o.is_supervision_body, o.sort_key or o.key))]


def counted_with(tree: Directory, organ_id: UUID, period: Period) -> list[UUID]:
    """The organ and those whose records stand in its return, because no form asks them for one: the government of a
    supervision body, bodies and entrusted organisations of a department, and what ended within the period with the
    organ as its heir. One that ended later reports the period itself."""
    others = (
        key
        for key, facts in tree.facts.items()
        if key != organ_id and (facts.valid_to is None or facts.valid_to <= period.last)
    )
    return [organ_id, *(key for key in others if _answers_for(tree, key) == organ_id)]


def _answers_for(tree: Directory, organ_id: UUID) -> UUID | None:
    """Who reports what an organ did: itself, the supervision body of a government, the heir, the organ above."""
    register, fillers = tree.supervision.register, _fillers()
    at: UUID | None = organ_id
    seen: set[UUID] = set()
    while at is not None and at not in seen:
        seen.add(at)
        facts = tree.facts[at]
        alive = facts.alive_on(tree.on)
        if alive and tree.organ_class(at) in fillers:
            return at
        if alive and facts.kind == "government":
            body = tree.supervision_body_of(at)
            if body is not None:
                return body
        above = above_of(register, facts)
        at = above.id if above else None
    return None


@cache
def _fillers() -> frozenset[str]:
    """The classes of organs that some form asks for a return."""
    return frozenset(name for form in forms.shipped().values() for name in form.header.fillers)


def has_below(tree: Directory, organ_id: UUID) -> bool:
    """Whether others report to an organ, so that its return has a column of the level below."""
    return tree.get(organ_id).is_supervision_body


async def open_all(work: Work) -> int:
    """Have the returns of every period that is over opened, one job for each supervision body. Returns their number."""
    tree = await directory(work)
    bodies = [o.id for o in tree.organs.values() if o.is_supervision_body and tree.facts[o.id].alive_on(tree.on)]
    for body in bodies:
        work.enqueue(OPEN_JOB, {"body_id": str(body)})
    return len(bodies)


async def open_below(work: Work, body_id: UUID) -> int:
    """Open what the organs below one supervision body, and the body itself at the top, owe for the latest periods.

    Does nothing for what is open already, or was due before the product was there to open it. Returns the number
    opened."""
    tree = await directory(work)
    opened = 0
    for key in forms.known():
        form = forms.current(key, work.today)
        period = periods.ended(form.header.period, work.today)
        due = await due_of(work, form, period, body_id)
        if due.on < work.today:
            continue
        organs = reporters(tree, form, body_id)
        if receiver_of(tree, body_id) is None:
            organs.append(body_id)
        async with work.acting_as(body_id):
            there = await repository.opened(work, key, period.key, organs)
        for organ_id in organs:
            if organ_id not in there:
                async with work.acting_as(organ_id):
                    opened += await _open(work, tree, form, period, due) is not None
    return opened


async def open_return(work: Work, form_key: str, period_key: str) -> StatisticalReturn:
    """Open a return of the work's own organ, or the one that is open already. Raises NotFound for a form or period
    that there is none of, or one that the organ does not owe; Denied."""
    await authorize(work, "return", "fill", Target(owner_id=work.organ_id))
    tree = await directory(work)
    try:
        form, period = forms.current(form_key, work.today), periods.parse(period_key)
    except (KeyError, ValueError):
        raise NotFound from None
    if period.kind != form.header.period or not reports(tree, form, work.organ_id) or not _open_on(period, work.today):
        raise NotFound
    found = await repository.find(work, work.organ_id, form_key, period_key)
    if found is None:
        due = await due_of(work, form, period, receiver_of(tree, work.organ_id))
        await _open(work, tree, form, period, due)
        found = await repository.find(work, work.organ_id, form_key, period_key)
    assert found is not None
    return found


def _open_on(period: Period, today: date) -> bool:
    """Whether figures of a period can be filled in: it has begun, and is not years ago."""
    return period.first <= today and period.year >= today.year - YEARS_BACK


async def _open(work: Work, tree: Directory, form: Form, period: Period, due: Due) -> UUID | None:
    """The head and the empty sheet, in the tenancy of the organ that owes it; None when it was there."""
    receiver = receiver_of(tree, work.organ_id)
    made = await repository.add_head(
        work,
        form_key=form.key,
        form_version=form.version,
        period=period.key,
        organ_name=tree.name(work.organ_id),
        organ_class=tree.organ_class(work.organ_id),
        receiver_id=receiver,
        readers=readers_of(tree, receiver),
        due_on=due.on,
        provisional=due.provisional,
        state=MACHINE.initial,
    )
    if made is None:
        return None
    sheet = repository.add_sheet(work, made, below=has_below(tree, work.organ_id))
    await drawing.draw(work, form, period, sheet)
    title = f"《{form.header.name}》（{period.label}）"
    work.record("open", "return", made, title=f"开始填报{title}", article=form.header.article, thread_id=made)
    await notices.notify(
        work,
        work.organ_id,
        roles=("contact", "legal_officer", "supervisor"),
        kind="reminder",
        title=f"请填报{title}，{format_due(due.on)}前报送",
        link=f"/returns/{made}",
        article=form.header.article,
        due_on=due.on,
    )
    return made

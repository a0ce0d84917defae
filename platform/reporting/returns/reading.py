"""Returns as their readers see them: the working copy for the organ itself, handed-in versions for the levels above."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from kernel.errors import Invalid, NotFound
from kernel.work import Work
from policy.vocabulary import label as act_label
from reporting.returns import checks, drawing, filling, forms, opening, periods, repository, showing
from reporting.returns.checks import Before, Finding
from reporting.returns.filling import Case
from reporting.returns.forms import Form
from reporting.returns.models import ReturnVersion, StatisticalReturn
from reporting.returns.opening import Due
from reporting.returns.periods import Period
from reporting.returns.rules import ARTICLE, MACHINE, WRITABLE, Facts
from reporting.returns.sheet import Sheet, numbers_of, parts_of, unpacked
from reporting.returns.views import ReturnActView, ReturnRow, ReturnView
from supervision.deadlines import service as deadlines
from supervision.deadlines.rules import DeadlineFacts, Term, strip_of
from supervision.deadlines.strip import DayCell
from supervision.matters.views import Page
from tenants.access import Target, authorize, consider, relations
from tenants.organs.directory import directory

OWN_ACTS = frozenset({"fill", "validate", "return_draft", "approve", "submit", "revise"})


async def target_of(work: Work, organ_id: UUID) -> Target:
    """How the reader stands to an organ's return: as its own, as the level that supervises it, or from further up."""
    tree = await directory(work)
    supervised = Target(supervised_id=organ_id)
    if organ_id != work.organ_id and relations(tree, work.organ_id, supervised) != ["none"]:
        return supervised
    return Target(owner_id=organ_id)


async def readable(work: Work, return_id: UUID) -> StatisticalReturn:
    """A return that the reader may see. Raises NotFound, Denied."""
    head = await repository.get(work, return_id)
    if head is None:
        raise NotFound
    await authorize(work, "return", "read", await target_of(work, head.organ_id))
    return head


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page shows: a sheet, which version it is (None: the working copy), and what was reported before."""

    head: StatisticalReturn
    form: Form
    period: Period
    sheet: Sheet
    version: ReturnVersion | None
    before: Before


async def shown(work: Work, return_id: UUID, number: int | None = None) -> Shown:
    """The working copy of an own return, or the version `number` (for others: the newest). Raises NotFound where
    nothing was handed in yet and the reader is not its organ."""
    head = await readable(work, return_id)
    form, period = forms.form_of(head.form_key, head.form_version), periods.parse(head.period)
    before = await _before(work, head, form, period)
    if number is None and head.organ_id == work.organ_id:
        row = await repository.sheet(work, head.id)
        assert row is not None
        return Shown(head, form, period, drawing.sheet_of(form, row), None, before)
    version = await repository.version(work, head.id, number or head.version)
    if version is None:
        if number is not None:
            raise NotFound
        return Shown(head, form, period, Sheet(form, {}), None, before)
    return Shown(head, form, period, sheet_of_version(form, version), version, before)


def sheet_of_version(form: Form, version: ReturnVersion) -> Sheet:
    """A frozen version as numbers."""
    return Sheet(form, unpacked(version.cells), dict(version.notes), parts_of(version.parts), list(version.missing))


async def _before(work: Work, head: StatisticalReturn, form: Form, period: Period) -> Before:
    found = []
    for other in (period.last_year, period.previous):
        version = await repository.latest(work, head.organ_id, form.key, other.key)
        found.append(numbers_of(form, version.totals) if version else {})
    return Before(found[0], found[1])


async def mine(work: Work, *, view: str = "open", after: str = "", limit: int = 50) -> Page[ReturnRow]:
    """The returns of the reader's own organ: `open` (still to do), `done` or `all`; latest due day first."""
    await authorize(work, "return", "list", Target(owner_id=work.organ_id))
    finished = {"open": False, "done": True, "all": None}.get(view)
    if view not in ("open", "done", "all"):
        raise Invalid("请选择待办、已报送或者全部。", field="view")
    rows = await repository.mine(work, finished=finished, after=_place(after), limit=limit + 1)
    return await _page(work, rows, limit)


async def received(work: Work, *, after: str = "", limit: int = 50) -> Page[ReturnRow]:
    """What was handed in to the reader's organ and waits to be accepted or sent back, earliest due day first."""
    await authorize(work, "return", "board", Target(owner_id=work.organ_id))
    rows = await repository.waiting(work, after=_place(after), limit=limit + 1)
    return await _page(work, rows, limit)


def _place(after: str) -> tuple[date, UUID] | None:
    if not after:
        return None
    day, _, record = after.partition("~")
    try:
        return date.fromisoformat(day), UUID(record)
    except ValueError:
        raise Invalid("翻页标识无效，请从第一页开始。", field="after") from None


async def _page(work: Work, rows: Sequence[StatisticalReturn], limit: int) -> Page[ReturnRow]:
    days = await deadlines.calendar(work)
    items = [showing.row_of(head, work.today, days) for head in rows[:limit]]
    last = rows[limit - 1] if len(rows) > limit else None
    return Page(items, f"{last.due_on.isoformat()}~{last.id}" if last else None)


async def view(work: Work, return_id: UUID, number: int | None = None) -> ReturnView:
    """A return with everything that its page shows. Raises NotFound, Denied."""
    seen = await shown(work, return_id, number)
    found = checks.findings(seen.sheet, seen.before) if seen.version is None and seen.sheet.cells else []
    versions = await repository.versions(work, seen.head.id)
    own = seen.head.organ_id == work.organ_id
    due = await opening.due_of(work, seen.form, seen.period, seen.head.receiver_id)
    tree = await directory(work)
    return showing.view_of(
        seen,
        found,
        versions,
        tree=tree,
        days=await deadlines.calendar(work),
        today=work.today,
        due=due,
        strip=await _strip(work, seen, due),
        acts=await _acts(work, seen, found) if number is None else [],
        own=own,
        writable=own and seen.version is None and seen.head.state in WRITABLE and await _may_fill(work, seen),
        current=await _current(work, seen),
    )


async def _may_fill(work: Work, seen: Shown) -> bool:
    verdict, _ = await consider(work, "return", "fill", Target(owner_id=seen.head.organ_id))
    return verdict.allowed


async def _current(work: Work, seen: Shown) -> set[tuple[str, int]]:
    """(lower return, version) in force now, as far as the reader sees them."""
    if not seen.sheet.parts:
        return set()
    heads = await repository.below(work, seen.head.organ_id, seen.form.key, seen.head.period)
    return {(str(h.id), h.accepted_version) for h in heads}


async def _strip(work: Work, seen: Shown, due: Due) -> list[DayCell]:
    """The days from the end of the period to the due day; empty for a fixed day of the year."""
    if due.term is None or seen.head.version:
        return []
    return strip_of(_facts(seen, due.term), work.today, await deadlines.calendar(work))


def _facts(seen: Shown, term: Term) -> DeadlineFacts:
    return DeadlineFacts(
        start=seen.period.last,
        start_event="统计期间终了",
        term=term,
        due=seen.head.due_on,
        calendar_version="",
        provisional=seen.head.provisional,
        act="报送",
    )


async def _acts(work: Work, seen: Shown, found: Sequence[Finding]) -> list[ReturnActView]:
    """What the reader can do with the return now, by policy and by its state, the next lawful step first."""
    head = seen.head
    own = head.organ_id == work.organ_id
    facts = Facts(
        blocking=sum(f.blocks for f in found),
        top=head.receiver_id is None,
        over=seen.period.last < work.today,
        stale=own and await _behind(work, head),
        submitted=head.state == "submitted",
    )
    drafters = frozenset({head.filled_by} if head.filled_by else ())
    made = []
    for option in MACHINE.options(head.state, facts):
        if (option.action in OWN_ACTS) != own or (not own and head.receiver_id != work.organ_id):
            continue
        target = Target(owner_id=head.organ_id, drafters=drafters) if own else Target(supervised_id=head.organ_id)
        verdict, sentence = await consider(work, "return", option.action, target)
        made.append(
            ReturnActView(
                action=option.action,
                label=act_label("return", option.action),
                allowed=option.allowed and verdict.allowed,
                reason=option.reason if verdict.allowed else sentence,
                article=option.article if verdict.allowed else verdict.article or ARTICLE,
                remedy=option.remedy if verdict.allowed else "",
            )
        )
    return made


async def _behind(work: Work, head: StatisticalReturn) -> bool:
    case: Case = await filling.case_of(work, head)
    return await filling.is_behind(work, case)

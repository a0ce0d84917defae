"""Reading clues: the pool, one clue for one reader, likely duplicates, and who complained (Art. 17)."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from kernel.blobs import store
from kernel.clock import local_date
from kernel.errors import Invalid, NotFound
from kernel.machine import Option
from kernel.vault import vault
from kernel.wording import format_short, weekday
from kernel.work import Work
from kernel.workdays import WorkCalendar
from policy.rulebook import RuleBook
from policy.vocabulary import LABELS
from supervision.clues import repository
from supervision.clues.commands import ClueFilter
from supervision.clues.duplicates import similarity
from supervision.clues.models import Clue
from supervision.clues.repository import OPEN
from supervision.clues.rules import CLUE, STATES
from supervision.clues.standing import facts_of, load, target_of
from supervision.clues.views import (
    ActView,
    AttachmentView,
    CluePage,
    ClueRow,
    ClueView,
    EventView,
    Masked,
    Reference,
    Revealed,
    Similar,
)
from supervision.deadlines import service as deadlines
from supervision.deadlines.rules import NEAR_WORKDAYS, chip_for
from supervision.deadlines.views import DeadlineView
from tenants.access import Target, authorize, consider
from tenants.organs.directory import Directory, directory

MOST_SIMILAR = 5
CANDIDATES = 200
HIDDEN_SOURCE = "不公开"
PURPOSE_MIN = 4


async def list_clues(
    work: Work, wanted: ClueFilter, *, after: str = "", before: str = "", limit: int = 50, origin: bool = False
) -> CluePage:
    """A page of the organ's pool; with `origin` of what it registered for another organ (judicial offices).

    Open clues are ordered by their end, the others by when they came. Raises Denied, Invalid (cursor, filter).
    """
    whose = wanted.handler_id or work.organ_id
    await authorize(work, "clue", "list", Target(owner_id=whose))
    book, days, tree = await deadlines.rulebook(work), await deadlines.calendar(work), await directory(work)
    where = [repository.pool(work, whose, origin=origin)]
    where += repository.conditions(wanted, work.today, days.add_workdays(work.today, NEAR_WORKDAYS))
    if wanted.q.strip() or wanted.item:
        where.append(Clue.id.in_(await repository.found(work, wanted.q, wanted.item, whose)))
    by_due = wanted.state in OPEN or bool(wanted.due)
    rows, earlier, later = await repository.page(
        work, where, by_due=by_due, after=after, before=before, limit=max(1, min(limit, 100))
    )
    return CluePage(
        rows=[_row(clue, book, days, work.today, tree, own=whose == work.organ_id) for clue in rows],
        after=repository.cursor(rows[-1], by_due=by_due) if rows and later else "",
        before=repository.cursor(rows[0], by_due=by_due) if rows and earlier else "",
    )


async def count_by_state(work: Work, *, origin: bool = False, handler_id: UUID | None = None) -> dict[str, int]:
    """How many clues of the pool are in each state, and under ``overdue`` how many open ones are late."""
    whose = handler_id or work.organ_id
    await authorize(work, "clue", "list", Target(owner_id=whose))
    where = repository.pool(work, whose, origin=origin)
    counts = dict.fromkeys(STATES, 0) | await repository.count_by_state(work, where)
    late = await repository.count_by_state(work, where & (Clue.next_due_on < work.today))
    return counts | {"overdue": sum(late.values()), "all": sum(counts.values())}


def _row(clue: Clue, book: RuleBook, days: WorkCalendar, today: date, tree: Directory, *, own: bool) -> ClueRow:
    due = clue.next_due_on
    return ClueRow(
        id=clue.id,
        number=clue.number,
        title=clue.title,
        state=clue.state,
        state_label=STATES[clue.state],
        source_label=_source(clue, book, tree) if own else HIDDEN_SOURCE,
        subject_name=tree.short(clue.subject_organ_id)
        if clue.subject_organ_id in tree.organs
        else clue.subject_name or "尚不清楚",
        urgent=clue.urgent,
        received_at=clue.received_at,
        received_text=format_short(local_date(clue.received_at), today),
        due_on=due,
        date_text=f"{format_short(due, today)} {weekday(due)}" if due else "",
        chip=chip_for(due, today, days) if due else None,
    )


async def view(work: Work, clue_id: UUID) -> ClueView:
    """One clue as the reader may see it. Raises NotFound outside the scope."""
    clue = await load(work, clue_id)
    tree, book = await directory(work), await deadlines.rulebook(work)
    standing = _standing(work, clue)
    own = standing == "own"
    mine = own or clue.origin_organ_id == work.organ_id
    reason = next((r.name for r in book.dismissal_reasons if r.key == clue.reason_code), "")
    return ClueView(
        id=clue.id,
        number=clue.number,
        version=clue.row_version,
        standing=standing,
        state=clue.state,
        state_label=STATES[clue.state],
        state_reason=clue.state_reason if own or clue.state == "dismissed" else "",
        reason_label=reason if own or clue.state == "dismissed" else "",
        title=clue.title,
        facts=clue.facts,
        place=clue.place,
        happened_on=clue.happened_on,
        received_at=clue.received_at,
        urgent=clue.urgent,
        source_label=_source(clue, book, tree) if mine else HIDDEN_SOURCE,
        subject_id=clue.subject_organ_id,
        subject_name=clue.subject_name or "尚不清楚",
        content_items=[(code, book.content_item(code).name) for code in clue.content_items],
        organ_id=clue.organ_id,
        organ_name=tree.short(clue.organ_id),
        origin_name=tree.short(clue.origin_organ_id),
        registered_name=clue.registered_name if mine else "",
        result_note=clue.result_note if own else "",
        answer=clue.answer if own or clue.state == "answered" else "",
        answered_at=clue.answered_at,
        dismissal_proposed=own and clue.dismissal_proposed_by is not None and clue.state in OPEN,
        complainant=await _masked(work, clue) if own else None,
        attachments=[] if standing == "upper" else await _attachments(work, clue),
        deadlines=await _deadlines(work, clue) if own else [],
        timeline=await _timeline(work, clue) if own else [],
        acts=await _acts(work, clue) if own else [],
        duplicates=await duplicates(work, clue) if own and clue.state in OPEN else [],
        merged=[
            Reference(id=c.id, label=f"{c.number} {c.title}", href=f"/clues/{c.id}")
            for c in await _merged(work, clue, own)
        ],
        **await _references(work, clue, tree, own),
    )


def _standing(work: Work, clue: Clue) -> str:
    if clue.organ_id == work.organ_id:
        return "own"
    return "origin" if clue.origin_organ_id == work.organ_id else "upper"


def _source(clue: Clue, book: RuleBook, tree: Directory) -> str:
    if clue.from_clue_id is not None:
        return f"{tree.short(clue.origin_organ_id)}转交"
    return book.clue_source(clue.source).name


async def _merged(work: Work, clue: Clue, own: bool) -> list[Clue]:
    return await repository.merged_into(work, clue.id) if own else []


async def _masked(work: Work, clue: Clue) -> Masked | None:
    who = await repository.complainant_of(work, clue.id)
    if who is None:
        return None
    return Masked(anonymous=who.anonymous, confidential=who.confidential, name=who.name_mask, contact=who.contact_mask)


async def _attachments(work: Work, clue: Clue) -> list[AttachmentView]:
    files = await repository.attachments(work, clue.id)
    return [AttachmentView(id=f.id, name=f.name, kind=f.kind, media_type=f.media_type, size=f.size) for f in files]


async def _deadlines(work: Work, clue: Clue) -> list[DeadlineView]:
    return await deadlines.explain_all(work, await deadlines.for_subject(work, clue.id, open_only=False))


async def _timeline(work: Work, clue: Clue) -> list[EventView]:
    return [
        EventView(
            at=e.at,
            action=e.action,
            title=e.title,
            note=e.note,
            who="，".join(part for part in (e.actor_name, e.actor_title) if part),
            articles=list(e.articles),
        )
        for e in await repository.timeline(work, clue.id, clue.organ_id)
    ]


async def _references(work: Work, clue: Clue, tree: Directory, own: bool) -> dict[str, Reference | None]:
    if not own:
        return {}
    matter = await repository.get_matter(work, clue.matter_id) if clue.matter_id else None
    other = await repository.get(work, clue.merged_into_id) if clue.merged_into_id else None
    passed = None
    if clue.passed_to_id is not None and clue.passed_clue_id is not None:
        passed = Reference(
            id=clue.passed_clue_id, label=tree.short(clue.passed_to_id), href=f"/clues/{clue.passed_clue_id}"
        )
    return {
        "matter": Reference(
            id=matter.id, label=f"{matter.number or '待立项'} {matter.title}", href=f"/matters/{matter.id}"
        )
        if matter
        else None,
        "merged_into": Reference(id=other.id, label=f"{other.number} {other.title}", href=f"/clues/{other.id}")
        if other
        else None,
        "passed_to": passed,
    }


async def _acts(work: Work, clue: Clue) -> list[ActView]:
    """Every step of the present state, possible or not, as the machine and policy say."""
    target = target_of(work, clue)
    found = []
    for option in CLUE.options(clue.state, await facts_of(work, clue)):
        verdict, _ = await consider(work, "clue", option.action, target)
        if option.action == "open_matter":
            option = _proposal(option, clue)  # noqa: PLW2901
        allowed = option.allowed and verdict.allowed
        reason, article, remedy = (
            (option.reason, option.article, option.remedy)
            if verdict.allowed
            else (verdict.sentence, verdict.article, verdict.remedy)
        )
        found.append(
            ActView(
                action=option.action,
                label=option.label,
                allowed=allowed,
                article=option.article if allowed else article,
                hint=option.hint,
                reason="" if allowed else reason,
                remedy="" if allowed else remedy,
            )
        )
    return found


def _proposal(option: Option, clue: Clue) -> Option:
    """The machine's step happens by itself on approval; what an officer does before is to propose the opening."""
    if clue.matter_id is None:
        return Option(option.action, LABELS["clue", "open_matter"], True, "", "11", "", option.hint)
    return Option(
        option.action, option.label, False, "立项申请正在审批。", "11", "批准后，线索自动转入监督事项。", option.hint
    )


async def duplicates(work: Work, clue: Clue) -> list[Similar]:
    """Open or handled clues of the same pool that may report the same as this one, most alike first."""
    return await likely(work, clue.title, clue.facts, exclude=clue.id)


async def likely(work: Work, title: str, facts: str, *, exclude: UUID | None = None) -> list[Similar]:
    """Clues of the organ's pool that may report the same as a text that is not registered yet."""
    least = (await deadlines.rulebook(work)).limit("clue.duplicate_score")
    ids = await repository.candidates(work, f"{title}\n{facts}", CANDIDATES)
    scored: list[tuple[float, Clue]] = []
    for other in await repository.by_ids(work, [i for i in ids if i != exclude], work.organ_id):
        score = max(similarity(title, other.title), similarity(title + facts, other.title + other.facts))
        if score >= least:
            scored.append((score, other))
    scored.sort(key=lambda pair: (-pair[0], pair[1].received_at))
    return [
        Similar(
            id=o.id,
            number=o.number,
            title=o.title,
            facts=o.facts,
            subject_name=o.subject_name or "尚不清楚",
            state=o.state,
            state_label=STATES[o.state],
            received_at=o.received_at,
            score=round(score),
        )
        for score, o in scored[:MOST_SIMILAR]
    ]


async def near(work: Work, clue: Clue) -> list[Clue]:
    """Clues of the pool that share words with one of it, the newest first: what a search for duplicates looks at."""
    ids = await repository.candidates(work, f"{clue.title}\n{clue.facts}", CANDIDATES)
    return await repository.by_ids(work, [i for i in ids if i != clue.id], work.organ_id)


async def complainant(work: Work, clue_id: UUID, purpose: str) -> Revealed:
    """Who complained, in full, for a stated purpose; the reading is audited and stands in the clue's history.

    Raises NotFound when nobody is on record or the clue is another organ's, Denied, Invalid without purpose.
    """
    clue = await repository.get(work, clue_id)
    if clue is None or clue.organ_id != work.organ_id:
        raise NotFound
    await authorize(work, "clue", "read_source", target_of(work, clue))
    words = purpose.strip()
    if len(words) < PURPOSE_MIN:
        raise Invalid("请写明查看用途，例如：电话核实现场情况。", field="purpose", article="规则:反映人保护")
    who = await repository.complainant_of(work, clue_id)
    if who is None:
        raise NotFound("没有登记反映人。")
    work.record(
        "read_source", "complainant", who.id, title="查看反映人信息", note=words, article="规则:反映人保护",
        thread_id=clue.id,
    )  # fmt: skip
    safe = vault()
    return Revealed(
        name=safe.open(who.name_cipher) if who.name_cipher else "",
        contact=safe.open(who.contact_cipher) if who.contact_cipher else "",
        confidential=who.confidential,
    )


async def attachment(work: Work, clue_id: UUID, evidence_id: UUID) -> tuple[str, str, bytes]:
    """(name, media type, content) of a file of the clue; the download is audited."""
    clue = await load(work, clue_id)
    files = [] if _standing(work, clue) == "upper" else await repository.attachments(work, clue_id)
    file = next((f for f in files if f.id == evidence_id), None)
    if file is None:
        raise NotFound
    data = await store().read(file.sha256)
    work.record("download", "evidence", file.id, title=f"下载附件 {file.name}", article="13")
    return file.name, file.media_type, data

"""What matters learn of their instruments: for stage, closing, search, the list of documents and the next acts."""

from __future__ import annotations

from uuid import UUID

from kernel.wording import format_short
from kernel.work import Work
from policy.rulebook import RuleBook
from supervision.deadlines import service as deadlines
from supervision.instruments import repository, standing
from supervision.instruments.case import KINDS
from supervision.instruments.inspection import kind_options
from supervision.instruments.models import Delivery, Instrument, Paper
from supervision.instruments.reviewing import failed
from supervision.instruments.rules import INSTRUMENT, LIVE_STATES
from supervision.matters import facts
from supervision.matters.facts import Choice, DocumentLine, Outside
from supervision.matters.findings import OPEN_STATES
from supervision.matters.models import Matter
from supervision.matters.repository import offices
from supervision.matters.stages import Milestone
from tenants.access import Target, consider

GONE = frozenset({"withdrawn", "superseded"})
BADGES = {
    "draft": "draft",
    "in_approval": "to_issue",
    "approved": "to_issue",
    "issued": "urging",
    "served": "urging",
    "answered": "to_verify",
    "accepted": "closed",
    "refused": "to_decide",
    "lapsed": "to_decide",
    "withdrawn": "suspended",
    "superseded": "referred",
}
"""State of an instrument → the badge whose look it takes."""


async def own_instruments(work: Work, matter_id: UUID) -> list[Instrument]:
    """Letters, opinions and notices of a matter; decisions are told of by the part that makes them."""
    return [row for row in await repository.of_matter(work, matter_id) if row.kind in KINDS]


class Instruments:
    """The provider that `facts.register` gets."""

    async def outside(self, work: Work, matter: Matter) -> Outside:
        rows = await own_instruments(work, matter.id)
        covered = await repository.covered(work, [row.id for row in rows])
        answered: set[UUID] = set()
        lost: set[UUID] = set()
        for row in rows:
            if row.state in ("answered", "accepted"):
                answered |= covered.get(row.id, set())
            if await failed(work, row):
                lost |= covered.get(row.id, set())
        return Outside(
            live_instruments=sum(row.state in LIVE_STATES for row in rows),
            answered=frozenset(answered),
            failed=frozenset(lost),
            writers=await _writers(work, matter, rows),
            letter=await self._milestone(work, rows, ("urging_letter", "internal_notice")),
            opinion=await self._milestone(work, rows, ("opinion",)),
            search=tuple(row.number for row in rows if row.number),
        )

    async def _milestone(self, work: Work, rows: list[Instrument], kinds: tuple[str, ...]) -> Milestone | None:
        last = next((r for r in reversed(rows) if r.kind in kinds and r.state not in GONE), None)
        if last is None:
            return None
        delivery = await repository.main_delivery(work, last.id)
        late = ""
        if delivery is not None and last.state in ("served", "lapsed"):
            view = standing.deadline_view(delivery, await deadlines.calendar(work), work.today)
            late = view.chip.text if view is not None and view.chip.state == "overdue" else ""
        on = (delivery.served_on if delivery else None) or (standing.day_of(last.issued_at) if last.issued_at else None)
        return Milestone(last.state, on, late)

    async def documents(self, work: Work, matter: Matter) -> list[DocumentLine]:
        book = await deadlines.rulebook(work, matter.rulebook_key)
        papers = await repository.papers_of(work, matter_id=matter.id)
        return [
            DocumentLine(
                id=row.id,
                kind_label=book.instrument(row.kind).short_name,
                title=row.title,
                number=row.number or "",
                state_label=INSTRUMENT.label(row.state),
                stage=BADGES[row.state],
                on=standing.day_of(row.issued_at) if row.issued_at else None,
                note=_note(row, await repository.main_delivery(work, row.id)),
                href=f"/instruments/{row.id}",
                article=book.instrument(row.kind).article,
            )
            for row in await own_instruments(work, matter.id)
        ] + [_paper_line(paper, book) for paper in papers]

    async def choices(self, work: Work, matter: Matter) -> list[Choice]:
        if matter.state != "open":
            return []
        found: list[Choice] = []
        for row in await own_instruments(work, matter.id):
            found += await _on_instrument(work, matter, row)
        return found + await _drafting(work, matter)


async def _writers(work: Work, matter: Matter, rows: list[Instrument]) -> frozenset[UUID]:
    """Asked for inside one organ alone: elsewhere the whole supervised organ is the owner of its rectification."""
    if matter.relation != "internal":
        return frozenset()
    return await repository.writers(work, [row.id for row in rows])


def _paper_line(paper: Paper, book: RuleBook) -> DocumentLine:
    return DocumentLine(
        id=paper.id,
        kind_label=book.instrument(paper.kind).short_name,
        title=paper.title,
        number=paper.number,
        state_label="已制发",
        stage="closed",
        on=standing.day_of(paper.issued_at),
        note="PDF",
        href=f"/instruments/papers/{paper.id}/pdf",
        article=paper.article,
    )


def _note(row: Instrument, delivery: Delivery | None) -> str:
    if delivery is None or delivery.served_on is None:
        return ""
    due = f"，限{format_short(delivery.due_on)}报告" if delivery.due_on else ""
    return f"{format_short(delivery.served_on)}送达{due}"


_NEXT = {
    "draft": ("submit", "提交{}审核", "/instruments/{}/submit"),
    "in_approval": ("approve", "审批{}", "/instruments/{}/approve"),
    "approved": ("issue", "签发并送达{}", "/instruments/{}/issue"),
    "answered": ("accept", "审核{}的书面报告", "/instruments/{}#replies"),
}


async def _on_instrument(work: Work, matter: Matter, row: Instrument) -> list[Choice]:
    if row.state not in _NEXT:
        return []
    action, label, href = _NEXT[row.state]
    drafters = frozenset({row.drafted_by}) if action == "approve" else frozenset()
    target = Target(
        row.organ_id,
        row.addressee_id,
        row.relation,
        drafters,
        await repository.recused(work, matter.id),
        assisting=await offices(work, matter.id),
    )
    verdict, sentence = await consider(work, f"instrument:{row.kind}", action, target)
    book = await deadlines.rulebook(work, matter.rulebook_key)
    words = label.format(book.instrument(row.kind).short_name)
    if verdict.allowed:
        return [Choice(action=action, label=words, articles=[verdict.article], href=href.format(row.id), next=True)]
    return [Choice(action=action, label=words, articles=[verdict.article], reason=sentence)]


async def _drafting(work: Work, matter: Matter) -> list[Choice]:
    findings = [f for f in await repository.findings(work, matter.id) if f.state in OPEN_STATES]
    found: list[Choice] = []
    for option in await kind_options(work, matter, [finding.id for finding in findings]):
        action, label = f"draft:{option.key}", f"制发{option.short_name}"
        if not findings:
            found.append(
                Choice(
                    action=action,
                    label=label,
                    articles=["19"],
                    reason="本事项没有待整改的问题。",
                    remedy="请先认定问题。",
                )
            )
        elif option.allowed:
            href = f"/instruments/new?matter={matter.id}&kind={option.key}"
            found.append(Choice(action=action, label=label, articles=[option.article], href=href, hint=option.hint))
        else:
            found.append(
                Choice(
                    action=action, label=label, articles=[option.article], reason=option.reason, remedy=option.remedy
                )
            )
    return found


async def _on_matter(work: Work, matter: Matter, event: str, subject_id: UUID | None) -> None:
    """When the limits of a matter stop or run on, the addressees see it."""
    if event in ("suspended", "resumed"):
        await work.session.flush()
        await standing.keep_matter(work, matter.id)


def connect() -> None:
    """Make instruments known to matters; done when the service is imported."""
    facts.register(INSTRUMENTS)
    facts.listen(_on_matter)


INSTRUMENTS = Instruments()

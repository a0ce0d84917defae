"""Likely duplicates over all channels of a pool: found on arrival, proposed, decided by an officer (Art. 17)."""

from __future__ import annotations

from uuid import UUID

from kernel.clock import local_date
from kernel.errors import IllegalTransition, Invalid, NotFound
from kernel.work import Work
from policy.rulebook import RuleBook
from supervision.channels import repository
from supervision.channels.models import DuplicateProposal
from supervision.channels.repository import LIVE
from supervision.channels.rules import Likeness, judge
from supervision.channels.views import PairSide, ProposalPair
from supervision.clues import service as clues
from supervision.clues.duplicates import normalise, similarity
from supervision.clues.models import Clue
from supervision.clues.rules import STATES
from supervision.deadlines import service as deadlines
from supervision.matters.views import Page
from tenants.access import Target, authorize

MOST = 5


async def find(work: Work, clue_id: UUID) -> int:
    """Propose the pairs of a clue of the work's organ with its like, the most alike first; each pair once. Returns how
    many are new. The text index finds what to compare, so that a pool of any size costs the same."""
    clue = await work.session.get(Clue, (work.city_id, clue_id))
    if clue is None or clue.organ_id != work.organ_id or clue.state not in LIVE:
        return 0
    book = await deadlines.rulebook(work)
    least = book.limit("clue.duplicate_score")
    found = []
    for other in await clues.near(work, clue):
        if other.state in LIVE and other.id != clue.id:
            score, why = judge(_likeness(clue, other, book))
            if score >= least:
                found.append((score, why, other))
    found.sort(key=lambda one: (-one[0], one[2].received_at))
    new = 0
    for score, why, other in found[:MOST]:
        first, second = sorted((clue, other), key=lambda c: (c.received_at, c.id))
        new += await repository.propose(work, first.id, second.id, score, why)
    return new


def _likeness(one: Clue, other: Clue, book: RuleBook) -> Likeness:
    known = one.subject_organ_id is not None and other.subject_organ_id is not None
    return Likeness(
        title=similarity(one.title, other.title),
        whole=similarity(one.title + one.facts, other.title + other.facts),
        same_organ=one.subject_organ_id == other.subject_organ_id if known else None,
        same_place=bool(normalise(one.place)) and normalise(one.place) == normalise(other.place),
        days_apart=abs((local_date(one.received_at) - local_date(other.received_at)).days),
        channels=(book.clue_source(one.source).name, book.clue_source(other.source).name),
    )


async def listed(work: Work, *, after: str = "", limit: int = 50) -> Page[ProposalPair]:
    """The pairs to decide on, the most alike first. Raises Denied, Invalid for a wrong cursor."""
    await authorize(work, "channel", "judge_duplicates", Target(owner_id=work.organ_id))
    book = await deadlines.rulebook(work)
    rows = await repository.open_proposals(work, after=_place(after), limit=limit + 1)
    shown = [
        ProposalPair(id=p.id, score=p.score, reasons=p.reasons, first=_side(a, book), second=_side(b, book))
        for p, a, b in rows[:limit]
    ]
    following = f"{shown[-1].score}.{shown[-1].id}" if len(rows) > limit else None
    return Page(shown, following)


def _place(after: str) -> tuple[int, UUID] | None:
    if not after:
        return None
    score, _, key = after.partition(".")
    try:
        return int(score), UUID(key)
    except ValueError:
        raise Invalid("翻页位置无效，请从第一页重新查看。", field="after") from None


def _side(clue: Clue, book: RuleBook) -> PairSide:
    return PairSide(
        id=clue.id,
        number=clue.number,
        title=clue.title,
        facts=clue.facts,
        source_label=book.clue_source(clue.source).name,
        subject_name=clue.subject_name or "尚不清楚",
        state=clue.state,
        state_label=STATES[clue.state],
        received_at=clue.received_at,
    )


async def accept(work: Work, proposal_id: UUID) -> UUID:
    """Merge the later clue into the earlier one, or the other way round where only that is possible. Returns the clue
    that goes on. Raises NotFound, Denied, IllegalTransition."""
    row = await _held(work, proposal_id)
    first, second = [await clues.load(work, clue_id) for clue_id in (row.first_id, row.second_id)]
    kept, gone = (first, second) if second.state in LIVE[:2] else (second, first)
    await clues.merge(work, gone.id, into_clue_id=kept.id)
    _decide(work, row, "accepted", "")
    return kept.id


async def reject(work: Work, proposal_id: UUID, note: str = "") -> DuplicateProposal:
    """They are not the same; the pair is not proposed again. Raises NotFound, Denied, IllegalTransition."""
    row = await _held(work, proposal_id)
    _decide(work, row, "rejected", note.strip()[:500])
    work.record(
        "not_duplicate", "clue", row.second_id, title="认定不是重复线索", note=row.decided_note, article="17",
        thread_id=row.second_id, detail={"other": str(row.first_id)},
    )  # fmt: skip
    return row


async def _held(work: Work, proposal_id: UUID) -> DuplicateProposal:
    await authorize(work, "channel", "judge_duplicates", Target(owner_id=work.organ_id))
    row = await repository.proposal(work, proposal_id)
    if row is None:
        raise NotFound
    if row.state != "proposed":
        raise IllegalTransition("这一建议已经处理。", article="17")
    return row


def _decide(work: Work, row: DuplicateProposal, state: str, note: str) -> None:
    row.state, row.decided_note = state, note
    row.decided_by_name, row.decided_at = work.actor.name if work.actor else "系统", work.now

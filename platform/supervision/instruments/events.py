"""What higher parts learn of instruments, and what they tell about them, without this part knowing them.

The report to the government and the decision rest on instruments; they register here when they are imported.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Literal
from uuid import UUID

from kernel.work import Work
from supervision.instruments.models import Delivery, Instrument, PaperCopy

Event = Literal["issued", "served", "answered", "accepted", "sent_back", "refused", "lapsed", "withdrawn", "objected"]
Listener = Callable[[Work, Event, Instrument, Delivery], Awaitable[None]]
PaperListener = Callable[[Work, PaperCopy], Awaitable[None]]
ClaimSource = Callable[[Work, Instrument], Awaitable[Iterable[str]]]
NameSource = Callable[[Work, UUID], Awaitable[Iterable[str]]]

FAILED: frozenset[Event] = frozenset({"refused", "lapsed"})
"""What opens an accountability case as a draft (Art. 21(10)): a job of the part above takes it up."""
ACCOUNTABILITY_JOB = "open_accountability"
ACCOUNTABLE_KINDS = frozenset({"urging_letter", "opinion"})

DECISION_RESTS = "decision_rests_on_it"
REPORT_RESTS = "report_rests_on_it"

_LISTENERS: list[Listener] = []
_PAPER_LISTENERS: list[PaperListener] = []
_CLAIMS: list[ClaimSource] = []
_NAMES: list[NameSource] = []


def subscribe(listener: Listener) -> None:
    """Have `listener` called in the transaction of each event, acting as the organ that issued the instrument."""
    if listener not in _LISTENERS:
        _LISTENERS.append(listener)


def subscribe_papers(listener: PaperListener) -> None:
    """Have `listener` called when a receiver opens a paper, acting as that receiver."""
    if listener not in _PAPER_LISTENERS:
        _PAPER_LISTENERS.append(listener)


def register_claims(source: ClaimSource) -> None:
    """Let a higher part say that a report or a decision rests on an instrument (REPORT_RESTS, DECISION_RESTS)."""
    if source not in _CLAIMS:
        _CLAIMS.append(source)


def register_protected_names(source: NameSource) -> None:
    """Let the clues say which names and numbers of complainants no document of a matter may contain (Art. 17)."""
    if source not in _NAMES:
        _NAMES.append(source)


async def announce(work: Work, event: Event, instrument: Instrument, delivery: Delivery) -> None:
    """Tell everyone who subscribed. What was refused or not answered is taken up by accountability, after the commit
    and once for each instrument."""
    for listener in _LISTENERS:
        await listener(work, event, instrument, delivery)
    if event in FAILED and instrument.kind in ACCOUNTABLE_KINDS:
        work.enqueue(ACCOUNTABILITY_JOB, {"origin": "instrument", "source_id": str(instrument.id)})


async def paper_opened(work: Work, copy: PaperCopy) -> None:
    """Tell that a receiver opened a paper."""
    for listener in _PAPER_LISTENERS:
        await listener(work, copy)


async def claims(work: Work, instrument: Instrument) -> set[str]:
    """What rests on the instrument."""
    found: set[str] = set()
    for source in _CLAIMS:
        found.update(await source(work, instrument))
    return found


async def protected_names(work: Work, matter_id: UUID) -> set[str]:
    """Words that would give a complainant away."""
    found: set[str] = set()
    for source in _NAMES:
        found.update(word for word in await source(work, matter_id) if len(word.strip()) > 1)
    return found

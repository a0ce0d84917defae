"""What matters must know of the parts above them, told by those parts themselves.

Instruments, reports and decisions lie above matters, so they are never imported here. They register a provider
when the application starts, and listeners for what happens in a matter.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol
from uuid import UUID

import msgspec

from kernel.work import Work
from supervision.matters.models import Matter
from supervision.matters.stages import Milestone


@dataclass(frozen=True, slots=True)
class Outside:
    """What one higher part knows of a matter; `merge` puts the answers of all parts together."""

    live_instruments: int = 0
    live_reports: int = 0
    live_decisions: int = 0
    unconfirmed_steps: int = 0
    """Acts of officers who stepped back that no present handler has confirmed yet (Art. 16)."""
    answered: frozenset[UUID] = frozenset()
    """Findings that a submitted written report covers."""
    failed: frozenset[UUID] = frozenset()
    """Findings named by an instrument that lapsed or was refused."""
    unexecuted: frozenset[UUID] = frozenset()
    """Findings of decisions that were verified as not carried out (Art. 21(11))."""
    writers: frozenset[UUID] = frozenset()
    """Persons who wrote the supervised side's reports, as far as the work's organ reads them."""
    letter: Milestone | None = None
    opinion: Milestone | None = None
    report: Milestone | None = None
    decision: Milestone | None = None
    search: tuple[str, ...] = ()
    """Texts under which the matter is found: numbers of its documents."""


class DocumentLine(msgspec.Struct, frozen=True, kw_only=True):
    """One document of a matter as its page lists it."""

    id: UUID
    kind_label: str
    title: str
    number: str
    state_label: str
    stage: str = ""
    """Key of the badge's look."""
    on: date | None = None
    note: str = ""
    href: str = ""
    article: str = ""


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """An act that a page offers or explains. Empty `href`: not possible now, for `reason`, with `remedy`."""

    action: str
    label: str
    articles: list[str]
    href: str = ""
    hint: str = ""
    reason: str = ""
    remedy: str = ""
    next: bool = False
    """The law asks for it next."""

    @property
    def allowed(self) -> bool:
        return bool(self.href)


class Provider(Protocol):
    """A part above matters that knows something of them. Every method reads as the work's organ sees it."""

    async def outside(self, work: Work, matter: Matter) -> Outside: ...

    async def documents(self, work: Work, matter: Matter) -> list[DocumentLine]: ...

    async def choices(self, work: Work, matter: Matter) -> list[Choice]: ...


Listener = Callable[[Work, Matter, str, UUID | None], Awaitable[None]]
"""Told of `opened`, `rejected`, `closed`, `reopened`, `suspended`, `resumed`, `finding_changed`, `act_entered`,
`remedy_entered`, `remedy_ended`, with the record concerned, inside the transaction and in the tenancy of the
matter's organ."""


ConflictSource = Callable[[Work, Matter, Collection[UUID]], Awaitable[Collection[UUID]]]
"""Which of the persons declared an interest in the matter that nobody has decided or cleared yet (Art. 16)."""


@dataclass(slots=True)
class _Registry:
    providers: list[Provider] = field(default_factory=list)
    conflicts: list[ConflictSource] = field(default_factory=list)
    listeners: list[Listener] = field(default_factory=list)


_KNOWN = _Registry()


def register(provider: Provider) -> None:
    """Let a higher part answer for what it knows. Registering twice changes nothing."""
    if provider not in _KNOWN.providers:
        _KNOWN.providers.append(provider)


def listen(listener: Listener) -> None:
    """Have a higher part act on what happens in a matter. Registering twice changes nothing."""
    if listener not in _KNOWN.listeners:
        _KNOWN.listeners.append(listener)


def register_conflicts(source: ConflictSource) -> None:
    """Let the part that keeps the declarations of interests answer for them. Registering twice changes nothing."""
    if source not in _KNOWN.conflicts:
        _KNOWN.conflicts.append(source)


async def conflicted(work: Work, matter: Matter, person_ids: Collection[UUID]) -> frozenset[UUID]:
    """Those of the persons who may not be assigned for an interest that they declared (Art. 16)."""
    return frozenset([person for source in _KNOWN.conflicts for person in await source(work, matter, person_ids)])


async def tell(work: Work, matter: Matter, event: str, subject_id: UUID | None = None) -> None:
    for listener in _KNOWN.listeners:
        await listener(work, matter, event, subject_id)


async def outside(work: Work, matter: Matter) -> Outside:
    """All that the higher parts know of a matter."""
    return merge([await provider.outside(work, matter) for provider in _KNOWN.providers])


async def documents(work: Work, matter: Matter) -> list[DocumentLine]:
    """Documents of a matter, latest first, undated drafts on top."""
    found = [line for provider in _KNOWN.providers for line in await provider.documents(work, matter)]
    return sorted(found, key=lambda line: line.on or date.max, reverse=True)


async def choices(work: Work, matter: Matter) -> list[Choice]:
    return [choice for provider in _KNOWN.providers for choice in await provider.choices(work, matter)]


def merge(parts: Sequence[Outside]) -> Outside:
    """One answer of several: counts add up, sets unite, of a milestone the last one given holds."""
    known: list[frozenset[UUID]] = [frozenset()]
    return Outside(
        live_instruments=sum(part.live_instruments for part in parts),
        live_reports=sum(part.live_reports for part in parts),
        live_decisions=sum(part.live_decisions for part in parts),
        unconfirmed_steps=sum(part.unconfirmed_steps for part in parts),
        answered=frozenset().union(*known, *(part.answered for part in parts)),
        failed=frozenset().union(*known, *(part.failed for part in parts)),
        unexecuted=frozenset().union(*known, *(part.unexecuted for part in parts)),
        writers=frozenset().union(*known, *(part.writers for part in parts)),
        letter=_last([part.letter for part in parts]),
        opinion=_last([part.opinion for part in parts]),
        report=_last([part.report for part in parts]),
        decision=_last([part.decision for part in parts]),
        search=tuple(text for part in parts for text in part.search),
    )


def _last(found: Sequence[Milestone | None]) -> Milestone | None:
    return next((milestone for milestone in reversed(found) if milestone is not None), None)

"""What stands between an officer and a certificate today: the bar, the conditions for holders, the one he has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from kernel.work import Work
from supervision.deadlines import service as deadlines
from supervision.licensing import bars, repository
from supervision.licensing.rules import (
    ARTICLES,
    HELD,
    KINDS,
    LicenceFacts,
    renewable_from,
    valid_until,
)
from tenants.registers import service as registers
from tenants.registers.models import Certificate, Officer
from tenants.registers.rules import Requirement, eligibility


@dataclass(frozen=True, slots=True)
class Conditions:
    """The answer for one officer, kind and purpose."""

    barred_until: date | None
    requirements: tuple[Requirement, ...]
    purpose: Requirement
    held: Certificate | None

    @property
    def unmet(self) -> list[Requirement]:
        """The rules that do not hold, the purpose last."""
        return [r for r in (*self.requirements, self.purpose) if not r.holds]

    def facts(self, *, reason: str = "-") -> LicenceFacts:
        return LicenceFacts(
            barred=self.barred_until is not None,
            eligible=all(r.holds for r in self.requirements),
            purpose_fits=self.purpose.holds,
            reason_given=bool(reason.strip()),
        )


async def holder(work: Work, organ_id: UUID, officer_id: UUID) -> Officer:
    """The officer's file, read as its organ: the department that decides may have no other business there."""
    async with work.acting_as(organ_id):
        return await registers.officer(work, officer_id)


async def conditions(work: Work, officer: Officer, kind: str, purpose: str, *, hold: bool = True) -> Conditions:
    """Everything that is asked before each step, as of today, the bar first: it holds the person's row, so that the
    order of locks is the database's own. A page that only shows them holds nothing. Audited as a look-up."""
    book = await deadlines.rulebook(work)
    length = book.deadline("certificate.validity")
    last = valid_until(work.today, length.amount, length.unit)
    until = await bars.look_up(work, officer, work.today, last, hold=hold)
    async with work.acting_as(officer.organ_id):
        rules = eligibility(await registers.facts_of(work, officer), kind, work.today)
        found = await repository.certificates(work, officer.id, kind)
    held = next((c for c in found if c.status in HELD and c.valid_until >= work.today), None)
    before = book.deadline("certificate.renewal_before")
    fits = purpose_fits(kind, purpose, held, work.today, (before.amount, before.unit))
    return Conditions(until, tuple(rules), fits, held)


def purpose_fits(
    kind: str, purpose: str, held: Certificate | None, today: date, renewal: tuple[int, str]
) -> Requirement:
    """Whether the purpose agrees with the certificate that the officer holds now."""
    name, article = KINDS[kind], ARTICLES[kind]
    if purpose == "first":
        return Requirement(
            "purpose", held is None, f"{'尚未持有' if held is None else '已持有有效的'}{name}。", article
        )
    if held is None:
        return Requirement("purpose", False, f"没有有效的{name}，请按首次申领办理。", article)
    if held.status == "suspended":
        return Requirement("purpose", False, f"{name}在暂扣期间，不办理换发、补发。", article)
    if purpose == "renewal":
        first = renewable_from(held.valid_until, *renewal)
        sentence = f"{name}{held.valid_until:%Y-%m-%d}到期，{first:%Y-%m-%d}起可以换发。"
        return Requirement("purpose", first <= today, sentence, article)
    return Requirement("purpose", True, f"持有有效的{name}，可以补发。", article)

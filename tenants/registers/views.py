"""Files, certificates and bodies as pages and the API show them: nothing unmasked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

import msgspec

from kernel.workdays import add_months
from policy.rulebook import RuleBook
from tenants.organs.codes import line_name
from tenants.organs.directory import Directory
from tenants.registers.checks import BODY_KINDS
from tenants.registers.models import Certificate, EnforcementBody, Examination, Officer, Training
from tenants.registers.rules import CERTIFICATES, EMPLOYMENTS, STATUSES, Hours, Requirement, display_status

HOURS = "training.hours_per_year"


class CertificateView(msgspec.Struct, frozen=True, kw_only=True):
    """A certificate as it counts today."""

    id: UUID
    kind: str
    kind_label: str
    number: str
    issuer_name: str
    area_names: list[str]
    issued_on: date
    valid_from: date
    valid_until: date
    """The last day of validity."""
    days_left: int
    status: str
    """valid, expiring, not_yet, expired, suspended, cancelled or returned."""
    status_label: str
    status_on: date
    suspended_until: date | None
    reason: str
    article: str


class HoursView(msgspec.Struct, frozen=True, kw_only=True):
    """Training of one year against what is required (Article 10(1))."""

    year: int
    done: int
    required: int
    missing: int
    percent: int


class OfficerRow(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the register."""

    id: UUID
    name: str
    organ_id: UUID
    organ_name: str
    citizen_mask: str
    employment: str
    employment_label: str
    title: str
    unit: str
    area_names: list[str]
    joined_on: date
    left_on: date | None
    hours: HoursView
    certificates: list[CertificateView]


class OfficerPage(msgspec.Struct, frozen=True):
    """One page of the register; `next` is an opaque cursor, None at the end."""

    items: list[OfficerRow]
    next: str | None = None


class TrainingView(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    held_on: date
    subject: str
    provider: str
    hours: int
    note: str


class ExaminationView(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    kind: str
    kind_label: str
    held_on: date
    score: int | None
    passed: bool
    note: str


class EligibilityView(msgspec.Struct, frozen=True, kw_only=True):
    """One rule about who may hold a certificate, and whether it holds."""

    rule: str
    holds: bool
    sentence: str
    article: str


class OfficerEventView(msgspec.Struct, frozen=True, kw_only=True):
    """A step of the file's history."""

    at: str
    title: str
    who: str
    note: str
    article: str


class OfficerView(OfficerRow, frozen=True, kw_only=True):
    """A whole file."""

    version: int
    areas: list[str]
    phone: str
    legal_qualification: bool
    username: str
    left_reason: str
    trainings: list[TrainingView]
    examinations: list[ExaminationView]
    eligible: dict[str, list[EligibilityView]]
    """Kind of certificate → every rule about who may hold one."""
    history: list[OfficerEventView]
    may: list[str]
    """What the reader may do with the file."""


class BodyView(msgspec.Struct, frozen=True, kw_only=True):
    """An enforcement body (Article 10(5))."""

    id: UUID
    version: int
    organ_id: UUID
    organ_name: str
    kind: str
    kind_label: str
    name: str
    uscc: str
    authority: str
    scope: str
    confirmed_by: str
    announced_on: date | None
    valid_from: date
    valid_until: date | None
    ended_on: date | None
    ended_reason: str
    status: str
    """not_yet, valid or ended."""
    status_label: str
    may_manage: bool


class BodyPage(msgspec.Struct, frozen=True):
    items: list[BodyView]
    next: str | None = None


BODY_STATUSES = {"not_yet": "尚未生效", "valid": "有效", "ended": "已终止"}


def certificate_view(today: date, tree: Directory, book: RuleBook, row: Certificate) -> CertificateView:
    warned_from = add_months(row.valid_until, -book.deadline("certificate.renewal_before").amount)
    status = display_status(row.status, row.valid_from, row.valid_until, today, warned_from)
    return CertificateView(
        id=row.id,
        kind=row.kind,
        kind_label=CERTIFICATES[row.kind],
        number=row.number,
        issuer_name=tree.short(row.issuer_id) if row.issuer_id in tree.organs else "",
        area_names=[line_name(area) for area in row.areas],
        issued_on=row.issued_on,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        days_left=max(0, (row.valid_until - today).days + 1),
        status=status,
        status_label=STATUSES[status],
        status_on=row.status_on,
        suspended_until=row.suspended_until,
        reason=row.status_reason,
        article=row.status_article,
    )


def hours_view(book: RuleBook, year: int, done: int) -> HoursView:
    found = Hours(year, done, book.limit(HOURS))
    return HoursView(year=year, done=done, required=found.required, missing=found.missing, percent=found.percent)


def row_of(
    today: date, tree: Directory, book: RuleBook, file: Officer, *, held: Sequence[Certificate], done: int
) -> OfficerRow:
    return OfficerRow(
        id=file.id,
        name=file.name,
        organ_id=file.organ_id,
        organ_name=tree.short(file.organ_id),
        citizen_mask=file.citizen_mask,
        employment=file.employment,
        employment_label=EMPLOYMENTS[file.employment],
        title=file.title,
        unit=file.unit,
        area_names=[line_name(area) for area in file.areas],
        joined_on=file.joined_on,
        left_on=file.left_on,
        hours=hours_view(book, today.year, done),
        certificates=[certificate_view(today, tree, book, c) for c in held],
    )


def training_view(row: Training) -> TrainingView:
    return TrainingView(
        id=row.id, held_on=row.held_on, subject=row.subject, provider=row.provider, hours=row.hours, note=row.note
    )


def examination_view(row: Examination) -> ExaminationView:
    return ExaminationView(
        id=row.id,
        kind=row.kind,
        kind_label=CERTIFICATES[row.kind],
        held_on=row.held_on,
        score=row.score,
        passed=row.passed,
        note=row.note,
    )


def eligibility_view(found: Requirement) -> EligibilityView:
    return EligibilityView(rule=found.rule, holds=found.holds, sentence=found.sentence, article=found.article)


def body_view(today: date, tree: Directory, row: EnforcementBody, *, may_manage: bool) -> BodyView:
    ends = min(
        (day for day in (row.ended_on, row.valid_until and row.valid_until + timedelta(days=1)) if day), default=None
    )
    status = "ended" if ends is not None and ends <= today else "not_yet" if today < row.valid_from else "valid"
    return BodyView(
        id=row.id,
        version=row.row_version,
        organ_id=row.organ_id,
        organ_name=tree.short(row.organ_id),
        kind=row.kind,
        kind_label=BODY_KINDS[row.kind],
        name=row.name,
        uscc=row.uscc,
        authority=row.authority,
        scope=row.scope,
        confirmed_by=row.confirmed_by,
        announced_on=row.announced_on,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        ended_on=row.ended_on,
        ended_reason=row.ended_reason,
        status=status,
        status_label=BODY_STATUSES[status],
        may_manage=may_manage and status != "ended",
    )

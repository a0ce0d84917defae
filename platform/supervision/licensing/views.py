"""Applications, certificates and bars as pages and the API show them."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import msgspec

from kernel.machine import Option
from supervision.licensing.models import LicenceApplication, QualificationBar
from supervision.licensing.rules import APPLICATION_STATES, KINDS, PURPOSES, bar_sentence
from tenants.organs.codes import line_name
from tenants.registers.models import Certificate
from tenants.registers.rules import Requirement


class LicenceView(msgspec.Struct, frozen=True, kw_only=True):
    """An application. Of one that a bar refused, `refusal` is the last barred day and the article, and nothing else
    of the bar is known here."""

    id: UUID
    version: int
    organ_id: UUID
    organ: str
    department: str
    officer_id: UUID
    officer_name: str
    kind: str
    kind_label: str
    purpose: str
    purpose_label: str
    areas: list[str]
    state: str
    state_label: str
    applied_on: date
    applied_by_name: str
    checked_by_name: str
    checked_at: datetime | None
    check_note: str
    decided_by_name: str
    decided_at: datetime | None
    reason: str
    reason_article: str
    certificate_id: UUID | None
    barred_until: date | None
    refusal: str


class ConditionView(msgspec.Struct, frozen=True, kw_only=True):
    """A rule about who may hold the certificate, and whether it holds today."""

    rule: str
    holds: bool
    sentence: str
    article: str


class HeldCertificate(msgspec.Struct, frozen=True, kw_only=True):
    """A certificate as the answer to a step."""

    id: UUID
    version: int
    officer_id: UUID
    holder_name: str
    kind: str
    kind_label: str
    number: str
    issued_on: date
    valid_from: date
    valid_until: date
    status: str
    suspended_until: date | None
    status_reason: str


class LicencePage(msgspec.Struct, frozen=True, kw_only=True):
    """An application with its conditions, what the reader may do, and what not yet and why."""

    application: LicenceView
    conditions: list[ConditionView]
    options: list[Option]
    certificate: HeldCertificate | None
    certificate_options: list[Option]


class BarView(msgspec.Struct, frozen=True, kw_only=True):
    """A bar. The department that cancelled sees the decision; the person's organ sees the name and the last day."""

    id: UUID
    person_name: str
    holder: str
    decision_number: str
    effective_on: date | None
    barred_until: date
    state: str
    """running, over, run_out or set_aside."""
    state_label: str
    lifted_on: date | None
    note: str
    sentence: str


BAR_STATES = {"running": "不得重新申领", "over": "已届满", "run_out": "已届满", "set_aside": "决定已撤销"}


def licence_view(row: LicenceApplication, organ: str, department: str) -> LicenceView:
    barred = row.barred_until is not None
    return LicenceView(
        id=row.id,
        version=row.row_version,
        organ_id=row.organ_id,
        organ=organ,
        department=department,
        officer_id=row.officer_id,
        officer_name=row.officer_name,
        kind=row.kind,
        kind_label=KINDS[row.kind],
        purpose=row.purpose,
        purpose_label=PURPOSES[row.purpose],
        areas=[line_name(area) for area in row.areas],
        state=row.state,
        state_label=APPLICATION_STATES[row.state],
        applied_on=row.applied_on,
        applied_by_name=row.applied_by_name,
        checked_by_name="" if barred else row.checked_by_name,
        checked_at=None if barred else row.checked_at,
        check_note="" if barred else row.check_note,
        decided_by_name="" if barred else row.decided_by_name,
        decided_at=row.decided_at,
        reason="" if barred else row.reason,
        reason_article=row.reason_article,
        certificate_id=row.certificate_id,
        barred_until=row.barred_until,
        refusal=bar_sentence(row.barred_until) if row.barred_until else "",
    )


def condition_view(rule: Requirement) -> ConditionView:
    return ConditionView(rule=rule.rule, holds=rule.holds, sentence=rule.sentence, article=rule.article)


def held_certificate(row: Certificate) -> HeldCertificate:
    return HeldCertificate(
        id=row.id,
        version=row.row_version,
        officer_id=row.officer_id,
        holder_name=row.holder_name,
        kind=row.kind,
        kind_label=KINDS[row.kind],
        number=row.number,
        issued_on=row.issued_on,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        status=row.status,
        suspended_until=row.suspended_until,
        status_reason=row.status_reason,
    )


def bar_view(row: QualificationBar, holder: str, today: date) -> BarView:
    """For the department that cancelled."""
    state = row.lifted_kind or ("running" if today <= row.barred_until else "over")
    return BarView(
        id=row.id,
        person_name=row.person_name,
        holder=holder,
        decision_number=row.decision_number,
        effective_on=row.effective_on,
        barred_until=row.barred_until,
        state=state,
        state_label=BAR_STATES[state],
        lifted_on=row.lifted_on,
        note=row.lifted_note,
        sentence=bar_sentence(row.barred_until),
    )


def own_bar_view(row: Certificate, until: date, holder: str, today: date) -> BarView:
    """For the organ whose officer's certificate is void: the day and the article."""
    state = "running" if today <= until else "over"
    return BarView(
        id=row.id,
        person_name=row.holder_name,
        holder=holder,
        decision_number="",
        effective_on=None,
        barred_until=until,
        state=state,
        state_label=BAR_STATES[state],
        lifted_on=None,
        note=f"{KINDS[row.kind]} {row.number} 失效",
        sentence=bar_sentence(until),
    )

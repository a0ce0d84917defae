"""The justice department checks, approves, refuses and issues (Arts. 6, 10(4), 21).

The conditions are asked again at each step: what held when the application was made may not hold any more, and a bar
that began meanwhile, in whatever tenant, wins.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from kernel.errors import Invalid, NotFound, Stale
from kernel.ids import new_id
from kernel.series import next_number
from kernel.work import Work
from supervision.deadlines import notices
from supervision.deadlines import service as deadlines
from supervision.instruments.numbering import document_number
from supervision.licensing import repository
from supervision.licensing.applying import target
from supervision.licensing.bars import barred, heeding
from supervision.licensing.conditions import Conditions, conditions, holder
from supervision.licensing.models import LicenceApplication
from supervision.licensing.rules import APPLICATION, ARTICLES, KINDS, PURPOSES, valid_until
from tenants.access import authorize
from tenants.organs.directory import directory
from tenants.organs.letters import organ_letters
from tenants.registers import service as registers
from tenants.registers.models import Certificate, Officer

LETTERS = {"enforcement": "执法证", "supervision": "监督证"}
REASON_MAX = 1000
APPLICANTS = ("contact", "legal_officer", "organ_head")


def deciders(application: LicenceApplication, officer: Officer) -> tuple[UUID | None, ...]:
    """Those who do not decide: who applied, who checked, and whom it is about."""
    return application.applied_by, application.checked_by, officer.person_id


@asynccontextmanager
async def _step(
    work: Work, application_id: UUID, action: str, version: int | None, *, reason: str = "-"
) -> AsyncIterator[tuple[LicenceApplication, Officer, Conditions]]:
    """The application locked for a step that is allowed now; the inner statements act as its organ.

    The person's row is locked first, by the look-up, and the application after it, as the database itself does.
    """
    seen = await repository.get_application(work, application_id)
    if seen is None:
        raise NotFound
    officer = await holder(work, seen.organ_id, seen.officer_id)
    await authorize(work, "licence", action, target(seen, *deciders(seen, officer)))
    found = await conditions(work, officer, seen.kind, seen.purpose)
    async with work.acting_as(seen.organ_id):
        application = await repository.lock_application(work, application_id)
        if application is None:
            raise NotFound
        if version is not None and application.row_version != version:
            raise Stale
        _require(application, action, found, reason)
        async with heeding(work):
            yield application, officer, found


def _require(application: LicenceApplication, action: str, found: Conditions, reason: str) -> None:
    if action != "refuse" and found.barred_until is not None:
        raise barred(found.barred_until)
    APPLICATION.step(application.state, action, found.facts(reason=reason))


def _sentence(text: str, field: str, *, need: str = "") -> str:
    found = text.strip()
    if need and len(found) < 2:
        raise Invalid(need, field=field, article="10(4)")
    if len(found) > REASON_MAX:
        raise Invalid(f"不超过{REASON_MAX}个字。", field=field, article="10(4)")
    return found


def _note(work: Work, application: LicenceApplication, action: str, title: str, note: str = "") -> None:
    work.record(
        action,
        "licence_application",
        application.id,
        title=title,
        note=note,
        article=ARTICLES[application.kind],
    )


async def check(work: Work, application_id: UUID, note: str = "", *, version: int | None = None) -> LicenceApplication:
    """Find the conditions met. Raises NotFound, Denied, Stale, Barred, IllegalTransition with the rule, Invalid."""
    said = _sentence(note, "note")
    async with _step(work, application_id, "check", version) as (application, _, _found):
        application.state, application.check_note, application.checked_at = "checked", said, work.now
        application.checked_by = work.actor.person_id if work.actor else None
        application.checked_by_name = work.actor.name if work.actor else "系统"
    title = f"审查通过{application.officer_name}的{KINDS[application.kind]}申请"
    _note(work, application, "check_licence", title, said)
    await notices.notify(
        work,
        work.organ_id,
        kind="approval",
        title=f"请批准{application.officer_name}的{KINDS[application.kind]}申请",
        link=f"/licences/{application.id}",
        roles=("supervision_leader",),
        article=ARTICLES[application.kind],
    )
    return application


async def approve(work: Work, application_id: UUID, *, version: int | None = None) -> LicenceApplication:
    """Grant the certificate; it is issued by a step of its own. Raises as `check`; Denied too for whoever applied,
    checked or is the officer."""
    async with _step(work, application_id, "approve", version) as (application, _, _found):
        application.state = "approved"
        _decided(work, application)
    _note(work, application, "approve_licence", f"批准{application.officer_name}的{KINDS[application.kind]}申请")
    return application


def _decided(work: Work, application: LicenceApplication) -> None:
    application.decided_at = work.now
    application.decided_by = work.actor.person_id if work.actor else None
    application.decided_by_name = work.actor.name if work.actor else "系统"


async def refuse(work: Work, application_id: UUID, reason: str, *, version: int | None = None) -> LicenceApplication:
    """Refuse with a reason that the applicant reads. Raises NotFound, Denied, Stale, IllegalTransition, Invalid."""
    said = _sentence(reason, "reason", need="请写明不予批准的理由。")
    async with _step(work, application_id, "refuse", version, reason=said) as (application, _, found):
        application.state, application.reason = "refused", said
        application.reason_article = found.unmet[0].article if found.unmet else ARTICLES[application.kind]
        _decided(work, application)
        _note(work, application, "refuse_licence", f"不予批准{application.officer_name}的证件申请", said)
    _note(work, application, "refuse_licence", f"不予批准{application.officer_name}的证件申请", said)
    await _answer(work, application, f"{application.officer_name}的{KINDS[application.kind]}申请不予批准")
    return application


async def issue(work: Work, application_id: UUID, *, version: int | None = None) -> Certificate:
    """Issue the certificate under the next number of the department's series of this kind and year.

    It is valid from today; what it renews or replaces is taken back at the same moment. Raises as `check`.
    """
    department = work.organ_id
    async with _step(work, application_id, "issue", version) as (application, officer, found):
        async with work.acting_as(department):
            number = await certificate_number(work, application.kind)
        if found.held is not None:
            await _take_back(work, found.held.id, application.purpose)
        certificate = await _certificate(work, application, found, department, number)
        work.session.add(certificate)
        application.state, application.certificate_id = "issued", certificate.id
        _note(work, application, "issue_certificate", f"制发{officer.name}的{KINDS[application.kind]} {number}")
    async with work.acting_as(officer.organ_id):
        await registers.project_to_posts(work, officer)
    _note(work, application, "issue_certificate", f"制发{officer.name}的{KINDS[application.kind]} {number}")
    await _answer(work, application, f"{officer.name}的{KINDS[application.kind]}已制发：{number}")
    return certificate


async def certificate_number(work: Work, kind: str) -> str:
    """The next number of the work's organ: 建司执法证〔2026〕17号. Gapless: a rollback gives it back."""
    tree = await directory(work)
    organ = tree.get(work.organ_id)
    letters = (organ.letters or organ_letters(organ.name)) + LETTERS[kind]
    return document_number(letters, work.today.year, await next_number(work, letters, work.today.year))


async def _take_back(work: Work, certificate_id: UUID, purpose: str) -> None:
    old = await repository.lock_certificate(work, certificate_id)
    if old is None:
        raise NotFound
    old.status, old.status_on, old.suspended_until = "returned", work.today, None
    old.status_reason, old.status_article = f"{PURPOSES[purpose]}，原证作废", "10(4)"


async def _certificate(
    work: Work, application: LicenceApplication, found: Conditions, department: UUID, number: str
) -> Certificate:
    length = (await deadlines.rulebook(work)).deadline("certificate.validity")
    last = valid_until(work.today, length.amount, length.unit)
    if application.purpose == "replacement" and found.held is not None:
        last = found.held.valid_until
    return Certificate(
        id=new_id(),
        city_id=work.city_id,
        organ_id=application.organ_id,
        officer_id=application.officer_id,
        citizen_hash=application.citizen_hash,
        holder_name=application.officer_name,
        kind=application.kind,
        number=number,
        issuer_id=department,
        areas=list(application.areas),
        issued_on=work.today,
        valid_from=work.today,
        valid_until=last,
        status="valid",
        status_reason="",
        status_article="",
        status_on=work.today,
        status_before="",
        application_id=application.id,
    )


async def _answer(work: Work, application: LicenceApplication, title: str) -> None:
    await notices.notify(
        work,
        application.organ_id,
        kind="decision",
        title=title,
        link=f"/licences/{application.id}",
        roles=APPLICANTS,
        article=ARTICLES[application.kind],
    )

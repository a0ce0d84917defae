"""Certificates that are held: withheld for a time, restored, taken back (Art. 10(4))."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from uuid import UUID

from kernel.errors import Invalid, NotFound, Stale
from kernel.machine import Option
from kernel.wording import format_date
from kernel.work import Work
from supervision.deadlines import notices
from supervision.licensing import repository
from supervision.licensing.applying import department_of
from supervision.licensing.bars import barred, heeding, look_up
from supervision.licensing.conditions import holder
from supervision.licensing.rules import CERTIFICATE, KINDS, CertificateFacts
from supervision.licensing.views import HeldCertificate, held_certificate
from tenants.access import Target, authorize, consider
from tenants.registers import service as registers
from tenants.registers.models import Certificate, Officer

ARTICLE = "10(4)"
TOLD = ("contact", "legal_officer", "organ_head")


STEPS = ("suspend", "restore", "return")
"""What persons do; the rest happens by itself."""


async def _about(work: Work, certificate: Certificate, officer: Officer) -> Target:
    return Target(
        owner_id=await department_of(work, certificate.organ_id),
        supervised_id=certificate.organ_id,
        drafters=frozenset({officer.person_id} if officer.person_id else ()),
    )


async def options(work: Work, certificate: Certificate, officer: Officer) -> list[Option]:
    """What persons may do with a certificate now; left out what this reader never may."""
    about = await _about(work, certificate, officer)
    facts = CertificateFacts(barred=False, in_period=work.today <= certificate.valid_until)
    found = []
    for option in CERTIFICATE.options(certificate.status, facts):
        if option.action in STEPS:
            verdict, _ = await consider(work, "licence", f"{option.action}_certificate", about)
            found += [option] if verdict.allowed else []
    return found


async def certificate(work: Work, certificate_id: UUID) -> tuple[HeldCertificate, list[Option]]:
    """A certificate and what the reader may do with it. Raises NotFound, Denied."""
    seen = await repository.get_certificate(work, certificate_id)
    if seen is None:
        raise NotFound
    officer = await holder(work, seen.organ_id, seen.officer_id)
    await authorize(work, "licence", "read", await _about(work, seen, officer))
    return held_certificate(seen), await options(work, seen, officer)


@asynccontextmanager
async def _step(work: Work, certificate_id: UUID, action: str, version: int | None) -> AsyncIterator[Certificate]:
    """The certificate locked for a step; the inner statements act as its holder's organ. The posts follow it."""
    seen = await repository.get_certificate(work, certificate_id)
    if seen is None:
        raise NotFound
    officer = await holder(work, seen.organ_id, seen.officer_id)
    await authorize(work, "licence", f"{action}_certificate", await _about(work, seen, officer))
    until = await look_up(work, officer, work.today, max(work.today, seen.valid_until))
    async with work.acting_as(seen.organ_id):
        certificate = await repository.lock_certificate(work, certificate_id)
        if certificate is None:
            raise NotFound
        if version is not None and certificate.row_version != version:
            raise Stale
        if action == "restore" and until is not None:
            raise barred(until)
        async with heeding(work):
            yield certificate
        await registers.project_to_posts(work, officer)


def _moved(work: Work, certificate: Certificate, status: str, reason: str) -> None:
    certificate.status, certificate.status_on = status, work.today
    certificate.status_reason, certificate.status_article = reason, ARTICLE
    if status != "suspended":
        certificate.suspended_until = None


def _name(certificate: Certificate) -> str:
    return f"{certificate.holder_name}的{KINDS[certificate.kind]} {certificate.number}"


def _reason(text: str, need: str) -> str:
    found = text.strip()
    if not 2 <= len(found) <= 500:
        raise Invalid(need, field="reason", article=ARTICLE)
    return found


async def suspend(
    work: Work, certificate_id: UUID, until: date, reason: str, *, version: int | None = None
) -> Certificate:
    """Withhold a certificate for a time; `until` is the last day, after which it is valid again by itself.

    Raises NotFound, Denied, Stale, IllegalTransition for one that is not valid, Invalid for the day or the reason.
    """
    said = _reason(reason, "请写明暂扣的事由，2 至 500 字。")
    async with _step(work, certificate_id, "suspend", version) as certificate:
        if not work.today < until <= certificate.valid_until:
            raise Invalid(
                f"暂扣的最后一日应在今日以后，不晚于证件到期日{format_date(certificate.valid_until)}。",
                field="until",
                article=ARTICLE,
            )
        CERTIFICATE.step(certificate.status, "suspend", CertificateFacts(barred=False, in_period=True))
        _moved(work, certificate, "suspended", said)
        certificate.suspended_until = until
        _note(work, certificate, "suspend_certificate", f"暂扣{_name(certificate)}至{format_date(until)}", said)
    _note(work, certificate, "suspend_certificate", f"暂扣{_name(certificate)}至{format_date(until)}", said)
    await _tell(work, certificate, f"{_name(certificate)}被暂扣至{format_date(until)}：{said}")
    return certificate


async def restore(work: Work, certificate_id: UUID, reason: str, *, version: int | None = None) -> Certificate:
    """End a withholding before its last day. Raises NotFound, Denied, Stale, Barred, IllegalTransition, Invalid."""
    said = _reason(reason, "请写明提前恢复的理由，2 至 500 字。")
    async with _step(work, certificate_id, "restore", version) as certificate:
        facts = CertificateFacts(barred=False, in_period=work.today <= certificate.valid_until)
        CERTIFICATE.step(certificate.status, "restore", facts)
        _moved(work, certificate, "valid", said)
        _note(work, certificate, "restore_certificate", f"恢复{_name(certificate)}", said)
    _note(work, certificate, "restore_certificate", f"恢复{_name(certificate)}", said)
    await _tell(work, certificate, f"{_name(certificate)}已恢复：{said}")
    return certificate


async def take_back(work: Work, certificate_id: UUID, reason: str, *, version: int | None = None) -> Certificate:
    """Take a certificate back for good, at the organ or at the department. Raises as `restore`."""
    said = _reason(reason, "请写明收回证件的原因，2 至 500 字。")
    async with _step(work, certificate_id, "return", version) as certificate:
        CERTIFICATE.step(certificate.status, "return", CertificateFacts(barred=False))
        _moved(work, certificate, "returned", said)
        _note(work, certificate, "return_certificate", f"收回{_name(certificate)}", said)
    await _tell(work, certificate, f"{_name(certificate)}已收回：{said}")
    return certificate


async def end_suspension(work: Work, certificate_id: UUID) -> bool:
    """Make a certificate valid again whose withholding is over; the work acts as its organ. False when another run
    did it, or something else happened to it meanwhile."""
    seen = await repository.get_certificate(work, certificate_id)
    if seen is None:
        return False
    officer = await registers.officer(work, seen.officer_id)
    until = await look_up(work, officer, work.today, max(work.today, seen.valid_until))
    certificate = await repository.lock_certificate(work, certificate_id)
    over = certificate is not None and certificate.suspended_until is not None
    if certificate is None or not over or certificate.status != "suspended" or until is not None:
        return False
    if certificate.suspended_until is not None and certificate.suspended_until >= work.today:
        return False
    if certificate.valid_until < work.today:
        _moved(work, certificate, "expired", "有效期届满")
    else:
        _moved(work, certificate, "valid", "暂扣期满，自行恢复")
    async with heeding(work):
        _note(work, certificate, "end_suspension", f"暂扣期满：{_name(certificate)}", certificate.status_reason)
    await registers.project_to_posts(work, officer)
    await _tell(work, certificate, f"{_name(certificate)}暂扣期满，{certificate.status_reason}")
    return True


def _note(work: Work, certificate: Certificate, action: str, title: str, note: str) -> None:
    work.record(action, "certificate", certificate.id, title=title, note=note, article=ARTICLE)


async def _tell(work: Work, certificate: Certificate, title: str) -> None:
    await notices.notify(
        work,
        certificate.organ_id,
        kind="decision",
        title=title,
        link=f"/officers/{certificate.officer_id}",
        roles=TOLD,
        article=ARTICLE,
    )

"""What comes back: receipt, result, return. By hand with the receiver's paper, or from a connected system (Art. 18)."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from kernel import blobs
from kernel.work import Work
from supervision.referrals import circle, repository
from supervision.referrals.commands import Incoming
from supervision.referrals.dossier import sm3
from supervision.referrals.drafting import keep, record
from supervision.referrals.models import Referral
from supervision.referrals.rules import ReferralFacts

REASON_LEAST = 10


async def receive_receipt(work: Work, referral_id: UUID, incoming: Incoming, *, on: date | None = None) -> Referral:
    """The receiver took it over; `on` is the day of its receipt. The door for a connected system as well, whose work
    has no actor. Raises NotFound, IllegalTransition without the receipt or in another state."""
    row = await circle.enter(work, referral_id, "acknowledge")
    row.acknowledged_on = on or work.today
    note = incoming.text.strip()
    await circle.step(work, row, "acknowledge", ReferralFacts(has_proof=bool(incoming.files)), note)
    await keep(work, row, "receipt", incoming.files)
    await circle.tell(work, row, "一件限制知悉事项已被受理", but=_me(work), kind="answered")
    return row


async def receive_result(
    work: Work, referral_id: UUID, incoming: Incoming, *, returned: bool = False, on: date | None = None
) -> Referral:
    """What became of it: a result, or with `returned` the return with its reasons. Raises as `receive_receipt`."""
    action = "record_return" if returned else "record_result"
    row = await circle.enter(work, referral_id, action)
    text = incoming.text.strip()
    facts = ReferralFacts(has_proof=bool(incoming.files), reasons=not returned or len(text) >= REASON_LEAST)
    row.closed_on = on or work.today
    await circle.step(work, row, action, facts, text)
    await keep(work, row, "result", incoming.files)
    await circle.tell(work, row, "一件限制知悉事项有了办理结果", but=_me(work), kind="answered")
    return row


async def reopen(work: Work, referral_id: UUID, reason: str, *, version: int | None = None) -> Referral:
    """Take a returned or declined one up again: a new round, decided and sealed anew; the old dossier and letter are
    kept. Raises as `receive_receipt`."""
    row = await circle.enter(work, referral_id, "reopen", version)
    facts = ReferralFacts(reasons=len(reason.strip()) >= REASON_LEAST)
    await circle.step(work, row, "reopen", facts, reason.strip())
    await _keep_round(work, row)
    row.round += 1
    row.drafted_by, row.drafted_by_name = (work.actor.person_id, work.actor.name) if work.actor else (None, "系统")
    row.drafted_at = work.now
    row.decided_by, row.decided_by_name, row.decided_at = None, "", None
    row.manifest_sha256 = row.manifest_sm3 = row.archive_sha256 = row.pdf_sha256 = row.docx_sha256 = ""
    row.number = row.verification_code = ""
    row.archive_size, row.pages, row.year, row.seq = 0, 0, None, None
    row.sealed_at = row.sent_at = row.acknowledged_on = row.closed_on = None
    await work.session.flush()
    return row


async def _keep_round(work: Work, row: Referral) -> None:
    """Letter and archive of the round that ended, as files of the referral."""
    if row.number:
        pdf = await blobs.store().read(row.pdf_sha256)
        stored = blobs.Stored(row.pdf_sha256, sm3(pdf), len(pdf), "application/pdf", "document")
        record(work, row, "letter", f"{row.number}.pdf", stored)
        data = await blobs.store().read(row.archive_sha256)
        sealed = blobs.Stored(row.archive_sha256, sm3(data), len(data), "application/zip", "archive")
        record(work, row, "archive", f"案卷 {row.number}.zip", sealed)


def _me(work: Work) -> UUID | None:
    return work.actor.post_id if work.actor else None


async def answer_urging(work: Work, row: Referral, what: str) -> None:
    """Tell the body that urged what the enforcement organ decided: the result of its letter, without a paper, because
    it comes from the organ's own decision (Art. 8(5))."""
    if row.origin != "urging" or row.addressee_id is None:
        return
    source, body = row.source_id, row.addressee_id
    async with work.acting_as(body):
        urged = await repository.lock(work, source)
        if urged is not None and urged.state in ("sent", "acknowledged"):
            urged.closed_on = work.today
            await circle.step(work, urged, "record_result", ReferralFacts(), what)
            await circle.tell(work, urged, "一件限制知悉事项有了答复", kind="answered")

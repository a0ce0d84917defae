"""The leader decides: the manifest is fixed with the decision, a job seals the archive, then the letter goes out.

Rules of 2020 on the transfer of suspected crimes: decided in 3 days, transferred within 24 hours; a refusal is kept
with its reasons (Arts. 18, 21).
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from kernel import blobs
from kernel.clock import local_date
from kernel.ids import new_id
from kernel.vault import vault
from kernel.work import Work
from supervision.instruments.models import Instrument, Paper
from supervision.matters.models import Evidence, Finding
from supervision.referrals import circle, repository
from supervision.referrals.commands import Contents
from supervision.referrals.dossier import Piece, archive, listed, manifest, sm3
from supervision.referrals.models import Referral, ReferralDossier, ReferralFile
from supervision.referrals.receiving import answer_urging
from supervision.referrals.rules import ReferralFacts, problems
from tenants.organs.directory import directory

JOB = "seal_referral"


async def transfer(work: Work, referral_id: UUID, *, version: int | None = None) -> Referral:
    """Decide to transfer: whatever the matter holds now is what the dossier will hold, whatever happens later.

    Raises NotFound for anyone not named, Denied for the drafter and for anyone but a leader, IllegalTransition when
    the draft is incomplete or decided already.
    """
    row = await circle.enter(work, referral_id, "transfer", version)
    _, contents = await circle.contents_of(work, row)
    row.decided_by, row.decided_by_name = (work.actor.person_id, work.actor.name) if work.actor else (None, "")
    row.decided_at = work.now
    await circle.step(work, row, "transfer", ReferralFacts(complete=_complete(row, contents)))
    text = await _manifest(work, row, contents)
    row.manifest_sha256, row.manifest_sm3 = hashlib.sha256(text).hexdigest(), sm3(text)
    work.session.add(
        ReferralDossier(
            id=new_id(),
            city_id=work.city_id,
            organ_id=row.organ_id,
            referral_id=row.id,
            round=row.round,
            manifest_cipher=vault().seal(text.decode()),
        )
    )
    await work.session.flush()
    work.enqueue(JOB, {"referral_id": str(row.id), "round_no": row.round})
    return row


def _complete(row: Referral, contents: Contents) -> bool:
    fields = {name: getattr(contents, name) for name in contents.__struct_fields__}
    return not problems(row.kind, fields | {"recipient": row.recipient})


async def decline(work: Work, referral_id: UUID, reasons: str, *, version: int | None = None) -> Referral:
    """Decide not to transfer, with the reasons on file. Raises as `transfer`."""
    row = await circle.enter(work, referral_id, "decline", version)
    row.decided_by, row.decided_by_name = (work.actor.person_id, work.actor.name) if work.actor else (None, "")
    row.decided_at, row.closed_on = work.now, work.today
    await circle.step(work, row, "decline", ReferralFacts(reasons=len(reasons.strip()) >= 10), reasons.strip())
    await circle.tell(
        work, row, "一件限制知悉事项已经决定", but=work.actor.post_id if work.actor else None, kind="decision"
    )
    await answer_urging(work, row, f"决定不予移送：{reasons.strip()}")
    return row


async def _manifest(work: Work, row: Referral, contents: Contents) -> bytes:
    tree = await directory(work)
    head: dict[str, Any] = {
        "referral": str(row.id),
        "round": row.round,
        "kind": row.kind,
        "organ": tree.name(row.organ_id),
        "decided_at": work.now.isoformat(timespec="seconds"),
        # The statement itself stands in the letter; here it is bound by its hash.
        "statement_sha256": hashlib.sha256("\n".join((contents.subject, contents.conduct)).encode()).hexdigest(),
        "matter": None,
    }
    findings: list[dict[str, Any]] = []
    pieces = [_material(file) for file in await repository.of_referral(work, ReferralFile, row.id)]
    matter = await repository.matter(work, row.matter_id) if row.matter_id else None
    if matter is not None:
        head["matter"] = {
            "number": matter.number or "",
            "title": matter.title,
            "supervised": matter.supervised_name,
            "opened_on": matter.opened_on.isoformat() if matter.opened_on else "",
        }
        findings = [_finding(found) for found in await repository.findings(work, matter.id)]
        pieces += await _documents(work, await repository.documents(work, matter.id))
        pieces += [_evidence(item) for item in await repository.evidence(work, matter.id)]
    return manifest(head, findings, pieces)


def _finding(found: Finding) -> dict[str, Any]:
    names = ("no", "content_item", "title", "facts", "provision", "gravity", "officers", "state")
    return {name: getattr(found, name) for name in names}


def _material(file: ReferralFile) -> Piece:
    return Piece(
        role="material",
        name=vault().open(file.name_cipher),
        media_type=file.media_type,
        sha256=file.sha256,
        sm3=file.sm3,
        size=file.size,
        date=local_date(file.created_at).isoformat(),
    )


def _evidence(item: Evidence) -> Piece:
    return Piece(
        role="evidence",
        name=item.name,
        media_type=item.media_type,
        sha256=item.sha256,
        sm3=str(item.detail.get("sm3", "")),
        size=item.size,
        date=local_date(item.taken_at or item.created_at).isoformat(),
        about=item.origin,
    )


async def _documents(work: Work, issued: Sequence[Instrument | Paper]) -> list[Piece]:
    found = []
    for row in issued:
        if row.pdf_sha256 is None or row.issued_at is None:
            continue
        data = await blobs.store().read(row.pdf_sha256)
        found.append(
            Piece(
                role="document",
                name=row.title,
                media_type="application/pdf",
                sha256=row.pdf_sha256,
                sm3=sm3(data),
                size=len(data),
                number=row.number or "",
                date=local_date(row.issued_at).isoformat(),
            )
        )
    return found


async def seal(work: Work, referral_id: UUID, round_no: int) -> bool:
    """Build the archive of one round from its manifest, once; the work of the job `seal_referral`.

    False when it is sealed already or another round has begun. Reads nothing of the matter: what changed since the
    decision cannot come in.
    """
    row = await repository.lock(work, referral_id)
    if row is None or row.round != round_no or row.state != "approved" or row.archive_sha256:
        return False
    dossiers = await repository.of_referral(work, ReferralDossier, row.id)
    held = next(d for d in dossiers if d.round == round_no)
    text = vault().open(held.manifest_cipher).encode()
    contents = {digest: await blobs.store().read(digest) for digest in set(listed(text).values())}
    data = await asyncio.to_thread(archive, text, contents)
    stored = await blobs.store().keep(work, data, "application/zip")
    row.archive_sha256, row.archive_size, row.sealed_at = stored.sha256, stored.size, work.now
    await circle.write_step(work, row, "seal", "封存案卷")
    await circle.tell(work, row, "一件限制知悉事项的案卷已封存，请在规定时间内送出")
    return True

"""The letter: numbered in the organ's own series, rendered once as PDF/A and Word, with the dossier's values."""

from __future__ import annotations

import asyncio
import json
from uuid import UUID

from kernel import blobs, settings
from kernel.series import next_number
from kernel.vault import vault
from kernel.wording import format_date
from kernel.work import Work
from policy.rulebook import RuleBook
from supervision.deadlines import service as deadlines
from supervision.deadlines.changes import term_of
from supervision.deadlines.rules import compute
from supervision.instruments.documents import DossierSeal, Due, Frame, ReferralDocument, docx
from supervision.instruments.numbering import document_number
from supervision.instruments.papers import compact, number_series, regulation, rendered, seal
from supervision.instruments.sending import new_code
from supervision.matters.commands import Upload
from supervision.referrals import circle, drafting, receiving, repository
from supervision.referrals.commands import Contents, OpenReferral
from supervision.referrals.models import Referral, ReferralDossier
from supervision.referrals.rules import LETTERS, SECRECY, ReferralFacts
from tenants.organs.directory import directory

PROCURATORATE = "同级人民检察院"
POLICE = "同级公安机关"
NAMES_LISTED = 12


async def send(work: Work, referral_id: UUID, *, version: int | None = None) -> Referral:
    """Send: number, letter, and for urging the draft at the urged organ. Not before the archive is sealed.

    Raises NotFound for anyone not named, IllegalTransition while sealing runs or after it was sent.
    """
    row = await circle.enter(work, referral_id, "send", version)
    _, contents = await circle.contents_of(work, row)
    facts = ReferralFacts(sealed=bool(row.archive_sha256))
    await circle.step(work, row, "send", facts)
    await _letter(work, row, contents)
    row.sent_at, row.sent_by_name = work.now, work.actor.name if work.actor else ""
    if row.kind == "urge_transfer":
        await circle.set_limit(work, row, "referral.urged")
        await _urge(work, row, contents)
    else:
        await receiving.answer_urging(work, row, f"已移送公安机关（{row.number}）。")
    await circle.write_step(work, row, "letter", f"制发移送文书 {row.number}")
    return row


async def _letter(work: Work, row: Referral, contents: Contents) -> None:
    book = await deadlines.rulebook(work)
    tree = await directory(work)
    kind = LETTERS[row.kind]
    year = work.today.year
    seq = await next_number(work, f"referral:{row.kind}", year)
    number = document_number(number_series(tree, book, work.organ_id, kind), year, seq)
    row.number, row.year, row.seq, row.verification_code = number, year, seq, await new_code(work)
    document = await _document(work, row, contents, book)
    made = await rendered(document)
    word = await asyncio.to_thread(docx, document)
    stored = await blobs.store().put(work, made.pdf, f"{seq}.pdf")
    kept = await blobs.store().put(work, word, f"{seq}.docx")
    row.pdf_sha256, row.docx_sha256, row.pages = stored.sha256, kept.sha256, made.pages


async def _document(work: Work, row: Referral, contents: Contents, book: RuleBook) -> ReferralDocument:
    """The letter; number and code stand in the row already."""
    tree = await directory(work)
    issuer = tree.name(work.organ_id)
    dossiers = await repository.of_referral(work, ReferralDossier, row.id)
    held = next(d for d in dossiers if d.round == row.round)
    files = json.loads(vault().open(held.manifest_cipher))["files"]
    names = [f"《{f['name']}》" if f["role"] == "document" else f["name"].rsplit(".", 1)[0] for f in files]
    names = list(dict.fromkeys(names))
    more = (f"等{len(names)}种",) if len(names) > NAMES_LISTED else ()
    urging = row.kind == "urge_transfer"
    return ReferralDocument(
        frame=Frame(
            issuer=issuer,
            created=work.today,
            number=row.number,
            dated=work.today,
            seal=seal(row.number),
            contact=contents.contact,
            copies=(PROCURATORATE,) if urging else (),
            printer=f"{issuer}办公室",
            code=row.verification_code,
            demo=settings.load().demo_mode,
        ),
        kind=row.kind,  # type: ignore[arg-type]
        name=book.instrument(LETTERS[row.kind]).name,
        addressee=tree.name(row.addressee_id) if urging and row.addressee_id else row.recipient,
        subject=contents.subject,
        conduct=contents.conduct,
        discovered=contents.discovered,
        handled=contents.handled,
        dossier=DossierSeal(
            files=len({f["path"] for f in files}),
            sha256=row.manifest_sha256,
            sm3=row.manifest_sm3,
            names=(*names[:NAMES_LISTED], *more),
        ),
        due=await _due(work, book) if urging else None,
        spread=_spread(row, urging=urging),
        regulation=regulation(book),
    )


def _spread(row: Referral, *, urging: bool) -> str:
    whom = "当事人" if urging else "涉及的单位、人员"
    limits = f"限指定人员阅知，不得复制、转发和向{whom}透露。" if row.secrecy == "internal" else ""
    return f"本件知悉范围：{SECRECY[row.secrecy]}。{limits}"


async def _due(work: Work, book: RuleBook) -> Due:
    rule = book.deadline("referral.urged")
    end = compute(
        work.today,
        term_of(rule.amount, rule.unit, rule.key, rule.source, rule.article),
        await deadlines.calendar(work),
    )
    return Due(day=format_date(end.due), counted=f"期限{compact(rule.length)}，自发出次日起计算")


async def _urge(work: Work, row: Referral, contents: Contents) -> None:
    """Open the transfer at the urged organ, with the letter in it: its principal leaders decide and answer for it."""
    assert row.addressee_id is not None
    data = await blobs.store().read(row.pdf_sha256)
    number, issuer, source = row.number, row.organ_id, row.id
    tree = await directory(work)
    async with work.acting_as(row.addressee_id):
        opened = await drafting.open_draft(
            work,
            OpenReferral(
                kind="criminal",
                origin="urging",
                source_id=source,
                contents=Contents(
                    subject=contents.subject,
                    conduct=contents.conduct,
                    discovered=f"{tree.name(issuer)}以《督促移送函》（{number}）督促移送。",
                ),
                recipient=POLICE,
                answers_to=issuer,
            ),
        )
        there = await repository.lock(work, opened) if opened else None
        if there is not None:
            await drafting.keep(work, there, "urging", [Upload(f"督促移送函 {number}.pdf", data)])
    if work.actor is not None:
        await repository.declare(work, work.actor.post_id)

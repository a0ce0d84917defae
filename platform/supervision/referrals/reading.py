"""Reading referrals: only for a named post, every opening of a file audited (Art. 18)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from kernel import blobs
from kernel.errors import NotFound
from kernel.vault import vault
from kernel.work import Work
from supervision.deadlines import service as deadlines
from supervision.matters.facts import Choice
from supervision.matters.views import Page
from supervision.referrals import circle, repository
from supervision.referrals.models import Referral, ReferralFile, ReferralReader, ReferralStep
from supervision.referrals.rules import (
    ARTICLES,
    FILE_ROLES,
    KINDS,
    ORIGINS,
    REFERRAL,
    SECRECY,
    ReferralFacts,
    last_day,
)
from supervision.referrals.views import (
    ReferralFileView,
    ReferralHead,
    ReferralReaderView,
    ReferralRow,
    ReferralStepView,
    ReferralView,
)
from tenants.access import authorize, consider
from tenants.organs.directory import directory

ZIP = "application/zip"
PDF = "application/pdf"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


async def listed(
    work: Work, *, open_only: bool | None = True, after: UUID | None = None, limit: int = 50
) -> Page[ReferralRow]:
    """Referrals on which the acting post is named, newest first; empty for everybody else."""
    if work.actor is None:
        return Page([], None)
    await repository.declare(work, work.actor.post_id)
    rows = await repository.of_reader(work, work.actor.post_id, open_only=open_only, after=after, limit=limit + 1)
    held = await repository.contents(work, [row.id for row in rows])
    if rows:
        work.record("referral_list", "referral", None, title="限制知悉事项：查看清单", article="18")
    shown = [await _row(work, row, circle.opened_text(held[row.id]).subject) for row in rows[:limit]]
    return Page(shown, str(rows[limit - 1].id) if len(rows) > limit else None)


async def _row(work: Work, row: Referral, subject: str) -> ReferralRow:
    return ReferralRow(
        id=row.id,
        kind=row.kind,
        kind_label=KINDS[row.kind],
        subject=subject or "（待补充）",
        recipient=await _recipient(work, row),
        state=row.state,
        state_label=REFERRAL.label(row.state),
        number=row.number,
        drafted_at=row.drafted_at,
        due_name=await _due_name(work, row),
        due_at=row.due_at,
        due_on=last_day(row.due_at),
        overdue=row.due_at is not None and row.due_at <= work.now,
    )


async def _recipient(work: Work, row: Referral) -> str:
    urging = row.kind == "urge_transfer" and row.addressee_id is not None
    return (await directory(work)).name(row.addressee_id) if urging and row.addressee_id else row.recipient


async def _due_name(work: Work, row: Referral) -> str:
    return (await deadlines.rulebook(work)).deadline(row.due_kind).name if row.due_kind else ""


async def view(work: Work, referral_id: UUID) -> ReferralView:
    """One referral; each look is audited. Raises NotFound for everybody who is not named on it, in the words for what
    does not exist."""
    row = await _known(work, referral_id)
    await authorize(work, f"referral:{row.kind}", "read", await circle.target(work, row))
    _, contents = await circle.contents_of(work, row)
    work.record("referral_read", "referral", row.id, title="限制知悉事项：查看", article=ARTICLES[row.kind])
    matter = await repository.matter(work, row.matter_id) if row.matter_id else None
    rule = (await deadlines.rulebook(work)).deadline(row.due_kind) if row.due_kind else None
    allowed, refused = await _choices(work, row)
    return ReferralView(
        id=row.id,
        version=row.row_version,
        kind=row.kind,
        kind_label=KINDS[row.kind],
        article=ARTICLES[row.kind],
        state=row.state,
        state_label=REFERRAL.label(row.state),
        secrecy=row.secrecy,
        secrecy_label=SECRECY[row.secrecy],
        origin_label=ORIGINS[row.origin],
        round=row.round,
        recipient=await _recipient(work, row),
        addressee_name=(await directory(work)).name(row.addressee_id) if row.addressee_id else "",
        matter_id=row.matter_id,
        matter_title=matter.title if matter else "",
        subject=contents.subject,
        conduct=contents.conduct,
        discovered=contents.discovered,
        handled=contents.handled,
        contact=contents.contact,
        drafted_by_name=row.drafted_by_name,
        drafted_at=row.drafted_at,
        decided_by_name=row.decided_by_name,
        decided_at=row.decided_at,
        manifest_sha256=row.manifest_sha256,
        manifest_sm3=row.manifest_sm3,
        sealed_at=row.sealed_at,
        archive_sha256=row.archive_sha256,
        archive_size=row.archive_size,
        number=row.number,
        sent_at=row.sent_at,
        sent_by_name=row.sent_by_name,
        acknowledged_on=row.acknowledged_on,
        closed_on=row.closed_on,
        due_name=rule.name if rule else "",
        due_length=rule.length if rule else "",
        due_article=rule.article if rule else "",
        due_at=row.due_at,
        due_on=last_day(row.due_at),
        overdue=row.due_at is not None and row.due_at <= work.now,
        readers=[_reader(r) for r in await repository.of_referral(work, ReferralReader, row.id)],
        files=[_file(f) for f in await repository.of_referral(work, ReferralFile, row.id)],
        steps=[_step(s) for s in reversed(await repository.of_referral(work, ReferralStep, row.id))],
        allowed=allowed,
        refused=refused,
    )


async def _known(work: Work, referral_id: UUID) -> Referral:
    row = await repository.get(work, referral_id)
    if row is None or work.actor is None or not await circle.knows(work, row):
        raise NotFound
    return row


async def _choices(work: Work, row: Referral) -> tuple[list[Choice], list[Choice]]:
    """What can be done now, and what cannot, with the reason: machine and policy together."""
    allowed: list[Choice] = []
    refused: list[Choice] = []
    target = await circle.target(work, row)
    facts = ReferralFacts(sealed=bool(row.archive_sha256))
    for option in REFERRAL.options(row.state, facts):
        verdict, sentence = await consider(work, f"referral:{row.kind}", option.action, target)
        common: dict[str, Any] = {"action": option.action, "label": option.label}
        if not option.allowed:
            refused.append(Choice(**common, articles=[option.article], reason=option.reason, remedy=option.remedy))
        elif not verdict.allowed:
            refused.append(Choice(**common, articles=[verdict.article], reason=sentence))
        else:
            articles = [ARTICLES[row.kind]]
            allowed.append(Choice(**common, articles=articles, href=f"#{option.action}", hint=option.hint))
    return allowed, refused


def _reader(row: ReferralReader) -> ReferralReaderView:
    return ReferralReaderView(
        post_id=row.post_id, name=row.person_name, title=row.title, named_by=row.named_by, reason=row.reason
    )


def _file(row: ReferralFile) -> ReferralFileView:
    return ReferralFileView(
        id=row.id,
        role=row.role,
        role_label=FILE_ROLES[row.role],
        name=vault().open(row.name_cipher),
        media_type=row.media_type,
        size=row.size,
        sha256=row.sha256,
        sm3=row.sm3,
        added_by=row.added_by,
    )


def _step(row: ReferralStep) -> ReferralStepView:
    return ReferralStepView(
        at=row.at,
        actor_name=row.actor_name,
        action=row.action,
        title=row.title,
        article=row.article,
        note=vault().open(row.note_cipher) if row.note_cipher else "",
    )


def head(row: Referral) -> ReferralHead:
    return ReferralHead(
        id=row.id, version=row.row_version, state=row.state, state_label=REFERRAL.label(row.state), number=row.number
    )


async def download(work: Work, referral_id: UUID, what: str) -> tuple[str, bytes, str]:
    """(name, content, media type) of the letter (`letter`, `word`), the archive (`archive`), or one file by its id.

    Each download is audited. Raises NotFound for anyone not named and for what is not there yet.
    """
    row = await _known(work, referral_id)
    await authorize(work, f"referral:{row.kind}", "download", await circle.target(work, row))
    places = {
        "letter": (f"{row.number}.pdf", row.pdf_sha256, PDF),
        "word": (f"{row.number}.docx", row.docx_sha256, WORD),
        "archive": (f"案卷 {row.id}.zip", row.archive_sha256, ZIP),
    }
    place = places.get(what)
    if place is None:
        files = await repository.of_referral(work, ReferralFile, row.id)
        found = next((f for f in files if str(f.id) == what), None)
        if found is None:
            raise NotFound
        place = (vault().open(found.name_cipher), found.sha256, found.media_type)
    name, digest, media_type = place
    if not digest:
        raise NotFound
    work.record(
        "referral_download", "referral", row.id, title="限制知悉事项：下载文件", article=ARTICLES[row.kind],
        detail={"sha256": digest},
    )  # fmt: skip
    return name, await blobs.store().read(digest), media_type

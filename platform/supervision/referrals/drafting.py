"""A referral is drafted by hand, or opened by another part; the few who know of it are named (Arts. 18, 21)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from kernel import blobs
from kernel.errors import FieldError, IllegalTransition, Invalid, NotFound
from kernel.ids import new_id
from kernel.vault import vault
from kernel.work import Work
from supervision.matters.commands import Upload
from supervision.referrals import circle, repository
from supervision.referrals.commands import Contents, DraftReferral, OpenReferral
from supervision.referrals.models import Referral, ReferralContent, ReferralFile, ReferralReader
from supervision.referrals.rules import ARTICLES, DECIDERS, FILE_ROLES, KINDS, ORIGINS, SECRECY, problems
from tenants.access import Target, authorize
from tenants.organs.directory import directory
from tenants.staff.models import Post

READERS_MOST = 8
"""Posts that may know of one referral: a named few."""


async def draft(work: Work, command: DraftReferral) -> Referral:
    """Draft a referral for a leader's decision; the drafter and that leader know of it, nobody else.

    Raises Denied where policy refuses, Barred for one recused in the matter, Invalid for each field.
    """
    assert work.actor is not None, "a person drafts; other parts open"
    _choices(command)
    target, matter_id = await _subject(work, command)
    await authorize(work, f"referral:{command.kind}", "draft", target)
    _complete(command.kind, command.contents, command.recipient)
    leader = await circle.decider(work, command.kind, command.leader_post_id)
    drafter = await repository.post(work, work.actor.post_id)
    values = _row(work, command.kind, command.recipient, "matter" if matter_id else "own", new_id())
    values |= {"secrecy": command.secrecy, "matter_id": matter_id, "addressee_id": command.addressee_id}
    referral_id = await repository.add(work, values)
    assert referral_id is not None, "its source is new"
    await circle.name_posts(work, referral_id, [p for p in (drafter, leader) if p is not None], "起草和决定")
    row = await _begun(work, referral_id, command.contents)
    await keep(work, row, "material", command.files)
    await circle.tell(work, row, "一件限制知悉事项待您决定", but=work.actor.post_id)
    return row


def _choices(command: DraftReferral) -> None:
    errors = []
    if command.kind not in KINDS:
        errors.append(FieldError("kind", "请选择移送种类。"))
    if command.secrecy not in SECRECY:
        errors.append(FieldError("secrecy", "本系统为非涉密系统，只能选择公开或者内部。"))
    if errors:
        raise Invalid(errors=errors)


def _complete(kind: str, contents: Contents, recipient: str) -> None:
    errors = problems(kind, {**msgspec.structs.asdict(contents), "recipient": recipient})
    if errors:
        raise Invalid(errors=errors, article=ARTICLES[kind])


async def _subject(work: Work, command: DraftReferral) -> tuple[Target, UUID | None]:
    """What policy is asked about: the urged organ, or the own organ with its matter."""
    recused: frozenset[UUID] = frozenset()
    if command.matter_id is not None:
        if await repository.matter(work, command.matter_id) is None:
            raise Invalid("请从本单位办理的监督事项中选择。", field="matter_id")
        recused = await repository.recused(work, command.matter_id)
    if command.kind != "urge_transfer":
        return Target(owner_id=work.organ_id, recused=recused), command.matter_id
    tree = await directory(work)
    if command.addressee_id is None or command.addressee_id not in tree.organs:
        raise Invalid("请选择被督促的行政执法机关。", field="addressee_id", article=ARTICLES["urge_transfer"])
    return Target(supervised_id=command.addressee_id, recused=recused), command.matter_id


def _row(work: Work, kind: str, recipient: str, origin: str, source_id: UUID) -> dict[str, Any]:
    actor = work.actor
    return {
        "kind": kind,
        "state": "draft",
        "origin": origin,
        "source_id": source_id,
        "recipient": recipient.strip(),
        "secrecy": "internal",
        "drafted_by": actor.person_id if actor else None,
        "drafted_by_name": actor.name if actor else "系统",
        "drafted_at": work.now,
    }


async def _begun(work: Work, referral_id: UUID, contents: Contents) -> Referral:
    """The rest of a new referral: contents, limit, first line of its history."""
    if work.actor is not None:
        await repository.declare(work, work.actor.post_id)
    work.session.add(
        ReferralContent(
            id=new_id(),
            city_id=work.city_id,
            organ_id=work.organ_id,
            referral_id=referral_id,
            body_cipher=circle.sealed_text(contents),
        )
    )
    row = await repository.lock(work, referral_id)
    assert row is not None
    await circle.set_limit(work, row)
    await circle.write_step(
        work, row, "draft", f"起草{KINDS[row.kind]}" if row.drafted_by else f"系统起草{KINDS[row.kind]}"
    )
    return row


async def open_draft(work: Work, command: OpenReferral) -> UUID | None:
    """Open a draft from another part, once for each source: None when it was opened before, or when nobody in the
    organ may decide on it. The leaders of the work's organ know of it and complete it.

    Called in the work of the organ that refers; needs no right of the acting person, whose own step led here. A crime
    that a supervising organ comes upon is one of its supervised officers, which goes to discipline inspection as well
    (Art. 18): the transfer to the police belongs to the organ that handles the case.
    """
    if command.kind not in KINDS or command.origin not in ORIGINS:
        raise Invalid("请选择移送种类。", field="kind")
    supervises = (await directory(work)).organ_class(work.organ_id) in ("justice_department", "government")
    kind = "discipline" if supervises and command.kind == "criminal" else command.kind
    leaders = await repository.posts_with(work, DECIDERS[kind])
    if not leaders:
        return None
    values = _row(work, kind, command.recipient, command.origin, command.source_id)
    values |= {
        "matter_id": command.matter_id,
        "addressee_id": command.answers_to,
        "drafted_by": None,
        "drafted_by_name": "系统",
    }
    referral_id = await repository.add(work, values)
    if referral_id is None:
        return None
    await circle.name_posts(work, referral_id, leaders[:READERS_MOST], "本单位负责人")
    await repository.declare(work, leaders[0].id)
    row = await _begun_by_system(work, referral_id, command.contents or Contents(subject="", conduct="", discovered=""))
    await circle.tell(work, row, "一件限制知悉事项待您处理")
    return referral_id


async def _begun_by_system(work: Work, referral_id: UUID, contents: Contents) -> Referral:
    actor, work.actor = work.actor, None
    try:
        return await _begun(work, referral_id, contents)
    finally:
        work.actor = actor


async def update(
    work: Work, referral_id: UUID, contents: Contents, recipient: str, *, secrecy: str = "", version: int | None = None
) -> Referral:
    """Rewrite a draft. Who completes what the system opened becomes its drafter, and does not decide on it.

    Raises NotFound for anyone not named, IllegalTransition once it is decided, Invalid for each field.
    """
    row = await circle.enter(work, referral_id, "draft", version)
    if row.state != "draft":
        raise IllegalTransition("已经决定的移送不能修改。", article=ARTICLES[row.kind], remedy="可以在退回后补充。")
    if secrecy and secrecy not in SECRECY:
        raise Invalid("本系统为非涉密系统，只能选择公开或者内部。", field="secrecy")
    _complete(row.kind, contents, recipient)
    held, _ = await circle.contents_of(work, row)
    held.body_cipher = circle.sealed_text(contents)
    row.recipient, row.secrecy = recipient.strip(), secrecy or row.secrecy
    assert work.actor is not None
    row.drafted_by, row.drafted_by_name = work.actor.person_id, work.actor.name
    await circle.write_step(work, row, "update", "补充移送内容")
    return row


async def name_reader(work: Work, referral_id: UUID, post_id: UUID, reason: str) -> ReferralReader:
    """Let one more post of the organ know of the referral; the deciding leader alone does that, with a reason.

    Raises Invalid for another organ's post, for one of an administrator, and above the small number allowed.
    """
    row = await circle.enter(work, referral_id, "name_reader")
    post = await repository.post(work, post_id)
    if post is None or set(post.roles) & {"system_admin", "security_admin", "audit_admin"}:
        raise Invalid("请选择本单位参与办理的岗位。", field="post_id", article="规则:知悉范围")
    if len(reason.strip()) < 4:
        raise Invalid("请写明需要其知悉的理由。", field="reason", article="规则:知悉范围")
    if len(await repository.of_referral(work, ReferralReader, row.id)) >= READERS_MOST:
        raise Invalid(f"知悉人员不超过 {READERS_MOST} 名。", field="post_id", article="规则:知悉范围")
    added = await circle.name_posts(work, row.id, [post], reason.strip())
    if not added:
        raise Invalid("该岗位已经在知悉范围内。", field="post_id")
    await circle.write_step(work, row, "name_reader", f"增加知悉人员{post.person_name}", reason.strip())
    await circle.tell(work, row, "一件限制知悉事项需要您参与办理", but=work.actor.post_id if work.actor else None)
    return added[0]


async def add_files(work: Work, referral_id: UUID, files: Sequence[Upload]) -> Referral:
    """Add material to a draft. Raises as `update`; nothing is kept when one file cannot be used."""
    row = await circle.enter(work, referral_id, "draft")
    if row.state != "draft":
        raise IllegalTransition("案卷已经封存，不能增加材料。", article=ARTICLES[row.kind], remedy="可以在退回后补充。")
    if not files:
        raise Invalid("请选择材料。", field="files")
    await keep(work, row, "material", files)
    await circle.write_step(work, row, "add_files", f"补充移送材料 {len(files)} 件")
    return row


async def keep(work: Work, row: Referral, role: str, files: Sequence[Upload]) -> None:
    """Store files of a referral; their names are encrypted, for a name may tell whom it is about."""
    assert role in FILE_ROLES
    for file in files:
        record(work, row, role, file.name, await blobs.store().put(work, file.data, file.name))
    await work.session.flush()


def record(work: Work, row: Referral, role: str, name: str, stored: blobs.Stored) -> None:
    """A stored file as one of the referral."""
    work.session.add(
        ReferralFile(
            id=new_id(),
            city_id=work.city_id,
            organ_id=row.organ_id,
            referral_id=row.id,
            role=role,
            name_cipher=vault().seal(name),
            media_type=stored.media_type,
            sha256=stored.sha256,
            sm3=stored.sm3,
            size=stored.size,
            added_by=work.actor.name if work.actor else "系统",
        )
    )


async def leaders(work: Work, kind: str) -> list[Post]:
    """Posts of the organ that may decide on a referral which the acting person drafts."""
    if kind not in DECIDERS:
        raise NotFound
    mine = work.actor.person_id if work.actor else None
    return [post for post in await repository.posts_with(work, DECIDERS[kind]) if post.person_id != mine]

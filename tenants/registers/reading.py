"""One file as its readers see it, the officer's own file, and the citizen id for a stated purpose (Arts. 6, 10)."""

from __future__ import annotations

from uuid import UUID

import msgspec
from sqlalchemy import select

from kernel.errors import Invalid, NotFound
from kernel.models import AuditEntry
from kernel.vault import vault
from kernel.wording import format_moment
from kernel.work import Work
from tenants.access import Target, authorize, consider
from tenants.organs.directory import directory
from tenants.registers import repository
from tenants.registers.book import rulebook
from tenants.registers.models import Officer
from tenants.registers.officers import facts_of, officer
from tenants.registers.rules import CERTIFICATES, eligibility
from tenants.registers.views import (
    OfficerEventView,
    OfficerView,
    eligibility_view,
    examination_view,
    row_of,
    training_view,
)
from tenants.staff import repository as staff
from tenants.staff.models import Account

PRIVACY = "规则:个人信息保护"
ACTS = ("change", "leave", "transfer", "enter_training", "enter_examination", "unmask")
OWN_ONLY = frozenset({"change", "leave", "transfer"})
QUIET = frozenset({"read_officer"})
HISTORY = 40


async def officer_view(work: Work, officer_id: UUID) -> OfficerView:
    """A file; the look is audited. Raises NotFound, Denied."""
    file = await officer(work, officer_id)
    await authorize(work, "officer", "read", Target(owner_id=file.organ_id))
    _look(work, file)
    return await _view(work, file)


def _look(work: Work, file: Officer) -> None:
    mine = work.actor is not None and work.actor.person_id == file.person_id
    if not mine:
        work.record("read_officer", "officer", file.id, title=f"查看执法人员档案 {file.name}", article=PRIVACY)


async def my_file(work: Work) -> OfficerView | None:
    """The actor's own file: that of the present organ, otherwise of another organ in which he has a post; None when
    nobody keeps one. Raises Denied for those who are no officers."""
    await authorize(work, "officer", "read_own", Target(owner_id=work.organ_id))
    if work.actor is None:
        return None
    person_id = work.actor.person_id
    organs = [work.organ_id, *(p.organ_id for p in await staff.posts_of(work, person_id, work.today))]
    for organ_id in dict.fromkeys(organs):
        async with work.acting_as(organ_id):
            files = await repository.by_person(work, person_id)
            if files:
                found = await _view(work, files[0])
                return msgspec.structs.replace(found, may=[])
    return None


async def _view(work: Work, file: Officer) -> OfficerView:
    tree, book = await directory(work), await rulebook(work)
    held = await repository.certificates(work, [file.id])
    done = (await repository.hours(work, [file.id], work.today.year)).get(file.id, 0)
    row = row_of(work.today, tree, book, file, held=held, done=done)
    facts = await facts_of(work, file)
    return OfficerView(
        **msgspec.structs.asdict(row),
        version=file.row_version,
        areas=list(file.areas),
        phone=file.phone,
        legal_qualification=file.legal_qualification,
        username=await _username(work, file),
        left_reason=file.left_reason,
        trainings=[training_view(t) for t in await repository.trainings(work, file.id)],
        examinations=[examination_view(e) for e in await repository.examinations(work, file.id)],
        eligible={kind: [eligibility_view(r) for r in eligibility(facts, kind, work.today)] for kind in CERTIFICATES},
        history=await _history(work, file),
        may=await _may(work, file),
    )


async def _username(work: Work, file: Officer) -> str:
    if file.person_id is None:
        return ""
    query = select(Account.username).where(
        Account.city_id == work.city_id, Account.organ_id == file.organ_id, Account.person_id == file.person_id
    )
    return (await work.session.scalars(query)).first() or ""


async def _history(work: Work, file: Officer) -> list[OfficerEventView]:
    query = (
        select(AuditEntry)
        .where(
            AuditEntry.city_id == work.city_id,
            AuditEntry.subject_id == file.id,
            AuditEntry.action.not_in(QUIET),
            AuditEntry.result == "done",
        )
        .order_by(AuditEntry.seq.desc())
        .limit(HISTORY)
    )
    return [
        OfficerEventView(
            at=format_moment(e.at),
            title=e.title,
            who=f"{e.actor_name} {e.actor_title}".strip(),
            note=e.detail.get("note", ""),
            article=e.article or "",
        )
        for e in (await work.session.scalars(query)).all()
    ]


async def _may(work: Work, file: Officer) -> list[str]:
    found = []
    for action in ACTS:
        closed = file.left_on is not None and action != "unmask"
        if closed or (action in OWN_ONLY and file.organ_id != work.organ_id):
            continue
        verdict, _ = await consider(work, "officer", action, Target(owner_id=file.organ_id))
        if verdict.allowed:
            found.append(action)
    return found


async def citizen_id(work: Work, officer_id: UUID, purpose: str) -> str:
    """The citizen id in clear, for a stated purpose; the look is audited in the holder's organ as well.

    Raises Invalid without a purpose, NotFound, Denied.
    """
    file = await officer(work, officer_id)
    await authorize(work, "officer", "unmask", Target(owner_id=file.organ_id))
    said = purpose.strip()
    if len(said) < 5 or len(said) > 200:
        raise Invalid("请写明用途（5 至 200 字）。", field="purpose", article=PRIVACY)
    for organ_id in dict.fromkeys((work.organ_id, file.organ_id)):
        async with work.acting_as(organ_id):
            title = f"查看{file.name}公民身份号码"
            work.record("unmask", "officer", file.id, title=title, note=said, article=PRIVACY)
    return vault().open(file.citizen_cipher)


async def require_file(work: Work, officer_id: UUID, action: str) -> Officer:
    """The file for a form that does `action`. Raises NotFound, Denied."""
    file = await officer(work, officer_id)
    await authorize(work, "officer", action, Target(owner_id=file.organ_id))
    if action in OWN_ONLY and file.organ_id != work.organ_id:
        raise NotFound
    return file

"""The files of officers: opened, changed, closed when the officer leaves, carried on by another organ (Arts. 6, 10)."""

from __future__ import annotations

from collections import Counter
from datetime import date
from uuid import UUID

from sqlalchemy import select

from kernel.errors import IllegalTransition, Invalid, NotFound, Stale
from kernel.ids import new_id
from kernel.vault import mask_id, vault
from kernel.work import Work
from tenants.access import Target, authorize
from tenants.organs.directory import directory
from tenants.registers import checks, repository
from tenants.registers.commands import OfficerInput
from tenants.registers.models import Certificate, Examination, Officer, Training
from tenants.registers.posts import project_to_posts
from tenants.registers.rules import OfficerFacts
from tenants.staff.models import Account, Person

ARTICLE = "10"
KEPT = "10(4)"
LIVING = ("valid", "suspended")
"""Certificates that an officer who leaves has to hand back."""


async def officer(work: Work, officer_id: UUID) -> Officer:
    """The file in the work's read scope, without asking policy. Raises NotFound."""
    found = await repository.get_officer(work, officer_id)
    if found is None:
        raise NotFound
    return found


async def certificates_of(work: Work, officer_id: UUID) -> list[Certificate]:
    """The certificates of a file in the work's read scope, newest first."""
    return await repository.certificates(work, [officer_id])


async def facts_of(work: Work, file: Officer) -> OfficerFacts:
    """What the rules about holders ask of an officer. The citizen id is opened for the rules and shown to nobody."""
    passed = {e.kind for e in await repository.examinations(work, file.id) if e.passed}
    return OfficerFacts(
        citizen_id=vault().open(file.citizen_cipher),
        employment=file.employment,
        joined_on=file.joined_on,
        left_on=file.left_on,
        passed=frozenset(passed),
    )


async def add_officer(work: Work, entry: OfficerInput) -> Officer:
    """Open a file in the work's organ; for somebody who left it before, the old one is opened again.

    Raises Invalid with every wrong field, or when the organ has an open file of the person; Denied.
    """
    await authorize(work, "officer", "add", Target(owner_id=work.organ_id))
    file, again = await enter(work, checks.officer(entry, work.today))
    what = "重新启用执法人员档案" if again else "新增执法人员"
    work.record("add_officer", "officer", file.id, title=f"{what} {file.name}", article=ARTICLE)
    await work.session.flush()
    return file


async def enter(work: Work, plain: OfficerInput) -> tuple[Officer, bool]:
    """The new file of a checked entry and whether an old one was opened again. Raises Invalid."""
    known = vault().lookup(plain.citizen_id)
    await repository.lock_person(work, known)
    old = await repository.by_citizen(work, known)
    if old is not None and old.left_on is None:
        raise Invalid("本单位已有该人员的档案，请在原档案中修改。", field="citizen_id", article=ARTICLE)
    file = old or Officer(city_id=work.city_id, id=new_id(), organ_id=work.organ_id)
    if old is None:
        _identify(file, plain.citizen_id)
        work.session.add(file)
    else:
        if plain.joined_on < (old.left_on or plain.joined_on):
            raise Invalid("重新到岗的日期不能早于离岗日期。", field="joined_on", article=ARTICLE)
        file.left_on, file.left_reason = None, ""
    file.joined_on = plain.joined_on
    _fill(file, plain)
    await _link(work, file, plain.username)
    await work.session.flush()
    return file, old is not None


def _identify(file: Officer, citizen_id: str) -> None:
    safe = vault()
    file.citizen_cipher, file.citizen_hash = safe.seal(citizen_id), safe.lookup(citizen_id)
    file.citizen_mask = mask_id(citizen_id)


def _fill(file: Officer, plain: OfficerInput) -> None:
    file.name, file.employment, file.title, file.unit = plain.name, plain.employment, plain.title, plain.unit
    file.areas, file.phone = list(plain.areas), plain.phone
    file.legal_qualification = plain.legal_qualification


async def _link(work: Work, file: Officer, username: str) -> None:
    """Tie the file to the person of an account of the organ, who must be the same person."""
    if not username:
        return
    query = (
        select(Person)
        .join(Account, (Account.city_id == Person.city_id) & (Account.person_id == Person.id))
        .where(Account.city_id == work.city_id, Account.organ_id == work.organ_id, Account.username == username)
    )
    person = (await work.session.scalars(query)).one_or_none()
    if person is None:
        raise Invalid("本单位没有这个登录账号。", field="username")
    others = [f for f in await repository.by_person(work, person.id) if f.id != file.id and f.left_on is None]
    if person.name != file.name or person.citizen_hash not in (None, file.citizen_hash) or others:
        raise Invalid("该账号属于另一人，请核对姓名和账号。", field="username")
    person.citizen_cipher, person.citizen_hash = file.citizen_cipher, file.citizen_hash
    file.person_id = person.id


async def change_officer(work: Work, officer_id: UUID, entry: OfficerInput, *, version: int | None = None) -> Officer:
    """Change a file. Its citizen id only while no certificate hangs on it, because the bar of Article 21 does.

    Raises Invalid, Stale, IllegalTransition for a closed file, NotFound, Denied.
    """
    file = await _mine(work, officer_id, "change", version)
    if file.left_on is not None:
        raise IllegalTransition("人员已离岗，档案不再修改。", article=ARTICLE, remedy="重新到岗的，请新增该人员。")
    plain = checks.officer(entry, work.today, citizen_needed=False)
    if plain.citizen_id and vault().lookup(plain.citizen_id) != file.citizen_hash:
        await _correct_identity(work, file, plain.citizen_id)
    _fill(file, plain)
    file.joined_on = plain.joined_on
    await _link(work, file, plain.username)
    work.record("change_officer", "officer", file.id, title=f"修改执法人员档案 {file.name}", article=ARTICLE)
    await work.session.flush()
    return file


async def _correct_identity(work: Work, file: Officer, citizen_id: str) -> None:
    if await repository.certificates(work, [file.id]):
        raise Invalid(
            "该人员已有证件记录，公民身份号码不再修改。",
            field="citizen_id",
            article=KEPT,
            remedy="号码确有错误的，请向发证的司法行政部门提出。",
        )
    known = vault().lookup(citizen_id)
    await repository.lock_person(work, known)
    if await repository.by_citizen(work, known) is not None:
        raise Invalid("本单位已有该公民身份号码的档案。", field="citizen_id", article=ARTICLE)
    if file.person_id is not None:
        person = await work.session.get(Person, (work.city_id, file.person_id))
        if person is not None and person.organ_id == work.organ_id and person.citizen_hash == file.citizen_hash:
            # The account is the same person's, but the number that it was known by was wrong.
            person.citizen_cipher = person.citizen_hash = None
    _identify(file, citizen_id)
    file.person_id = None


async def _mine(work: Work, officer_id: UUID, action: str, version: int | None) -> Officer:
    """The file of the work's organ, locked. Raises NotFound, Denied, Stale."""
    seen = await officer(work, officer_id)
    await authorize(work, "officer", action, Target(owner_id=seen.organ_id))
    file = await repository.lock_officer(work, officer_id)
    if file is None:
        raise NotFound
    if version is not None and file.row_version != version:
        raise Stale
    return file


async def leave(work: Work, officer_id: UUID, left_on: date, reason: str, *, version: int | None = None) -> Officer:
    """Close the file of an officer who left the post; `left_on` is his first day out of it. His certificates count as
    returned from that day (Article 10(4)), and his posts lose their note of it.

    Raises Invalid, Stale, IllegalTransition when he left before, NotFound, Denied.
    """
    file = await _mine(work, officer_id, "leave", version)
    await _close(work, file, left_on, reason)
    work.record(
        "leave", "officer", file.id, title=f"登记{file.name}离岗，收回证件", note=file.left_reason, article=KEPT
    )
    await work.session.flush()
    return file


async def _close(work: Work, file: Officer, left_on: date, reason: str) -> None:
    if file.left_on is not None:
        raise IllegalTransition("该人员已登记离岗。", article=ARTICLE)
    found = checks.Found()
    said = found.line("reason", reason, 200, need="请写明离岗原因。")
    found.when(left_on > work.today, "left_on", "离岗日期不能晚于今天。")
    found.when(left_on < file.joined_on, "left_on", "离岗日期不能早于到岗日期。")
    found.done(ARTICLE)
    file.left_on, file.left_reason = left_on, said
    for certificate in await repository.certificates(work, [file.id]):
        if certificate.status in LIVING:
            certificate.status, certificate.suspended_until = "returned", None
            certificate.status_on, certificate.status_article = left_on, KEPT
            certificate.status_reason = f"持证人离岗：{said}"
    await project_to_posts(work, file)


async def transfer(
    work: Work, officer_id: UUID, to_organ_id: UUID, on: date, reason: str, *, version: int | None = None
) -> Officer:
    """Close the file here and carry it on in another organ from the same day, with training and examinations. The
    certificates stay behind as returned: a new one is applied for there (Article 10(4)).

    Says nothing about what the other organ had on file. Raises as `leave`, and Invalid for an organ that cannot be.
    """
    file = await _mine(work, officer_id, "transfer", version)
    tree = await directory(work)
    target = tree.organs.get(to_organ_id)
    if target is None or to_organ_id == work.organ_id or not tree.facts[to_organ_id].alive_on(work.today):
        raise Invalid("请选择调入单位。", field="organ", article=ARTICLE)
    learned = await repository.trainings(work, file.id), await repository.examinations(work, file.id)
    await _close(work, file, on, reason)
    title = f"登记{file.name}由{tree.short(file.organ_id)}调入{tree.short(to_organ_id)}"
    work.record("transfer", "officer", file.id, title=title, note=file.left_reason, article=KEPT)
    async with work.acting_as(to_organ_id):
        moved = await _receive(work, file, on)
        if moved is not None:
            await _copy(work, moved, *learned)
            work.record("transfer", "officer", moved.id, title=title, article=KEPT)
    await work.session.flush()
    return file


async def _receive(work: Work, file: Officer, on: date) -> Officer | None:
    """The file of the arriving officer in the work's organ; None when one is open there."""
    await repository.lock_person(work, file.citizen_hash)
    old = await repository.by_citizen(work, file.citizen_hash)
    if old is not None and old.left_on is None:
        return None
    moved = old or Officer(city_id=work.city_id, id=new_id(), organ_id=work.organ_id)
    if old is None:
        moved.citizen_cipher, moved.citizen_hash = vault().seal(vault().open(file.citizen_cipher)), file.citizen_hash
        moved.citizen_mask = file.citizen_mask
        work.session.add(moved)
    moved.name, moved.employment, moved.title, moved.unit = file.name, file.employment, file.title, ""
    moved.areas, moved.phone, moved.person_id = list(file.areas), file.phone, file.person_id
    moved.legal_qualification, moved.joined_on = file.legal_qualification, on
    moved.left_on, moved.left_reason = None, ""
    await work.session.flush()
    return moved


async def _copy(work: Work, moved: Officer, trainings: list[Training], examinations: list[Examination]) -> None:
    """What he learned goes with him; of a file that is opened again, what stands there already is not copied twice."""
    had = Counter(_training_key(t) for t in await repository.trainings(work, moved.id))
    common = {"city_id": work.city_id, "organ_id": work.organ_id, "officer_id": moved.id}
    for row in trainings:
        key = _training_key(row)
        if had[key] > 0:
            had[key] -= 1
            continue
        work.session.add(
            Training(**common, id=new_id(), year=row.held_on.year, **dict(zip(TRAINING, key, strict=True)))
        )
    passed = {_examination_key(e) for e in await repository.examinations(work, moved.id)}
    for key in dict.fromkeys(_examination_key(e) for e in examinations):
        if key not in passed:
            work.session.add(Examination(**common, id=new_id(), **dict(zip(EXAMINATION, key, strict=True))))


TRAINING = ("held_on", "subject", "provider", "hours", "note")
EXAMINATION = ("kind", "held_on", "score", "passed", "note")


def _training_key(row: Training) -> tuple[object, ...]:
    return tuple(getattr(row, name) for name in TRAINING)


def _examination_key(row: Examination) -> tuple[object, ...]:
    return tuple(getattr(row, name) for name in EXAMINATION)

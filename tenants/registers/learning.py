"""Training hours and examinations (Article 10(1)). Rows are added, never changed."""

from __future__ import annotations

from uuid import UUID

from kernel.errors import Invalid
from kernel.ids import new_id
from kernel.work import Work
from tenants.access import Target, authorize
from tenants.registers import checks, repository
from tenants.registers.commands import ExaminationInput, TrainingInput
from tenants.registers.models import Examination, Officer, Training
from tenants.registers.officers import officer
from tenants.registers.rules import CERTIFICATES

ARTICLE = "10(1)"


async def add_training(work: Work, officer_id: UUID, entry: TrainingInput) -> Training:
    """Enter hours, or take back with negative ones what was entered by mistake.

    Raises Invalid for a wrong field and when a year would fall below nothing, NotFound, Denied.
    """
    file = await officer(work, officer_id)
    await authorize(work, "officer", "enter_training", Target(owner_id=file.organ_id))
    plain = checks.training(entry, work.today)
    async with work.acting_as(file.organ_id):
        await repository.lock_officer(work, file.id)
        done = (await repository.hours(work, [file.id], plain.held_on.year)).get(file.id, 0)
        if done + plain.hours < 0:
            raise Invalid(f"{plain.held_on.year}年只登记了 {done} 学时，不能扣减更多。", field="hours", article=ARTICLE)
        row = _training(work, file, plain)
        what = (
            f"登记{file.name}培训 {plain.hours} 学时" if plain.hours > 0 else f"更正{file.name}培训 {plain.hours} 学时"
        )
        work.record("enter_training", "officer", file.id, title=what, note=plain.subject, article=ARTICLE)
        await work.session.flush()
    return row


def _training(work: Work, file: Officer, entry: TrainingInput) -> Training:
    row = Training(
        city_id=work.city_id,
        id=new_id(),
        organ_id=file.organ_id,
        officer_id=file.id,
        year=entry.held_on.year,
        held_on=entry.held_on,
        subject=entry.subject,
        provider=entry.provider,
        hours=entry.hours,
        note=entry.note,
    )
    work.session.add(row)
    return row


async def add_examination(work: Work, officer_id: UUID, entry: ExaminationInput) -> Examination:
    """Enter an examination, passed or not. Raises Invalid, NotFound, Denied."""
    file = await officer(work, officer_id)
    await authorize(work, "officer", "enter_examination", Target(owner_id=file.organ_id))
    plain = checks.examination(entry, work.today)
    async with work.acting_as(file.organ_id):
        row = Examination(
            city_id=work.city_id,
            id=new_id(),
            organ_id=file.organ_id,
            officer_id=file.id,
            kind=plain.kind,
            held_on=plain.held_on,
            score=plain.score,
            passed=plain.passed,
            note=plain.note,
        )
        work.session.add(row)
        result = "合格" if plain.passed else "不合格"
        work.record(
            "enter_examination",
            "officer",
            file.id,
            title=f"登记{file.name}{CERTIFICATES[plain.kind]}资格考试{result}",
            article=ARTICLE,
        )
        await work.session.flush()
    return row

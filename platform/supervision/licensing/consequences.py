"""What a bar does in each tenant where the person has a file or a post: records, assignments, notices (Art. 21).

The certificates and applications themselves are changed by the database with the bar. A tenant learns the last barred
day and the article; who cancelled, and why, stays with the department that did.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import groupby
from uuid import UUID

from kernel.work import Work
from supervision.deadlines import notices
from supervision.licensing import repository
from supervision.licensing.models import QualificationBar
from supervision.licensing.repository import File
from supervision.licensing.rules import BAR_ARTICLE, bar_sentence
from supervision.matters import service as matters
from tenants.registers import service as registers

TOLD = ("organ_head", "contact", "legal_officer", "supervision_leader")
ENDED = "行政执法资格已被取消"


@asynccontextmanager
async def as_system(work: Work, organ_id: UUID) -> AsyncIterator[None]:
    """Act in another tenant as the system: what is recorded there names nobody of the department that decided."""
    async with work.acting_as(organ_id):
        actor, verdicts = work.actor, work.verdicts
        work.actor, work.verdicts = None, []
        try:
            yield
        finally:
            work.actor, work.verdicts = actor, verdicts


async def of_cancellation(work: Work, bar: QualificationBar) -> None:
    """In every tenant of the person: the refusals get their moment, certificates come off the posts, running
    assignments end, and the organ is told."""
    files = await repository.barred_files(work, bar.id)
    for organ_id, of_organ in groupby(files, key=lambda file: file.organ_id):
        async with as_system(work, organ_id):
            await _refused(work, bar)
            await _told_of_cancellation(work, bar, list(of_organ))
    persons = _persons(files)
    for organ_id, post_id in await repository.posts_of(work, persons):
        async with as_system(work, organ_id):
            await repository.note_on_post(work, post_id, "", None)
            for person_id in persons:
                await matters.end_assignments(work, person_id, ENDED, BAR_ARTICLE)


async def of_setting_aside(work: Work, bar: QualificationBar) -> None:
    """In every tenant of the person: restored supervision certificates return to the posts, and the organ is told.
    Assignments that ended stay ended; refused applications are made anew."""
    files = await repository.barred_files(work, bar.id)
    for organ_id, of_organ in groupby(files, key=lambda file: file.organ_id):
        async with as_system(work, organ_id):
            for file in of_organ:
                if file.officer_id is None:
                    continue
                work.record(
                    "bar_set_aside",
                    "officer",
                    file.officer_id,
                    title=f"取消{bar.person_name}行政执法资格的决定已被撤销",
                    note="因该决定失效的证件，尚在有效期内的恢复效力。",
                    article=BAR_ARTICLE,
                )
                await _tell(work, f"取消{bar.person_name}行政执法资格的决定已被撤销，证件恢复效力")
    for organ_id, officer_id in sorted((f.organ_id, f.officer_id) for f in files if f.officer_id is not None):
        async with as_system(work, organ_id):
            await registers.project_to_posts(work, await registers.officer(work, officer_id))


def _persons(files: Sequence[File]) -> list[UUID]:
    return sorted({file.person_id for file in files if file.person_id is not None})


async def _refused(work: Work, bar: QualificationBar) -> None:
    for application in await repository.date_refusals(work):
        work.record(
            "refuse_licence",
            "licence_application",
            application.id,
            title=f"不予批准{application.officer_name}的证件申请",
            note=bar_sentence(bar.barred_until),
            article=BAR_ARTICLE,
        )
        await _tell(
            work,
            f"{application.officer_name}的证件申请不予批准：{bar_sentence(bar.barred_until)}",
            link=f"/licences/{application.id}",
        )


async def _told_of_cancellation(work: Work, bar: QualificationBar, files: Sequence[File]) -> None:
    for officer_id in [file.officer_id for file in files if file.officer_id is not None]:
        work.record(
            "qualification_cancelled",
            "officer",
            officer_id,
            title=f"{bar.person_name}的行政执法资格被取消",
            note=bar_sentence(bar.barred_until),
            article=BAR_ARTICLE,
            detail={"barred_until": bar.barred_until.isoformat()},
        )
        await _tell(work, f"{bar.person_name}：{bar_sentence(bar.barred_until)}")


async def _tell(work: Work, title: str, link: str = "/bars") -> None:
    await notices.notify(work, work.organ_id, kind="decision", title=title, link=link, roles=TOLD, article=BAR_ARTICLE)

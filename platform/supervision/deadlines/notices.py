"""The bell: a line for the roles of an organ, or for one post. Statutory reminders cannot be switched off."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from kernel.errors import NotFound
from kernel.ids import new_id
from kernel.work import Work
from supervision.deadlines.models import Notice, NoticeReading


async def notify(
    work: Work,
    organ_id: UUID,
    *,
    kind: str,
    title: str,
    link: str,
    roles: Sequence[str] = (),
    post_id: UUID | None = None,
    article: str | None = None,
    due_on: date | None = None,
    body: str = "",
) -> Notice:
    """Put a line into the bell of an organ, in that organ's own tenancy.

    `kind`: reminder, overdue, served, answered, approval, escalation, report, decision, clue. Addressed to
    `roles` of the organ, or to one `post_id`; with neither, to everyone there. `link` is the page to open.
    """
    async with work.acting_as(organ_id):
        notice = Notice(
            id=new_id(),
            city_id=work.city_id,
            organ_id=organ_id,
            roles=list(roles),
            post_id=post_id,
            kind=kind,
            title=title,
            body=body,
            link=link,
            article=article,
            at=work.now,
            due_on=due_on,
            read_by=[],
        )
        work.session.add(notice)
    return notice


async def notify_once(
    work: Work,
    organ_id: UUID,
    key: UUID,
    *,
    kind: str,
    title: str,
    link: str,
    roles: Sequence[str],
    article: str | None = None,
    body: str = "",
) -> bool:
    """The same under an identity that its cause gives, so that the same cause writes one line however often and
    however many at a time it is told. Returns whether it was written now."""
    async with work.acting_as(organ_id):
        statement = (
            insert(Notice)
            .values(
                id=key, city_id=work.city_id, organ_id=organ_id, roles=list(roles), kind=kind, title=title, body=body,
                link=link, article=article, at=work.now, read_by=[],
            )
            .on_conflict_do_nothing()
            .returning(Notice.id)
        )  # fmt: skip
        return await work.session.scalar(statement) is not None


async def mark_read(work: Work, notice_id: UUID) -> Notice:
    """Note that the acting post has read a line of its organ. Raises NotFound for a line of another organ."""
    notice = await work.session.get(Notice, (work.city_id, notice_id))
    if notice is None or notice.organ_id != work.organ_id:
        raise NotFound
    await read(work, [notice])
    return notice


async def read(work: Work, found: Sequence[Notice]) -> int:
    """Note lines of the work's organ as read by the acting post, each once with its time. Returns how many are new."""
    actor = work.actor
    if actor is None:
        return 0
    new = [notice for notice in found if actor.post_id not in notice.read_by]
    for notice in new:
        notice.read_by = [*notice.read_by, actor.post_id]
    if new:
        rows = [
            {
                "id": new_id(), "city_id": work.city_id, "organ_id": work.organ_id, "notice_id": notice.id,
                "post_id": actor.post_id, "person_name": actor.name, "at": work.now,
            }
            for notice in new
        ]  # fmt: skip
        await work.session.execute(insert(NoticeReading).values(rows).on_conflict_do_nothing())
    return len(new)

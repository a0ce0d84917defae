"""The supervision certificate that a post shows, as long as no register file keeps it (Art. 6)."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import select

from kernel.errors import IllegalTransition
from kernel.work import Work
from tenants.registers.models import Officer
from tenants.staff import appointments
from tenants.staff.models import Post


async def in_register(work: Work, person_id: UUID) -> bool:
    """Whether the organ keeps a file of the person; then the certificate comes from the file."""
    query = select(Officer.id).where(
        Officer.city_id == work.city_id, Officer.organ_id == work.organ_id, Officer.person_id == person_id
    )
    return await work.session.scalar(query.limit(1)) is not None


async def set_certificate(work: Work, post_id: UUID, number: str, until: date | None) -> Post:
    """Enter the certificate of a post by hand. Raises IllegalTransition once the person has a file in the register."""
    post = await appointments.own_post(work, post_id)
    if await in_register(work, post.person_id):
        raise IllegalTransition(
            "此人已建立人员档案，证件以档案为准。", article="6", remedy="请在人员与证件中办理换发、变更。"
        )
    return await appointments.set_certificate(work, post_id, number, until)

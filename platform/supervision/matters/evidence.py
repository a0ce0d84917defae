"""Files kept as evidence: stored by hash, typed by content, each a record of its own (Art. 13)."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from kernel import blobs
from kernel.ids import new_id
from kernel.work import Work
from supervision.matters.commands import Upload
from supervision.matters.models import Evidence


async def keep(
    work: Work,
    files: Sequence[Upload],
    *,
    matter_id: UUID | None,
    owner_kind: str,
    owner_id: UUID,
    shared_with_id: UUID | None = None,
) -> list[Evidence]:
    """Store files as evidence of a record of the work's organ. Raises Invalid or TooLarge for a file that
    cannot be used; nothing is stored then."""
    store = blobs.store()
    kept = []
    for upload in files:
        stored = await store.put(work, upload.data, upload.name)
        kept.append(
            Evidence(
                id=new_id(),
                city_id=work.city_id,
                organ_id=work.organ_id,
                matter_id=matter_id,
                owner_kind=owner_kind,
                owner_id=owner_id,
                shared_with_id=shared_with_id,
                name=upload.name,
                kind=stored.kind,
                media_type=stored.media_type,
                sha256=stored.sha256,
                size=stored.size,
                origin=upload.origin,
                taken_at=None,
                added_by=work.actor.name if work.actor else "系统",
                detail={"sm3": stored.sm3},
            )
        )
    work.session.add_all(kept)
    return kept


def again(work: Work, found: Evidence, *, owner_kind: str, owner_id: UUID) -> Evidence:
    """The same file as evidence of another record of the same matter; the content is stored once."""
    copy = Evidence(
        id=new_id(),
        city_id=work.city_id,
        organ_id=work.organ_id,
        matter_id=found.matter_id,
        owner_kind=owner_kind,
        owner_id=owner_id,
        shared_with_id=found.shared_with_id,
        name=found.name,
        kind=found.kind,
        media_type=found.media_type,
        sha256=found.sha256,
        size=found.size,
        origin=found.origin,
        taken_at=found.taken_at,
        added_by=found.added_by,
        detail=found.detail,
    )
    work.session.add(copy)
    return copy

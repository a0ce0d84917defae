"""Reads and writes of organs, explicit relations and the read scope."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import bindparam, delete, insert, select, text

from kernel.work import Work
from tenants.organs.models import ExplicitRelation, Organ, Scope

VERSION = "organs"
UNCOMMITTED = -1
"""Version of a tree that this transaction changed: nobody else may see it, so nobody keeps it."""


async def all_organs(work: Work) -> list[Organ]:
    return list((await work.session.scalars(select(Organ).where(Organ.city_id == work.city_id))).all())


async def all_relations(work: Work) -> list[ExplicitRelation]:
    query = select(ExplicitRelation).where(ExplicitRelation.city_id == work.city_id)
    return list((await work.session.scalars(query)).all())


async def replace_scope(work: Work, pairs: Iterable[tuple[UUID, UUID]]) -> int:
    """Bring the closure to `pairs`, touching only what differs. Returns the number of changed rows."""
    rows = await work.session.execute(select(Scope.viewer_id, Scope.organ_id).where(Scope.city_id == work.city_id))
    before = {(viewer, organ) for viewer, organ in rows}
    after = set(pairs)
    gone, new = before - after, after - before
    if gone:
        pair = Scope.__table__.c
        await (await work.session.connection()).execute(
            delete(Scope.__table__).where(  # type: ignore[arg-type]
                pair.city_id == work.city_id, pair.viewer_id == bindparam("v"), pair.organ_id == bindparam("o")
            ),
            [{"v": viewer, "o": organ} for viewer, organ in gone],
        )
    if new:
        await work.session.execute(
            insert(Scope), [{"city_id": work.city_id, "viewer_id": v, "organ_id": o} for v, o in new]
        )
    return len(gone) + len(new)


async def bump(work: Work, name: str) -> None:
    """A new version of reference data: every process reloads it in its next transaction."""
    await work.session.execute(
        text(
            "insert into reference_version (name, version) values (:name, 1)"
            " on conflict (name) do update set version = reference_version.version + 1"
        ),
        {"name": name},
    )
    if name == VERSION:
        work.versions = {**work.versions, VERSION: UNCOMMITTED}


async def defer_references(work: Work) -> None:
    """Let parents and successors be written after those that name them; checked at the commit."""
    await work.session.execute(text("set constraints all deferred"))

"""Rows of keys."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from kernel.work import Work
from tenants.keys.models import ApiKey, ApiKeySecret, ApiKeyUse


async def one(work: Work, key_id: UUID, *, lock: bool = False) -> ApiKey | None:
    query = select(ApiKey).where(ApiKey.city_id == work.city_id, ApiKey.organ_id == work.organ_id, ApiKey.id == key_id)
    return (await work.session.scalars(query.with_for_update() if lock else query)).one_or_none()


async def named(work: Work, name: str) -> ApiKey | None:
    query = select(ApiKey).where(ApiKey.city_id == work.city_id, ApiKey.organ_id == work.organ_id, ApiKey.name == name)
    return (await work.session.scalars(query)).one_or_none()


async def page(work: Work, after: UUID | None, limit: int) -> Sequence[ApiKey]:
    """Keys of the organ, the newest first; one more than `limit` where there are more."""
    query = select(ApiKey).where(ApiKey.city_id == work.city_id, ApiKey.organ_id == work.organ_id)
    if after is not None:
        query = query.where(ApiKey.id < after)
    return (await work.session.scalars(query.order_by(ApiKey.id.desc()).limit(limit + 1))).all()


async def secrets(work: Work, key_ids: Sequence[UUID]) -> dict[UUID, list[ApiKeySecret]]:
    """The secrets of keys, each key's newest first."""
    found: dict[UUID, list[ApiKeySecret]] = {key_id: [] for key_id in key_ids}
    query = select(ApiKeySecret).where(ApiKeySecret.city_id == work.city_id, ApiKeySecret.key_id.in_(key_ids))
    for row in await work.session.scalars(query.order_by(ApiKeySecret.id.desc())):
        found[row.key_id].append(row)
    return found


async def uses(work: Work, key_ids: Sequence[UUID]) -> dict[UUID, ApiKeyUse]:
    query = select(ApiKeyUse).where(
        ApiKeyUse.city_id == work.city_id, ApiKeyUse.organ_id == work.organ_id, ApiKeyUse.key_id.in_(key_ids)
    )
    return {row.key_id: row for row in await work.session.scalars(query.execution_options(populate_existing=True))}

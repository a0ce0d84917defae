"""Saved views: a filter of the list of matters that a post keeps under a name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import select

from kernel.errors import Invalid, NotFound
from kernel.ids import new_id
from kernel.rows import Prepared
from kernel.tallies import ASKED, values
from kernel.work import Work
from supervision.desk.models import SavedView
from supervision.matters.service import MatterFilter
from tenants.access import Target, authorize

NAME_MAX = 16
VIEWS_MAX = 12


_NAMED: Final = Prepared(
    select(SavedView.id, SavedView.name, SavedView.filter)
    .where(
        SavedView.city_id == ASKED.city_id,
        SavedView.organ_id == ASKED.organ_id,
        SavedView.post_id == ASKED.post_id,
    )
    .order_by(SavedView.created_at, SavedView.id)
)


class SavedFilter(msgspec.Struct, frozen=True, kw_only=True):
    """A saved view as the list offers it."""

    id: UUID
    name: str
    filter: MatterFilter


async def saved_views(work: Work) -> list[SavedFilter]:
    """The views of the acting post, in the order in which they were saved."""
    rows = await _NAMED.fetch(work, values(work)) if work.actor else []
    return [SavedFilter(id=view_id, name=name, filter=_filter(kept)) for view_id, name, kept in rows]


def _filter(kept: dict[str, Any]) -> MatterFilter:
    """What an older filter does not know keeps its default."""
    try:
        return msgspec.convert(kept, MatterFilter)
    except msgspec.ValidationError:
        return MatterFilter()


async def _rows(work: Work) -> Sequence[SavedView]:
    if work.actor is None:
        return []
    query = select(SavedView).where(
        SavedView.city_id == work.city_id,
        SavedView.organ_id == work.organ_id,
        SavedView.post_id == work.actor.post_id,
    )
    return (await work.session.scalars(query.order_by(SavedView.created_at, SavedView.id))).all()


async def save_view(work: Work, name: str, chosen: MatterFilter) -> SavedView:
    """Keep a filter under a name; the same name again replaces what it held.

    Raises Denied for who reads no matters, Invalid for a missing or long name and for one view too many.
    """
    await authorize(work, "matter", "list", Target(owner_id=work.organ_id))
    wanted = " ".join(name.split())
    if not wanted or len(wanted) > NAME_MAX:
        raise Invalid(f"请填写视图名称，{NAME_MAX} 字以内。", field="name")
    rows = await _rows(work)
    held = next((row for row in rows if row.name == wanted), None)
    kept = msgspec.to_builtins(chosen)
    if held is not None:
        held.filter = kept
    elif len(rows) >= VIEWS_MAX:
        raise Invalid(f"每个岗位最多保存 {VIEWS_MAX} 个视图，请先删除不用的视图。", field="name")
    elif work.actor is not None:
        held = SavedView(
            id=new_id(),
            city_id=work.city_id,
            organ_id=work.organ_id,
            post_id=work.actor.post_id,
            name=wanted,
            filter=kept,
        )
        work.session.add(held)
    if held is None:
        raise NotFound
    work.record("save_view", "saved_view", held.id, title=f"保存视图：{wanted}", detail=kept)
    return held


async def delete_view(work: Work, view_id: UUID) -> None:
    """Remove a view of the acting post. Raises NotFound for another post's."""
    held = next((row for row in await _rows(work) if row.id == view_id), None)
    if held is None:
        raise NotFound
    work.record("delete_view", "saved_view", held.id, title=f"删除视图：{held.name}")
    await work.session.delete(held)

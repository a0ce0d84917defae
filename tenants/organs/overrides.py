"""Rule-book values that tenants changed, kept in memory per version of the table.

The database counts the versions itself (trigger on setting_override), so that whoever writes, the next transaction of
every process sees it. A transaction that writes one reads past the memory until its end.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, event, select
from sqlalchemy.orm import object_session

from kernel.work import Work
from tenants.organs.models import SettingOverride

VERSION = "settings"
_WRITTEN = "setting_override written"

Changed = dict[str, tuple[int, str]]
"""Entry of a rule book → amount, unit."""


@dataclass(frozen=True, slots=True)
class _Override:
    organ_id: UUID
    rulebook_key: str
    entry: str
    amount: int
    unit: str
    valid_from: date


_CACHE: WeakKeyDictionary[Engine | Connection, dict[UUID, tuple[int, tuple[_Override, ...]]]] = WeakKeyDictionary()


async def overrides(work: Work, rulebook_key: str) -> Changed:
    """What the work's organ changed in a rule book, as far as it holds today."""
    return {
        row.entry: (row.amount, row.unit)
        for row in await _present(work)
        if (row.organ_id, row.rulebook_key) == (work.organ_id, rulebook_key) and row.valid_from <= work.today
    }


async def _present(work: Work) -> tuple[_Override, ...]:
    """Every override of the city."""
    version = work.versions.get(VERSION, 0)
    cities = _CACHE.setdefault(work.trip.home, {})
    held = cities.get(work.city_id)
    await work.session.flush()
    if work.session.info.get(_WRITTEN):
        return await _read(work)
    if held is None or held[0] != version:
        held = cities[work.city_id] = (version, await _read(work))
    return held[1]


async def _read(work: Work) -> tuple[_Override, ...]:
    columns = (
        SettingOverride.organ_id,
        SettingOverride.rulebook_key,
        SettingOverride.entry,
        SettingOverride.amount,
        SettingOverride.unit,
        SettingOverride.valid_from,
    )
    rows = await work.session.execute(select(*columns).where(SettingOverride.city_id == work.city_id))
    return tuple(_Override(*row) for row in rows)


def _note(_mapper: object, _connection: object, row: Any) -> None:
    session = object_session(row)
    if session is not None:
        session.info[_WRITTEN] = True


for _happened in ("after_insert", "after_update", "after_delete"):
    event.listen(SettingOverride, _happened, _note)

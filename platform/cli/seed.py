"""Reference data that every installation needs before its first log-in."""

from __future__ import annotations

from importlib import resources
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from kernel.ids import NIL
from kernel.models import CalendarDay, ReferenceVersion
from kernel.work import Database, open_work
from kernel.workdays import seed_days
from tenants.organs import repository, service
from tenants.organs.dataset import read_csv

CALENDAR_YEARS = (2024, 2030)


async def load_calendar(database: Database, city_id: UUID) -> int:
    """Days that are not there yet: official years as confirmed, later ones as estimates. Returns their number."""
    async with open_work(database, city_id=city_id, organ_id=NIL) as work:
        rows = [
            {
                "day": d.day,
                "is_workday": d.is_workday,
                "kind": d.kind,
                "name": d.name,
                "source": d.source,
                "confirmed": d.confirmed,
            }
            for d in seed_days(*CALENDAR_YEARS)
        ]
        result = await work.session.execute(
            insert(CalendarDay).on_conflict_do_nothing().returning(CalendarDay.day), rows
        )
        added = len(result.all())
        if added:
            await repository.bump(work, "calendar")
        return added


async def load_city(database: Database, city_id: UUID) -> service.Loaded:
    """The organ tree of Xuchang from the data files of the product."""
    from reporting.figures import service as figures

    dataset = read_csv(resources.files("tenants.organs") / "data" / "xuchang")
    async with open_work(database, city_id=city_id, organ_id=NIL) as work:
        loaded = await service.load(work, dataset.organs, dataset.relations)
        # From the first record on, figures are counted along the tree.
        await figures.follow_tree(work)
        return loaded


async def set_version(database: Database, city_id: UUID, name: str, version: int) -> None:
    """Write a version of reference data as it is (a stamp), where `bump` would count on."""
    async with open_work(database, city_id=city_id, organ_id=NIL) as work:
        await work.session.execute(
            insert(ReferenceVersion)
            .values(name=name, version=version)
            .on_conflict_do_update(index_elements=["name"], set_={"version": version})
        )

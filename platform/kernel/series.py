"""Gapless numbers: taken under a row lock in the transaction that uses them, so a rollback gives them back."""

from __future__ import annotations

from sqlalchemy.dialects.postgresql import insert

from kernel.ids import new_id
from kernel.models import NumberSeries
from kernel.work import Work


async def next_number(work: Work, series: str, year: int) -> int:
    """The next number of the organ's series in that year, from 1. Two transactions never get the same one,
    and the second waits until the first has committed or given its number back."""
    statement = (
        insert(NumberSeries)
        .values(city_id=work.city_id, id=new_id(), organ_id=work.organ_id, series=series, year=year, last=1)
        .on_conflict_do_update(
            index_elements=["city_id", "organ_id", "series", "year"], set_={"last": NumberSeries.last + 1}
        )
        .returning(NumberSeries.last)
    )
    number = await work.session.scalar(statement)
    assert number is not None
    return number

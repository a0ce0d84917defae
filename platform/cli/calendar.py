"""`zhunsheng calendar import`: the official notice of a year replaces the estimate."""

from __future__ import annotations

import asyncio
import csv
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from cli.console import Failed, step
from cli.installation import Installation, opened
from kernel.ids import NIL
from kernel.models import CalendarDay
from kernel.work import Database, open_work
from tenants.organs.repository import bump

COLUMNS = ("day", "is_workday", "name")
YES, NO = ("1", "true", "yes", "是"), ("0", "false", "no", "否")
SOURCE = "官方通知导入"


@dataclass(frozen=True, slots=True)
class OfficialDay:
    """One line of the file."""

    day: date
    is_workday: bool
    name: str

    @property
    def kind(self) -> str:
        weekend = self.day.weekday() >= 5
        if self.is_workday:
            return "makeup" if weekend else "work"
        return "rest" if weekend and not self.name else "holiday"


def import_file(file: str) -> int:
    """Import `file` and have the deadlines that rested on estimated days computed again."""
    days = read(Path(file))
    with opened() as installation, step(f"Calendar: {len(days)} days   工作日历"):
        asyncio.run(_import(installation, days))
    print("  deadlines that rest on these days are computed again by a job   相关期限将自动重新计算")
    return 0


def read(path: Path) -> list[OfficialDay]:
    """Failed names every wrong line; a file is taken whole or not at all."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as handle:
            rows = csv.DictReader(handle)
            if tuple(rows.fieldnames or ()) != COLUMNS:
                raise Failed(f"{path}: the first line must be {','.join(COLUMNS)}")
            parsed = [_parse(number, row) for number, row in enumerate(rows, start=2)]
    except (OSError, UnicodeDecodeError) as error:
        raise Failed(f"{path}: {error}") from error
    wrong = [entry for entry in parsed if isinstance(entry, str)]
    days = [entry for entry in parsed if isinstance(entry, OfficialDay)]
    repeated = [day for day, number in Counter(d.day for d in days).items() if number > 1]
    wrong += [f"{day} appears twice" for day in repeated]
    if wrong or not days:
        raise Failed("\n".join([f"{path}: nothing was imported", *(wrong or ["no day in it"])]))
    return days


def _parse(number: int, row: dict[str, str]) -> OfficialDay | str:
    try:
        day = date.fromisoformat((row["day"] or "").strip())
    except ValueError:
        return f"line {number}: day must look like 2027-01-01"
    flag = (row["is_workday"] or "").strip().lower()
    if flag not in YES + NO:
        return f"line {number}: is_workday must be 1 or 0"
    return OfficialDay(day, flag in YES, (row["name"] or "").strip())


async def _import(installation: Installation, days: list[OfficialDay]) -> None:
    async with installation.database() as database:
        await store(database, installation.settings.city_id, days)


async def store(database: Database, city_id: UUID, days: list[OfficialDay]) -> None:
    """Write the days as confirmed, tell every process, and enqueue the recomputation in the same transaction."""
    async with open_work(database, city_id=city_id, organ_id=NIL) as work:
        for day in days:
            values = {
                "is_workday": day.is_workday,
                "kind": day.kind,
                "name": day.name,
                "source": SOURCE,
                "confirmed": True,
            }
            await work.session.execute(
                insert(CalendarDay)
                .values(day=day.day, **values)
                .on_conflict_do_update(index_elements=["day"], set_=values)
            )
        await bump(work, "calendar")
        first, last = min(d.day for d in days), max(d.day for d in days)
        work.enqueue("recalculate_deadlines", {"first": first.isoformat(), "last": last.isoformat()})
        work.record(
            "import_calendar",
            "calendar",
            None,
            title=f"导入工作日历：{first.isoformat()} 至 {last.isoformat()} 共 {len(days)} 天",
        )

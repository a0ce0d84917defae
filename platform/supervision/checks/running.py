"""Running the models: over a batch when it arrives, over the stock every night, with one effect (Art. 11(5))."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from kernel.work import Work
from kernel.workdays import WorkCalendar
from supervision.checks import compiling, repository
from supervision.checks.rules import Rule
from supervision.deadlines.reference import calendar
from tenants.organs.codes import BUSINESS_LINES
from tenants.organs.directory import Directory, directory

MANY: Final = 10_000
"""From so many records on, a plan for a few hits costs more than one for many: a night's run, a year's import."""


async def check_stock(work: Work) -> int:
    """Have every supervision body run its models over its stock, one job each. Returns their number."""
    tree = await directory(work)
    bodies = [o.id for o in tree.organs.values() if o.is_supervision_body and tree.facts[o.id].alive_on(tree.on)]
    for body_id in sorted(bodies):
        work.enqueue("check_body", {"body_id": str(body_id)})
    return len(bodies)


async def check_body(work: Work, body_id: UUID) -> int:
    """Run every model over the stock of one body. Returns the hits there are."""
    async with work.acting_as(body_id):
        return await run(work)


async def check_records(work: Work, import_id: UUID) -> int:
    """Run the models that look at one record over what an import brought, for each body whose organs it concerns.
    Returns the hits in them."""
    tree = await directory(work)
    reach = sorted({work.organ_id, *tree.read_by(work.organ_id)})
    found = 0
    for body_id, organs in sorted((await repository.bodies_of_import(work, import_id, reach)).items()):
        async with work.acting_as(body_id):
            found += await run(work, import_id=import_id, organs=organs)
    return found


async def run(work: Work, *, import_id: UUID | None = None, organs: Sequence[UUID] = ()) -> int:
    """The models of the work's organ, over one import or over the stock; what it did is kept. A run that is repeated
    finds what is there already and changes nothing."""
    began = time.monotonic()
    batch = import_id is not None
    await repository.prepare(work)
    records = await repository.count_records(work, import_id, organs)
    if records >= MANY:
        await repository.expect_many(work)
    values = {**await _values(work), "import": import_id, "organs": list(organs)}
    hits = opened = cleared = 0
    for statement, rules in _statements(batch=batch):
        there, written, gone = await repository.execute(work, statement, values | _about(rules))
        hits, opened, cleared = hits + there, opened + written, cleared + gone
    work.session.expire_all()
    await repository.keep_run(
        work,
        {
            "scope": "batch" if batch else "stock",
            "key": f"{import_id}/{organs[0]}" if batch else str(work.today),
            "records": records,
            "found": hits,
            "opened": opened,
            "cleared": cleared,
            "milliseconds": round(1000 * (time.monotonic() - began)),
            "finished_at": work.now,
        },
    )
    return hits


def _statements(*, batch: bool) -> list[tuple[str, list[Rule]]]:
    names = [name for name in compiling.SETS if not batch or name in compiling.ON_ARRIVAL]
    return [
        (compiling.rows(batch=batch), compiling.of_records()),
        *((compiling.of(name, batch=batch), compiling.of_set(name)) for name in names),
    ]


def _about(rules: Sequence[Rule]) -> dict[str, Any]:
    return {
        "rules": [rule.id for rule in rules],
        "versions": [rule.version for rule in rules],
        "severities": [rule.severity for rule in rules],
    }


async def _values(work: Work) -> Mapping[str, Any]:
    tree = await directory(work)
    upper = tree.upper_supervision_body(work.organ_id)
    return {
        "city": work.city_id,
        "body": work.organ_id,
        "today": work.today,
        "reach": organs_of(tree, work.organ_id),
        "issuers": [work.organ_id, *([upper] if upper else [])],
        "line_names": list(BUSINESS_LINES.values()),
        "line_codes": list(BUSINESS_LINES),
        **_days(await calendar(work)),
    }


def organs_of(tree: Directory, body_id: UUID) -> list[UUID]:
    """The organs of a supervision body's government (Art. 5), whoever of them reads whom."""
    if not tree.get(body_id).is_supervision_body:
        return [body_id]
    government = tree.government_of(body_id)
    return sorted(o for o in tree.organs if tree.government_of(o) == government)


_DAYS: dict[str, dict[str, Any]] = {}


def _days(days: WorkCalendar) -> dict[str, Any]:
    """The calendar as the statements carry it: working days up to each day, and days to the next working day."""
    if days.version not in _DAYS:
        upto, roll, total, ahead = [], [], 0, 0
        for entry in days:
            total += entry.is_workday
            upto.append(total)
        for entry in reversed(list(days)):
            ahead = 0 if entry.is_workday else ahead + 1
            roll.append(ahead)
        _DAYS.clear()
        _DAYS[days.version] = {
            "base": days.first,
            "upto": _array(upto),
            "roll": _array(roll[::-1]),
        }
    return _DAYS[days.version]


def _array(numbers: Sequence[int]) -> str:
    return f"{{{','.join(map(str, numbers))}}}"

"""Enforcement acts by the counting rules of the yearly statistics: by the day of the decision, one case once under its
heaviest penalty, a named kind before "other"; and 0 is not the same as not connected."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from reporting.figures import service as figures
from reporting.figures.periods import parse
from reporting.returns import periods as return_periods
from reporting.returns import records
from tests.databases import Backend
from tests.reporting.figures.test_counters import differing, folded, superuser
from tests.stories import BODY, SUPERVISED
from tests.world import World

YEAR = parse("2026")
HEAVIEST = (
    "detention", "closure", "restriction", "revocation", "downgrade", "suspension", "confiscation", "fine", "criticism",
    "warning", "other",
)  # fmt: skip


def add(connection: psycopg.Connection[Any], world: World, organ: UUID, kind: str, **values: Any) -> UUID:
    """A record past the services, with what every row needs."""
    given: dict[str, Any] = {
        "city_id": world.city_id, "id": uuid4(), "organ_id": organ, "kind": kind, "source": "own_system",
        "external_id": str(uuid4()), "version": 1, "taken_at": "2026-10-09 09:00+08", "acted_on": date(2026, 9, 1),
        "quality": "{}", "detail": "{}", **values,
    }  # fmt: skip
    names = ", ".join(given)
    marks = ", ".join(["%s"] * len(given))
    connection.execute(f"insert into enforcement_record ({names}) values ({marks})", list(given.values()))
    return UUID(str(given["id"]))


async def read(world: World, organ: str, *codes: str) -> list[int]:
    async with world.system() as work:
        found = await figures.values(work, await world.organ(organ), YEAR, codes)
        return [found[code] for code in codes]


async def drawn(world: World, *codes: str) -> dict[str, int]:
    async with world.work(SUPERVISED) as work:
        organ = await world.organ(SUPERVISED)
        return dict(await records.figures(work, organ, return_periods.parse("2026"), codes))


async def test_a_decision_counts_once_on_its_day_under_its_heaviest_kind(world: World, backend: Backend) -> None:
    organ, body, day = await world.organ(SUPERVISED), await world.organ(BODY), date(2026, 3, 4)
    with superuser(backend, world) as connection:
        add(connection, world, organ, "penalty", decided_on=day, filed_on=date(2025, 12, 1), closed_on=day,
            penalty_kinds=["warning", "fine"], fine_fen=500_000)  # fmt: skip
        add(connection, world, organ, "penalty", decided_on=day, penalty_kinds=["other", "warning"],
            filed_up_on=day, body_id=body, close_kind="revoked", procedure="simple")  # fmt: skip
        add(connection, world, organ, "penalty", decided_on=day, penalty_kinds=["confiscation", "fine"], fine_fen=100,
            confiscated_fen=900, goods_value_fen=900, hearing_held_on=day)  # fmt: skip
        add(connection, world, organ, "penalty", decided_on=date(2025, 12, 31), penalty_kinds=["fine"], fine_fen=1)
        add(connection, world, organ, "penalty", closed_on=day, close_kind="no_penalty")
        add(connection, world, organ, "penalty", filed_on=day, withdrawn_on=day, close_kind="withdrawn")
    codes = [f"penalties.decided/{k}" for k in ("fine", "warning", "other", "confiscated_goods", "confiscated_gain")]
    for _ in range(2):
        assert await read(world, SUPERVISED, *codes) == [1, 1, 0, 1, 0]
        assert await read(world, SUPERVISED, "penalties.decided", "penalties.money", "penalties.refrained") == [
            3, 501_000, 1,
        ]  # fmt: skip
        assert await read(world, SUPERVISED, "penalties.filed", "penalties.how/simple", "penalties.how/heard") == [
            1,
            1,
            1,
        ]
        assert await read(world, BODY, "filings.received") == [1]
        assert await differing(world) == []
        await folded(world)


async def test_licences_coercion_inspections_and_levies(world: World, backend: Backend) -> None:
    organ, day, later = await world.organ(SUPERVISED), date(2026, 3, 4), date(2027, 1, 5)
    with superuser(backend, world) as connection:
        add(connection, world, organ, "licence", received_on=day, accepted_on=day, decided_on=later, result="granted")
        add(connection, world, organ, "licence", received_on=day, accepted_on=day, result="not_accepted")
        add(connection, world, organ, "coercion", measure="seize", held_from=day)
        add(connection, world, organ, "coercion", measure="perform", decided_on=day, closed_on=later)
        for _ in range(2):
            add(connection, world, organ, "inspection", done_on=day, inspection_kind="random", follow_up="correct",
                party_kind="legal_person", party_uscc="91411000MA00000001")  # fmt: skip
        add(connection, world, organ, "inspection", done_on=day, inspection_kind="daily", follow_up="case",
            party_kind="legal_person", party_uscc="91411000MA00000002")  # fmt: skip
        add(connection, world, organ, "collection", paid_on=day, collected_fen=7_000)
    assert await read(world, SUPERVISED, "licences.received", "licences.accepted", "licences.decided") == [2, 1, 0]
    assert await read(world, SUPERVISED, "coercion.measures/seize", "coercion.measures/perform") == [1, 0]
    assert await read(world, SUPERVISED, "inspections.done", "inspections.done/random", "inspections.led_to/case") == [
        2,
        2,
        1,
    ]
    assert await read(world, SUPERVISED, "levies.completed", "levies.money") == [1, 7_000]
    assert await drawn(world, "inspections.objects") == {"inspections.objects": 1}
    assert await differing(world) == []


async def test_an_act_opens_for_the_organ_and_for_who_supervises_it(world: World, backend: Backend) -> None:
    organ, body, day = await world.organ(SUPERVISED), await world.organ(BODY), date(2026, 3, 4)
    with superuser(backend, world) as connection:
        act = add(connection, world, organ, "penalty", decided_on=day, penalty_kinds=["fine"], filed_up_on=day,
                  body_id=body, doc_no="建城罚〔2026〕1号", item_name="占道经营")  # fmt: skip
    for reader, role, code, of in (
        (SUPERVISED, "legal_officer", "penalties.decided/fine", organ),
        (BODY, "supervisor", "penalties.decided", organ),
        (BODY, "supervisor", "filings.received", body),
    ):
        async with world.work(reader, role) as work:
            found = await figures.records(work, code, of, YEAR)
            assert [(row.href, row.number, row.title) for row in found.rows] == [
                (f"/records/{act}", "建城罚〔2026〕1号", "占道经营")
            ], (reader, code)
    async with world.work("许昌市政府", "government_leader") as work:
        found = await figures.records(work, "penalties.decided", organ, YEAR)
        assert (found.total, len(found.rows)) == (1, 0), "a number may be known where the act may not be read"


async def test_where_no_system_is_connected_nothing_is_drawn(world: World, backend: Backend) -> None:
    assert await drawn(world, "penalties.decided/fine", "bodies.present/organ") == {"bodies.present/organ": 0}
    organ = await world.organ(SUPERVISED)
    with superuser(backend, world) as connection:
        add(connection, world, organ, "inspection", done_on=date(2026, 3, 4), inspection_kind="daily")
    assert await drawn(world, "penalties.decided/fine", "inspections.done") == {
        "penalties.decided/fine": 0, "inspections.done": 1,
    }  # fmt: skip


@pytest.mark.parametrize("seed", range(2))
async def test_penalties_after_any_corrections(world: World, backend: Backend, seed: int) -> None:
    """Versions that change kinds, day and closing, late and deleted rows, against a count in Python."""
    chance = random.Random(seed)
    organ = await world.organ(SUPERVISED)
    held: dict[UUID, dict[str, Any]] = {}

    def facts() -> dict[str, Any]:
        kinds = chance.sample(HEAVIEST, chance.randrange(4))
        day = date(2025, 6, 1) + timedelta(days=chance.randrange(600)) if chance.random() < 0.8 else None
        closing = chance.choice(["", "normal", "revoked", "withdrawn", "no_penalty"])
        return {"penalty_kinds": kinds, "decided_on": day, "close_kind": closing, "fine_fen": chance.randrange(9_999)}

    with superuser(backend, world) as connection:
        for turn in range(80):
            if not held or chance.random() < 0.5:
                given = facts()
                held[add(connection, world, organ, "penalty", **given)] = given
            elif chance.random() < 0.2:
                gone = chance.choice(list(held))
                connection.execute("delete from enforcement_record where id = %s", [gone])
                del held[gone]
            else:
                changed, given = chance.choice(list(held)), facts()
                sets = ", ".join(f"{name} = %s" for name in given)
                connection.execute(f"update enforcement_record set {sets} where id = %s", [*given.values(), changed])
                held[changed] = given
            if turn % 20 == 10:
                await folded(world)
    counted = [
        given for given in held.values()
        if given["decided_on"] and given["decided_on"].year == 2026 and given["penalty_kinds"]
        and given["close_kind"] not in ("withdrawn", "no_penalty")
    ]  # fmt: skip
    kinds = [min(given["penalty_kinds"], key=HEAVIEST.index) for given in counted]
    for kind in ("fine", "warning", "other", "detention", "closure"):
        assert await read(world, SUPERVISED, f"penalties.decided/{kind}") == [kinds.count(kind)], (seed, kind)
    assert await read(world, SUPERVISED, "penalties.decided", "penalties.money") == [
        len(counted), sum(given["fine_fen"] for given in counted),
    ]  # fmt: skip
    assert await differing(world) == []

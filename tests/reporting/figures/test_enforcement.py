"""Enforcement acts by the counting rules of the yearly statistics: by the day of the decision, one case once under its
heaviest penalty, a named kind before "other"; and 0 is not the same as not connected."""

from __future__ import annotations

import json
import random
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from kernel.clock import SHANGHAI
from reporting.figures import service as figures
from reporting.figures.periods import parse
from reporting.returns import periods as return_periods
from reporting.returns import records
from tests import stories
from tests.databases import Backend
from tests.reporting.figures.test_counters import differing, folded, superuser
from tests.stories import BODY, SUPERVISED
from tests.world import World

YEAR = parse("2026")
HEAVIEST = (
    "detention", "practice_ban", "shutdown", "closure", "restriction", "revocation", "downgrade", "suspension",
    "confiscation", "fine", "criticism", "warning", "other",
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


async def test_what_no_system_ever_sent_is_not_drawn(world: World, backend: Backend) -> None:
    """A connected case system says nothing of licences: whether there were none, or no such duty, a person says."""
    assert await drawn(world, "penalties.decided/fine", "bodies.present/organ") == {"bodies.present/organ": 0}
    organ = await world.organ(SUPERVISED)
    with superuser(backend, world) as connection:
        add(connection, world, organ, "inspection", done_on=date(2026, 3, 4), inspection_kind="daily")
    cells = ("penalties.decided/fine", "reconsiderations.filed", "inspections.done", "inspections.done/random")
    assert await drawn(world, *cells) == {"inspections.done": 1, "inspections.done/random": 0}


async def test_amounts_that_were_spared_rest_on_the_lowest_fine_of_the_law(world: World, backend: Backend) -> None:
    organ, day = await world.organ(SUPERVISED), date(2026, 3, 4)
    told = '{"law_min_fen": 500000}'
    with superuser(backend, world) as connection:
        add(connection, world, organ, "penalty", closed_on=day, close_kind="no_penalty", detail=told)
        add(connection, world, organ, "penalty", closed_on=day, close_kind="no_penalty")
        for fine in (200_000, 700_000):
            add(connection, world, organ, "penalty", decided_on=day, penalty_kinds=["fine"], fine_fen=fine,
                tier="reduced", detail=told)  # fmt: skip
        add(connection, world, organ, "penalty", decided_on=day, penalty_kinds=["fine"], fine_fen=1, detail=told)
    codes = ("penalties.refrained", "penalties.spared", "penalties.how/reduced", "penalties.lowered")
    assert await read(world, SUPERVISED, *codes) == [2, 500_000, 2, 300_000]
    assert await differing(world) == []


async def test_further_acts_and_what_was_asked_against_them(world: World, backend: Backend) -> None:
    organ, day, later = await world.organ(SUPERVISED), date(2026, 3, 4), date(2027, 1, 5)
    with superuser(backend, world) as connection:
        add(connection, world, organ, "penalty", decided_on=day, penalty_kinds=["fine", "shutdown"], fine_fen=1)
        add(connection, world, organ, "penalty", decided_on=day, penalty_kinds=["practice_ban", "shutdown"],
            detail='{"review_filed_on": "2026-04-01", "review_ended_on": "2026-06-01", "review_result": "changed",'
            ' "lawsuit_filed_on": "2026-07-01", "lawsuit_ended_on": "2027-02-01", "lawsuit_result": "lost"}',
        )  # fmt: skip
        add(connection, world, organ, "licence", decided_on=date(2020, 1, 1), result="granted",
            detail='{"revoked_on": "2026-05-01", "review_filed_on": "2025-12-31", "review_ended_on": "2026-02-01",'
            ' "review_result": "upheld", "lawsuit_ended_on": "2026-09-01", "lawsuit_result": "lost"}')  # fmt: skip
        add(connection, world, organ, "coercion", measure="restrain", decided_on=day)
        add(connection, world, organ, "coercion", measure="other_execution", decided_on=day, closed_on=later)
        add(connection, world, organ, "coercion", measure="other_execution", decided_on=day, closed_on=day)
        for problems, then in ((3, "case"), (2, "none")):
            add(connection, world, organ, "inspection", done_on=day, inspection_kind="daily", follow_up=then,
                detail=f'{{"problems_found": {problems}}}')  # fmt: skip
        add(connection, world, organ, "requisition", decided_on=day, closed_on=day, paid_on=later,
            detail='{"compensated_fen": 9000}')  # fmt: skip
        add(connection, world, organ, "requisition", decided_on=day, paid_on=day, detail='{"compensated_fen": 70}')
        for kind in ("confirmation", "confirmation", "payment"):
            add(connection, world, organ, "other_act", decided_on=day, detail=f'{{"act_kind": "{kind}"}}')
        add(connection, world, organ, "other_act", decided_on=day, closed_on=later, detail='{"act_kind": "reward"}')
    wanted = {
        "penalties.decided/shutdown": 1, "penalties.decided/practice_ban": 1, "penalties.decided/fine": 0,
        "licences.revoked": 1, "licences.decided": 0, "coercion.measures/restrain": 1,
        "coercion.measures/other_execution": 1, "inspections.problems": 5, "inspections.done": 1,
        "requisitions.completed": 1, "requisitions.money": 70, "other_acts.completed/confirmation": 2,
        "other_acts.completed/payment": 1, "other_acts.completed/reward": 0, "reconsiderations.filed": 1,
        "reconsiderations.ended": 2, "reconsiderations.corrected": 1, "litigations.filed": 1, "litigations.ended": 1,
        "litigations.lost": 1,
    }  # fmt: skip
    for _ in range(2):
        assert dict(zip(wanted, await read(world, SUPERVISED, *wanted), strict=True)) == wanted
        assert await drawn(world, *wanted) == wanted
        assert await differing(world) == []
        await folded(world)
    async with world.work(SUPERVISED, "legal_officer") as work:
        found = await figures.records(work, "reconsiderations.corrected", organ, YEAR)
        assert [row.day for row in found.rows] == [date(2026, 6, 1)]


async def test_filings_late_and_with_problems(world: World, backend: Backend) -> None:
    """Fifteen days, moved on by a holiday; a hit counts once it was judged to be something, one filing once."""
    organ, body = await world.organ(SUPERVISED), await world.organ(BODY)
    # 2026-09-18 and fifteen days is 3 October, in the holiday; the first working day after it is the 8th.
    days = {"in time": date(2026, 10, 8), "late": date(2026, 10, 9)}
    with superuser(backend, world) as connection:
        acts = {
            name: add(connection, world, organ, "penalty", decided_on=date(2026, 9, 18), penalty_kinds=["fine"],
                      filed_up_on=day, body_id=body, doc_no=name)
            for name, day in days.items()
        }  # fmt: skip
        add(connection, world, organ, "penalty", decided_on=date(2026, 9, 18), penalty_kinds=["fine"], body_id=body)
        for state, rule in (("open", "P06"), ("dismissed", "P10")):
            hit(connection, world, body, organ, acts["late"], rule=rule, state=state)
    codes = ["filings.received", "filings.late", "filings.problems", "cases.organs"]

    async def counted() -> list[int]:
        async with world.work(BODY) as work:
            found = await figures.values(work, body, YEAR, codes)
            return [found[code] for code in codes]

    assert await counted() == [2, 1, 0, 0]
    with superuser(backend, world) as connection:
        clue = (await stories.register_clue(world)).id
        for rule in ("P27", "P39"):
            hit(connection, world, body, organ, acts["in time"], rule=rule, state="clue", clue=clue)
    assert await counted() == [2, 1, 1, 0]
    async with world.work(BODY) as work:
        quarter = return_periods.parse("2026Q4")
        assert await records.figures(work, body, quarter, codes) == dict(zip(codes, [2, 1, 1, 0], strict=True))
    for code, name in (("filings.late", "late"), ("filings.problems", "in time")):
        async with world.work(BODY, "supervisor") as work:
            found = await figures.records(work, code, body, YEAR)
            assert [row.number for row in found.rows] == [name], code
            assert [row.value for row in (await figures.drill(work, code, body, YEAR)).rows] == [1]
    async with world.work("许昌市政府", "government_leader") as work:
        found = await figures.records(work, "filings.late", body, YEAR)
        assert found.rows == [], "who may not read the act may not open it"


def hit(
    connection: psycopg.Connection[Any], world: World, body: UUID, organ: UUID, act: UUID, *, rule: str, state: str,
    clue: UUID | None = None,
) -> None:  # fmt: skip
    """What a model found in an act, and what was decided on it."""
    reason = ("other_law", "另有规定") if state == "dismissed" else ("", "")
    connection.execute(
        "insert into check_hit (city_id, organ_id, id, subject_kind, subject_id, subject_organ_id, subject_version,"
        " label, kind, rule, rule_version, severity, found_on, facts, state, reason_code, reason, clue_id, judged_at)"
        " values (%s, %s, %s, 'record', %s, %s, 1, '', 'penalty', %s, 1, 'B', '2026-10-09', '{}', %s, %s, %s, %s, %s)",
        [world.city_id, body, uuid4(), act, organ, rule, state, *reason, clue,
         None if state == "open" else datetime(2026, 10, 9, tzinfo=SHANGHAI)],
    )  # fmt: skip


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
        told: dict[str, Any] = {"law_min_fen": chance.randrange(9_999)} if chance.random() < 0.5 else {}
        if chance.random() < 0.5:
            ended = date(2025, 6, 1) + timedelta(days=chance.randrange(600))
            told |= {"review_ended_on": str(ended), "review_result": chance.choice(["upheld", "void", "settled"])}
        return {
            "penalty_kinds": kinds, "decided_on": day, "close_kind": closing, "fine_fen": chance.randrange(9_999),
            "tier": chance.choice(["", "reduced"]), "detail": json.dumps(told),
        }  # fmt: skip

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
    for kind in ("fine", "warning", "other", "detention", "closure", "shutdown", "practice_ban"):
        assert await read(world, SUPERVISED, f"penalties.decided/{kind}") == [kinds.count(kind)], (seed, kind)
    reviews = [told for given in held.values() if "review_ended_on" in (told := json.loads(given["detail"]))]
    ended = [told for told in reviews if told["review_ended_on"].startswith("2026")]
    lowered = [
        max(0, json.loads(given["detail"]).get("law_min_fen", 0) - given["fine_fen"])
        for given in counted if given["tier"] == "reduced"
    ]  # fmt: skip
    assert await read(world, SUPERVISED, "penalties.decided", "penalties.money", "penalties.lowered") == [
        len(counted), sum(given["fine_fen"] for given in counted), sum(lowered),
    ]  # fmt: skip
    assert await read(world, SUPERVISED, "reconsiderations.ended", "reconsiderations.corrected") == [
        len(ended), sum(told["review_result"] == "void" for told in ended),
    ]  # fmt: skip
    assert await differing(world) == []

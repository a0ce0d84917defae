"""A filled database is brought from the schema before the whole figures (0022) to the present one: no row is lost or
changed, what the old rules counted goes, every counter equals a recount, and figures of other families stay.

`at_0022` keeps the counting rules that 0023 and 0024 replace, as they stood; the migrations before them count by them.
"""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.types.json import Jsonb
from sqlalchemy import create_engine, make_url, text

from kernel import settings
from kernel.ids import new_id
from kernel.provision import app_url, provision
from migrations import figures as made
from reporting.figures import repository
from reporting.figures import service as figures
from reporting.figures.periods import parse
from tests.databases import Backend
from tests.reporting.figures.test_counters import BODY as BODY_ROW
from tests.reporting.figures.test_counters import differing, folded, superuser
from tests.stories import BODY, SUPERVISED
from tests.world import World, fill_city

BEFORE = Path(__file__).parent / "at_0022"
DERIVED = {"figure_delta", "figure_counter", "alembic_version"}
"""Tables whose rows are meant to change: they are proved by the recount."""
OF_OTHERS = (
    "indicator !~ '^(activities|file_reviews|penalties|filings|licences|coercion|inspections|levies"
    "|reconsiderations|litigations|requisitions|other_acts)[.]|^matters[.](timed|workdays)$'"
)
START = date(2025, 1, 1)


@asynccontextmanager
async def city_at(backend: Backend, revision: str, patched: pytest.MonkeyPatch) -> AsyncIterator[tuple[World, str]]:
    """A filled city at an earlier revision, and the superuser's address of its database."""
    present = made.facts_of
    patched.setattr(made, "facts_of", lambda table: _old(table) or present(table))
    name = f"zs_{new_id().hex}"
    admin = create_engine(backend.admin_url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"create database {name} template template0 encoding 'UTF8' locale 'C.UTF-8'"))
    owner = make_url(backend.admin_url).set(database=name).render_as_string(hide_password=False)
    try:
        provision(owner, settings.load(), revision=revision)
        patched.undo()
        url = app_url(settings.load(), owner)
        await fill_city(url)
        world = World.open(url)
        try:
            await world.set_clock("2026-10-09 09:00")
            yield world, owner
        finally:
            await world.close()
    finally:
        with admin.connect() as connection:
            connection.execute(text(f"drop database {name} with (force)"))
        admin.dispose()


def _old(table: str) -> str:
    path = BEFORE / f"{table}.sql"
    return path.read_text("utf-8") if path.exists() else ""


def insert(connection: psycopg.Connection[Any], table: str, **values: Any) -> UUID:
    key = uuid4()
    given = {"id": key, **values}
    names, marks = ", ".join(given), ", ".join(["%s"] * len(given))
    connection.execute(f"insert into {table} ({names}) values ({marks})", list(given.values()))
    return key


class Records:
    """Random rows of the kinds that there were, also with what only the new rules count."""

    def __init__(self, connection: psycopg.Connection[Any], city: UUID, organs: list[UUID], body: UUID) -> None:
        self.connection, self.city, self.organs, self.body = connection, city, organs, body
        self.chance = random.Random(22)

    def day(self) -> date:
        return START + timedelta(days=self.chance.randrange(600))

    def maybe(self, value: Any) -> Any:
        return self.chance.choice([value, None])

    def record(self) -> UUID:
        chance, day = self.chance, self.day()
        kind = chance.choice(["penalty", "penalty", "licence", "coercion", "inspection", "collection"])
        values: dict[str, Any] = {
            "penalty": {"filed_on": day, "decided_on": self.maybe(day), "closed_on": self.maybe(day), "fine_fen": 500,
                        "penalty_kinds": chance.choice([["fine"], ["fine", "warning"], ["closure"], []]),
                        "body_id": self.body, "filed_up_on": self.maybe(day + timedelta(days=30)),
                        "tier": chance.choice(["", "reduced"])},
            "licence": {"received_on": day, "accepted_on": day, "decided_on": self.maybe(day),
                        "result": chance.choice(["granted", "refused", "not_accepted"])},
            "coercion": {"measure": chance.choice(["seal", "seize", "court"]), "decided_on": day},
            "inspection": {"done_on": day, "inspection_kind": "daily",
                           "follow_up": chance.choice(["", "correct", "case"])},
            "collection": {"paid_on": day, "collected_fen": 700},
        }[kind]  # fmt: skip
        detail = chance.choice([{}, {"review_filed_on": day.isoformat()}, {"law_min_fen": 900}, {"problems_found": 2}])
        return insert(
            self.connection, "enforcement_record", city_id=self.city, organ_id=chance.choice(self.organs), kind=kind,
            source="own_system", external_id=str(uuid4()), version=1, taken_at="2026-10-01 09:00+08", acted_on=day,
            quality="{}", detail=Jsonb(detail), **values,
        )  # fmt: skip

    def matter(self, person: UUID) -> UUID:
        return insert(
            self.connection, "matter", city_id=self.city, organ_id=self.body, supervised_id=self.organs[0],
            supervised_name="建安区城市管理局", relation="level", relation_article="2(1)", title="扣押物品未作处理",
            mode="verification_urging", content_items=["10(5)"], basis="own_finding", basis_note="", state="closed",
            stage="closed", rulebook_key="xuchang-2024-draft", proposed_by=person, opened_on=date(2026, 3, 2),
            closed_on=date(2026, 3, 9), proposed_at="2026-03-01 09:00+08",
        )  # fmt: skip

    def activity(self, matter: UUID, organ: UUID, person: UUID) -> UUID:
        failed = self.chance.randrange(3)
        return insert(
            self.connection, "activity", city_id=self.city, organ_id=organ, matter_id=matter, kind="inspect",
            at=f"{self.day()} 09:00+08", place="现场", participants="两人", record="查看案卷", recorded_by=person,
            obstruction=self.chance.choice(["", "拒绝"]), files_good=self.chance.randrange(3), files_failed=failed,
            files_vetoed=self.chance.randrange(failed + 1),
        )  # fmt: skip


async def filled(world: World, backend: Backend) -> None:
    """Records, some of them corrected and deleted again; most of their deltas folded, the last ones waiting."""
    organs = [await world.organ(name) for name in (SUPERVISED, "建安区水利局", "尚集镇政府")]
    body, chen = await world.organ(BODY), await world.actor(BODY, "supervisor")
    with superuser(backend, world) as connection:
        records = Records(connection, world.city_id, organs, body)
        matter = records.matter(chen.person_id)
        ids = [records.record() for _ in range(150)]
        for organ in organs:
            connection.execute(BODY_ROW, [world.city_id, uuid4(), organ, "organ", START])
        for _ in range(20):
            records.activity(matter, body, chen.person_id)
        await folded(world)
        connection.execute("update enforcement_record set decided_on = decided_on + 40 where id = any (%s)", [ids[::5]])
        connection.execute("delete from enforcement_record where id = any (%s)", [ids[::17]])
        records.activity(matter, body, chen.person_id)
        insert(
            connection, "statistical_return", city_id=world.city_id, organ_id=organs[1],
            form_key="supervision_quarterly", form_version="2024.1", period="2026Q3", organ_name="水利局",
            organ_class="department", readers=[],
            due_on=date(2026, 10, 20), provisional=False, state="open", version=0, accepted_version=0, late=False,
            reminded=[], stale=Jsonb([]),
        )  # fmt: skip


def rows(owner: str, columns: dict[str, list[str]] | None = None) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table, in the columns given or all."""
    engine = create_engine(owner)
    with engine.connect() as connection:
        names = connection.scalars(text("select tablename from pg_tables where schemaname = 'public'")).all()
        found = {}
        for name in sorted(set(names) - DERIVED):
            listed = connection.scalars(text(f'select to_jsonb(t) from "{name}" t')).all()
            kept = (columns or {}).get(name)
            found[name] = sorted(({key: row[key] for key in kept} if kept else row for row in listed), key=repr)
    engine.dispose()
    return {name: table for name, table in found.items() if table}


def others(owner: str) -> list[tuple[Any, ...]]:
    """Own figures of the families that the migration leaves alone, counters and waiting deltas together."""
    engine = create_engine(owner)
    with engine.connect() as connection:
        found = connection.execute(
            text(
                "select organ_id, indicator, slice, month, sum(amount) from ("
                "select organ_id, indicator, slice, month, amount from figure_delta union all"
                " select organ_id, indicator, slice, month, amount from figure_counter where reach = 'own') x"
                f" where {OF_OTHERS} group by 1, 2, 3, 4 having sum(amount) <> 0 order by 1, 2, 3, 4"
            )
        )
        listed = [tuple(row) for row in found]
    engine.dispose()
    return listed


async def values(world: World, *codes: str) -> dict[str, int]:
    top = await world.organ("许昌市政府")
    async with world.system() as work:
        found: dict[str, int] = {}
        for year in ("2025", "2026"):
            for code, value in (await figures.values(work, top, parse(year), list(codes), reach="tree")).items():
                found[code] = found.get(code, 0) + value
        return found


@pytest.mark.drill
async def test_a_filled_database_is_upgraded_and_nothing_is_lost(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with city_at(backend, "0022", monkeypatch) as (world, owner):
        await filled(world, backend)
        before, kept = rows(owner), others(owner)
        assert len(before["enforcement_record"]) > 100
        assert before["activity"]
        assert kept
        assert await values(world, "reconsiderations.filed") == {"reconsiderations.filed": 0}
        with superuser(backend, world) as connection:
            assert connection.execute("select 1 from figure_delta").fetchone(), "deltas that no fold has merged yet"
        await world.database.engine.dispose()

        provision(owner, settings.load())

        after = rows(owner, {name: list(table[0]) for name, table in before.items()})
        assert {name: after.get(name) for name in before} == before
        assert others(owner) == kept
        assert await differing(world) == [], "before any fold"
        await folded(world)
        assert await differing(world) == []
        codes = ("matters.timed", "matters.workdays", "matters.closed")
        assert await values(world, *codes) == dict(zip(codes, (1, 5, 1), strict=True)), "Monday to Monday"
        found = await values(world, "reconsiderations.filed", "penalties.filed", "activities.recorded")
        wanted = [row for row in before["enforcement_record"] if row["detail"].get("review_filed_on")]
        assert found["reconsiderations.filed"] == len(wanted) > 0
        assert found["penalties.filed"] == sum(row["kind"] == "penalty" for row in before["enforcement_record"])
        assert found["activities.recorded"] == len(before["activity"])
        async with world.system() as work:
            assert (await repository.last_check(work)).differing == 0  # type: ignore[union-attr]
        for name in ("市水利局", "市教育局"):
            async with world.work(name) as work:
                months = (await work.session.scalars(text("select last_month from statistical_return"))).all()
                assert months == ([202609] if name == "市水利局" else [])

        provision(owner, settings.load())
        assert await differing(world) == [], "a second start changes nothing"

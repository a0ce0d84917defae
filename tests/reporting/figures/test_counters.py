"""Counters equal the records: under random late data, corrections, deletions, moves and mergers, and under writers,
folds and a changing tree side by side. The oracle counts in Python and asks nothing of the product but the links."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import OperationalError

from kernel.ids import NIL
from kernel.work import open_work
from reporting.figures import keeping, repository
from reporting.figures import service as figures
from reporting.figures.periods import Period, month_of, parse
from tenants.organs import changes
from tenants.organs.service import renew_tree
from tests.databases import Backend
from tests.world import World

TOWNS = ["苏桥镇政府", "灵井镇政府", "建安区城市管理局", "建安区司法局", "许昌市城市管理局", "魏都区政府", "许昌市政府"]
START = date(2025, 1, 1)
BODY = (
    "insert into enforcement_body (city_id, id, organ_id, kind, name, authority, scope, valid_from)"
    " values (%s, %s, %s, %s, '执法主体', '法律', '全部', %s)"
)


@contextmanager
def superuser(backend: Backend, world: World) -> Iterator[psycopg.Connection[Any]]:
    """Past row-level security, so that rows may also be deleted and moved; the triggers are those of everybody."""
    address = make_url(backend.admin_url).set(database=make_url(world.url).database, drivername="postgresql")
    with psycopg.connect(address.render_as_string(hide_password=False), autocommit=True) as connection:
        yield connection


async def some_organs(world: World) -> list[UUID]:
    tree = await world.directory()
    named = {o.short_name: o.id for o in tree.organs.values() if tree.facts[o.id].alive_on(tree.on)}
    return [named[name] for name in TOWNS if name in named]


async def folded(world: World) -> int:
    async with world.system() as work:
        return await figures.fold(work)


async def differing(world: World) -> list[Any]:
    async with world.system() as work:
        return await figures.recount(work)


class Records:
    """Random changes of one table of records, whatever its rows are."""

    def __init__(self, connection: psycopg.Connection[Any], city: UUID, organs: list[UUID], seed: int) -> None:
        self.connection, self.city, self.organs = connection, city, organs
        self.chance = random.Random(seed)
        self.ids: list[UUID] = []

    def day(self) -> date:
        return START + timedelta(days=self.chance.randrange(700))

    def change(self) -> None:
        chance = self.chance
        kind = chance.choice(["insert", "insert", "late", "update", "end", "move", "delete", "many"])
        if kind in ("insert", "late") or not self.ids:
            self.ids.append(uuid4())
            row = [self.city, self.ids[-1], chance.choice(self.organs), chance.choice(["organ", "authorised"])]
            self.connection.execute(BODY, [*row, START if kind == "late" else self.day()])
        elif kind == "update":
            self._set("kind = case kind when 'organ' then 'entrusted' else 'organ' end, valid_from = %s", self.day())
        elif kind == "end":
            self._set("ended_on = %s", self.day())
        elif kind == "move":
            self._set("organ_id = %s", chance.choice(self.organs))
        elif kind == "delete":
            gone = self.ids.pop(chance.randrange(len(self.ids)))
            self.connection.execute("delete from enforcement_body where id = %s", [gone])
        else:
            self.connection.execute(
                "update enforcement_body set valid_from = valid_from + 40 where id = any (%s)", [self.ids[::2]]
            )

    def _set(self, what: str, value: object) -> None:
        self.connection.execute(
            f"update enforcement_body set {what} where id = %s", [value, self.chance.choice(self.ids)]
        )


def counted(connection: psycopg.Connection[Any], last: int) -> dict[UUID, dict[int, int]]:
    """Organ → month → movement of `bodies.present`, counted here from the bare rows."""
    found: dict[UUID, dict[int, int]] = {}
    for organ, begins, ends in connection.execute("select organ_id, valid_from, ended_on from enforcement_body"):
        months = [(month_of(begins), 1)] + ([(month_of(max(begins, ends)), -1)] if ends else [])
        for month, amount in months:
            if month <= last:
                found.setdefault(organ, {}).setdefault(month, 0)
                found[organ][month] += amount
    return found


async def expected(world: World, connection: psycopg.Connection[Any], period: Period, reach: str) -> dict[UUID, int]:
    """Organ → stock at the end of the period, of everybody."""
    rows = counted(connection, period.last_month)
    async with world.system() as work:
        links = await repository.links(work)
    found = {organ: sum(months.values()) for organ, months in rows.items()}
    for link in links:
        if link.reach == reach:
            inside = sum(v for m, v in rows.get(link.organ, {}).items() if link.since <= m < link.until)
            found[link.ancestor] = found.get(link.ancestor, 0) + inside
    return found


async def shown(world: World, organs: list[UUID], period: Period, reach: str) -> dict[UUID, int]:
    async with world.system() as work:
        return {
            organ: (await figures.values(work, organ, period, ["bodies.present"], reach=reach))["bodies.present"]
            for organ in organs
        }


async def move(world: World, organ: UUID, parent: UUID) -> None:
    async with world.system() as work:
        await work.session.execute(
            text("update organ set parent_id = :parent where id = :organ"), {"parent": parent, "organ": organ}
        )
        await renew_tree(work)


@pytest.mark.parametrize("seed", range(2))
async def test_figures_equal_the_records_after_any_changes(world: World, backend: Backend, seed: int) -> None:
    organs = await some_organs(world)
    town, here, there = organs[0], await world.organ("建安区政府"), await world.organ("魏都区政府")
    chance = random.Random(seed)
    with superuser(backend, world) as connection:
        records = Records(connection, world.city_id, organs, seed)
        for turn in range(60):
            records.change()
            if turn % 7 == 3:
                await folded(world)
            if turn == 20:
                await move(world, town, there)
            if turn == 30:
                async with world.system() as work:
                    await changes.merge(
                        work, [organs[1]], town, date(2026, 10, 9) - timedelta(days=chance.randrange(300))
                    )
            if turn == 45:
                await move(world, town, here)
            if turn in (10, 25, 35, 50, 59):
                await folded(world)
                records.change()
                assert await differing(world) == []
                period = parse(chance.choice(["2025", "2025H2", "2026Q1", "2026-05", "2026"]))
                for reach in ("tree", "line"):
                    wanted = await expected(world, connection, period, reach)
                    tops = [here, there, *organs]
                    found = await shown(world, tops, period, reach)
                    assert found == {organ: wanted.get(organ, 0) for organ in tops}, (
                        turn,
                        period.code,
                        reach,
                        counted(connection, 999999),
                    )


async def test_a_parent_is_the_sum_of_its_children_and_its_own(world: World, backend: Backend) -> None:
    organs = await some_organs(world)
    with superuser(backend, world) as connection:
        records = Records(connection, world.city_id, organs, 7)
        for _ in range(80):
            records.change()
        await folded(world)
        for _ in range(20):
            records.change()
        await move(world, organs[0], await world.organ("魏都区政府"))
        await folded(world)
    waiting = [await world.organ("许昌市政府")]
    async with world.system() as work:
        while waiting:
            organ = waiting.pop()
            level = await figures.drill(work, "bodies.present", organ, parse("2026"))
            assert level.total == sum(row.value for row in level.rows)
            waiting += [row.organ_id for row in level.rows if row.organ_id and not row.own and row.value]


async def test_writers_folds_and_a_changing_tree_leave_nothing_wrong(world: World, backend: Backend) -> None:
    """Nothing waits in a circle, and a reader sees at every moment what is committed: pairs that cancel out."""
    organs = await some_organs(world)
    town, here, there = organs[0], await world.organ("建安区政府"), await world.organ("魏都区政府")
    stop = asyncio.Event()
    seen: list[int] = []

    def write(seed: int) -> None:
        with superuser(backend, world) as connection:
            chance = random.Random(seed)
            for _ in range(60):
                with connection.transaction():
                    for organ in chance.sample(organs, 2):
                        connection.execute(BODY, [world.city_id, uuid4(), organ, "organ", START])
                    connection.execute(
                        "update enforcement_body set ended_on = valid_from where ended_on is null"
                        " and id in (select id from enforcement_body where ended_on is null order by id limit 2"
                        " for update skip locked)"
                    )

    async def fold() -> None:
        while not stop.is_set():
            await folded(world)

    async def turn_the_tree() -> None:
        while not stop.is_set():
            await move(world, town, there)
            await folded(world)
            await move(world, town, here)
            await asyncio.sleep(0.05)

    async def read() -> None:
        while not stop.is_set():
            seen.append((await shown(world, [await world.organ("许昌市政府")], parse("2026"), "tree")).popitem()[1])
            await asyncio.sleep(0)

    others = [asyncio.create_task(act()) for act in (fold, fold, turn_the_tree, read)]
    await asyncio.gather(*(asyncio.to_thread(write, seed) for seed in range(4)))
    # A busy machine may read slower than it writes; one that failed does not read at all.
    while len(seen) < 4 and not any(task.done() for task in others):
        await asyncio.sleep(0.01)
    stop.set()
    await asyncio.gather(*others)
    assert set(seen) == {0}, "what a transaction adds and takes away shows together or not at all"
    while await folded(world):
        pass
    assert await differing(world) == []


FOLD = "select pg_get_functiondef('guard.figure_fold(integer)'::regprocedure)"
LOCK = "PERFORM pg_advisory_xact_lock_shared(7203451);"


@pytest.mark.parametrize("locked", [True, False], ids=["as it is", "mutant without the lock"])
async def test_a_fold_waits_for_the_tree(world: World, backend: Backend, locked: bool) -> None:
    """While the tree changes no delta is folded along the old one; without the lock, figures go wrong."""
    organs = await some_organs(world)
    town, there = organs[0], await world.organ("魏都区政府")
    with superuser(backend, world) as connection:
        text_of_it = connection.execute(FOLD).fetchall()[0][0]
        assert LOCK in text_of_it
        connection.execute(BODY, [world.city_id, uuid4(), town, "organ", date(2026, 10, 1)])
        if not locked:
            connection.execute(text_of_it.replace(LOCK, "").encode())
        try:
            waited = await _fold_into_a_change(world, town, there)
        finally:
            connection.execute(text_of_it.encode())
    assert waited is locked
    await folded(world)
    assert bool(await differing(world)) is not locked


async def _fold_into_a_change(world: World, town: UUID, there: UUID) -> bool:
    """Change the tree, and fold before it is committed. Returns whether the fold had to wait."""
    waited = False
    async with world.system() as work:
        await work.session.execute(text("update organ set parent_id = :p where id = :o"), {"p": there, "o": town})
        await renew_tree(work)
        await figures.follow_tree(work)
        try:
            async with open_work(world.database, city_id=world.city_id, organ_id=NIL) as other:
                await other.session.execute(text("set local lock_timeout = '300ms'"))
                await repository.fold(other, keeping.BATCH)
        except OperationalError as error:
            waited = "lock timeout" in str(error)
    return waited


async def test_a_difference_is_found_told_and_repaired(world: World, backend: Backend) -> None:
    organs = await some_organs(world)
    with superuser(backend, world) as connection:
        records = Records(connection, world.city_id, organs, 3)
        for _ in range(30):
            records.change()
        await folded(world)
        connection.execute(
            "update figure_counter set amount = amount + 2 where reach = 'own' and ctid in"
            " (select ctid from figure_counter where reach = 'own' limit 1)"
        )
        connection.execute(
            "update figure_counter set amount = amount - 1 where reach = 'tree' and ctid in"
            " (select ctid from figure_counter where reach = 'tree' limit 1)"
        )
    found = await differing(world)
    assert {cell.reach for cell in found} >= {"own", "tree"}
    async with world.work("许昌市政府") as work:
        title = "select title from notice where roles = '{system_admin}' order by at desc limit 1"
        assert "不一致" in await work.session.scalar(text(title))
        check = await figures.last_check(work)
        assert check is not None
        assert check.differing == len(found)
        assert check.cells > len(found)
    async with world.system() as work:
        assert await figures.recount(work, repair=True)
        heard = "select count(*) from audit_entry where action in ('recount_figures', 'repair_figures')"
        assert await work.session.scalar(text(heard)) >= 3
    await folded(world)
    assert await differing(world) == []

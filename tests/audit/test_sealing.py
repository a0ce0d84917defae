"""Sealing: every committed entry once, whole transactions only, never what is still open."""

from __future__ import annotations

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from kernel.models import AuditEntry
from kernel.sealing import rows, sealer
from kernel.sealing.format import COLUMNS, UNSEALED
from kernel.sealing.sealer import Behind, Sealer
from tests.audit.sealed import HERE, THERE, Trail


def test_every_column_of_an_entry_is_sealed() -> None:
    assert set(AuditEntry.__table__.columns.keys()) == set(COLUMNS) | UNSEALED


@pytest.mark.parametrize("algorithm", ["sm3", "sha256"])
async def test_entries_are_sealed_once_and_verify(trail: Trail, algorithm: str) -> None:
    trail.algorithm = algorithm
    await trail.write(HERE, 7, title="换行\n制表\t反斜线\\与\u2028")
    before = trail.verify()
    assert before.unsealed >= 7
    sealed = trail.seal()
    assert sealed >= 7
    assert trail.seal() == 0
    await trail.write(THERE, 2)
    assert trail.seal() == 2
    report = trail.verify()
    assert (report.ok, report.entries, report.seals, report.unsealed) == (True, sealed + 2, 2, 0)


async def test_what_commits_late_is_sealed_later_and_not_lost(trail: Trail) -> None:
    """The trap of `everything up to the highest number`: a lower number may commit after a higher one."""
    trail.seal()
    async with trail.world.work(HERE) as slow:
        slow.record("download", "instrument", None, title="慢的")
        await slow.session.flush()
        await trail.write(THERE, 3, wait=False)
        assert trail.seal(wait=False) == 0, "an open transaction holds back what began after it"
        assert trail.verify().unsealed == 3
    assert trail.seal() == 4
    assert trail.verify().ok


async def test_what_was_rolled_back_leaves_no_gap(trail: Trail) -> None:
    trail.seal()

    async def fail() -> None:
        async with trail.world.work(HERE) as work:
            work.record("download", "instrument", None, title="不成")
            await work.session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    await trail.write(HERE, 1)
    assert trail.seal() == 1
    assert trail.verify().ok


async def test_a_backlog_is_sealed_in_bites_without_splitting_a_transaction(trail: Trail) -> None:
    trail.seal()
    for number in (3, 9, 1, 1, 2):
        await trail.write(HERE, number)
    with trail.access.connect() as connection:
        one = Sealer(trail.access, "sha256", most=4)
        bites = [one.step(connection) for _ in range(4)]
    assert bites == [12, 4, 0, 0]
    assert trail.verify().ok


async def test_two_sealers_do_not_meet(trail: Trail) -> None:
    await trail.write(HERE, 3)
    with trail.access.connect() as first, trail.access.connect() as second:
        one, other = Sealer(trail.access, "sha256"), Sealer(trail.access, "sm3")
        with first.transaction():
            first.execute("select pg_advisory_xact_lock(%s)", [sealer.LOCK])
            assert other.step(second) == 0
        assert other.step(second) >= 3
        await trail.write(HERE, 2)
        assert one.step(first) == 2
        await trail.write(HERE, 2)
        assert other.step(second) == 2, "what it remembers of the heads is not what the other sealed"
    assert trail.verify().ok


async def test_a_counter_that_fell_behind_is_not_sealed_over(trail: Trail) -> None:
    """A dump restored into another cluster: its transactions begin again from below."""
    await trail.write(HERE, 2)
    trail.seal()
    trail.tamper("update audit_seal set to_xid = to_xid + 1000000")
    await trail.write(HERE, 1)
    with pytest.raises(Behind), trail.access.connect() as connection:
        Sealer(trail.access, "sha256").step(connection)


@pytest.mark.parametrize(
    "statement",
    [
        f"{verb} {table} {rest}".strip()
        for table, column in (
            ("audit_entry", "title"),
            ("audit_seal", "number"),
            ("audit_head", "number"),
            ("audit_keep", "number"),
            ("audit_check", "seals"),
        )
        for verb, rest in (("update", f"set {column} = {column}"), ("delete from", ""), ("truncate", ""))
    ]
    + ["alter table audit_entry alter column xid drop default", "drop table audit_seal"],
)
async def test_the_application_changes_nothing_of_the_trail(trail: Trail, statement: str) -> None:
    with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
        async with trail.world.system() as work:
            await work.session.execute(text(statement))


@pytest.mark.parametrize(
    "column",
    [
        "xid = 3",
        "xid = 4000000000000",
        "created_at = now() - interval '1 day'",
        "created_at = now() + interval '1 day'",
    ],
)
async def test_an_entry_says_its_own_transaction_and_time(trail: Trail, column: str) -> None:
    name, value = column.split(" = ")
    with pytest.raises(DBAPIError, match="row-level security"):
        async with trail.world.work(HERE) as work:
            await work.session.execute(
                text(
                    f"insert into audit_entry (city_id, organ_id, id, at, actor_name, action, title, subject_kind,"
                    f" result, detail, {name}) values (:city, :organ, gen_random_uuid(), now(), '', '', '', '', '',"
                    f" '{{}}', {value})"
                ),
                {"city": work.city_id, "organ": work.organ_id},
            )


async def test_an_organ_writes_no_seals_and_reads_no_other_stream(three_seals: Trail) -> None:
    async with three_seals.world.work(HERE) as work:
        organs = await work.session.scalars(text("select distinct organ_id from audit_head"))
        assert list(organs) == [work.organ_id]
        entries = await work.session.scalars(text("select distinct organ_id from audit_entry"))
        assert list(entries) == [work.organ_id]
    with pytest.raises(DBAPIError, match="row-level security"):
        async with three_seals.world.work(HERE) as work:
            await work.session.execute(
                text(
                    "insert into audit_seal select city_id, number + 1, algorithm, to_xid, to_xid + 1, sealed_at, 0, 0,"
                    " root, head, head from audit_seal order by number desc limit 1"
                )
            )


def test_a_second_seal_of_a_number_is_refused(three_seals: Trail) -> None:
    with three_seals.access.opened() as connection:
        last = rows.last_seal(connection, three_seals.world.city_id)
        assert last is not None
        with pytest.raises(psycopg.errors.UniqueViolation):
            sealer.insert(connection, last, [])

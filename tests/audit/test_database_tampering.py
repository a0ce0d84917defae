"""The same falsifications in a real database, by a hand that row-level security does not hold: the superuser's."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kernel import settings
from kernel.sealing import keeping, rows
from kernel.sealing.format import Seal
from kernel.sealing.keys import KEY_NAME
from tests.audit.sealed import ABOVE, HERE, THERE, Trail

SECOND_SEAL = (
    "xid >= (select from_xid from audit_seal where number = 2)"
    " and xid < (select to_xid from audit_seal where number = 2)"
)
ONE = f"id = (select id from audit_entry where {SECOND_SEAL} and organ_id = :here order by seq limit 1)"
COLUMNS = "city_id, organ_id, at, actor_name, action, title, subject_kind, result, detail, created_at, xid"
FALSIFIED: dict[str, tuple[set[str], list[str]]] = {
    "edit": ({"entries"}, [f"update audit_entry set title = '没有下载' where {ONE}"]),
    "edit the detail": ({"entries"}, [f"update audit_entry set detail = detail || '{{\"n\": 9}}' where {ONE}"]),
    "edit who": ({"entries"}, [f"update audit_entry set actor_name = '别人' where {ONE}"]),
    "delete": ({"entries"}, [f"delete from audit_entry where {ONE}"]),
    "insert": (
        {"entries"},
        [f"insert into audit_entry (id, {COLUMNS}) select gen_random_uuid(), {COLUMNS} from audit_entry where {ONE}"],
    ),
    "swap": (
        {"entries"},
        [
            "update audit_entry e set title = o.title, detail = o.detail from audit_entry o where e.seq <> o.seq"
            f" and e.seq in (select seq from audit_entry where {SECOND_SEAL} and organ_id = :here order by seq limit 2)"
            f" and o.seq in (select seq from audit_entry where {SECOND_SEAL} and organ_id = :here order by seq limit 2)"
        ],
    ),
    "edit a seal": ({"seal"}, ["update audit_seal set sealed_at = sealed_at - interval '3 seconds' where number = 2"]),
    "edit a head": ({"stream"}, ["update audit_head set total = total + 1 where seal = 2 and organ_id = :here"]),
    "delete a seal": ({"chain"}, ["delete from audit_seal where number = 2"]),
    "replay": (
        {"chain", "seal"},
        [
            "insert into audit_seal select city_id, 4, algorithm, from_xid, to_xid, sealed_at, entries, streams, root,"
            " previous, head from audit_seal where number = 2"
        ],
    ),
    "other tenant's entry": ({"entries"}, [f"update audit_entry set organ_id = :there where {ONE}"]),
    "moved into another seal": (
        {"entries"},
        [f"update audit_entry set xid = (select to_xid from audit_seal where number = 2) where {ONE}"],
    ),
    "clock back": (
        {"clock"},
        [f"update audit_entry set created_at = created_at - interval '1 day' where {ONE}"],
    ),
}


@pytest.mark.parametrize("kind", FALSIFIED)
async def test_it_is_found(three_seals: Trail, kind: str) -> None:
    assert three_seals.kinds() == set()
    kinds, statements = FALSIFIED[kind]
    names = {"here": await three_seals.world.organ(HERE), "there": await three_seals.world.organ(THERE)}
    three_seals.tamper(*statements, **names)
    assert kinds <= three_seals.kinds()
    assert kinds <= three_seals.kinds(processes=2)


async def keep(trail: Trail, folder: Path) -> None:
    """What the job does: the levels above countersign, the city's head goes outside."""
    secret = settings.load().secret(KEY_NAME)
    here, there, above = [await trail.world.organ(name) for name in (HERE, THERE, ABOVE)]
    async with trail.world.system() as work:
        await keeping.countersign(work, {here: above, there: above}, secret)
        await keeping.write_outside(work, above, folder, secret)


CUT = [
    "delete from audit_entry where xid >= (select from_xid from audit_seal where number = 3)",
    "delete from audit_head where seal >= 3",
    "delete from audit_seal where number >= 3",
]


async def test_a_tail_that_was_cut_off_is_found_by_what_the_level_above_keeps(
    three_seals: Trail, tmp_path: Path
) -> None:
    await keep(three_seals, tmp_path)
    assert three_seals.kinds() == set()
    three_seals.tamper(*CUT)
    assert three_seals.kinds() == {"tail"}


async def test_a_tail_that_was_cut_off_everywhere_is_found_by_the_file_outside(
    three_seals: Trail, tmp_path: Path
) -> None:
    await keep(three_seals, tmp_path)
    three_seals.tamper(*CUT, "delete from audit_keep")
    assert three_seals.kinds() == set(), "the chain alone does not show it"
    outside = tuple(keeping.outside_heads(tmp_path, three_seals.world.city_id))
    assert three_seals.kinds(outside=outside) == {"tail"}


async def _rewrite(trail: Trail) -> None:
    """An entry is edited and everything from there on sealed anew: sound in itself."""
    with trail.access.opened() as connection:
        before = rows.seals(connection, trail.world.city_id, 1, 3)
    trail.tamper(
        f"update audit_entry set title = '没有下载' where {ONE}",
        "delete from audit_head where seal >= 2",
        "delete from audit_seal where number >= 2",
        here=await trail.world.organ(HERE),
    )
    trail.seal()
    assert before[0] == (await _seals(trail))[0]


async def _seals(trail: Trail) -> list[Seal]:
    with trail.access.opened() as connection:
        return rows.seals(connection, trail.world.city_id, 1, 9)


async def test_a_chain_that_was_rewritten_is_found(three_seals: Trail, tmp_path: Path) -> None:
    await keep(three_seals, tmp_path)
    await _rewrite(three_seals)
    outside = tuple(keeping.outside_heads(tmp_path, three_seals.world.city_id))
    assert three_seals.kinds(outside=outside) >= {"tail"}
    assert three_seals.kinds() & {"kept", "tail"}


async def test_a_fork_is_found_when_both_branches_were_kept(three_seals: Trail, tmp_path: Path) -> None:
    """The same number with two heads: one of the two was shown to the keeper."""
    await keep(three_seals, tmp_path)
    three_seals.tamper("delete from audit_head where seal >= 3", "delete from audit_seal where number >= 3")
    await three_seals.write(HERE, 2)
    three_seals.seal()
    outside = tuple(keeping.outside_heads(tmp_path, three_seals.world.city_id))
    assert "kept" in three_seals.kinds(outside=outside)


async def test_a_kept_head_without_the_keepers_signature_proves_nothing(three_seals: Trail, tmp_path: Path) -> None:
    await keep(three_seals, tmp_path)
    three_seals.tamper("update audit_keep set head = sha256(head)")
    assert three_seals.kinds() == {"signature"}
    outside = keeping.outside_heads(tmp_path, three_seals.world.city_id)
    forged = tuple(keeping.sign(replace(one, head=bytes(32)), b"not the secret") for one in outside)
    assert "signature" in three_seals.kinds(outside=forged)

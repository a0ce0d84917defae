"""Heads go upward: township, county, city, and a file outside; the nightly check says what it found."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from jobs import actors
from kernel import settings
from kernel.ids import NIL
from kernel.models import AuditCheck, AuditEntry, AuditKeep
from kernel.sealing import keeping
from kernel.sealing.format import INSTALLATION
from tests.audit.sealed import ABOVE, Trail

TOWNSHIP, CITY = "五女店镇政府", "许昌市政府"


@pytest.fixture(autouse=True)
def outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of heads goes to a folder of this test."""
    known = replace(settings.load(), audit_heads=str(tmp_path))
    monkeypatch.setattr(settings, "load", lambda: known)
    return tmp_path


async def _keep(trail: Trail) -> None:
    trail.seal()
    async with trail.world.system() as work:
        await actors.keep_audit_heads(work)


async def _kept(trail: Trail) -> list[tuple[str, str, int]]:
    """(keeper, subject, number), in the order of keeping."""
    tree = await trail.world.directory()
    async with trail.world.system() as work:
        rows = (await work.session.scalars(select(AuditKeep).order_by(AuditKeep.created_at))).all()
    return [
        (tree.short(r.organ_id), tree.short(r.subject_id) if r.subject_id != NIL else "系统", r.number) for r in rows
    ]


async def test_each_level_keeps_the_level_below_until_nothing_moves(trail: Trail, outside: Path) -> None:
    await trail.write(TOWNSHIP, 2)
    await _keep(trail)
    assert (ABOVE, TOWNSHIP, 1) in await _kept(trail)
    async with trail.world.work(ABOVE) as work:
        entry = (await work.session.scalars(select(AuditEntry).where(AuditEntry.action == "keep_heads"))).one()
        assert entry.title.startswith("留存下级单位的审计封存头")
    for _ in range(3):
        await _keep(trail)
    settled = await _kept(trail)
    assert (CITY, ABOVE, 1) in settled, "the county's own entry about the township is kept by the city"
    await _keep(trail)
    assert await _kept(trail) == settled, "keeping by itself comes to rest"
    heads = keeping.outside_heads(outside, trail.world.city_id)
    assert [one.subject_id for one in heads] == [INSTALLATION] * len(heads)
    with trail.access.opened() as connection:
        row = connection.execute("select max(number), sum(entries)::bigint from audit_seal").fetchone()
    assert row == (heads[-1].number, heads[-1].total)
    assert trail.kinds(outside=tuple(heads)) == set()


async def test_a_head_is_written_outside_once(trail: Trail, outside: Path) -> None:
    await _keep(trail)
    before = keeping.outside_heads(outside, trail.world.city_id)
    async with trail.world.system() as work:
        await actors.keep_audit_heads(work)
    assert keeping.outside_heads(outside, trail.world.city_id) == before
    assert len(before) == 1


async def test_a_damaged_file_outside_is_not_passed_over(trail: Trail, outside: Path) -> None:
    await _keep(trail)
    (path,) = outside.iterdir()
    path.write_text(path.read_text() + "K\trubbish\n")
    with pytest.raises(ValueError, match="line 2"):
        keeping.outside_heads(outside, trail.world.city_id)


async def test_the_nightly_check_stores_what_it_found(trail: Trail) -> None:
    await trail.write(ABOVE, 3)
    await _keep(trail)
    async with trail.world.system() as work:
        await actors.check_audit(work)
    trail.tamper("update audit_entry set title = '没有' where title = '下载督办函 1号'")
    async with trail.world.system() as work:
        await actors.check_audit(work)
        checks = (await work.session.scalars(select(AuditCheck).order_by(AuditCheck.created_at))).all()
    assert [[kind for kind, _ in check.findings] for check in checks] == [[], ["entries"]]
    assert checks[0].entries >= 3

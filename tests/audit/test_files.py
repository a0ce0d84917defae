"""Exports and proofs: checked with nothing but what is in them, and with the steps that docs/audit.md gives."""

from __future__ import annotations

import hashlib
import json
import random
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from cli import audit
from kernel import settings
from kernel.errors import IllegalTransition, NotFound
from kernel.models import AuditEntry
from kernel.sealing import files, keeping, proofs, session
from kernel.sealing.format import COLUMNS
from kernel.sealing.keys import KEY_NAME
from tests.audit.sealed import ABOVE, HERE, THERE, Trail

AT = datetime(2026, 10, 9, 1, tzinfo=UTC)


@pytest.fixture
async def kept_trail(three_seals: Trail) -> Trail:
    """Three seals, the first two of which the level above keeps."""
    secret = settings.load().secret(KEY_NAME)
    here, above = [await three_seals.world.organ(name) for name in (HERE, ABOVE)]
    async with three_seals.world.system() as work:
        await keeping.countersign(work, {here: above}, secret)
    await three_seals.write(HERE, 2)
    three_seals.seal()
    return three_seals


async def _own_export(trail: Trail) -> list[bytes]:
    async with trail.world.work(HERE) as work:
        return [line async for line in session.export(work, AT)]


async def test_an_organs_export_verifies_and_holds_no_other_organ(kept_trail: Trail) -> None:
    lines = await _own_export(kept_trail)
    report = files.verify_file(lines)
    assert (report.findings, report.seals, len(report.kept)) == ([], 4, 1)
    assert report.entries == sum(line.startswith(b"E\t") for line in lines) >= 14
    there = str(await kept_trail.world.organ(THERE)).encode()
    assert not [line for line in lines if there in line]


def _first(lines: list[bytes], kind: bytes) -> int:
    return next(n for n, line in enumerate(lines) if line.startswith(kind + b"\t"))


def _other_end(line: bytes) -> bytes:
    return line[:-3] + (b"11\n" if line.endswith(b"00\n") else b"00\n")


def _altered(lines: list[bytes], kind: str) -> list[bytes]:
    e, h, p, s, k = (_first(lines, letter) for letter in (b"E", b"H", b"P", b"S", b"K"))
    more = re.sub(rb"\t(\d+)\t(\d+)\t(?=[0-9a-f]{64}\t)", rb"\t\1\t1\2\t", lines[h])
    changes: dict[str, Any] = {
        "edit": [*lines[:e], lines[e].replace(b"\tdone\t", b"\tdenied\t"), *lines[e + 1 :]],
        "delete": [*lines[:e], *lines[e + 1 :]],
        "insert": [*lines[:e], lines[e], *lines[e:]],
        "swap": [*lines[:e], lines[e + 1], lines[e], *lines[e + 2 :]],
        "cut tail": lines[:-8],
        "cut tail, end kept": [*lines[: s + 1], b"Z\t5\n"],
        "edit head": [*lines[:h], more, *lines[h + 1 :]],
        "edit path": [*lines[:p], lines[p][:-65] + b"0" * 64 + b"\n", *lines[p + 1 :]],
        "edit seal": [*lines[:s], _other_end(lines[s]), *lines[s + 1 :]],
        "replay": [*lines[:-1], *lines[e : s + 1], lines[-1]],
        "kept edited": [*lines[:k], _other_end(lines[k]), *lines[k + 1 :]],
        "rubbish": [*lines[:e], b"\xff\xfe\n", *lines[e:]],
        "no header": lines[1:],
        "not closed": [*lines, b"E\tmore\n"],
        "huge": [*lines[:e], b"H\t" + b"9" * 5000 + b"\n", *lines[e:]],
    }
    return list(changes[kind])


@pytest.mark.parametrize(
    "kind",
    [
        "edit", "delete", "insert", "swap", "cut tail", "cut tail, end kept", "edit head", "edit path", "edit seal",
        "replay", "kept edited", "rubbish", "no header", "not closed", "huge",
    ],
)  # fmt: skip
async def test_an_altered_export_does_not_verify(kept_trail: Trail, kind: str) -> None:
    lines = await _own_export(kept_trail)
    altered = _altered(lines, kind)
    assert altered != lines
    assert not files.verify_file(altered).ok


async def test_an_old_export_is_found_by_a_newer_head_from_elsewhere(kept_trail: Trail, tmp_path: Path) -> None:
    """Replay of a whole file: sound in itself, but somebody keeps a later head."""
    old = await _own_export(kept_trail)
    here, above = [await kept_trail.world.organ(name) for name in (HERE, ABOVE)]
    await kept_trail.write(HERE, 1)
    kept_trail.seal()
    async with kept_trail.world.system() as work:
        await keeping.countersign(work, {here: above}, settings.load().secret(KEY_NAME))
    async with kept_trail.world.work(HERE) as work:
        newest = (await session.standing(work)).keep
        assert newest is not None
        outside = [session.kept_value(newest)]
    assert files.verify_file(old).ok
    assert [f.kind for f in files.verify_file(old, outside).findings] == ["tail"]
    assert files.verify_file(await _own_export(kept_trail), outside).ok


async def test_an_outsider_needs_only_the_documented_format(kept_trail: Trail) -> None:
    """The steps of docs/audit.md by hand, without a line of the product."""

    def h(prefix: int, data: bytes) -> bytes:
        return hashlib.sha256(bytes([prefix]) + data).digest()

    pending: list[bytes] = []
    previous, checked = "0" * 64, 0
    for raw in await _own_export(kept_trail):
        kind, rest = raw.rstrip(b"\n").split(b"\t", 1)
        if kind == b"E":
            pending.append(h(0, rest))
        if kind == b"H":
            line, _, digest = rest.rpartition(b"\t")
            while len(pending) > 1:
                pending = [
                    h(1, b"".join(pending[n : n + 2])) if n + 1 < len(pending) else pending[n]
                    for n in range(0, len(pending), 2)
                ]
            fields = line.decode().split("\t")
            assert fields[5] == pending[0].hex()
            assert fields[6] == previous
            assert h(2, line).hex() == digest.decode()
            previous, pending, checked = digest.decode(), [], checked + 1
    assert checked == 4


async def _entry(trail: Trail, title: str, organ: str = HERE) -> AuditEntry:
    async with trail.world.work(organ) as work:
        found = await work.session.scalars(select(AuditEntry).where(AuditEntry.title == title).order_by(AuditEntry.seq))
        return found.all()[0]


async def test_the_proof_of_one_entry_holds_by_itself(kept_trail: Trail) -> None:
    entry = await _entry(kept_trail, "下载督办函 2号")
    async with kept_trail.world.work(HERE) as work:
        proof = await proofs.prove(work, entry.id)
    checked = proofs.check(json.loads(proofs.dump(proof)))
    assert checked.failures == []
    assert checked.entry["id"] == str(entry.id)
    assert checked.entry["title"] == entry.title
    assert checked.kept_by == str(await kept_trail.world.organ(ABOVE))
    assert len(proof["links"]) == 2


async def test_no_proof_of_what_is_not_sealed_or_not_ones_own(kept_trail: Trail) -> None:
    await kept_trail.write(HERE, 1, title="还没有封存")
    fresh = await _entry(kept_trail, "还没有封存 0号")
    foreign = await _entry(kept_trail, "下载督办函 0号", THERE)
    async with kept_trail.world.work(HERE) as work:
        with pytest.raises(IllegalTransition, match="尚未封存"):
            await proofs.prove(work, fresh.id)
        with pytest.raises(NotFound):
            await proofs.prove(work, foreign.id)


def _leaves_of(value: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict):
        return [w for key, inner in value.items() for w in _leaves_of(inner, (*way, key))]
    if isinstance(value, list):
        return [w for n, inner in enumerate(value) for w in _leaves_of(inner, (*way, n))] or [way]
    return [way]


def _forge(proof: Any, chance: random.Random) -> Any:
    """One value of the proof, whichever, is changed a little or a lot."""
    forged = json.loads(json.dumps(proof))
    way = chance.choice(_leaves_of(forged))
    inner = forged
    for key in way[:-1]:
        inner = inner[key]
    value = inner[way[-1]]
    if isinstance(value, str):
        place = chance.randrange(len(value))
        other = chance.choice([c for c in "0123456789abcdef" if c != value[place].lower()])
        inner[way[-1]] = chance.choice([value[:place] + other + value[place + 1 :], value[:-2], "", None])
    elif isinstance(value, int):
        inner[way[-1]] = chance.choice([value + 1, value - 1, -1, 10**30, None, "x"])
    else:
        inner[way[-1]] = chance.choice(["", None, ["00" * 32]])
    return forged


async def test_a_forged_proof_never_holds(kept_trail: Trail) -> None:
    entry = await _entry(kept_trail, "下载督办函 1号")
    async with kept_trail.world.work(HERE) as work:
        proof = json.loads(proofs.dump(await proofs.prove(work, entry.id)))
    chance = random.Random(20261009)
    tried = 0
    while tried < 600:
        forged = _forge(proof, chance)
        if forged == proof:
            continue
        tried += 1
        assert not proofs.check(forged).ok, forged
    values: list[Any] = [None, [], {}, "", {"form": proofs.FORM}, {**proof, "columns": list(COLUMNS)[:-1]}]
    for nonsense in values:
        assert not proofs.check(nonsense).ok


async def test_the_command_verifies_an_export_and_a_proof(
    kept_trail: Trail, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = await _own_export(kept_trail)
    good, bad, proof = tmp_path / "good", tmp_path / "bad", tmp_path / "proof.json"
    good.write_bytes(b"".join(lines))
    bad.write_bytes(b"".join(_altered(lines, "edit")))
    assert audit.verify(str(good), None, None) == 0
    assert "全部相符" in capsys.readouterr().out
    assert audit.verify(str(bad), None, None) == 1
    assert "的记录被改动：序号" in capsys.readouterr().out
    async with kept_trail.world.work(HERE) as work:
        made = await proofs.prove(work, (await _entry(kept_trail, "下载督办函 1号")).id)
    proof.write_bytes(proofs.dump(made))
    assert audit.check_proof(str(proof)) == 0
    made["entry"] = made["entry"].replace("下载", "上传")
    proof.write_bytes(proofs.dump(made))
    assert audit.check_proof(str(proof)) == 1

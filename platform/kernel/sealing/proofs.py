"""Proof of one entry: made from the database, checked with nothing but the proof (docs/audit.md).

A proof is JSON. `check` never trusts a size, a place or a digest that it can compute or hold against another.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from kernel.errors import IllegalTransition, NotFound
from kernel.models import AuditEntry, AuditHead, AuditKeep, AuditSeal
from kernel.sealing import session, trees
from kernel.sealing.checking import signature_holds
from kernel.sealing.format import COLUMNS, Head, Kept, Seal, instant, parse_head, parse_kept, parse_seal
from kernel.work import Work

FORM: Final = "zhunsheng-audit-proof-1"
LINKS: Final = 2_000
"""Heads between the entry's and the kept one; a busy organ has a few hundred in the time between two keepings."""


@dataclass(slots=True)
class Checked:
    """What a proof proves. `failures` are Chinese sentences; empty when it holds."""

    failures: list[str] = field(default_factory=list)
    entry: dict[str, str] = field(default_factory=dict)
    seal: int = 0
    sealed_at: str = ""
    seal_head: str = ""
    kept_by: str = ""
    kept_key: str = ""

    @property
    def ok(self) -> bool:
        return not self.failures


async def prove(work: Work, entry_id: UUID) -> dict[str, Any]:
    """The proof of an entry of the work's own organ. Raises NotFound; IllegalTransition while it is not sealed yet."""
    entry = await work.session.get(AuditEntry, (work.city_id, entry_id))
    if entry is None or entry.organ_id != work.organ_id:
        raise NotFound
    seal = await session.seal_over(work, entry.xid)
    if seal is None:
        raise IllegalTransition("这条记录尚未封存，封存后才有证明。")
    head = (
        await work.session.scalars(
            select(AuditHead).where(
                AuditHead.city_id == work.city_id, AuditHead.organ_id == work.organ_id, AuditHead.seal == seal.number
            )
        )
    ).one()
    lines = await session.own_lines(work, seal)
    mark = f"\t{entry.seq}\t{entry.id}\t".encode()
    place = next(n for n, line in enumerate(lines) if mark in line[:200])
    spot = await session.place_in_seal(work, seal)
    return {
        "form": FORM,
        "columns": list(COLUMNS),
        "entry": lines[place].decode(),
        "leaf": _way(place, len(lines), trees.path(seal.algorithm, trees.leaves(seal.algorithm, lines), place)),
        "head": _line(session.head_value(head).line(), head.head),
        "branch": _way(spot.place, spot.size, list(spot.siblings)),
        "seal": _line(session.seal_value(seal).line(), seal.head),
        **await _keeping(work, head),
    }


async def _keeping(work: Work, head: AuditHead) -> dict[str, Any]:
    """The heads up to the first one that the level above keeps, and what it keeps."""
    query = (
        select(AuditKeep)
        .where(
            AuditKeep.city_id == work.city_id, AuditKeep.subject_id == work.organ_id, AuditKeep.number >= head.number
        )
        .order_by(AuditKeep.number, AuditKeep.kept_at)
        .limit(1)
    )
    keep = (await work.session.scalars(query)).one_or_none()
    if keep is None or keep.number - head.number > LINKS:
        return {"links": [], "kept": None}
    later = await work.session.execute(
        select(AuditHead, AuditSeal.algorithm)
        .join(AuditSeal, (AuditSeal.city_id == AuditHead.city_id) & (AuditSeal.number == AuditHead.seal))
        .where(
            AuditHead.city_id == work.city_id,
            AuditHead.organ_id == work.organ_id,
            AuditHead.number > head.number,
            AuditHead.number <= keep.number,
        )
        .order_by(AuditHead.number)
    )
    links = [_line(session.head_value(row).line(), row.head) | {"algorithm": algorithm} for row, algorithm in later]
    kept = session.kept_value(keep)
    return {
        "links": links,
        "kept": {"line": kept.line(), "key": keep.key.hex(), "signature": keep.signature.hex()},
    }


def _way(place: int, size: int, path: list[bytes]) -> dict[str, Any]:
    return {"place": place, "size": size, "path": [node.hex() for node in path]}


def _line(line: str, digest: bytes) -> dict[str, Any]:
    return {"line": line, "digest": digest.hex()}


def dump(proof: Mapping[str, Any]) -> bytes:
    return json.dumps(proof, ensure_ascii=False, indent=1).encode()


def check(proof: Any) -> Checked:
    """Check a proof as it came from elsewhere. Never raises; whatever does not fit is a failure."""
    checked = Checked()
    try:
        _check(proof, checked)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        checked.failures.append(f"证明不完整或者不合格式：{type(error).__name__}")
    return checked


def _check(proof: dict[str, Any], checked: Checked) -> None:
    if proof["form"] != FORM or proof["columns"] != list(COLUMNS):
        raise ValueError("form")
    fields = proof["entry"].split("\t")
    if len(fields) != len(COLUMNS) or "\n" in proof["entry"]:
        raise ValueError("entry")
    checked.entry = dict(zip(COLUMNS, fields, strict=True))
    head = parse_head(proof["head"]["line"], bytes.fromhex(proof["head"]["digest"]))
    seal = parse_seal(proof["seal"]["line"], bytes.fromhex(proof["seal"]["digest"]))
    leaf = trees.leaves(seal.algorithm, [proof["entry"].encode()])[0]
    for holds, failure in (
        (_line_is(proof["head"]["line"], head) and _line_is(proof["seal"]["line"], seal), "封存头的写法不合格式"),
        (str(head.organ_id) == checked.entry["organ_id"], "记录不属于封存头的单位"),
        (proof["leaf"]["size"] == head.entries, "树的大小与封存头不符"),
        (_climb(seal.algorithm, leaf, proof["leaf"]) == head.root, "记录不在单位的树中"),
        (head.reckoned(seal.algorithm) == head.head, "单位封存头的摘要不符"),
        (head.seal == seal.number, "单位封存头不属于这一封存"),
        (proof["branch"]["size"] == seal.streams, "封存的单位数不符"),
        (_climb(seal.algorithm, head.head, proof["branch"]) == seal.root, "单位封存头不在封存的树中"),
        (seal.reckoned() == seal.head, "封存头的摘要不符"),
    ):
        if not holds:
            checked.failures.append(failure)
    checked.seal, checked.sealed_at, checked.seal_head = seal.number, instant(seal.sealed_at), seal.head.hex()
    _check_kept(proof, head, checked)


def _check_kept(proof: dict[str, Any], head: Head, checked: Checked) -> None:
    last = head
    for link in proof["links"]:
        later = parse_head(link["line"], bytes.fromhex(link["digest"]))
        follows = (later.organ_id, later.number, later.previous) == (last.organ_id, last.number + 1, last.head)
        if not follows or later.reckoned(link["algorithm"]) != later.head or later.total != last.total + later.entries:
            checked.failures.append(f"第 {later.number} 个封存头没有接在前一个之后")
        last = later
    if proof["kept"] is None:
        return
    kept = parse_kept(
        proof["kept"]["line"], bytes.fromhex(proof["kept"]["key"]), bytes.fromhex(proof["kept"]["signature"])
    )
    same = (kept.subject_id, kept.number, kept.head, kept.total) == (last.organ_id, last.number, last.head, last.total)
    if not same or not signature_holds(kept) or not _line_is(proof["kept"]["line"], kept):
        checked.failures.append("上级留存的封存头或者其签名不符")
        return
    checked.kept_by, checked.kept_key = str(kept.keeper_id), kept.key.hex()


def _line_is(line: str, value: Head | Seal | Kept) -> bool:
    """The line is written as we write it: no second spelling of the same facts."""
    return value.line() == line


def _climb(algorithm: str, node: bytes, way: dict[str, Any]) -> bytes:
    return trees.climb(algorithm, node, int(way["place"]), int(way["size"]), [bytes.fromhex(p) for p in way["path"]])

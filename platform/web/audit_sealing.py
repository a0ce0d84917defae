"""How far the organ's log is sealed, kept above and verified, in words; its proofs and its file that proves itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from kernel.errors import TooLarge
from kernel.models import AuditCheck, AuditEntry
from kernel.sealing import proofs, session
from kernel.sealing.session import Standing
from kernel.wording import format_moment
from kernel.work import Work
from tenants.access import Target, authorize
from tenants.organs.directory import directory

ALGORITHMS: Final = {"sm3": "SM3", "sha256": "SHA-256"}
MOST: Final = 50_000
"""Entries of a file made in the page; `zhunsheng audit export` has no limit."""
SLOW_SECONDS: Final = 60
"""An entry that waits for longer than this says that the sealer does not run."""
ORGAN: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
Facts = list[tuple[str, Any]]


@dataclass(frozen=True, slots=True)
class Shown:
    """The page of sealing."""

    seal: Facts
    keep: Facts
    check: Facts
    findings: list[str]
    """What the last verification found in the organ's own stream or in the common chain."""
    elsewhere: int
    """How many findings concern other organs."""
    late: bool
    """Entries wait for too long."""
    entries: int


def summary(state: Standing) -> str:
    """One clause for the head of the log."""
    if state.last is None:
        return "尚未封存"
    waiting = f"，待封存 {state.waiting} 条" if state.waiting else ""
    return f"封存至 {format_moment(state.last.sealed_at)}{waiting}"


def is_sealed(entry: AuditEntry, state: Standing) -> bool:
    return state.last is not None and entry.xid < state.last.to_xid


async def shown(work: Work, state: Standing) -> Shown:
    """Everything that the page says. Times are the machine's, for they are evidence."""
    tree = await directory(work)
    last, head, keep = state.last, state.head, state.keep
    seal: Facts = [("待封存", f"{state.waiting} 条" if state.waiting else "没有")]
    if last is not None:
        seal = [
            ("最近封存", f"第 {last.number} 号，{format_moment(last.sealed_at)}"),
            ("算法", ALGORITHMS.get(last.algorithm, last.algorithm)),
            ("本单位已封存", f"{head.total} 条，封存头第 {head.number} 个" if head else "没有"),
            *seal,
            ("本单位封存头", head.head.hex() if head else ""),
            ("总封存头", last.head.hex()),
        ]
    kept: Facts = []
    if keep is not None:
        name = tree.name(keep.organ_id) if keep.organ_id in tree.organs else str(keep.organ_id)
        kept = [
            ("留存单位", name),
            ("留存时间", format_moment(keep.kept_at)),
            ("留存到", f"封存头第 {keep.number} 个，共 {keep.total} 条"),
            ("留存单位公钥", keep.key.hex()),
        ]
    findings, elsewhere = _findings(state.check, work.organ_id, tree.name(work.organ_id))
    return Shown(
        seal=[(name, value) for name, value in seal if value],
        keep=kept,
        check=_check(state.check),
        findings=findings,
        elsewhere=elsewhere,
        late=state.waiting > 0 and state.oldest.total_seconds() > SLOW_SECONDS,
        entries=head.total if head else 0,
    )


def _findings(check: AuditCheck | None, organ_id: UUID, name: str) -> tuple[list[str], int]:
    """Own and common findings in words; of other organs' only how many."""
    own, elsewhere = [], 0
    for _, sentence in check.findings if check else []:
        named = ORGAN.findall(sentence)
        if all(one == str(organ_id) for one in named):
            own.append(ORGAN.sub(name, sentence))
        else:
            elsewhere += 1
    return own, elsewhere


def own_findings(check: AuditCheck | None, organ_id: UUID, name: str) -> list[str]:
    """The sentences that an organ's audit administrator may read."""
    own, elsewhere = _findings(check, organ_id, name)
    return [*own, f"其他单位 {elsewhere} 处"] if elsewhere else own


def _check(check: AuditCheck | None) -> Facts:
    if check is None:
        return []
    result = f"发现 {len(check.findings)} 处不符" if check.findings else "全部相符"
    return [
        ("核验时间", format_moment(check.created_at)),
        ("范围", f"封存 {check.seals} 个，记录 {check.entries} 条"),
        ("用时", f"{check.milliseconds / 1000:.1f} 秒"),
        ("结果", result),
    ]


async def prove(work: Work, entry_id: UUID) -> tuple[str, Mapping[str, Any]]:
    """(file name, proof) of one entry of the organ. Audited. Raises Denied, NotFound, IllegalTransition."""
    await authorize(work, "audit", "export", Target(owner_id=work.organ_id))
    proof = await proofs.prove(work, entry_id)
    work.record("export", "audit", entry_id, title="下载一条审计记录的证明")
    return f"审计证明{entry_id.hex[:8]}.json", proof


async def sealed_file(work: Work) -> tuple[str, bytes]:
    """(file name, content) of all sealed entries of the organ, verifiable by itself. Audited. Raises Denied, and
    TooLarge for more than MOST entries."""
    await authorize(work, "audit", "export", Target(owner_id=work.organ_id))
    state = await session.standing(work)
    entries = state.head.total if state.head else 0
    if entries > MOST:
        raise TooLarge(f"已封存 {entries} 条，超过页面导出的上限 {MOST} 条。", remedy="请由系统管理员用命令行导出。")
    data = b"".join([line async for line in session.export(work, work.now)])
    work.record("export", "audit", None, title=f"导出可核验的审计记录 {entries} 条", detail={"count": entries})
    return f"可核验审计记录{work.today:%Y%m%d}.txt", data

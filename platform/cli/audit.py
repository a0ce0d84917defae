"""`zhunsheng audit`: verify the trail, in the database or from a file; export it; check one proof."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from cli.console import Failed, table
from cli.progress import Bar
from kernel import settings
from kernel.clock import local_time, system_now
from kernel.sealing import files, online, proofs, rows
from kernel.sealing.checking import KINDS, Finding
from kernel.sealing.format import Kept
from kernel.sealing.keeping import outside_heads
from kernel.sealing.keys import KEY_NAME
from kernel.sealing.rows import Access

SHOWN = 20


def verify(file: str | None, heads: str | None, processes: int | None) -> int:
    """Verify a file, or without one the database. Exit status 1 when anything was tampered with."""
    return _verify_file(Path(file), heads) if file else _verify_database(heads, processes)


def _verify_file(path: Path, heads: str | None) -> int:
    outside = _outside(heads)
    bar = Bar("核验 verify", "bytes")
    try:
        size = path.stat().st_size
        with path.open("rb") as lines:
            report = files.verify_file(lines, outside, lambda done: bar.show(done, size))
    except OSError as error:
        raise Failed(f"{path}: {error.strerror}") from error
    bar.end()
    facts = [
        ("file 文件", str(path)),
        ("organ 单位", "all 全部" if report.organ == files.EVERY else report.organ),
        ("exported 导出时间", report.exported_at),
        ("seals 封存", f"{report.seals:,}"),
        ("entries 记录", f"{report.entries:,}"),
        ("kept heads 留存的封存头", f"{len(report.kept) + len(outside):,}"),
    ]
    if report.first_head > 1:
        facts.append(("begins 起点", f"head {report.first_head}"))
    keys = sorted({(str(one.keeper_id), one.key.hex()) for one in [*report.kept, *outside]})
    facts += [(f"key of {keeper}", key) for keeper, key in keys]
    return _conclude(facts, report.findings)


def _verify_database(heads: str | None, processes: int | None) -> int:
    from cli.installation import opened

    with opened() as installation:
        known = installation.settings
        access = _access(installation.app_url)
        secret = known.secret(KEY_NAME)
        outside = _outside(heads) or tuple(_kept_outside())
        bar = Bar("核验 verify", "entries")
        count = processes or min(8, os.cpu_count() or 1)
        report = online.verify(access, processes=count, outside=outside, secret=secret, progress=bar.show)
        bar.end()
        online.remember(access, report)
    facts = [
        ("seals 封存", f"{report.seals:,}"),
        ("entries 记录", f"{report.entries:,}"),
        ("not sealed yet 待封存", f"{report.unsealed:,} (oldest {report.oldest_unsealed_seconds:.1f} s)"),
        ("kept heads 留存的封存头", f"{report.kept:,} (outside the database 库外: {len(outside):,})"),
        ("seconds 用时", f"{report.seconds:.2f}"),
    ]
    return _conclude(facts, report.findings)


def _conclude(facts: Sequence[tuple[str, str]], findings: Sequence[Finding]) -> int:
    print(table(facts))
    if not findings:
        print("\n  ✓ everything agrees   全部相符")
        return 0
    print(f"\n  ✗ {len(findings)} findings   发现 {len(findings)} 处不符")
    for finding in findings[:SHOWN]:
        print(f"    [{KINDS.get(finding.kind, finding.kind)}] {finding.text}")
    if len(findings) > SHOWN:
        print(f"    … {len(findings) - SHOWN} more")
    return 1


def check_proof(file: str) -> int:
    """Check the proof of one entry. Exit status 1 when it does not hold."""
    try:
        checked = proofs.check(json.loads(Path(file).read_text("utf-8")))
    except (OSError, ValueError) as error:
        raise Failed(f"{file}: {error}") from error
    print(table([(name, value) for name, value in checked.entry.items()] or [("entry", "–")]))
    print(f"\n  seal 封存 {checked.seal}, {checked.sealed_at}, head {checked.seal_head}")
    print(f"  kept by 留存单位 {checked.kept_by or '– (not yet 尚未留存)'}   key {checked.kept_key or '–'}")
    for failure in checked.failures:
        print(f"  ✗ {failure}")
    if checked.ok:
        print("  ✓ the proof holds   证明成立")
    return 0 if checked.ok else 1


def export(file: str) -> int:
    """Write all sealed entries of all organs to a file that `audit verify FILE` checks anywhere."""
    from cli.installation import opened

    path = Path(file)
    with opened() as installation:
        access = _access(installation.app_url)
        bar = Bar("导出 export", "entries")
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            raise Failed(f"{path}: {error.strerror}") from error
        with os.fdopen(handle, "wb") as target:
            entries = _write(access, target, bar)
        bar.end()
    print(f"  ✓ {entries:,} entries   {path}")
    return 0


def _write(access: Access, target: BinaryIO, bar: Bar) -> int:
    written, number = 0, 1
    with access.opened() as connection:
        row = connection.execute("select coalesce(sum(entries), 0)::bigint, max(number) from audit_seal").fetchone()
        total, last = row if row else (0, None)
        target.write(files.header(access.city_id, None, system_now()))
        for one in rows.kept(connection, access.city_id):
            target.write(files.kept_line(one))
        while last and number <= last:
            # Each bite in a transaction of its own: a signed tenancy lives shorter than a long export lasts.
            connection.commit()
            access.enter(connection)
            upto = min(number + 199, last)
            heads = rows.heads(connection, access.city_id, number, upto)
            for seal in rows.seals(connection, access.city_id, number, upto):
                found = rows.lines(connection, access.city_id, seal.from_xid, seal.to_xid)
                target.writelines(files.entry_lines(found))
                target.writelines(files.head_line(head) for head in heads if head.seal == seal.number)
                target.write(files.seal_line(seal))
                written += len(found)
            bar.show(written, total)
            number = upto + 1
        target.write(files.end_line(written))
    return written


def heads_file() -> int:
    """Print the newest heads that were written outside the database, to be noted down elsewhere."""
    found = _kept_outside()
    if not found:
        print("  no head was written yet   尚未写出封存头")
        return 0
    for one in found[-3:]:
        print(
            f"  {local_time(one.kept_at):%Y-%m-%d %H:%M:%S}  seal {one.number}  {one.total:,} entries  {one.head.hex()}"
        )
    return 0


def _access(app_url: str) -> Access:
    from kernel.tenancy import TenancySigner

    known = settings.load()
    return Access(app_url, TenancySigner(known.secret("tenancy")), known.city_id)


def _kept_outside() -> list[Kept]:
    known = settings.load()
    try:
        return outside_heads(known.audit_path, known.city_id)
    except ValueError as error:
        raise Failed(f"{known.audit_path}: {error}") from error


def _outside(heads: str | None) -> tuple[Kept, ...]:
    if not heads:
        return ()
    try:
        with Path(heads).open("rb") as lines:
            return tuple(files.read_kept(lines))
    except (OSError, ValueError) as error:
        raise Failed(f"{heads}: {error}") from error

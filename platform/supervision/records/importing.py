"""Files on their way into the register: small ones at once, big ones by a job that goes on where it committed.

The file lies in a folder of the installation, readable by the product alone, while it is being taken in, and is
removed afterwards: what it says of persons is sealed in the register, and nowhere else.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Final
from uuid import UUID

from sqlalchemy import func, select

from kernel import settings
from kernel.errors import Invalid, NotFound, TooLarge
from kernel.ids import new_id
from kernel.work import Work
from supervision.records import readers, repository
from supervision.records.models import RecordImport
from supervision.records.reach import KIND, target
from supervision.records.rules import Record
from supervision.records.taking import BatchResult, Chunk, arrived, in_memory, pour
from tenants.access import authorize
from tenants.organs.sheets import MAX_BYTES

JOB: Final = "take_records"
FORGET_JOB: Final = "forget_import_file"
AT_ONCE: Final = 2 << 20
"""Bytes of a file that a request takes in by itself."""
PART: Final = 100_000
"""Lines that one transaction of the job takes."""
MOST_QUARANTINED: Final = 100_000
"""A file with more wrong lines than that is another file than its sender believes."""
MOST_BATCH: Final = 1_000
ARTICLE: Final = "11(5)"


def folder() -> Path:
    made = settings.load().blob_path / "imports"
    made.mkdir(parents=True, exist_ok=True, mode=0o700)
    return made


def path_of(import_id: UUID) -> Path:
    return folder() / f"{import_id}.part"


async def begin_import(work: Work, source: str, file_name: str, handle: IO[bytes]) -> RecordImport:
    """Take a file in: JSON Lines, CSV (UTF-8 or GB18030) or XLSX, in our columns or those of 双公示. A small one is in
    when this returns; a bigger one is taken by a job.

    Raises Invalid for what is no such file or has an unknown head, TooLarge, Denied.
    """
    await authorize(work, KIND, "import", target(work, work.organ_id))
    _check_source(source)
    import_id = new_id()
    size, sha256 = await asyncio.to_thread(_store, handle, path_of(import_id))
    try:
        row = _row(work, import_id, source, file_name)
        row.size, row.sha256, row.stamp = size, sha256, await _stamp(work, sha256)
        await asyncio.to_thread(_look, row)
    except BaseException:
        path_of(import_id).unlink(missing_ok=True)
        raise
    work.session.add(row)
    work.record(
        "begin_import", "record_import", row.id, title="提交行政执法案件数据", note=row.file_name, article=ARTICLE
    )
    await work.session.flush()
    if size > AT_ONCE or await _part(work, row, PART):
        work.enqueue(JOB, {"import_id": str(row.id)})
    else:
        forget_file(row.id)
    return row


def _check_source(source: str) -> None:
    if not (1 <= len(source) <= 40 and source.isascii() and source.replace("_", "a").replace("-", "a").isalnum()):
        raise Invalid("来源系统的代码由字母、数字、- 和 _ 组成，不超过 40 个字符。", field="source", article=ARTICLE)


def _store(handle: IO[bytes], path: Path) -> tuple[int, str]:
    """Copy what was handed in, in pieces. Raises TooLarge."""
    most = int(settings.load().max_upload_mb) * 1_048_576
    digest, size = hashlib.sha256(), 0
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as kept:
        while piece := handle.read(1 << 20):
            size += len(piece)
            if size > most:
                path.unlink(missing_ok=True)
                raise TooLarge(f"文件超过 {most // 1_048_576} MB，请拆分后上传。", field="file")
            digest.update(piece)
            kept.write(piece)
        kept.flush()
        os.fsync(descriptor)
    return size, digest.hexdigest()


def _row(work: Work, import_id: UUID, source: str, name: str) -> RecordImport:
    return RecordImport(
        city_id=work.city_id, id=import_id, organ_id=work.organ_id, source=source, format="api", layout="native",
        encoding="utf-8", file_name=name[-120:], sha256="", size=0, position=0, line=0, stamp=0, state="waiting",
        problem="", read=0, accepted=0, stale=0, quarantined=0, waiting=0, organ_ids=[],
        started_by=work.actor.name if work.actor else "系统", started_at=work.now,
    )  # fmt: skip


async def _stamp(work: Work, sha256: str) -> int:
    """The version of lines without one: of a file that came before, the one that it had then."""
    query = select(func.min(RecordImport.stamp)).where(
        RecordImport.city_id == work.city_id, RecordImport.organ_id == work.organ_id, RecordImport.sha256 == sha256
    )
    return (await work.session.execute(query)).scalar_one_or_none() or int(work.now.timestamp())


def _look(row: RecordImport) -> None:
    """Find out what a file is, and read the head of a table, so that a wrong one is told at once. Raises Invalid."""
    with readers.open_file(path_of(row.id), 0) as handle:
        head = handle.read(readers.PROBE)
    row.format = readers.format_of(head, row.file_name)
    row.encoding = "" if row.format == "xlsx" else readers.encoding_of(head)
    if row.format == "csv":
        with readers.open_file(path_of(row.id), 0) as handle:
            row.layout = readers.Table(readers.csv_titles(handle, row.encoding), row.stamp).layout
    elif row.format == "xlsx":
        if row.size > MAX_BYTES:
            raise TooLarge(f"工作簿超过 {MAX_BYTES // 1_000_000} MB，请另存为 CSV 后上传。", field="file")
        rows = readers.workbook_table(path_of(row.id).read_bytes())
        row.layout = readers.Table(rows[0][1], row.stamp).layout
        row.size = len(rows) - 1


def _chunks(row: RecordImport, most: int) -> Iterator[Chunk]:
    """What one transaction takes of a file, from where the last one ended."""
    path = path_of(row.id)
    if row.format == "xlsx":
        rows = readers.workbook_table(path.read_bytes())
        yield from readers.workbook_chunks(rows, readers.Table(rows[0][1], row.stamp), row.position, most)
        return
    with readers.open_file(path, row.position) as handle:
        if row.format == "jsonl":
            yield from readers.jsonl_chunks(handle, row.line, most)
            return
        handle.seek(0)
        table = readers.Table(readers.csv_titles(handle, row.encoding), row.stamp)
        if row.position:
            handle.seek(row.position)
        yield from readers.csv_chunks(handle, table, row.encoding, row.line or 1, most)


async def continue_import(work: Work, import_id: UUID, part: int = PART) -> bool:
    """Take the next part of a file; the job calls itself until the end. Returns whether something is left. Does
    nothing to an ended import."""
    row = await repository.lock_import(work, import_id)
    if row is None or row.state not in ("waiting", "running"):
        return False
    left = await _part(work, row, part)
    work.enqueue(JOB if left else FORGET_JOB, {"import_id": str(row.id)})
    await work.session.flush()
    return left


async def _part(work: Work, row: RecordImport, part: int) -> bool:
    before = row.position
    row.state = "running"
    await pour(work, row, _chunks(row, part))
    ended = row.position >= row.size or row.position == before
    if row.quarantined > MOST_QUARANTINED:
        await _end(work, row, f"超过 {MOST_QUARANTINED} 行不能导入，已停止。请核对文件的格式后重新提交。")
        return False
    if ended:
        await _end(work, row)
    return not ended


async def _end(work: Work, row: RecordImport, problem: str = "") -> None:
    row.state, row.problem, row.finished_at = ("failed" if problem else "done"), problem, work.now
    title = f"导入行政执法案件，接收 {row.accepted} 件，版本较旧 {row.stale} 件，待修正 {row.quarantined} 行"
    work.record("import", "record_import", row.id, title=title, note=problem or row.file_name, article=ARTICLE)
    await arrived(work, row)
    await work.session.flush()


def forget_file(import_id: UUID) -> None:
    """Remove the file of an import that has ended."""
    path_of(import_id).unlink(missing_ok=True)


async def begin_batch(work: Work, *, source: str, name: str = "") -> UUID:
    """Open an import for several batches of a connected system; `end_batch` closes it. Raises Invalid, Denied."""
    await authorize(work, KIND, "import", target(work, work.organ_id))
    _check_source(source)
    row = _row(work, new_id(), source, name)
    row.state = "running"
    work.session.add(row)
    await work.session.flush()
    return row.id


async def take_batch(
    work: Work, *, source: str, records: Sequence[bytes | Record], import_id: UUID | None = None
) -> BatchResult:
    """Take lines of JSON or records into the register, as an import of their own or as part of an open one.

    Idempotent: a record that is held in this or a newer version counts as stale. A line that cannot be taken is
    quarantined. Raises Invalid for the source, NotFound for an import that is not open, Denied.
    """
    own = import_id is None
    opened = await begin_batch(work, source=source) if import_id is None else import_id
    if not own:
        await authorize(work, KIND, "import", target(work, work.organ_id))
    row = await repository.lock_import(work, opened)
    if row is None or row.state != "running" or row.format != "api" or row.source != source:
        raise NotFound
    before = (row.read, row.accepted, row.stale, row.quarantined)
    row.size += len(records)
    await pour(work, row, in_memory(records, row.line + 1))
    if own:
        await _end(work, row)
    after = (row.read, row.accepted, row.stale, row.quarantined)
    read, accepted, stale, quarantined = (b - a for a, b in zip(before, after, strict=True))
    return BatchResult(import_id=row.id, read=read, accepted=accepted, stale=stale, quarantined=quarantined)


async def end_batch(work: Work, import_id: UUID) -> RecordImport:
    """Close an import of batches: what follows from it begins. Does nothing to a closed one. Raises NotFound."""
    row = await repository.lock_import(work, import_id)
    if row is None or row.format != "api":
        raise NotFound
    if row.state == "running":
        await _end(work, row)
    return row

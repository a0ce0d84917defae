"""Statements on imports, quarantined lines and the index of words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import func, select, text

from kernel.work import Work
from supervision.records.models import EnforcementRecord, QuarantinedRecord, RecordImport


async def lock_import(work: Work, import_id: UUID) -> RecordImport | None:
    query = (
        select(RecordImport)
        .where(
            RecordImport.city_id == work.city_id,
            RecordImport.organ_id == work.organ_id,
            RecordImport.id == import_id,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return (await work.session.scalars(query)).one_or_none()


async def get_import(work: Work, import_id: UUID) -> RecordImport | None:
    row = await work.session.get(RecordImport, (work.city_id, import_id))
    return row if row is not None and row.organ_id == work.organ_id else None


async def imports(work: Work, after: UUID | None, limit: int) -> Sequence[RecordImport]:
    query = select(RecordImport).where(RecordImport.city_id == work.city_id, RecordImport.organ_id == work.organ_id)
    if after is not None:
        query = query.where(RecordImport.id < after)
    return (await work.session.scalars(query.order_by(RecordImport.id.desc()).limit(limit))).all()


_KEEP: Final = text(
    "insert into quarantined_record (city_id, organ_id, id, import_id, line, external_id, organ_text, raw_cipher,"
    " field, reason, problems, state)"
    " select :city_id, :organ_id, x.id, :import_id, x.line, x.external_id, x.organ_text, decode(x.raw_cipher, 'hex'),"
    " x.field, x.reason, x.problems, 'waiting' from jsonb_to_recordset(cast(:lines as jsonb)) as x(id uuid, line int,"
    " external_id text, organ_text text, raw_cipher text, field text, reason text, problems jsonb)"
)


async def keep_quarantined(work: Work, row: RecordImport, lines: Sequence[Mapping[str, Any]]) -> None:
    """Keep lines that could not be taken, in one statement: one each costs more than a hundred sound ones."""
    if lines:
        values = {"city_id": row.city_id, "organ_id": row.organ_id, "import_id": row.id}
        await work.session.execute(_KEEP, values | {"lines": msgspec.json.encode(lines).decode()})


async def get_quarantined(work: Work, line_id: UUID, *, lock: bool = False) -> QuarantinedRecord | None:
    found = await work.session.get(QuarantinedRecord, (work.city_id, line_id), with_for_update=lock or None)
    return found if found is not None and found.organ_id == work.organ_id else None


async def quarantined(
    work: Work, state: str, import_id: UUID | None, after: UUID | None, limit: int
) -> Sequence[QuarantinedRecord]:
    """Lines of one state, the newest first, of all imports or of one."""
    query = select(QuarantinedRecord).where(
        QuarantinedRecord.city_id == work.city_id,
        QuarantinedRecord.organ_id == work.organ_id,
        QuarantinedRecord.state == state,
    )
    if import_id is not None:
        query = query.where(QuarantinedRecord.import_id == import_id)
    if after is not None:
        query = query.where(QuarantinedRecord.id < after)
    return (await work.session.scalars(query.order_by(QuarantinedRecord.id.desc()).limit(limit))).all()


async def waiting(work: Work) -> int:
    """How many lines of the work's organ wait for somebody, up to 1,000."""
    inner = (
        select(QuarantinedRecord.id)
        .where(
            QuarantinedRecord.city_id == work.city_id,
            QuarantinedRecord.organ_id == work.organ_id,
            QuarantinedRecord.state == "waiting",
        )
        .limit(1000)
        .subquery()
    )
    return int((await work.session.execute(select(func.count()).select_from(inner))).scalar_one())


TERMS: Final = text(
    "insert into record_search (city_id, organ_id, id, terms)"
    " select :city, :organ, t.id, array_to_tsvector(string_to_array(t.terms, ' '))"
    " from unnest(cast(:ids as uuid[]), cast(:terms as text[])) as t(id, terms)"
    " on conflict (city_id, id) do update set terms = excluded.terms"
)


async def to_index(work: Work, import_id: UUID, after: UUID, limit: int) -> Sequence[Any]:
    """Records of the work's organ that an import brought, in the order of their ids."""
    of = EnforcementRecord
    query = (
        select(
            of.id,
            of.body_id,
            of.case_no,
            of.doc_no,
            of.title,
            of.item_name,
            of.party_name,
            of.party_uscc,
            of.party_hash,
        )
        .where(of.city_id == work.city_id, of.organ_id == work.organ_id, of.import_id == import_id, of.id > after)
        .order_by(of.id)
        .limit(limit)
    )
    return (await work.session.execute(query)).all()


async def keep_terms(work: Work, ids: Sequence[UUID], terms: Sequence[str]) -> None:
    values = {"city": work.city_id, "organ": work.organ_id, "ids": list(ids), "terms": list(terms)}
    await work.session.execute(TERMS, values)

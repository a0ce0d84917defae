"""The words by which records are found, written after them: the index of words costs more than the records do."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from kernel.search import bigrams
from kernel.work import Work
from supervision.matters.terms import organ_term
from supervision.records import repository
from supervision.records.taking import INDEX_JOB

PART: Final = 5_000


async def index_part(work: Work, import_id: UUID, after: UUID) -> int:
    """Index the next records that an import brought to the work's organ; the job calls itself until the end. Returns
    how many."""
    rows = await repository.to_index(work, import_id, after, PART)
    if rows:
        await repository.keep_terms(work, [row.id for row in rows], [_terms(work, row) for row in rows])
    if len(rows) == PART:
        work.enqueue(INDEX_JOB, {"import_id": str(import_id), "after": str(rows[-1].id)})
    return len(rows)


def _terms(work: Work, row: Any) -> str:
    words = bigrams("\n".join((row.case_no, row.doc_no, row.title, row.item_name, row.party_name, row.party_uscc)))
    words += [person_term(row.party_hash)] if row.party_hash is not None else []
    readers = dict.fromkeys(filter(None, (work.organ_id, row.body_id)))
    return " ".join([*words, *(organ_term(organ, live=False) for organ in readers)])


def person_term(hashed: bytes) -> str:
    """A person as party, by the keyed hash of the document number."""
    return f"~{hashed.hex()[:32]}"

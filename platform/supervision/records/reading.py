"""Records as their readers see them: lists by kind, organ, day and words; one record; a person's identity, on record.

A list reads one range of the index for each organ and kind that the reader may see, and merges them: row-level
security would find the same rows, but among everybody's.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import ARRAY, Select, Text, Uuid, cast, func, literal, select, text, true, tuple_

from kernel.errors import Invalid, NotFound
from kernel.search import query_terms
from kernel.vault import vault
from kernel.work import Work
from supervision.matters.terms import organ_term
from supervision.matters.views import Page
from supervision.records import repository, timeline
from supervision.records.fields import KIND_LABELS, SOURCES, word
from supervision.records.indexing import person_term
from supervision.records.models import EnforcementRecord
from supervision.records.reach import KIND, allows, reach, target
from supervision.records.views import EnforcementRow, EnforcementView, PartyIdentity, RecordImportView, import_view
from tenants.access import authorize
from tenants.organs.directory import Directory, directory

MOST_HITS: Final = 1_000
SHOWN: Final[tuple[Any, ...]] = tuple(
    getattr(EnforcementRecord, name)
    for name in (
        "id", "organ_id", "kind", "acted_on", "case_no", "doc_no", "external_id", "title", "item_name", "party_name",
        "fine_fen", "closed_on",
    )
)  # fmt: skip
"""What a list reads of a record: a hundred columns would cost more than finding them."""


class RecordFilter(msgspec.Struct, frozen=True, kw_only=True):
    """What a list shows. `q`: words of the number, title, cause or party, a credit code or a citizen id."""

    kind: str = ""
    organ_id: UUID | None = None
    q: str = ""
    since: date | None = None
    until: date | None = None
    import_id: UUID | None = None


async def listed(work: Work, chosen: RecordFilter, *, after: str = "", limit: int = 50) -> Page[EnforcementRow]:
    """Records that the reader may see, the latest acts first. `after` is `next` of an earlier page with the same
    filter. Raises Invalid, NotFound for an organ outside the reader's reach, Denied."""
    organs = await _organs(work, chosen)
    if chosen.kind and chosen.kind not in KIND_LABELS:
        raise Invalid(f"请在{'、'.join(KIND_LABELS.values())}中选择。", field="kind")
    limit = max(1, min(limit, 100))
    place = _place(after) if after else None
    if chosen.q.strip():
        rows = await _found(work, chosen, organs, place, limit + 1)
    else:
        rows = (await work.session.execute(statement(work, chosen, organs, place, limit + 1))).all()
    tree = await directory(work)
    shown = [_row(tree, row) for row in rows[:limit]]
    return Page(items=shown, next=_mark(rows[limit - 1]) if len(rows) > limit else None)


async def _organs(work: Work, chosen: RecordFilter) -> list[UUID]:
    if chosen.organ_id is not None:
        if not await allows(work, "list", chosen.organ_id):
            (await directory(work)).get(chosen.organ_id)
            await authorize(work, KIND, "list", target(work, chosen.organ_id))
        return [chosen.organ_id]
    known = await reach(work, "list")
    if not known.allowed:
        await authorize(work, KIND, "list", target(work, work.organ_id))
    tree = await directory(work)
    reads = tree.read_by(work.organ_id)
    # Policy lets a government read what its townships do, the database does not (the scope reaches departments): asking
    # for their acts would read and throw away each of them.
    return sorted(o for o in known.allowed if o == work.organ_id or o in reads or known.bodies[o] == work.organ_id)


def statement(
    work: Work, chosen: RecordFilter, organs: Sequence[UUID], place: tuple[date, UUID] | None, limit: int
) -> Select[Any]:
    """The first rows of each organ and kind, merged."""
    of = EnforcementRecord
    kinds = [chosen.kind] if chosen.kind else list(KIND_LABELS)
    organ = func.unnest(cast(list(organs), ARRAY(Uuid))).table_valued("id", name="o").render_derived()
    kind = func.unnest(cast(kinds, ARRAY(Text))).table_valued("kind", name="k").render_derived()
    inner = select(*SHOWN).where(*_conditions(work, chosen, place), of.organ_id == organ.c.id, of.kind == kind.c.kind)
    inner = inner.order_by(of.acted_on.desc(), of.id.desc()).limit(limit)
    rows = inner.correlate(organ, kind).lateral("rows")
    return (
        select(*rows.c)
        .select_from(organ)
        .join(kind, true())
        .join(rows, true())
        .order_by(rows.c.acted_on.desc(), rows.c.id.desc())
        .limit(limit)
    )


def _conditions(work: Work, chosen: RecordFilter, place: tuple[date, UUID] | None) -> list[Any]:
    of = EnforcementRecord
    made: list[Any] = [of.city_id == work.city_id]
    made += [of.acted_on >= chosen.since] if chosen.since else []
    made += [of.acted_on <= chosen.until] if chosen.until else []
    made += [of.import_id == chosen.import_id] if chosen.import_id else []
    if place is not None:
        made.append(tuple_(of.acted_on, of.id) < tuple_(literal(place[0]), literal(place[1])))
    return made


async def _found(
    work: Work, chosen: RecordFilter, organs: Sequence[UUID], place: tuple[date, UUID] | None, limit: int
) -> Sequence[Any]:
    """Records that hold every word, the newest `MOST_HITS` of them looked at."""
    terms = [f"'{term}'" for term in query_terms(chosen.q)]
    number = chosen.q.strip().upper()
    if len(number) == 18 and number[:17].isdigit():
        terms = [f"('{number.lower()}' | '{person_term(vault().lookup(number))}')"]
    if not terms:
        return []
    whose = f"'{organ_term(chosen.organ_id or work.organ_id, live=False)}'"
    # A body's term stands in what it supervises; a department reads by line, which no term tells.
    words = " & ".join([*terms, whose] if chosen.organ_id is not None else terms)
    query = text("select id from guard.search_records(:query, :most)")
    ids = list((await work.session.execute(query, {"query": words, "most": MOST_HITS})).scalars())
    of = EnforcementRecord
    kinds = [of.kind == chosen.kind] if chosen.kind else []
    wanted = select(*SHOWN).where(*_conditions(work, chosen, place), *kinds, of.id.in_(ids), of.organ_id.in_(organs))
    ordered = wanted.order_by(of.acted_on.desc(), of.id.desc()).limit(limit)
    return (await work.session.execute(ordered)).all()


def _row(tree: Directory, row: Any) -> EnforcementRow:
    return EnforcementRow(
        id=row.id,
        organ_id=row.organ_id,
        organ_name=tree.short(row.organ_id),
        kind=row.kind,
        kind_label=KIND_LABELS[row.kind],
        acted_on=row.acted_on,
        case_no=row.case_no or row.doc_no or row.external_id,
        title=row.title or row.item_name or KIND_LABELS[row.kind],
        item_name=row.item_name,
        party_name=row.party_name,
        fine_fen=row.fine_fen,
        closed_on=row.closed_on,
    )


def _mark(row: Any) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode((row.acted_on, row.id))).decode()


def _place(mark: str) -> tuple[date, UUID]:
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(mark), type=tuple[date, UUID])
    except (ValueError, binascii.Error, msgspec.DecodeError):
        raise Invalid("翻页位置无效，请从第一页重新查看。", field="after") from None


async def _get(work: Work, record_id: UUID, action: str) -> EnforcementRecord:
    row = await work.session.get(EnforcementRecord, (work.city_id, record_id))
    if row is None or not (action == "read" or await allows(work, "read", row.organ_id)):
        raise NotFound
    await authorize(work, KIND, action, target(work, row.organ_id))
    return row


async def view(work: Work, record_id: UUID) -> EnforcementView:
    """One record, its party masked. Raises NotFound, Denied."""
    row = await _get(work, record_id, "read")
    tree = await directory(work)
    return EnforcementView(
        id=row.id,
        organ_id=row.organ_id,
        organ_name=tree.name(row.organ_id),
        kind=row.kind,
        kind_label=KIND_LABELS[row.kind],
        source=row.source,
        source_label=SOURCES.get(row.source, row.source),
        external_id=row.external_id,
        version=row.version,
        taken_at=row.taken_at,
        acted_on=row.acted_on,
        case_no=row.case_no or row.doc_no or row.external_id,
        title=row.title or row.item_name or KIND_LABELS[row.kind],
        party_kind_label=word("party_kind", row.party_kind),
        party_name=row.party_name,
        party_uscc=row.party_uscc,
        has_secret=row.party_cipher is not None,
        steps=timeline.steps(row),
        facts=timeline.facts(row),
        basis=list(row.basis),
        officers=list(row.detail.get("officers", [])),
        documents=[*row.detail.get("documents", []), *row.detail.get("media", [])],
        quality=dict(row.quality),
        may_unmask=row.party_cipher is not None and await allows(work, "unmask", row.organ_id),
    )


async def unmask(work: Work, record_id: UUID, purpose: str) -> PartyIdentity:
    """Who the party is, for a stated purpose. The reading is audited. Raises Invalid, NotFound, Denied."""
    row = await _get(work, record_id, "unmask")
    if not 4 <= len(purpose.strip()) <= 500:
        raise Invalid("请写明查看用途，4 至 500 字。", field="purpose", article="规则:个人信息")
    if row.party_cipher is None:
        raise NotFound
    work.record(
        "unmask", KIND, row.id, title="查看行政执法案件当事人身份", note=purpose.strip(), article="规则:个人信息"
    )
    known = msgspec.json.decode(vault().open(row.party_cipher), type=dict[str, str])
    return PartyIdentity(
        name=known.get("name", ""),
        id_no=known.get("id_no", ""),
        birth_on=known.get("birth_on", ""),
        address=known.get("address", ""),
    )


async def import_state(work: Work, import_id: UUID) -> RecordImportView:
    """How far an import of the work's organ is. Raises NotFound, Denied."""
    await authorize(work, KIND, "read_imports", target(work, work.organ_id))
    row = await repository.get_import(work, import_id)
    if row is None:
        raise NotFound
    return import_view(row)


async def imports(work: Work, *, after: UUID | None = None, limit: int = 50) -> Page[RecordImportView]:
    """The imports of the work's organ, the newest first. Raises Denied."""
    await authorize(work, KIND, "read_imports", target(work, work.organ_id))
    limit = max(1, min(limit, 100))
    rows = list(await repository.imports(work, after, limit + 1))
    shown = [import_view(row) for row in rows[:limit]]
    return Page(items=shown, next=str(rows[limit - 1].id) if len(rows) > limit else None)


async def may_import(work: Work) -> bool:
    """Whether the acting post may bring data at all."""
    return await allows(work, "import", work.organ_id)


async def may_read_imports(work: Work) -> bool:
    """Whether the acting post may see what was brought, and what of it has to be put right."""
    return await allows(work, "read_imports", work.organ_id)

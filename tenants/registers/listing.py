"""The register page by page: who is on it, whose certificate runs out, has run out or is withheld, who left.

Own organ: one index range. All organs of the scope: a lateral range for each organ that policy opens, merged
(ADR 0013). Words are a prefix of a name or of a certificate number, or a whole citizen id, so that an index finds them.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Sequence
from datetime import date
from typing import Any, Final, Literal, NamedTuple, get_args
from uuid import UUID

import msgspec
from sqlalchemy import (
    ColumnElement,
    Select,
    any_,
    column,
    func,
    literal_column,
    select,
    true,
    tuple_,
    union_all,
    values,
)
from sqlalchemy import Uuid as UuidType
from sqlalchemy.orm import aliased

from kernel.errors import Invalid
from kernel.vault import vault
from kernel.work import Work
from kernel.workdays import add_months
from policy.rulebook import RuleBook
from tenants.access import Target, authorize, consider
from tenants.organs.directory import directory
from tenants.registers import repository
from tenants.registers.book import rulebook
from tenants.registers.models import Certificate, Officer
from tenants.registers.rules import CERTIFICATES
from tenants.registers.views import OfficerPage, OfficerRow, row_of

Tab = Literal["active", "expiring", "expired", "suspended", "left"]
Reach = Literal["own", "all"]
TABS: Final[dict[Tab, str]] = {
    "active": "在册",
    "expiring": "即将到期",
    "expired": "已过期",
    "suspended": "暂扣",
    "left": "已离岗",
}
COUNT_LIMIT: Final = 1000
"""Counts are exact up to here."""
EXPORT_LIMIT: Final = 20_000
SEARCH_LIMIT: Final = 1_000
_LAST = "\U0010ffff"
_CITIZEN = re.compile(r"[0-9]{17}[0-9Xx]")


class OfficerFilter(msgspec.Struct, frozen=True, kw_only=True):
    """What a list shows. `reach`: own organ, or every organ whose register the reader may see; `organ_id`: one of
    them."""

    tab: Tab = "active"
    q: str = ""
    reach: Reach = "own"
    organ_id: UUID | None = None


class _Shape(NamedTuple):
    table: type[Officer] | type[Certificate]
    keys: tuple[Any, ...]
    descending: bool = False


SHAPES: Final[dict[Tab, _Shape]] = {
    "active": _Shape(Officer, (Officer.name, Officer.id)),
    "left": _Shape(Officer, (Officer.left_on, Officer.name, Officer.id), descending=True),
    **dict.fromkeys(
        ("expiring", "expired", "suspended"), _Shape(Certificate, (Certificate.valid_until, Certificate.id))
    ),
}
_READERS: Final[dict[str, Any]] = {"name": str, "id": UUID, "left_on": date.fromisoformat}
_READERS["valid_until"] = date.fromisoformat


async def list_officers(work: Work, chosen: OfficerFilter, after: str | None = None, limit: int = 50) -> OfficerPage:
    """One page, each file (or certificate, where the tab is about those) once over all pages. `after` is the cursor of
    an earlier page with the same tab. Raises Invalid for a cursor that is none, Denied."""
    organs = await _organs(work, chosen)
    shape = SHAPES[chosen.tab]
    place = _decode(after, shape) if after else None
    limit = max(1, min(limit, 100))
    found = await _ids(work, chosen, organs, place, limit + 1)
    more = len(found) > limit
    rows = await rows_for(work, chosen, [(line[0], line[1]) for line in found[:limit]])
    following = _encode(found[limit - 1][2:]) if more else None
    return OfficerPage(items=rows, next=following)


async def count_tabs(work: Work, chosen: OfficerFilter) -> dict[Tab, int]:
    """How many each tab holds, up to `COUNT_LIMIT` + 1, in one round trip."""
    organs = await _organs(work, chosen)
    book = await rulebook(work)
    counts = []
    for tab in TABS:
        inner = _statement(
            work, msgspec.structs.replace(chosen, tab=tab), organs, book, place=None, most=COUNT_LIMIT + 1
        )
        counts.append(select(func.count()).select_from(inner.subquery()).scalar_subquery())
    row = (await work.session.execute(select(*counts))).one()
    return dict(zip(TABS, row, strict=True))


async def export_rows(work: Work, chosen: OfficerFilter) -> list[OfficerRow]:
    """The rows of a filter in its order, `EXPORT_LIMIT` at most."""
    found = await _ids(work, chosen, await _organs(work, chosen, "export"), None, EXPORT_LIMIT)
    pairs = [(line[0], line[1]) for line in found]
    return [row for n in range(0, len(pairs), 1000) for row in await rows_for(work, chosen, pairs[n : n + 1000])]


async def _organs(work: Work, chosen: OfficerFilter, action: str = "list") -> list[UUID]:
    """The organs whose registers the reader may list, or export. Raises Denied; NotFound for an organ outside the
    reader's reach."""
    if chosen.organ_id is not None:
        tree = await directory(work)
        tree.get(chosen.organ_id)
        await authorize(work, "officer", action, Target(owner_id=chosen.organ_id))
        return [chosen.organ_id]
    if chosen.reach == "own":
        await authorize(work, "officer", action, Target(owner_id=work.organ_id))
        return [work.organ_id]
    tree = await directory(work)
    open_to = []
    for organ_id in sorted(tree.read_by(work.organ_id) | {work.organ_id}):
        verdict, _ = await consider(work, "officer", action, Target(owner_id=organ_id))
        if verdict.allowed:
            open_to.append(organ_id)
    if not open_to:
        await authorize(work, "officer", action, Target(owner_id=work.organ_id))
    return open_to


async def _ids(
    work: Work, chosen: OfficerFilter, organs: Sequence[UUID], place: list[Any] | None, most: int
) -> Sequence[Any]:
    """(officer, certificate or None, keys…) in the order of the tab."""
    statement = _statement(work, chosen, organs, await rulebook(work), place=place, most=most)
    return list((await work.session.execute(statement)).all())


def _statement(
    work: Work,
    chosen: OfficerFilter,
    organs: Sequence[UUID],
    book: RuleBook,
    *,
    place: list[Any] | None,
    most: int,
) -> Select[Any]:
    shape = SHAPES[chosen.tab]
    table = shape.table
    officer_id: Any = Officer.id if table is Officer else Certificate.officer_id
    certificate_id: Any = literal_column("null::uuid") if table is Officer else Certificate.id
    named = [key.label(f"key_{n}") for n, key in enumerate(shape.keys)]
    inner: Select[Any] = select(officer_id.label("officer"), certificate_id.label("certificate"), *named)
    wanted = values(column("organ_id", UuidType), name="wanted").data([(organ_id,) for organ_id in organs])
    organ: Any = organs[0] if len(organs) == 1 else wanted.c.organ_id
    inner = inner.where(
        table.city_id == work.city_id,
        table.organ_id == organ,
        *_of_tab(work, chosen.tab, book),
        *_of_words(work, chosen.q, table, organ),
    )
    if place is not None:
        here, there = tuple_(*shape.keys), tuple_(*place)
        inner = inner.where(here < there if shape.descending else here > there)
    one = inner.order_by(*_ways(shape.keys, shape)).limit(most)
    if len(organs) == 1:
        return one
    rows = one.correlate(wanted).lateral("rows")
    merged = select(*rows.c).select_from(wanted).join(rows, true())
    return merged.order_by(*_ways([rows.c[key.name] for key in named], shape)).limit(most)


def _ways(keys: Sequence[Any], shape: _Shape) -> list[Any]:
    return [key.desc() if shape.descending else key.asc() for key in keys]


def _of_tab(work: Work, tab: Tab, book: RuleBook) -> list[ColumnElement[bool]]:
    if tab == "active":
        return [Officer.left_on.is_(None)]
    if tab == "left":
        return [Officer.left_on.is_not(None)]
    if tab == "suspended":
        return [Certificate.status == "suspended"]
    if tab == "expiring":
        until = warned_until(work.today, book)
        return [
            Certificate.status == "valid",
            Certificate.valid_until >= work.today,
            Certificate.valid_until <= until,
        ]
    other = aliased(Certificate)
    # Asked for each row by its own index entry: as a join it could be made by reading all certificates.
    newest = (
        select(func.max(other.valid_until))
        .where(
            other.city_id == Certificate.city_id,
            other.officer_id == Certificate.officer_id,
            other.kind == Certificate.kind,
        )
        .correlate(Certificate)
        .scalar_subquery()
    )
    return [
        Certificate.status.in_(("valid", "expired")),
        Certificate.valid_until < work.today,
        Certificate.valid_until == newest,
    ]


def warned_until(today: date, book: RuleBook) -> date:
    """Certificates whose last day is not after this one count as expiring: renewal is open (Article 10(4))."""
    return add_months(today, book.deadline("certificate.renewal_before").amount)


def _of_words(
    work: Work, words: str, table: type[Officer] | type[Certificate], organ: Any
) -> list[ColumnElement[bool]]:
    text = words.strip()
    if not text:
        return []
    if _CITIZEN.fullmatch(text):
        return [table.citizen_hash == vault().lookup(text.upper())]
    if not any(c.isascii() and c.isalnum() for c in text):
        name = Officer.name if table is Officer else Certificate.holder_name
        return [name >= text, name < text + _LAST]
    numbers = [Certificate.number >= text, Certificate.number < text + _LAST]
    if table is Certificate:
        return numbers
    # An array is made once for each organ and leads to its files by their keys; a join would try every pair.
    bearers = union_all(*(_bearers(work, organ, kind, numbers) for kind in CERTIFICATES)).scalar_subquery()
    return [Officer.id == any_(func.array(bearers))]


def _bearers(work: Work, organ: Any, kind: str, numbers: Sequence[ColumnElement[bool]]) -> Any:
    """Files by the beginning of a number, `SEARCH_LIMIT` at most: an index range for each kind."""
    found = (
        select(Certificate.officer_id)
        .where(
            Certificate.city_id == work.city_id,
            Certificate.organ_id == organ,
            Certificate.kind == kind,
            *numbers,
        )
        .order_by(Certificate.number)
        .limit(SEARCH_LIMIT)
    )
    over_all = getattr(organ, "table", None)
    return (found if over_all is None else found.correlate(over_all)).subquery().select()


async def rows_for(work: Work, chosen: OfficerFilter, found: Sequence[tuple[UUID, UUID | None]]) -> list[OfficerRow]:
    """The rows of files in the given order, each with the certificate that the tab is about, or its newest ones."""
    ids = [officer_id for officer_id, _ in found]
    query = select(Officer).where(Officer.city_id == work.city_id, Officer.id.in_(ids))
    files = {file.id: file for file in (await work.session.scalars(query)).all()}
    held: dict[UUID, list[Certificate]] = {}
    for certificate in await repository.certificates(work, ids):
        held.setdefault(certificate.officer_id, []).append(certificate)
    hours = await repository.hours(work, ids, work.today.year)
    tree, book = await directory(work), await rulebook(work)
    rows = []
    for officer_id, certificate_id in found:
        shown = [c for c in held.get(officer_id, []) if certificate_id in (None, c.id)]
        rows.append(row_of(work.today, tree, book, files[officer_id], held=shown, done=hours.get(officer_id, 0)))
    return rows


def _encode(keys: Sequence[Any]) -> str:
    packed = json.dumps([key.isoformat() if isinstance(key, date) else str(key) for key in keys])
    return base64.urlsafe_b64encode(packed.encode()).decode().rstrip("=")


def _decode(cursor: str, shape: _Shape) -> list[Any]:
    try:
        found = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return [_READERS[key.key](value) for key, value in zip(shape.keys, found, strict=True)]
    except (ValueError, TypeError, binascii.Error):
        raise Invalid("翻页位置无效，请从第一页重新查看。", field="after") from None


def filter_of(tab: str, q: str, reach: str, organ_id: UUID | None) -> OfficerFilter:
    """The filter of an address. Raises Invalid for a value that no list knows."""
    if tab not in TABS:
        raise Invalid(f"请选择：{'、'.join(TABS.values())}。", field="tab")
    if reach not in get_args(Reach):
        raise Invalid("请选择本单位（own）或者全部可查看的单位（all）。", field="reach")
    return OfficerFilter(tab=tab, q=q.strip()[:60], reach=reach, organ_id=organ_id)  # type: ignore[arg-type]

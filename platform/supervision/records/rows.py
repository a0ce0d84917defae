"""From a record to a row of the register: columns, masked and sealed party, and the rest as `detail`; and from rows to
lines of COPY. Pure but for the vault.

msgspec writes a list of values as JSON far faster than Python joins text. Such a line is CSV too, when the escape
character is a backslash and NULL is spelt null: only control characters would differ, and parsing refuses those in
everything that becomes a column of its own.

The register has far more columns than one record fills. Those that no row of a chunk fills are left out of the lines,
so that neither side writes or reads them: the staging table has the same defaults as the register.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Sequence
from datetime import date
from itertools import compress
from typing import Any, Final

import msgspec

from kernel.ids import new_hex
from kernel.vault import Vault, mask_name
from supervision.records.checking import acted_on, age_on, excluded_days, kind_of
from supervision.records.models import EnforcementRecord
from supervision.records.rules import KINDS, PERSONS, Officer, Provision, Record

_COMPUTED: Final = (
    "organ_id", "id", "kind", "body_id", "acted_on", "party_name", "party_hash", "party_cipher", "party_age",
    "officer_certs", "officers_count", "basis", "excluded_days", "extended_days", "quality", "detail",
)  # fmt: skip
_CONSTANT: Final = ("city_id", "source", "import_id", "taken_at", "created_at")
"""Columns that are the same for a whole batch: the statement that moves it sets them."""
_LISTS: Final = frozenset({"penalty_kinds"})
_ALL: Final = tuple(EnforcementRecord.__table__.columns.keys())
_PERSONAL: Final = frozenset({"party_id_no", "party_id_type", "party_birth_on", "party_address", "party_name"})
_NOT_KEPT: Final = frozenset({"organ_uscc", "organ_name", "quality"})

_encode: Final[Callable[[Any], bytes]] = msgspec.json.Encoder().encode


def _direct(kind: str) -> tuple[str, ...]:
    of = KINDS[kind].__struct_fields__
    return tuple(name for name in of if name in _ALL and name not in (*_COMPUTED, *_LISTS))


def _rest(kind: str) -> tuple[str, ...]:
    taken = {*_direct(kind), *_LISTS} | _PERSONAL | _NOT_KEPT
    return tuple(name for name in KINDS[kind].__struct_fields__ if name not in taken)


def _type_of(kind: str, name: str) -> Any:
    return next(f.type for f in msgspec.structs.fields(KINDS[kind]) if f.name == name)


def _place(kind: str, name: str) -> int:
    """Of a field among the defaults of its struct: fields without one come first."""
    of = KINDS[kind]
    return of.__struct_fields__.index(name) - len(of.__struct_fields__) + len(of.__struct_defaults__)


DIRECT: Final = {kind: _direct(kind) for kind in KINDS}
"""Kind → fields that are columns as they stand."""
COLUMNS: Final = {
    kind: (*DIRECT[kind], *(("penalty_kinds",) if kind == "penalty" else ()), *_COMPUTED) for kind in KINDS
}
"""Kind → the columns of its lines, in their order."""
TARGET: Final = tuple(name for name in _ALL if name != "created_at")
"""Every column that a batch writes."""
STAGED: Final = ("organ_id", *(name for name in TARGET if name not in (*_CONSTANT, "organ_id")))
"""Columns of the staging table, first the one by which it is read."""

_take_direct: Final = {kind: operator.attrgetter(*DIRECT[kind]) for kind in KINDS}
_REST: Final = {kind: _rest(kind) for kind in KINDS}
_take_rest: Final = {kind: operator.attrgetter(*_REST[kind]) for kind in KINDS}
_YES_OR_NO: Final = {kind: tuple(n for n in _REST[kind] if _type_of(kind, n) == bool | None) for kind in KINDS}
"""What is told by being false, too; all else that is empty is left out of `detail`."""


_UNFILLED: Final = {
    kind: tuple(None if KINDS[kind].__struct_defaults__[_place(kind, name)] is None else "" for name in DIRECT[kind])
    for kind in KINDS
}
"""Kind → what stands in a row for a direct column that its line does not mention; the register has the same default."""


def row_of(record: Record, organ_id: str, body_id: str | None, vault: Vault) -> tuple[Any, ...]:
    """A record that passed its checks as a row, in the columns `COLUMNS` of its kind. Texts, numbers and days alone:
    the collector does not look at such rows again."""
    kind = kind_of(record)
    day = acted_on(record)
    assert day is not None, "checking refuses a record without a day"
    shown, looked_up, sealed, age = _party(record, day, vault)
    certs, acting = _people(tuple(record.officers))
    return (
        *_take_direct[kind](record),
        *((_array(record.penalty_kinds),) if kind == "penalty" else ()),  # type: ignore[attr-defined]
        organ_id,
        new_hex(),
        kind,
        body_id,
        day,
        shown,
        looked_up,
        sealed,
        age,
        certs,
        acting,
        _provisions(tuple(record.basis)),
        excluded_days(record) if record.excluded else 0,
        sum(e.days for e in record.extensions) if record.extensions else 0,
        _encode(record.quality).decode() if record.quality else "{}",
        _detail(kind, record),
    )


def copy_lines(kind: str, rows: Sequence[tuple[Any, ...]]) -> tuple[tuple[str, ...], bytes]:
    """Rows of one kind, at least one, as lines for COPY, and the columns that they have."""
    columns = list(zip(*rows, strict=True))
    unfilled = _UNFILLED[kind]
    used = [n for n, held in enumerate(columns) if n >= len(unfilled) or held.count(unfilled[n]) < len(held)]
    lines = zip(*[columns[n] for n in used], strict=True)
    return tuple(COLUMNS[kind][n] for n in used), b"\n".join([*(_encode(line)[1:-1] for line in lines), b""])


def _array(items: list[str]) -> str:
    """An array literal: quotes and backslashes are escaped in it as in JSON."""
    return "{" + _encode(items)[1:-1].decode() + "}" if items else "{}"


@functools.lru_cache(4_096)
def _people(officers: tuple[Officer, ...]) -> tuple[str, int]:
    """Certificate numbers as an array, and how many officers acted; recorders, reviewers and approvers did not. The
    same teams come again and again."""
    certs = list(dict.fromkeys(o.certificate_no for o in officers if o.certificate_no))
    acting = {o.certificate_no or o.name for o in officers if o.role in ("", "officer", "host")}
    return _array(certs), len(acting - {""})


@functools.lru_cache(4_096)
def _provisions(basis: tuple[Provision, ...]) -> str:
    return _array([p.shown() for p in basis])


def _detail(kind: str, record: Record) -> str:
    values = _take_rest[kind](record)
    found = dict(zip(compress(_REST[kind], values), filter(None, values)))  # noqa: B905 - of one length by construction
    for name in _YES_OR_NO[kind]:
        if getattr(record, name) is False:
            found[name] = False
    return _encode(found).decode() if found else "{}"


def _party(record: Record, day: date, vault: Vault) -> tuple[str, str | None, str | None, int | None]:
    """The name as it may be shown, hash and sealed data as bytea literals, age on the day of the act."""
    number, person = record.party_id_no, record.party_kind in PERSONS
    if not (person or number or record.party_birth_on or record.party_address):
        return record.party_name, None, None, None
    known = {
        "name": record.party_name,
        "id_no": number,
        "id_type": record.party_id_type,
        "birth_on": record.party_birth_on,
        "address": record.party_address,
    }
    sealed = vault.seal(_encode({k: v for k, v in known.items() if v}).decode())
    born = record.party_birth_on
    if born is None and len(number) == 18 and record.party_id_type in ("", "01"):
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    age = age_on(born, getattr(record, "act_started_on", None) or day) if person and born is not None else None
    looked_up = "\\x" + vault.lookup(number).hex() if number else None
    return mask_name(record.party_name) if person else record.party_name, looked_up, "\\x" + sealed.hex(), age

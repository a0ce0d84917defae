"""Loading and maintaining the organ tree. Reference data: written under the system tenancy alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid5

from kernel.work import Work
from tenants.organs import repository
from tenants.organs.checking import refuse_wrong_cells
from tenants.organs.directory import Directory, directory
from tenants.organs.models import ExplicitRelation, Organ
from tenants.organs.rows import OrganRow, RelationRow

__all__ = ["Directory", "Loaded", "directory", "load", "rebuild_scope", "renew_tree"]


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load changed: numbers of organs and relations added and changed, rows of the read scope touched."""

    added: int
    changed: int
    relations: int
    scope: int


_FIELDS = (
    "name",
    "short_name",
    "kind",
    "level",
    "division_code",
    "code_system",
    "uscc",
    "leadership",
    "is_supervision_body",
    "established_on",
    "ended_on",
    "letters",
    "source",
    "confidence",
)


async def load(work: Work, rows: Sequence[OrganRow], relations: Sequence[RelationRow] = ()) -> Loaded:
    """Bring the city's tree to the data set, idempotently: organs are matched by key, nothing is deleted.

    What was recorded here later than the data set was made stays: a former name is not put back, an ended organ
    or relation is not revived. Raises DatasetRefused with every wrong cell (and stores nothing) when the data
    set does not hold together.
    """
    refuse_wrong_cells(rows, relations)
    known = {o.key: o for o in await repository.all_organs(work)}
    ids = {row.key: known[row.key].id if row.key in known else organ_id(work.city_id, row.key) for row in rows}
    added = changed = 0
    await repository.defer_references(work)
    for position, row in enumerate(rows):
        values = _values(row, ids, position)
        organ = known.get(row.key)
        if organ is None:
            work.session.add(Organ(city_id=work.city_id, id=ids[row.key], key=row.key, **values))
            added += 1
        else:
            changed += _changed(organ, _without_older(organ, values))
    await work.session.flush()
    added_relations = await _load_relations(work, relations, ids)
    touched = added or changed or added_relations
    scope = await (renew_tree(work) if touched else rebuild_scope(work))
    work.record(
        "load_organs",
        "organ",
        None,
        title=f"导入单位数据：新增 {added} 个，变更 {changed} 个",
        article=["2", "5"],
        detail={"relations": added_relations, "scope": scope},
    )
    return Loaded(added, changed, added_relations, scope)


def organ_id(city_id: UUID, key: str) -> UUID:
    """The organ's id follows from its key, so that two installations of a city agree."""
    return uuid5(city_id, key)


def _values(row: OrganRow, ids: dict[str, UUID], position: int) -> dict[str, object]:
    values: dict[str, object] = {name: getattr(row, name) for name in _FIELDS}
    for column in ("parent", "located_in", "administered_by", "successor"):
        key = getattr(row, f"{column}_key")
        values[f"{column}_id"] = ids[key] if key else None
    values["business_lines"] = list(row.business_lines)
    values["former_names"] = list(row.former_names)
    values["sort_key"] = f"{position:05d}"
    return values


def _without_older(organ: Organ, values: dict[str, object]) -> dict[str, object]:
    """The values of a data set without those that a later recorded change has overtaken."""
    older: set[str] = set()
    if values["name"] in [bare_name(entry) for entry in organ.former_names]:
        older |= {"name", "short_name", "former_names"}
    if organ.ended_on is not None and values["ended_on"] is None:
        older |= {"ended_on", "successor_id"}
    return {name: value for name, value in values.items() if name not in older}


def bare_name(former: str) -> str:
    """The name in an entry of `former_names`, which may be followed by （2016-11-28更名，…）."""
    return former.partition("（")[0]


def _changed(row: Organ | ExplicitRelation, values: dict[str, object]) -> bool:
    """Write what differs; whether anything did."""
    different = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in different.items():
        setattr(row, name, value)
    return bool(different)


async def _load_relations(work: Work, relations: Sequence[RelationRow], ids: dict[str, UUID]) -> int:
    known = {(r.supervisor_id, r.supervised_id, r.kind, r.valid_from): r for r in await repository.all_relations(work)}
    touched = 0
    for row in relations:
        identity = (ids[row.supervisor_key], ids[row.supervised_key], row.kind, row.valid_from or date(1949, 10, 1))
        values: dict[str, object] = {"article": row.article, "valid_to": row.valid_to, "note": row.note}
        held = known.get(identity)
        if held is None:
            work.session.add(
                ExplicitRelation(
                    city_id=work.city_id,
                    supervisor_id=identity[0],
                    supervised_id=identity[1],
                    kind=identity[2],
                    valid_from=identity[3],
                    **values,
                )
            )
            touched += 1
        else:
            if held.valid_to is not None and row.valid_to is None:
                del values["valid_to"]
            touched += _changed(held, values)
    await work.session.flush()
    return touched


async def renew_tree(work: Work) -> int:
    """A new version of the tree, and its read scope. Returns the number of changed pairs."""
    await work.session.flush()
    await repository.bump(work, repository.VERSION)
    return await rebuild_scope(work)


async def rebuild_scope(work: Work) -> int:
    """Derive the read scope again from the tree as it is now, for the system tenancy; also to be done on a day
    on which a recorded merger takes effect. Returns the number of changed pairs."""
    current = Directory(await repository.all_organs(work), await repository.all_relations(work), work.today)
    return await repository.replace_scope(work, current.supervision.read_scope())

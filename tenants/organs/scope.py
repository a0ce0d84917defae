"""Whose records a viewer may read: the closure of the tree that row-level security looks up. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from tenants.organs.codes import OrganKind
from tenants.organs.relations import Relation
from tenants.organs.tree import K, OrganFacts


def read_scope(organs: Iterable[OrganFacts[K]], relations: Sequence[Relation[K]], on: date) -> set[tuple[K, K]]:
    """Whose tenant records a viewer may read, as (viewer, organ) pairs.

    - Everybody: itself. Townships, subdistricts, judicial offices, vertical bodies: nothing else.
    - A government (Arts. 4, 5): its departments, its supervision body among them, and the supervision
      bodies of the governments one level down.
    - A justice department (Art. 5 para. 2) works for its government and reads the same below it, but not
      the government's own records: reports and decisions reach it as documents.
    - A department (Art. 2(2)): its own subordinate and dispatched bodies, and the county counterparts
      that it supervises by line. A dual-led bureau that is one of a government's departments too.
    - Records follow the successor: who may read an organ may read those that have ended into it by `on`.
    Explicit relations (Art. 2(4)) open no records; what is served reaches its reader as a document.
    """
    by_id = {o.id: o for o in organs}
    bodies = {
        r.supervisor_id: r.supervised_id
        for r in relations
        if r.kind == "level" and by_id[r.supervised_id].is_supervision_body
    }
    scope = {(organ_id, organ_id) for organ_id in by_id}
    for relation in relations:
        supervised = by_id[relation.supervised_id]
        if relation.kind == "level" and relation.article == "2(1)":
            target: K | None = None
            if supervised.kind == OrganKind.DEPARTMENT:
                target = supervised.id
            elif supervised.is_supervising_government:
                target = bodies.get(supervised.id)
            if target is not None:
                viewers = {relation.supervisor_id, bodies.get(relation.supervisor_id, relation.supervisor_id)}
                scope |= {(viewer, target) for viewer in viewers}
        elif (relation.kind, relation.article) == ("line", "2(2)") and _is_department(relation.supervisor_id, by_id):
            scope.add((relation.supervisor_id, supervised.id))
    return scope | _through_successors(scope, by_id, on)


def _is_department(organ_id: K, by_id: Mapping[K, OrganFacts[K]]) -> bool:
    organ = by_id[organ_id]
    parent = by_id.get(organ.parent_id) if organ.parent_id is not None else None
    listed = parent is not None and parent.is_supervising_government
    return organ.kind == OrganKind.DEPARTMENT or (organ.kind == OrganKind.DUAL_LED_BODY and listed)


def _through_successors(scope: set[tuple[K, K]], by_id: Mapping[K, OrganFacts[K]], on: date) -> set[tuple[K, K]]:
    viewers: dict[K, set[K]] = defaultdict(set)
    for viewer, organ_id in scope:
        viewers[organ_id].add(viewer)
    inherited: set[tuple[K, K]] = set()
    for organ in by_id.values():
        # A merger that is recorded ahead opens nothing before its day.
        if organ.alive_on(on):
            continue
        seen, heir = {organ.id}, organ.successor_id
        while heir is not None and heir in by_id and heir not in seen:
            inherited |= {(viewer, organ.id) for viewer in viewers[heir]}
            seen.add(heir)
            heir = by_id[heir].successor_id
    return inherited

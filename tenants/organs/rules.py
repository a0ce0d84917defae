"""Who may supervise whom: the organ tree read by Articles 2 and 5. Pure.

A register of organs and one date go in; typed supervision relations, each with its article and a Chinese
reason, come out. The same relations give `read_scope`, the closure that row-level security looks up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Generic

from tenants.organs.codes import RELATION_KINDS, OrganKind
from tenants.organs.relations import SUPERVISING, ExplicitRelation, Relation, derive_relations
from tenants.organs.scope import read_scope
from tenants.organs.tree import K, OrganFacts, Register


@dataclass(frozen=True, slots=True)
class NotSupervisor(Generic[K]):
    """Someone who is often taken for a supervisor and is none, with the article that says so."""

    organ_id: K
    article: str
    reason_zh: str


class Supervision(Generic[K]):
    """The relations of one city on one day, ready to be asked. Build once per version of the tree."""

    def __init__(self, organs: Iterable[OrganFacts[K]], explicit: Iterable[ExplicitRelation[K]], on: date) -> None:
        facts = list(organs)
        self.register = Register(facts, on)
        self.relations = derive_relations(facts, explicit, on)
        self._over: dict[K, list[Relation[K]]] = defaultdict(list)
        self._under: dict[K, list[Relation[K]]] = defaultdict(list)
        for relation in sorted(self.relations, key=lambda r: list(RELATION_KINDS).index(r.kind)):
            self._over[relation.supervised_id].append(relation)
            self._under[relation.supervisor_id].append(relation)

    def closure(self) -> dict[tuple[K, K], Relation[K]]:
        """The strongest relation of every pair of organs that has one: (supervisor, supervised) → relation.

        A justice department acts for its government (Article 5 para. 2), so it stands as its government does first.
        """
        found: dict[tuple[K, K], Relation[K]] = {}
        for supervisor, relations in self._under.items():
            for relation in relations:
                found.setdefault((supervisor, relation.supervised_id), relation)
        own = dict(found)
        for organ in self.register.by_id.values():
            government = organ if organ.is_supervising_government else self.register.government_over(organ)[0]
            if organ.is_supervision_body and government is not None:
                for relation in self._under.get(government.id, ()):
                    found[organ.id, relation.supervised_id] = own[government.id, relation.supervised_id]
        return found

    def between(self, supervisor_id: K, supervised_id: K) -> list[Relation[K]]:
        """Every relation from one organ to another, `internal` and `assist` included."""
        return [r for r in self._over.get(supervised_id, ()) if r.supervisor_id == supervisor_id]

    def may_supervise(self, supervisor_id: K, supervised_id: K) -> bool:
        """True for level, line and vertical; assisting (Art. 5) and watching oneself are not supervising."""
        return any(r.kind in SUPERVISING for r in self.between(supervisor_id, supervised_id))

    def supervisors_of(self, organ_id: K) -> list[Relation[K]]:
        """谁可以监督本单位: level, line, vertical, in this order."""
        return [r for r in self._over.get(organ_id, ()) if r.kind in SUPERVISING]

    def supervised_by(self, organ_id: K) -> list[Relation[K]]:
        """本单位可以监督谁: level, line, vertical, in this order."""
        return [r for r in self._under.get(organ_id, ()) if r.kind in SUPERVISING]

    def read_scope(self) -> set[tuple[K, K]]:
        return read_scope(self.register.by_id.values(), self.relations, self.register.on)

    def not_supervisors_of(self, organ_id: K, limit: int = 1) -> list[NotSupervisor[K]]:
        """常被问到，但不能监督: at most `limit` organs for each reason, nearest first."""
        organ = self.register.now(organ_id)
        if organ is None:
            return []
        county = self._county_of(organ)
        if county is None:
            return []
        entries = [*self._towns(organ, county, limit), *self._area(organ, county)]
        if organ.level == "township" and organ.kind != OrganKind.JUDICIAL_OFFICE:
            entries += self._county_departments(county, limit)
        return [e for e in entries if e.organ_id != organ.id and not self.may_supervise(e.organ_id, organ.id)]

    def _county_of(self, organ: OrganFacts[K]) -> OrganFacts[K] | None:
        above = self.register.government_over(organ)[0]
        candidates = (*self.register.areas(organ), *((above,) if above is not None else ()))
        return next((g for g in candidates if g.level == "county"), None)

    def _towns(self, organ: OrganFacts[K], county: OrganFacts[K], limit: int) -> list[NotSupervisor[K]]:
        """Townships and their judicial offices: the organ's own place if it has one, else examples."""
        near = {organ.id, organ.located_in_id, organ.parent_id}
        below = [o for o in self.register.children[county.id] if o.level == "township"]
        own = [o for o in below if o.id in near]
        towns = (own or sorted(below, key=lambda o: o.kind != OrganKind.GOVERNMENT))[:limit]
        places = {t.id for t in towns}
        found = [NotSupervisor(t.id, "2(1)", _NOT_COUNTY[OrganKind(t.kind)]) for t in towns if t.id != organ.id]
        for relation in self.relations:
            if relation.kind == "assist" and relation.supervised_id in places:
                reason = "协助县级司法行政部门监督乡镇、街道，不制发文书。"
                found.append(NotSupervisor(relation.supervisor_id, "5", reason))
        return found

    def _area(self, organ: OrganFacts[K], county: OrganFacts[K]) -> list[NotSupervisor[K]]:
        reason = "该单位由上一级政府的部门派出，不是本级政府的部门，也未实行垂直管理或者以上级为主的双重领导。"
        return [NotSupervisor(county.id, "2(3)", reason)] if organ.located_in_id == county.id else []

    def _county_departments(self, county: OrganFacts[K], limit: int) -> list[NotSupervisor[K]]:
        reason = "条线监督只由市级政府部门对下级政府承担相关业务的部门实施，县级部门对乡镇、街道没有条线监督。"
        departments = [
            o for o in self.register.children[county.id] if o.kind == OrganKind.DEPARTMENT and not o.is_supervision_body
        ]
        return [NotSupervisor(o.id, "2(2)", reason) for o in departments[:limit]]


_NOT_COUNTY = {
    OrganKind.GOVERNMENT: "乡镇人民政府不是县级以上政府，不制发监督文书。",
    OrganKind.DISPATCHED_ORGAN: "街道办事处是派出机关，不是县级以上政府，不制发监督文书。",
}

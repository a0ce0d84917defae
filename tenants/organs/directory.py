"""The organ tree of a city in memory, with every supervision relation, kept per version and day.

Deciding who may do what needs the relation of two organs on every request; deriving it is pure (rules.py) and
takes a fraction of a second for a city, so it is done once per version of the tree and day, never per request.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine

from kernel.errors import NotFound
from kernel.work import Work
from tenants.organs import repository
from tenants.organs.models import ExplicitRelation, Organ
from tenants.organs.relations import ExplicitRelation as RelationFacts
from tenants.organs.relations import Relation
from tenants.organs.rules import Supervision
from tenants.organs.tree import OrganFacts, organ_class


class Directory:
    """All organs of one city on one day. Immutable; ask `directory(work)` for the present one."""

    def __init__(self, organs: list[Organ], explicit: list[ExplicitRelation], on: date) -> None:
        self.on = on
        self.organs: dict[UUID, Organ] = {o.id: o for o in organs}
        self.facts: dict[UUID, OrganFacts[UUID]] = {o.id: facts(o) for o in organs}
        self.supervision: Supervision[UUID] = Supervision(
            self.facts.values(),
            [
                RelationFacts(r.supervisor_id, r.supervised_id, r.kind, r.article, r.valid_from, r.valid_to, r.note)
                for r in explicit
            ],
            on,
        )
        self._closure = self.supervision.closure()
        self._children: dict[UUID | None, list[Organ]] = {}
        for organ in sorted(organs, key=lambda o: o.sort_key or o.key):
            self._children.setdefault(organ.parent_id, []).append(organ)
        days = {day for o in organs for day in (o.established_on, o.ended_on)}
        days |= {day for r in explicit for day in (r.valid_from, r.valid_to)}
        turns = sorted(day for day in days if day is not None)
        self._since = max((day for day in turns if day <= on), default=date.min)
        self._until = min((day for day in turns if day > on), default=None)

    def holds_on(self, day: date) -> bool:
        """Whether no organ and no relation begins or ends between this directory's day and `day`."""
        return self._since <= day and (self._until is None or day < self._until)

    def as_of(self, day: date) -> Directory:
        """The same tree and relations, dated `day`, on which they hold too."""
        assert self.holds_on(day)
        dated = copy.copy(self)
        dated.on = day
        return dated

    def get(self, organ_id: UUID) -> Organ:
        """The organ. Raises NotFound with the one sentence for "not there" and "not yours"."""
        try:
            return self.organs[organ_id]
        except KeyError:
            raise NotFound from None

    def name(self, organ_id: UUID) -> str:
        return self.get(organ_id).name

    def short(self, organ_id: UUID) -> str:
        organ = self.get(organ_id)
        return organ.short_name or organ.name

    def shown(self, organ_id: UUID) -> str:
        """The short name for a line of a list; empty for an organ that is not in the tree."""
        return self._shown.get(organ_id.int, "")

    @cached_property
    def _shown(self) -> dict[int, str]:
        # By the number: a UUID's own hash and comparison are Python, and lists ask for every line.
        return {organ.id.int: organ.short_name or organ.name for organ in self.organs.values()}

    def organ_class(self, organ_id: UUID) -> str:
        return organ_class(self.facts[self.get(organ_id).id])

    def children(self, organ_id: UUID | None) -> list[Organ]:
        """Living children in display order; of None, the roots."""
        return [o for o in self._children.get(organ_id, ()) if self.facts[o.id].alive_on(self.on)]

    def path(self, organ_id: UUID) -> list[Organ]:
        """From the root down to the organ."""
        found: list[Organ] = []
        current: UUID | None = organ_id
        while current is not None and current in self.organs and len(found) < 12:
            found.insert(0, self.organs[current])
            current = self.organs[current].parent_id
        return found

    def government_of(self, organ_id: UUID) -> UUID | None:
        """The county-or-above government that an organ belongs to; itself when it is one."""
        organ = self.facts[self.get(organ_id).id]
        if organ.is_supervising_government:
            return organ.id
        above, _ = self.supervision.register.government_over(organ)
        return above.id if above else None

    def reads(self, viewer_id: UUID, owner_id: UUID) -> bool:
        """Whether the read scope of one organ reaches the records of another (Arts. 2, 4, 5)."""
        return (viewer_id, owner_id) in self._scope

    def read_by(self, viewer_id: UUID) -> frozenset[UUID]:
        """The organs whose records the viewer's read scope reaches, itself among them."""
        return self._scopes.get(viewer_id, frozenset())

    @cached_property
    def _scopes(self) -> dict[UUID, frozenset[UUID]]:
        found: dict[UUID, set[UUID]] = {}
        for viewer, organ in self._scope:
            found.setdefault(viewer, set()).add(organ)
        return {viewer: frozenset(organs) for viewer, organs in found.items()}

    @cached_property
    def _scope(self) -> set[tuple[UUID, UUID]]:
        return self.supervision.read_scope()

    def supervision_body_of(self, government_id: UUID) -> UUID | None:
        """The justice department of a government (Article 5)."""
        return self.supervision.register.supervision_body_of(government_id)

    def upper_supervision_body(self, body_id: UUID) -> UUID | None:
        """The supervision body one level up, to which overdue items rise; None above the city."""
        own = self.government_of(body_id)
        if own is None:
            return None
        parent = self.organs[own].parent_id
        above = self.government_of(parent) if parent is not None else None
        return self.supervision_body_of(above) if above is not None else None

    def relation(self, supervisor_id: UUID, supervised_id: UUID) -> Relation[UUID] | None:
        """The strongest relation in which `supervisor_id` stands to `supervised_id`.

        A justice department acts for its government (Article 5 para. 2), so it is asked in the government's name.
        """
        return self._closure.get((supervisor_id, supervised_id))

    def search(self, words: str, limit: int = 12, start: int = 0) -> list[Organ]:
        """Living organs that every word names, the best first: by name, short name, credit code or division code.

        The division code also finds what lies in it: 411003 the district's government first, then its organs. At
        most `limit` of them after the first `start`.
        """
        parts = [w.casefold() for w in words.split()]
        found = [
            o
            for o in self.organs.values()
            if parts and self.facts[o.id].alive_on(self.on) and all(p in self._words[o.id] for p in parts)
        ]
        ordered = sorted(found, key=lambda o: (o.division_code not in parts, len(o.short_name or o.name), o.sort_key))
        return ordered[start : start + limit]

    @cached_property
    def _words(self) -> dict[UUID, str]:
        """What each organ is found by; an organ without a code of its own lies in its government's division."""
        return {
            o.id: f"{o.name} {o.short_name} {o.uscc or ''} {self._division(o) or ''}".casefold()
            for o in self.organs.values()
        }

    def _division(self, organ: Organ) -> str | None:
        government = self.government_of(organ.id)
        if organ.division_code or government is None:
            return organ.division_code
        return self.organs[government].division_code


def facts(organ: Organ) -> OrganFacts[UUID]:
    """What the pure rules need to know of a row."""
    return OrganFacts(
        id=organ.id,
        name=organ.name,
        kind=organ.kind,
        level=organ.level,
        parent_id=organ.parent_id,
        short_name=organ.short_name,
        leadership=organ.leadership,
        business_lines=frozenset(organ.business_lines),
        is_supervision_body=organ.is_supervision_body,
        located_in_id=organ.located_in_id,
        administered_by_id=organ.administered_by_id,
        valid_from=organ.established_on,
        valid_to=organ.ended_on,
        successor_id=organ.successor_id,
    )


MOST_KEPT = 16


@dataclass(slots=True)
class _Kept:
    """The directories of one version of a city's tree, by day."""

    version: int
    days: dict[date, Directory] = field(default_factory=dict)

    def on(self, day: date) -> Directory | None:
        """The one of that day, or one that holds on it too."""
        if day not in self.days:
            near = next((d for d in self.days.values() if d.holds_on(day)), None)
            return None if near is None else self.keep(near.as_of(day))
        return self.days[day]

    def keep(self, made: Directory) -> Directory:
        if len(self.days) >= MOST_KEPT:
            del self.days[next(iter(self.days))]
        self.days[made.on] = made
        return made


_CACHE: WeakKeyDictionary[Engine | Connection, dict[UUID, _Kept]] = WeakKeyDictionary()
"""Per database and city; a directory goes with the engine that it was read through."""


async def directory(work: Work) -> Directory:
    """The city's directory in this transaction's snapshot: a changed tree is seen by the next transaction, and
    until the commit by the transaction that changes it alone."""
    return await directory_on(work, work.today)


async def directory_on(work: Work, on: date) -> Directory:
    """The city's directory as it holds on another day (Article 2 relations are dated)."""
    version = work.versions.get(repository.VERSION, 0)
    if version == repository.UNCOMMITTED:
        return Directory(await repository.all_organs(work), await repository.all_relations(work), on)
    cities = _CACHE.setdefault(work.trip.home, {})
    kept = cities.get(work.city_id)
    if kept is None or kept.version != version:
        kept = cities[work.city_id] = _Kept(version)
    found = kept.on(on)
    if found is None:
        organs = await repository.all_organs(work)
        found = kept.keep(Directory(organs, await repository.all_relations(work), on))
        for organ in organs:
            work.session.expunge(organ)
    return found

"""The register of organs that the rules read: an organ's facts, its class, its successors, its place. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from tenants.organs.codes import OrganKind

K = TypeVar("K", bound=Hashable)


#: Kinds that belong to a department (or, for authorised organisations, directly to a government).
BODY_KINDS = frozenset(
    {
        OrganKind.SUBORDINATE_BODY,
        OrganKind.DISPATCHED_BODY,
        OrganKind.AUTHORISED_ORGANISATION,
        OrganKind.ENTRUSTED_ORGANISATION,
    }
)
#: Kinds that may own bodies in the sense of Art. 2(2).
OWNER_KINDS = frozenset(
    {
        OrganKind.DEPARTMENT,
        OrganKind.VERTICAL_BODY,
        OrganKind.DUAL_LED_BODY,
        OrganKind.FUNCTIONAL_ZONE,
    }
)
SYSTEM_KINDS = frozenset({OrganKind.VERTICAL_BODY, OrganKind.DUAL_LED_BODY})
UPPER_LED = frozenset({"upper", "dual_upper"})
#: `internal` is an organ over itself and `assist` is help: neither makes a supervisor of another organ.


@dataclass(frozen=True, slots=True)
class OrganFacts(Generic[K]):
    """What the rules need to know of one organ.

    `valid_from` is the first day of existence and `valid_to` the first day after it; None is "not known"
    and "still exists". `located_in_id` is the government, subdistrict office or zone in whose area the
    organ works, `administered_by_id` who runs it in practice (a zone's street belongs to a district).
    """

    id: K
    name: str
    kind: str
    level: str
    parent_id: K | None = None
    short_name: str = ""
    leadership: str = "government"
    business_lines: frozenset[str] = frozenset()
    is_supervision_body: bool = False
    located_in_id: K | None = None
    administered_by_id: K | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    successor_id: K | None = None

    def alive_on(self, on: date) -> bool:
        started = self.valid_from is None or self.valid_from <= on
        return started and (self.valid_to is None or on < self.valid_to)

    @property
    def label(self) -> str:
        return self.short_name or self.name

    @property
    def is_supervising_government(self) -> bool:
        """A government at county level or above: the only supervising organ (Arts. 2(1), 5)."""
        return self.kind == OrganKind.GOVERNMENT and self.level != "township"

    @property
    def is_upper_led(self) -> bool:
        """Vertical, or dual-led with the upper side first (Art. 2(3))."""
        return self.leadership in UPPER_LED


def organ_class(organ: OrganFacts[K]) -> str:
    """The organ's class in the vocabulary of policy. How an organ is led goes before what it is called:
    a county branch of a dual-led bureau is a dispatched body and, to policy, a vertical body."""
    if organ.kind == OrganKind.GOVERNMENT:
        return "government" if organ.is_supervising_government else "township_government"
    if organ.kind in SYSTEM_KINDS or organ.is_upper_led:
        return "vertical_body"
    if organ.kind == OrganKind.DEPARTMENT:
        return "justice_department" if organ.is_supervision_body else "department"
    fixed = {
        OrganKind.DISPATCHED_ORGAN: "subdistrict_office",
        OrganKind.FUNCTIONAL_ZONE: "zone",
        OrganKind.JUDICIAL_OFFICE: "judicial_office",
    }
    return fixed.get(OrganKind(organ.kind), "subordinate_body")


def successor_of(organ_id: K, organs: Mapping[K, OrganFacts[K]], on: date) -> K | None:
    """The organ that carries on what `organ_id` did: itself while it lives, else the first living one
    down the line of successors; None when nobody followed."""
    seen: set[K] = set()
    current: K | None = organ_id
    while current is not None and current not in seen and current in organs:
        seen.add(current)
        if organs[current].alive_on(on):
            return current
        current = organs[current].successor_id
    return None


class Register(Generic[K]):
    """The organs of one city on one day, indexed. Ended parents are read as their living successors."""

    def __init__(self, organs: Iterable[OrganFacts[K]], on: date) -> None:
        self.by_id: dict[K, OrganFacts[K]] = {o.id: o for o in organs}
        self.on = on
        self.living = [o for o in self.by_id.values() if o.alive_on(on)]
        self._parents = {o.id: self._above(o) for o in self.living}
        self.children: dict[K, list[OrganFacts[K]]] = defaultdict(list)
        self._body_of: dict[K, K] = {}
        for organ in self.living:
            parent = self._parents[organ.id]
            if parent is None:
                continue
            self.children[parent.id].append(organ)
            if organ.is_supervision_body and parent.is_supervising_government:
                # After a merger of governments the heir's own body goes before the one it took over.
                if organ.parent_id == parent.id:
                    self._body_of[parent.id] = organ.id
                self._body_of.setdefault(parent.id, organ.id)

    def now(self, organ_id: K | None) -> OrganFacts[K] | None:
        found = None if organ_id is None else successor_of(organ_id, self.by_id, self.on)
        return None if found is None else self.by_id[found]

    def _above(self, organ: OrganFacts[K]) -> OrganFacts[K] | None:
        """An organ that took over its own parent stands in the parent's place, not under itself."""
        above, seen = organ.parent_id, {organ.id}
        while above is not None and above not in seen and above in self.by_id:
            found = self.now(above)
            if found is None or found.id != organ.id:
                return found
            seen.add(above)
            above = self.by_id[above].parent_id
        return None

    def parent(self, organ: OrganFacts[K]) -> OrganFacts[K] | None:
        return self._parents.get(organ.id)

    def supervision_body_of(self, government_id: K) -> K | None:
        return self._body_of.get(government_id)

    def ancestors(self, organ: OrganFacts[K]) -> Iterator[OrganFacts[K]]:
        """Parents upward, nearest first; a cycle in bad data ends the walk."""
        seen, current = {organ.id}, self.parent(organ)
        while current is not None and current.id not in seen:
            yield current
            seen.add(current.id)
            current = self.parent(current)

    def government_over(self, organ: OrganFacts[K]) -> tuple[OrganFacts[K] | None, OrganFacts[K]]:
        """The nearest county-or-above government over an organ, and the organ directly below that
        government on the way (the organ itself when it is a direct child)."""
        below = organ
        for above in self.ancestors(organ):
            if above.is_supervising_government:
                return above, below
            below = above
        return None, below

    def areas(self, organ: OrganFacts[K]) -> Iterator[OrganFacts[K]]:
        """The county-or-above governments in whose area the organ is located, smallest area first."""
        place = self.now(organ.located_in_id)
        if place is None:
            return
        for candidate in (place, *self.ancestors(place)):
            if candidate.is_supervising_government and candidate.id != organ.id:
                yield candidate

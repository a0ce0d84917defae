"""Whose page it is, what belongs to it, and who may read it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from kernel.errors import NotFound
from kernel.ids import NIL
from kernel.work import Work
from reporting.figures import service as figures
from reporting.figures.rules import reads
from tenants.access import Target, authorize, relations
from tenants.organs.directory import Directory, directory
from tenants.organs.models import Organ


@dataclass(frozen=True, slots=True)
class Area:
    """A government at county level or above, with the organs whose matters count in it."""

    tree: Directory
    organ: Organ
    handlers: tuple[UUID, ...]
    """Organs of the area whose records the reader's scope reaches."""

    @property
    def city(self) -> bool:
        """Whether it has counties to compare."""
        return bool(self.counties)

    @property
    def counties(self) -> list[Organ]:
        found = self.tree.children(self.organ.id)
        return [o for o in found if o.kind == "government" and self.tree.facts[o.id].is_supervising_government]

    @property
    def zones(self) -> list[Organ]:
        return [o for o in self.tree.children(self.organ.id) if self.tree.organ_class(o.id) == "zone"]

    def part_of(self, organ_id: UUID) -> UUID | None:
        """The county or zone of the area that an organ belongs to; None for the area's own organs."""
        parts = {o.id for o in (*self.counties, *self.zones)}
        return next((o.id for o in self.tree.path(organ_id) if o.id in parts), self._by_government(organ_id, parts))

    def _by_government(self, organ_id: UUID, parts: set[UUID]) -> UUID | None:
        # An organ that is led from above counts in the area where it works (Art. 2(3)).
        place = self.tree.get(organ_id).located_in_id
        return place if place in parts else None


async def area(work: Work, organ_id: UUID | None, action: str = "read") -> Area:
    """The area asked for; without one, the reader's own government. Raises NotFound outside the reader's tree and for
    an organ that is no government, Denied for a post that leads nothing (Arts. 4, 5)."""
    tree = await directory(work)
    viewer = work.actor.organ_id if work.actor else work.organ_id
    found = tree.get(organ_id or await figures.home(work))
    system = work.actor is None and work.organ_id == NIL
    if not system:
        if not reads(tree.supervision, viewer, found.id):
            raise NotFound
        choices = (Target(owner_id=found.id), Target(owner_id=viewer))
        target = next(t for t in choices if relations(tree, viewer, t) != ["none"])
        await authorize(work, "overview", action, target)
    if not tree.facts[found.id].is_supervising_government:
        raise NotFound
    seen = tree.organs if system else tree.read_by(viewer) | {viewer}
    handlers = tuple(sorted(o for o in seen if o in tree.organs and _lies_in(tree, o, found.id)))
    return Area(tree, found, handlers)


def _lies_in(tree: Directory, organ_id: UUID, government_id: UUID) -> bool:
    organ = tree.get(organ_id)
    roots = [organ_id] if organ.located_in_id is None else [organ_id, organ.located_in_id]
    return any(o.id == government_id for root in roots for o in tree.path(root))

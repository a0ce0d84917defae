"""For whom an organ may bring records: itself, and the organs that it supervises (Arts. 2, 5, 11(5))."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from kernel.errors import FieldError
from kernel.work import Work
from supervision.records.rules import Record
from tenants.access import Target, consider
from tenants.organs.directory import Directory, directory

KIND = "enforcement_record"


@dataclass(frozen=True, slots=True)
class Reach:
    """The organs that a line may name, as one transaction sees them."""

    own: UUID
    allowed: frozenset[UUID]
    bodies: Mapping[UUID, UUID | None]
    """The supervision body of each allowed organ's government."""
    by_uscc: Mapping[str, UUID]
    by_name: Mapping[str, UUID]

    def organ_of(self, record: Record) -> UUID | FieldError:
        """The enforcing organ of a line; the sender's own when the line names none."""
        if record.organ_uscc:
            found, field = self.by_uscc.get(record.organ_uscc), "organ_uscc"
        elif record.organ_name:
            found, field = self.by_name.get(record.organ_name), "organ_name"
        else:
            found, field = self.own, "organ_name"
        # The same words for an organ that is not there and for one outside the sender's reach.
        if found is None or found not in self.allowed:
            return FieldError(field, "执法机关不在机构名录中，或者不属于本单位监督的范围（第五条）。")
        return found


async def reach(work: Work, action: str = "import") -> Reach:
    """Whose acts the acting organ may bring (or with another action: read) now. Asks policy for every organ to which
    it has a relation; in a job, as the system in the name of the organ."""
    tree = await directory(work)
    allowed = frozenset([o for o in _candidates(tree, work.organ_id) if await allows(work, action, o)])
    return Reach(
        own=work.organ_id,
        allowed=allowed,
        bodies={organ_id: body_of(tree, organ_id) for organ_id in allowed},
        by_uscc={o.uscc: o.id for o in tree.organs.values() if o.uscc},
        by_name=_names(tree),
    )


async def allows(work: Work, action: str, organ_id: UUID) -> bool:
    """Whether policy lets the work do something with the records of an organ."""
    verdict, _ = await consider(work, KIND, action, target(work, organ_id))
    return verdict.allowed


def target(work: Work, organ_id: UUID) -> Target:
    """The records of an organ as policy asks for them: own, or by the relation to the organ."""
    return Target(owner_id=organ_id) if organ_id == work.organ_id else Target(supervised_id=organ_id)


def _names(tree: Directory) -> dict[str, UUID]:
    """Full names, and the short names that only one organ bears."""
    short = Counter(o.short_name for o in tree.organs.values() if o.short_name)
    found = {o.short_name: o.id for o in tree.organs.values() if short[o.short_name] == 1}
    return found | {o.name: o.id for o in tree.organs.values()}


def _candidates(tree: Directory, organ_id: UUID) -> list[UUID]:
    reads = tree.read_by(organ_id)
    return [
        o
        for o in tree.organs
        if o == organ_id or o in reads or tree.relation(organ_id, o) is not None or body_of(tree, o) == organ_id
    ]


def body_of(tree: Directory, organ_id: UUID) -> UUID | None:
    """The justice department that supervises for the government to which an organ belongs (Art. 5)."""
    government = tree.government_of(organ_id)
    return tree.supervision_body_of(government) if government is not None else None

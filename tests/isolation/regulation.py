"""Who may read what, written down once more from the regulation: the oracle of the differential test.

Nothing of the product is asked. The facts are the rows of the register of organs; the articles are those of
许昌市行政执法监督办法. Where the regulation leaves open which officer of an entitled organ may read, the answer is
None, and the test only watches that nobody outside reads.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

BODIES = {"subordinate_body", "dispatched_body", "authorised_organisation", "entrusted_organisation", "judicial_office"}
"""What belongs to a department in the sense of Article 2(2)."""
ANSWER_DRAFT = {"draft", "in_approval"}
ANSWER_DRAFT_OF = {"reply": ANSWER_DRAFT}
ASSISTED = {
    "matter", "handler", "act", "finding", "activity", "evidence", "instrument", "requirement", "delivery", "deadline",
    "timeline_event", "reply", "assistance",
}  # fmt: skip
"""What a judicial office needs to help (Article 5 para. 4): the matter's work, not what is told to the government."""
ADMINISTRATORS = {"system_admin", "security_admin", "audit_admin"}
SUPERVISORS = {"supervisor", "supervision_leader"}


@dataclass(frozen=True, slots=True)
class Organ:
    """One row of the register, as far as the articles look at it."""

    id: UUID
    kind: str
    level: str
    parent: UUID | None
    lines: frozenset[str]
    justice: bool
    upper_led: bool
    ended: date | None
    heir: UUID | None
    located: UUID | None = None
    """Where a judicial office is: its township or subdistrict."""


@dataclass(frozen=True, slots=True)
class User:
    """One officer at one post."""

    id: UUID
    organ: UUID
    roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class Thing:
    """One record: whose it is, who else is a party to it, and how far it has come."""

    kind: str
    id: UUID
    owner: UUID
    mark: str = ""
    other: UUID | None = None
    """The other party: addressee of a delivery, issuer for a reply, body for a decision, origin of a clue."""
    state: str = ""
    about: UUID | None = None
    """The organ that it is about."""
    assisted: frozenset[UUID] = frozenset()
    """Judicial offices that help in the matter to which it belongs; empty for what is no part of the matter's work."""


@dataclass(slots=True)
class Regulation:
    """The articles over one register on one day."""

    organs: Mapping[UUID, Organ]
    on: date
    _reads: dict[tuple[UUID, UUID], bool] = field(default_factory=dict)
    _seats: dict[UUID, Organ | None] = field(default_factory=dict)
    _bodies: dict[UUID, UUID | None] = field(default_factory=dict)

    # The organs (Articles 2, 4, 5)

    def lives(self, organ: Organ) -> bool:
        return organ.ended is None or organ.ended > self.on

    def present(self, organ_id: UUID | None) -> Organ | None:
        """The organ, or who carries on its work today."""
        seen: set[UUID] = set()
        while organ_id is not None and organ_id in self.organs and organ_id not in seen:
            organ = self.organs[organ_id]
            if self.lives(organ):
                return organ
            seen.add(organ_id)
            organ_id = organ.heir
        return None

    def above(self, organ: Organ) -> Iterator[Organ]:
        """Those over an organ, the nearest first."""
        seen, up = {organ.id}, self.present(organ.parent)
        while up is not None and up.id not in seen:
            yield up
            seen.add(up.id)
            up = self.present(up.parent)

    def supervises(self, organ: Organ) -> bool:
        """Article 5: the supervising organs are the governments at county level and above."""
        return organ.kind == "government" and organ.level != "township"

    def government(self, organ: Organ) -> Organ | None:
        if organ.id not in self._seats:
            self._seats[organ.id] = next((o for o in self.above(organ) if self.supervises(o)), None)
        return self._seats[organ.id]

    def body(self, government: Organ) -> Organ | None:
        """Article 5 para. 2: the justice department of a government is its supervision body."""
        direct = [
            o
            for o in self.organs.values()
            if o.justice and self.lives(o) and (up := self.present(o.parent)) is not None and up.id == government.id
        ]
        return min(direct, key=lambda o: o.parent != government.id, default=None)

    def reads(self, viewer_id: UUID, owner_id: UUID) -> bool:
        """Whether an organ reads the records of another: its own, those of whom it supervises (2(1), 2(2), 4, 5),
        and of organs that have ended into one of these."""
        key = (viewer_id, owner_id)
        if key not in self._reads:
            self._reads[key] = any(self._directly(viewer_id, organ) for organ in self._line_of(owner_id))
        return self._reads[key]

    def _line_of(self, owner_id: UUID) -> Iterator[Organ]:
        """The organ, and, once it has ended, everybody whom it has ended into."""
        owner = self.organs[owner_id]
        yield owner
        if self.lives(owner):
            return
        seen, heir = {owner_id}, owner.heir
        while heir is not None and heir in self.organs and heir not in seen:
            yield self.organs[heir]
            seen.add(heir)
            heir = self.organs[heir].heir

    def _directly(self, viewer_id: UUID, owner: Organ) -> bool:
        viewer = self.organs[viewer_id]
        if viewer.id == owner.id:
            return True
        if not self.lives(viewer) or not self.lives(owner):
            return False
        return self._as_government(viewer, owner) or self._as_department(viewer, owner)

    def _as_government(self, viewer: Organ, owner: Organ) -> bool:
        """Articles 2(1), 4, 5: a government, or its justice department for it, reads its departments and the justice
        departments of the governments one level down; what is led from above it only watches (2(3))."""
        seat = viewer if self.supervises(viewer) else self.government(viewer)
        if seat is None or (viewer.id != seat.id and (not viewer.justice or self._acting(seat) != viewer.id)):
            return False
        over = self.government(owner)
        if owner.kind == "department" and over is not None and over.id == seat.id:
            up = self.present(owner.parent)
            return not (owner.upper_led and up is not None and up.id == seat.id)
        below = over is not None and owner.justice and self._acting(over) == owner.id
        return below and (top := self.government(over)) is not None and top.id == seat.id if over else False

    def _acting(self, government: Organ) -> UUID | None:
        if government.id not in self._bodies:
            body = self.body(government)
            self._bodies[government.id] = body.id if body else None
        return self._bodies[government.id]

    def _as_department(self, viewer: Organ, owner: Organ) -> bool:
        """Article 2(2): a department its own bodies; a city department also the county departments of its lines."""
        up = self.present(viewer.parent)
        listed = up is not None and self.supervises(up)
        if not (viewer.kind == "department" or (viewer.kind == "dual_led_body" and listed)):
            return False
        if owner.kind in BODIES:
            kinds = ("department", "vertical_body", "dual_led_body", "functional_zone")
            over = next((o for o in self.above(owner) if o.kind in kinds), None)
            mine = over is not None and over.id == viewer.id and viewer.level != "township"
            return mine and bool(viewer.lines & (owner.lines or viewer.lines))
        county = self.present(owner.parent)
        if owner.kind != "department" or owner.upper_led or county is None or up is None:
            return False
        top = self.present(county.parent)
        in_city = up.kind == "government" and up.level == "city"
        counterpart = county.kind == "government" and county.level == "county" and top is not None and top.id == up.id
        return in_city and counterpart and bool(viewer.lines & owner.lines)

    def offices(self, body: Organ, supervised: Organ) -> set[UUID]:
        """Article 5 para. 4: the judicial offices of a county's justice department help it with the townships and
        subdistricts: with the one where they are, and with what belongs to it."""
        places = {supervised.id, *(o.id for o in self.above(supervised)), supervised.located}
        return {
            o.id
            for o in self.organs.values()
            if o.kind == "judicial_office" and self.lives(o) and o.parent == body.id and o.located in places - {None}
        }

    # The records (Articles 17, 19, 20): which organ reaches a record at all

    def reaches(self, organ: UUID, thing: Thing) -> bool:
        """Whether the record exists for an organ; for everybody else it is as if it were not there."""
        reads, own = self.reads(organ, thing.owner), organ == thing.owner
        if (
            organ in thing.assisted
            and thing.kind in ASSISTED
            and thing.state not in ANSWER_DRAFT_OF.get(thing.kind, ())
        ):
            return True
        if thing.kind in ("notice", "complainant", "account"):
            return own
        if thing.kind in ("delivery", "clue", "decision", "decision_item"):
            return reads or organ == thing.other
        if thing.kind == "reply":
            return own or (thing.state not in ANSWER_DRAFT and (reads or organ == thing.other))
        if thing.kind == "government_report":
            return own or (thing.state != "draft" and reads)
        return reads

    # The officers (Articles 5, 12, 17, 19, 20 and the separation of the three administrators)

    def may_open(self, user: User, thing: Thing) -> bool | None:
        """Whether the officer may open the record: no for every administrator and everybody outside, yes for those
        whose task it is, None where the regulation does not say."""
        if not self.reaches(user.organ, thing):
            return False
        if user.roles & ADMINISTRATORS:
            return False
        organ = self.organs[user.organ]
        if self.supervises(organ):
            entitled = bool(user.roles & {"government_leader"}) and thing.kind != "clue"
        elif thing.kind == "delivery" and thing.other == user.organ:
            entitled = bool(user.roles & {"organ_head", "contact", "legal_officer"})
        elif thing.kind == "clue" and thing.other == user.organ and thing.owner != user.organ:
            entitled = False
        elif organ.kind == "judicial_office":
            entitled = thing.kind == "matter" and "judicial_assistant" in user.roles and organ.id in thing.assisted
        elif organ.kind in ("department", "dual_led_body", "vertical_body"):
            entitled = bool(user.roles & SUPERVISORS) and self._of_task(organ, thing)
        else:
            entitled = False
        return True if entitled else None

    def _of_task(self, organ: Organ, thing: Thing) -> bool:
        """Reports to the government are the supervision body's affair (Article 20), and no department reads of a clue
        that is about itself (Article 17)."""
        if thing.kind == "government_report":
            return organ.justice
        return not (thing.kind == "clue" and thing.about == organ.id and thing.owner != organ.id)

"""A complaint is registered at the competent organ above, and nowhere else: nothing of it stays where it came from."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

import msgspec

from kernel.errors import Invalid, NotFound
from kernel.ids import new_id
from kernel.series import next_number
from kernel.vault import mask_name, vault
from kernel.work import Work
from supervision.conduct import circle, repository
from supervision.conduct.commands import RegisterComplaint
from supervision.conduct.models import ConductComplaint
from supervision.conduct.rules import CONDUCT, GROUNDS, competent, problems
from supervision.conduct.views import ComplaintAnswer, Registered
from supervision.instruments.numbering import document_number
from supervision.instruments.papers import letters_of
from tenants.access import Target, authorize
from tenants.organs.directory import Directory, directory

SERIES = "conduct"


@dataclass(frozen=True, slots=True)
class _Tree:
    """The organ tree as the routing asks it."""

    tree: Directory

    def government_of(self, organ_id: UUID, /) -> UUID | None:
        return self.tree.government_of(organ_id)

    def supervision_body_of(self, government_id: UUID, /) -> UUID | None:
        return self.tree.supervision_body_of(government_id)

    def upper_supervision_body(self, body_id: UUID, /) -> UUID | None:
        return self.tree.upper_supervision_body(body_id)

    def government_above(self, government_id: UUID, /) -> UUID | None:
        parent = self.tree.get(government_id).parent_id
        return self.tree.government_of(parent) if parent is not None else None


async def competent_for(work: Work, organ_id: UUID, position: str) -> UUID:
    """The organ above that examines (Art. 23). Raises Invalid when none of this city does."""
    tree = await directory(work)
    if organ_id not in tree.organs:
        raise Invalid("请选择被反映人所在的单位。", field="subject_organ_id", article="23")
    found = competent(_Tree(tree), organ_id, position)
    if found is None:
        raise Invalid(
            "该单位的上一级有权机关不在本市，请直接向其上一级机关反映。", field="subject_organ_id", article="23"
        )
    return found


async def register(work: Work, command: RegisterComplaint) -> Registered:
    """Register a complaint at the competent organ. The answer names that organ and the number under which the
    complainant asks; in the complainant's own organ nothing is recorded, and at the other one it has no author.

    Raises Invalid for each field, Denied for administrators.
    """
    await authorize(work, "conduct", "register", Target(owner_id=work.organ_id))
    fields = {k: v for k, v in msgspec.structs.asdict(command).items() if isinstance(v, str)}
    errors = problems(fields)
    if errors:
        raise Invalid(errors=errors, article="23")
    organ_id = await competent_for(work, command.subject_organ_id, command.position)
    channel = _channel(work)
    with _unnamed(work):
        async with work.acting_as(organ_id):
            row = await _store(work, command, channel)
            await circle.tell_leaders(work, row, "收到一件限制知悉的反映，请指定调查人")
    return Registered(number=row.number, competent=(await directory(work)).name(organ_id))


def _channel(work: Work) -> str:
    roles = work.actor.roles if work.actor else frozenset()
    if not roles or "social_supervisor" in roles:
        return "public"
    return "supervisor" if roles & {"supervisor", "supervision_leader", "judicial_assistant"} else "supervised"


@contextmanager
def _unnamed(work: Work) -> Iterator[None]:
    """What is recorded meanwhile names nobody: the audit trail of the other organ must not tell who complained."""
    actor, request_id, origin = work.actor, work.request_id, work.origin
    verdicts = list(work.verdicts)
    work.actor, work.request_id, work.origin = None, "", ""
    work.verdicts.clear()
    try:
        yield
    finally:
        work.actor, work.request_id, work.origin = actor, request_id, origin
        work.verdicts[:] = verdicts


async def _store(work: Work, command: RegisterComplaint, channel: str) -> ConductComplaint:
    tree = await directory(work)
    year = work.today.year
    seq = await next_number(work, SERIES, year)
    number = document_number(f"{letters_of(tree, work.organ_id)}监督反映", year, seq)
    name = command.name.strip()
    source = {"name": name, "contact": command.contact.strip()}
    row = ConductComplaint(
        id=new_id(),
        city_id=work.city_id,
        organ_id=work.organ_id,
        year=year,
        seq=seq,
        number=number,
        channel=channel,
        subject_organ_id=command.subject_organ_id,
        subject_organ_name=tree.name(command.subject_organ_id),
        subject_person_id=await repository.person_named(work, command.subject_organ_id, command.subject),
        position=command.position,
        ground=command.ground,
        subject_cipher=vault().seal(command.subject.strip()),
        facts_cipher=vault().seal(command.facts.strip()),
        source_cipher=vault().seal(msgspec.json.encode(source).decode()) if any(source.values()) else None,
        source_mask=mask_name(name),
        receipt_hash=receipt_hash(number, command.secret),
        state=CONDUCT.initial,
        received_at=work.now,
        examiner_posts=[],
        consequences=[],
    )
    work.session.add(row)
    await circle.set_limit(work, row, "conduct.acceptance")
    await circle.write_step(work, row, "register", f"收到反映：{GROUNDS[row.ground]}")
    return row


def receipt_hash(number: str, secret: str) -> bytes:
    """The key of the complainant's own question: number and secret together."""
    return vault().lookup(f"conduct|{number.strip()}|{secret}")


async def ask(work: Work, number: str, secret: str) -> ComplaintAnswer:
    """What became of a complaint, for whoever has its number and secret. Raises NotFound in the same words for a
    wrong number and a wrong secret."""
    found = await repository.answer(work, receipt_hash(number, secret))
    if found is None:
        raise NotFound("没有查到。请核对编号和查询口令。")
    return ComplaintAnswer(
        number=found.number,
        state_label=CONDUCT.label(found.state),
        received_at=found.received_at,
        answered_at=found.answered_at,
        answer=vault().open(found.answer_cipher) if found.answer_cipher else "",
    )

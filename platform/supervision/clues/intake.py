"""Registering a clue (Art. 17): number, subject, files, complainant, and the time to accept it."""

from __future__ import annotations

from uuid import UUID

from kernel.blobs import store
from kernel.errors import Denied, FieldError, Invalid
from kernel.ids import new_id
from kernel.series import next_number
from kernel.vault import mask_contact, mask_name, vault
from kernel.work import Work
from policy.rulebook import RuleBook
from supervision.clues import events, repository
from supervision.clues.commands import Attachment, ComplainantInput, RegisterClue
from supervision.clues.models import Clue, Complainant
from supervision.clues.rules import CLUE, ClueInput, ClueLimits, validate_clue
from supervision.deadlines import service as deadlines
from supervision.deadlines.notices import notify
from supervision.matters.models import Evidence
from tenants.access import Target, authorize
from tenants.organs.directory import Directory, directory
from tenants.organs.letters import organ_letters
from tenants.organs.models import Organ

TITLE_MAX = 60
FACTS_MIN = 10
FACTS_MAX = 4000
DESK = ("supervisor", "supervision_leader", "legal_officer")
"""Roles of an organ that deal with clues."""


async def register(work: Work, command: RegisterClue) -> Clue:
    """Register a clue. A judicial office registers for the justice department of its county (Art. 5): the clue
    is the department's, the office keeps reading its progress. Raises Invalid, Denied."""
    await authorize(work, "clue", "register", Target(owner_id=work.organ_id))
    tree = await directory(work)
    book = await deadlines.rulebook(work)
    _check(work, command, book, tree)
    origin = work.organ_id
    owner = handling_organ(tree, origin)
    async with work.acting_as(owner):
        clue = await create(
            work,
            command,
            origin_id=origin,
            subject_name=tree.name(command.subject_organ_id) if command.subject_organ_id else command.subject_name,
        )
        await _keep_complainant(work, clue, command.complainant)
        await attach(work, clue, command.attachments, shared_with=origin if origin != owner else None)
        work.record("register", "clue", clue.id, title="登记线索", note=clue.title, article="17", thread_id=clue.id)
    if owner != origin:
        work.record("register", "clue", clue.id, title=f"登记线索，交{tree.short(owner)}", article="5")
        await notify(
            work, owner, kind="clue", title=f"{tree.short(origin)}登记线索：{clue.title}", link=f"/clues/{clue.id}",
            roles=DESK, article="17", due_on=clue.next_due_on,
        )  # fmt: skip
    return clue


def handling_organ(tree: Directory, organ_id: UUID) -> UUID:
    """Who deals with what an organ registers: itself, or for a judicial office its county justice department."""
    if tree.organ_class(organ_id) != "judicial_office":
        return organ_id
    government = tree.government_of(organ_id)
    body = tree.supervision_body_of(government) if government is not None else None
    if body is None:
        raise Denied("本司法所没有对应的县级司法行政部门，暂不能登记线索。", article="5", remedy="请联系系统管理员。")
    return body


async def create(
    work: Work,
    command: RegisterClue,
    *,
    origin_id: UUID,
    subject_name: str,
    from_clue_id: UUID | None = None,
) -> Clue:
    """The clue of the work's organ, with number, search words and the deadline to accept it."""
    tree = await directory(work)
    year = work.today.year
    seq = await next_number(work, "clue", year)
    clue = Clue(
        id=new_id(),
        city_id=work.city_id,
        organ_id=work.organ_id,
        number=f"{series_letters(tree.get(work.organ_id))}〔{year}〕{seq}号",
        origin_organ_id=origin_id,
        source=command.source,
        external_id=command.external_id,
        title=command.title.strip(),
        facts=command.facts.strip(),
        place=command.place.strip(),
        happened_on=command.happened_on,
        subject_organ_id=command.subject_organ_id,
        subject_name=subject_name.strip(),
        content_items=list(command.content_items),
        urgent=command.urgent,
        received_at=command.received_at or work.now,
        state=CLUE.initial,
        from_clue_id=from_clue_id,
        registered_by=work.actor.post_id if work.actor else origin_id,
        registered_name=work.actor.name if work.actor else "系统",
        extended=False,
    )
    clue.search = repository.search_vector(clue)
    deadline = await deadlines.start(
        work,
        rule_key="clue.acceptance",
        subject_kind="clue",
        subject_id=clue.id,
        matter_id=None,
        bound_id=work.organ_id,
        title="决定是否受理",
        start_event="登记线索",
        on=work.today,
    )
    clue.next_due_on = deadline.due_on
    work.session.add(clue)
    await work.session.flush()
    await events.tell(work, clue, "registered")
    return clue


def series_letters(organ: Organ) -> str:
    """建线 for the justice department of 建安区, 建城线 for another department: two pools never share numbers."""
    try:
        letters = organ.letters or organ_letters(organ.name)
    except ValueError:
        letters = (organ.short_name or organ.name)[:4]
    return f"{letters.removesuffix('司') if organ.is_supervision_body else letters}线"


def _check(work: Work, command: RegisterClue, book: RuleBook, tree: Directory) -> None:
    limits = ClueLimits(frozenset(s.key for s in book.clue_sources), TITLE_MAX, FACTS_MIN, FACTS_MAX)
    named = command.subject_organ_id is not None or bool(command.subject_name.strip()) or command.subject_unknown
    received = command.received_at or work.now
    draft = ClueInput(command.source, command.title, command.facts, received, named)
    errors = validate_clue(draft, limits, work.now)
    if command.subject_organ_id is not None and command.subject_organ_id not in tree.organs:
        errors.append(FieldError("subject", "请从列表中选择被反映单位。"))
    if command.happened_on is not None and command.happened_on > work.today:
        errors.append(FieldError("happened_on", "发生日期不能晚于今天，请核对后填写。"))
    if not set(command.content_items) <= {item.code for item in book.content_items}:
        errors.append(FieldError("content_items", "请从监督内容中选择（第八条至第十条）。"))
    who = command.complainant
    if who is not None and not who.anonymous and who.contact and not who.name.strip():
        errors.append(FieldError("complainant_name", "请填写反映人姓名；匿名反映的，请选择“匿名”。"))
    if errors:
        raise Invalid(errors=errors)


async def _keep_complainant(work: Work, clue: Clue, who: ComplainantInput | None) -> None:
    if who is None or not (who.anonymous or who.name.strip() or who.contact.strip()):
        return
    safe = vault()
    name, contact = who.name.strip(), who.contact.strip()
    work.session.add(
        Complainant(
            id=new_id(),
            city_id=work.city_id,
            organ_id=work.organ_id,
            clue_id=clue.id,
            anonymous=who.anonymous,
            confidential=who.confidential,
            name_cipher=safe.seal(name) if name else None,
            contact_cipher=safe.seal(contact) if contact else None,
            name_mask=mask_name(name),
            contact_mask=mask_contact(contact),
        )
    )


async def attach(work: Work, clue: Clue, files: tuple[Attachment, ...], *, shared_with: UUID | None = None) -> None:
    """Keep files with a clue; every wrong one is named, and then nothing is kept."""
    for file in files:
        kept = await store().put(work, file.data, file.name, field="attachments")
        work.session.add(
            Evidence(
                id=new_id(),
                city_id=work.city_id,
                organ_id=work.organ_id,
                owner_kind="clue",
                owner_id=clue.id,
                shared_with_id=shared_with,
                name=file.name[:200],
                kind=kept.kind,
                media_type=kept.media_type,
                sha256=kept.sha256,
                size=kept.size,
                added_by=work.actor.name if work.actor else "系统",
                detail={"sm3": kept.sm3},
            )
        )

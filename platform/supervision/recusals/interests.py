"""The standing declarations of supervisors: their own and their near relatives' interests (Art. 16)."""

from __future__ import annotations

from uuid import UUID

from kernel.errors import Denied, FieldError, IllegalTransition, Invalid, NotFound, Stale
from kernel.ids import new_id
from kernel.vault import mask_name, vault
from kernel.work import Work
from supervision.matters.views import Page
from supervision.recusals import conflicts, repository
from supervision.recusals.commands import DeclareInterest
from supervision.recusals.models import Interest
from supervision.recusals.rules import HOLDERS, NATURES, InterestInput, in_time, validate_interest, validate_reason
from supervision.recusals.views import InterestItem, RevealedName
from tenants.access import Target, authorize, consider
from tenants.organs.directory import directory


async def declare_interest(work: Work, command: DeclareInterest) -> Interest:
    """Declare an interest of one's own. It is compared with every matter from now on, and with those in hand.

    Raises Denied for who is not a supervisor of the organ, Invalid with every field that must be changed.
    """
    await authorize(work, "interest", "declare", Target(owner_id=work.organ_id))
    actor = work.actor
    if actor is None or actor.organ_id != work.organ_id:
        raise Denied("利害关系由本人申报。", article="16")
    entered = _entered(command)
    tree = await directory(work)
    organ_id = command.subject_organ_id
    errors = validate_interest(entered)
    if organ_id is not None and organ_id not in tree.organs:
        errors.append(FieldError("subject", "请从单位名录中选择。"))
    if errors:
        raise Invalid(errors=errors, article="16")
    own = command.holder == "self"
    interest = Interest(
        id=new_id(),
        city_id=work.city_id,
        organ_id=work.organ_id,
        person_id=actor.person_id,
        person_name=actor.name,
        holder=command.holder,
        relative_cipher=None if own else vault().seal(entered.relative_name),
        relative_mask="" if own else mask_name(entered.relative_name),
        subject_kind="organ" if organ_id else "counterpart",
        subject_organ_id=organ_id,
        subject_name=tree.name(organ_id) if organ_id else entered.subject_name,
        subject_code="" if organ_id else entered.subject_code.upper(),
        nature=command.nature,
        note=entered.note,
        from_on=command.from_on,
        until_on=command.until_on,
        declared_at=work.now,
        ended_reason="",
    )
    work.session.add(interest)
    await work.session.flush()
    work.record(
        "declare_interest",
        "interest",
        interest.id,
        title=f"申报利害关系：{HOLDERS[command.holder]}，{NATURES[command.nature]}",
        article="16",
    )
    await conflicts.tell_of_interest(work, interest)
    return interest


def _entered(command: DeclareInterest) -> InterestInput:
    return InterestInput(
        holder=command.holder,
        relative_name=command.relative_name.strip(),
        organ_chosen=command.subject_organ_id is not None,
        subject_name=command.subject_name.strip(),
        subject_code=command.subject_code.strip(),
        nature=command.nature,
        note=command.note.strip(),
        from_on=command.from_on,
        until_on=command.until_on,
    )


async def end_interest(work: Work, interest_id: UUID, reason: str, *, version: int | None = None) -> Interest:
    """End one's own declaration because its cause is gone; it stays on record.

    Raises NotFound, Denied for another person's, Stale, IllegalTransition when it was ended, Invalid.
    """
    interest = await _mine(work, interest_id, "end")
    if version is not None and version != interest.row_version:
        raise Stale(detail={"version": interest.row_version})
    if interest.ended_at is not None:
        raise IllegalTransition("这一申报已经终止。", article="16")
    errors = validate_reason(reason.strip(), what="利害关系消除的情况")
    if errors:
        raise Invalid(errors=errors, article="16")
    interest.ended_at, interest.ended_reason = work.now, reason.strip()
    work.record(
        "end_interest", "interest", interest.id, title="终止利害关系申报", note=interest.ended_reason, article="16"
    )
    await work.session.flush()
    return interest


async def _mine(work: Work, interest_id: UUID, action: str) -> Interest:
    interest = await repository.get_interest(work, interest_id)
    if interest is None:
        raise NotFound
    await authorize(work, "interest", action, Target(owner_id=interest.organ_id))
    if work.actor is None or work.actor.person_id != interest.person_id:
        if not await reviews(work):
            raise NotFound
        raise Denied("利害关系申报由本人终止。", article="16", remedy="请通知申报人办理。")
    return interest


async def reviews(work: Work) -> bool:
    """Whether the reader sees the declarations of the whole organ: its principal leader, its legal-affairs unit."""
    verdict, _ = await consider(work, "interest", "list", Target(owner_id=work.organ_id))
    return verdict.allowed


async def declares(work: Work) -> bool:
    """Whether the reader is a supervisor, who declares interests."""
    verdict, _ = await consider(work, "interest", "declare", Target(owner_id=work.organ_id))
    return verdict.allowed


async def require_declares(work: Work) -> None:
    """Raises Denied for who has nothing to declare here."""
    await authorize(work, "interest", "declare", Target(owner_id=work.organ_id))


async def interests(work: Work, *, mine: bool = True, after: UUID | None = None, limit: int = 50) -> Page[InterestItem]:
    """Declarations, the latest first: one's own, or those of the organ. Raises Denied."""
    await authorize(work, "interest", "read" if mine else "list", Target(owner_id=work.organ_id))
    person = work.actor.person_id if mine and work.actor else None
    if mine and person is None:
        return Page([], None)
    rows = await repository.interests(work, person_id=person, after=after, limit=limit + 1)
    following = str(rows[limit - 1].id) if len(rows) > limit else None
    return Page([item_of(work, row) for row in rows[:limit]], following)


async def interest(work: Work, interest_id: UUID) -> InterestItem:
    """One declaration, for its person or who reviews. Raises NotFound for anybody else."""
    row = await repository.get_interest(work, interest_id)
    if row is None:
        raise NotFound
    await authorize(work, "interest", "read", Target(owner_id=row.organ_id))
    if (work.actor is None or work.actor.person_id != row.person_id) and not await reviews(work):
        raise NotFound
    return item_of(work, row)


def item_of(work: Work, row: Interest) -> InterestItem:
    return InterestItem(
        id=row.id,
        version=row.row_version,
        person_name=row.person_name,
        mine=work.actor is not None and work.actor.person_id == row.person_id,
        holder=row.holder,
        holder_label=HOLDERS[row.holder],
        relative_mask=row.relative_mask,
        subject_kind=row.subject_kind,
        subject_name=row.subject_name,
        subject_code=row.subject_code,
        nature=row.nature,
        nature_label=NATURES[row.nature],
        note=row.note,
        from_on=row.from_on,
        until_on=row.until_on,
        in_force=in_time(conflicts.tie_of(row), work.today),
        ended_at=row.ended_at,
        ended_reason=row.ended_reason,
    )


async def reveal_relative(work: Work, interest_id: UUID, purpose: str) -> RevealedName:
    """The relative's name in full, for its person or who reviews, with a purpose; the look is on the trail.

    Raises NotFound, Denied, Invalid without a purpose.
    """
    row = await repository.get_interest(work, interest_id)
    if row is None:
        raise NotFound
    mine = work.actor is not None and work.actor.person_id == row.person_id
    await authorize(work, "interest", "read" if mine else "unmask", Target(owner_id=row.organ_id))
    if row.relative_cipher is None:
        raise NotFound
    if not 2 <= len(purpose.strip()) <= 200:
        raise Invalid("请写明查看的用途，2 至 200 字。", field="purpose", article="16")
    work.record(
        "unmask",
        "interest",
        row.id,
        title=f"查看{row.person_name}申报的近亲属姓名原文",
        note=purpose.strip(),
        article="16",
    )
    return RevealedName(name=vault().open(row.relative_cipher))

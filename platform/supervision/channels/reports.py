"""Clues from the media and from social supervisors, with their source facts; the register of social supervisors
(Arts. 15, 17)."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from msgspec.structs import replace

from kernel.errors import Denied, IllegalTransition, Invalid, NotFound, Stale
from kernel.ids import new_id
from kernel.vault import mask_contact, vault
from kernel.work import Work
from kernel.workdays import add_months
from supervision.channels import repository
from supervision.channels.commands import Appoint, MediaClue, SocialClue
from supervision.channels.models import MediaReport, SocialReport, SocialSupervisor
from supervision.channels.rules import appointment_problems, media_problems
from supervision.clues import service as clues
from supervision.clues.models import Clue
from supervision.deadlines import service as deadlines
from tenants.access import Target, authorize


async def report_media(work: Work, command: MediaClue) -> Clue:
    """Register what the media published. Raises Invalid for each field, Denied."""
    await authorize(work, "channel", "report", Target(owner_id=work.organ_id))
    errors = media_problems(command.outlet, command.url, command.published_on, work.today)
    if errors:
        raise Invalid(errors=errors, article="17")
    assert command.published_on is not None
    clue = await clues.register(work, replace(command.clue, source="media"))
    work.session.add(
        MediaReport(
            id=new_id(), city_id=work.city_id, organ_id=work.organ_id, clue_id=clue.id, outlet=command.outlet.strip(),
            url=command.url.strip(), published_on=command.published_on,
        )
    )  # fmt: skip
    return clue


async def report_social(work: Work, command: SocialClue) -> Clue:
    """Register what a social supervisor reports: he himself, or an officer for one of the register. His term has to be
    running. Raises Invalid, Denied."""
    await authorize(work, "channel", "report", Target(owner_id=work.organ_id))
    who = await _reporting(work, command.supervisor_id)
    clue = await clues.register(work, replace(command.clue, source="social_supervisor", complainant=None))
    work.session.add(
        SocialReport(id=new_id(), city_id=work.city_id, organ_id=work.organ_id, clue_id=clue.id, supervisor_id=who.id)
    )
    return clue


async def _reporting(work: Work, supervisor_id: UUID | None) -> SocialSupervisor:
    himself = work.actor is not None and "social_supervisor" in work.actor.roles
    if himself:
        assert work.actor is not None
        own = await repository.supervisor_of(work, work.actor.person_id, work.today)
        if own is None:
            raise Denied(
                "您的社会监督员聘期没有登记或者已经届满。", article="15", remedy="请联系聘任您的司法行政部门。"
            )
        return own
    found = await repository.supervisor(work, supervisor_id) if supervisor_id else None
    if found is None:
        raise Invalid("请选择社会监督员。", field="supervisor_id", article="15")
    if not in_force(found, work):
        raise Invalid("该社会监督员的聘期已经届满或者终止。", field="supervisor_id", article="15")
    return found


def in_force(row: SocialSupervisor, work: Work) -> bool:
    return row.ended_on is None and row.from_on <= work.today <= row.until_on


async def appoint(work: Work, command: Appoint) -> SocialSupervisor:
    """Enter an appointment; without an end the term of the rule book applies. Raises Invalid for each field, Denied."""
    await authorize(work, "channel", "appoint", Target(owner_id=work.organ_id))
    errors = appointment_problems(command.name, command.identity, command.from_on, command.until_on)
    if errors:
        raise Invalid(errors=errors, article="15")
    assert command.from_on is not None
    post = await repository.own_post(work, command.post_id) if command.post_id else None
    if command.post_id and (post is None or "social_supervisor" not in post.roles):
        raise Invalid("请选择本单位的社会监督员账号。", field="post_id", article="15")
    until = command.until_on
    if until is None:
        # A term of office: to the day before its date, and moved by no holiday.
        length = (await deadlines.rulebook(work)).deadline("social_supervisor.term")
        months = {"year": 12, "month": 1}.get(length.unit, 0) * length.amount
        over = add_months(command.from_on, months) if months else command.from_on + timedelta(days=length.amount)
        until = over - timedelta(days=1)
    contact = command.contact.strip()
    row = SocialSupervisor(
        id=new_id(),
        city_id=work.city_id,
        organ_id=work.organ_id,
        name=command.name.strip(),
        identity=command.identity,
        workplace=command.workplace.strip(),
        area=command.area.strip(),
        contact_cipher=vault().seal(contact) if contact else None,
        contact_mask=mask_contact(contact),
        person_id=post.person_id if post else None,
        from_on=command.from_on,
        until_on=until,
        appointed_by_name=work.actor.name if work.actor else "系统",
    )
    work.session.add(row)
    work.record("appoint", "social_supervisor", row.id, title=f"聘任社会监督员{row.name}", article="15")
    await work.session.flush()
    return row


async def end_appointment(
    work: Work, supervisor_id: UUID, reason: str, *, version: int | None = None
) -> SocialSupervisor:
    """End an appointment before its term, with the reason. Raises NotFound, Denied, Invalid, IllegalTransition."""
    await authorize(work, "channel", "end_appointment", Target(owner_id=work.organ_id))
    row = await repository.supervisor(work, supervisor_id, lock=True)
    if row is None:
        raise NotFound
    if version is not None and version != row.row_version:
        raise Stale
    if len(reason.strip()) < 4:
        raise Invalid("请写明终止聘任的理由。", field="reason", article="15")
    if not in_force(row, work):
        raise IllegalTransition("聘期已经届满或者终止。", article="15")
    row.ended_on, row.ended_reason = work.today, reason.strip()
    work.record(
        "end_appointment", "social_supervisor", row.id, title=f"终止聘任社会监督员{row.name}", note=row.ended_reason,
        article="15",
    )  # fmt: skip
    await work.session.flush()
    return row

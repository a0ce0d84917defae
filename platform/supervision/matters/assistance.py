"""Judicial offices that help their county's justice department in a matter: draft, accompany, record (Art. 5 para. 4).

An office helps where its own township or subdistrict is concerned, or where the department names it. What it does is
written with the matter, and it signs nothing.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from kernel.errors import IllegalTransition, Invalid, NotFound
from kernel.ids import new_id
from kernel.work import Work
from supervision.deadlines import notices
from supervision.matters import case as cases
from supervision.matters.models import LIVE, Assistance, Matter
from tenants.organs.directory import Directory, directory
from tenants.organs.models import Organ

ORIGINS = {"area": "辖区协助", "named": "指定协助"}


def offices_of(tree: Directory, body_id: UUID) -> list[Organ]:
    """The judicial offices of a county's justice department."""
    return [organ for organ in tree.children(body_id) if tree.organ_class(organ.id) == "judicial_office"]


def offices_for(tree: Directory, body_id: UUID, supervised_id: UUID) -> list[UUID]:
    """Offices of the department in whose township or subdistrict the supervised organ is, or which it is."""
    supervised = tree.get(supervised_id)
    places = {organ.id for organ in tree.path(supervised_id)} | {supervised.located_in_id}
    found = []
    for office in offices_of(tree, body_id):
        relation = tree.relation(office.id, supervised_id)
        registered = relation is not None and relation.kind == "assist"
        if registered or (office.located_in_id is not None and office.located_in_id in places):
            found.append(office.id)
    return found


async def assist_by_area(work: Work, matter: Matter) -> None:
    """Let the offices of the area assist in a matter that was proposed. The work acts as the matter's organ."""
    tree = await directory(work)
    for office_id in offices_for(tree, matter.organ_id, matter.supervised_id):
        work.session.add(_row(work, matter, office_id, "area"))
    await work.session.flush()


def _row(work: Work, matter: Matter, office_id: UUID, origin: str, note: str = "") -> Assistance:
    return Assistance(
        id=new_id(),
        city_id=work.city_id,
        organ_id=matter.organ_id,
        matter_id=matter.id,
        office_id=office_id,
        origin=origin,
        note=note,
        named_by=work.actor.name if work.actor else "",
    )


async def name_office(work: Work, matter_id: UUID, office_id: UUID, reason: str) -> Assistance:
    """Ask an office of the department for help in a matter (Art. 5); it reads the matter from then on.

    Raises NotFound, Denied, Barred, Invalid for what is no office of this department, IllegalTransition when it
    helps already or the matter is ended.
    """
    case = await cases.enter(work, matter_id, "name_office")
    tree = await directory(work)
    if office_id not in {office.id for office in offices_of(tree, case.matter.organ_id)}:
        raise Invalid("请选择本单位所属的司法所。", field="office", article="5")
    if case.matter.state not in LIVE:
        raise IllegalTransition("事项已经办结，不再请司法所协助。", article="5")
    if len(reason.strip()) < 2:
        raise Invalid("请写明需要协助的内容。", field="reason", article="5")
    row = await _of_office(work, matter_id, office_id)
    if row is not None and row.ended_at is None:
        raise IllegalTransition(f"{tree.short(office_id)}已在协助办理本事项。", article="5")
    if row is None:
        row = _row(work, case.matter, office_id, "named", reason.strip())
        work.session.add(row)
    row.ended_at, row.note = None, reason.strip()
    title = f"请{tree.short(office_id)}协助"
    work.record("name_office", "matter", matter_id, title=title, note=reason.strip(), article="5", thread_id=matter_id)
    await notices.notify(
        work,
        office_id,
        roles=["judicial_assistant"],
        kind="approval",
        title=f"请协助办理：{case.matter.title}",
        body=reason.strip(),
        link=f"/matters/{matter_id}",
        article="5",
    )
    await work.session.flush()
    return row


async def release_office(work: Work, matter_id: UUID, office_id: UUID, reason: str) -> Assistance:
    """End the help of an office; it does not read the matter any more. Raises NotFound when it does not help."""
    await cases.enter(work, matter_id, "name_office")
    row = await _of_office(work, matter_id, office_id)
    if row is None or row.ended_at is not None:
        raise NotFound
    if len(reason.strip()) < 2:
        raise Invalid("请写明理由。", field="reason", article="5")
    row.ended_at = work.now
    name = (await directory(work)).short(office_id)
    title = f"结束{name}的协助"
    work.record(
        "release_office", "matter", matter_id, title=title, note=reason.strip(), article="5", thread_id=matter_id
    )
    return row


async def _of_office(work: Work, matter_id: UUID, office_id: UUID) -> Assistance | None:
    query = select(Assistance).where(
        Assistance.city_id == work.city_id, Assistance.matter_id == matter_id, Assistance.office_id == office_id
    )
    return (await work.session.scalars(query)).one_or_none()

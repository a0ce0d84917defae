"""Invented officers in any organ, and the rows that the tests of the bar write past the services."""

from __future__ import annotations

from datetime import date
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy import select

from kernel.ids import new_id
from kernel.vault import vault
from kernel.work import Work
from supervision.licensing import service as licensing
from supervision.licensing.commands import ApplyInput
from supervision.licensing.models import LicenceApplication, QualificationBar
from tenants.registers.models import Certificate, Examination, Officer
from tenants.staff.citizen_id import check_character
from tests.world import World

COUNTY, OTHER = "建安区司法局", "禹州市司法局"
OFFICE, OTHER_OFFICE = "建安区城市管理局", "禹州市城市管理局"
_SERIAL = count(1)


def citizen_id(serial: int | None = None) -> str:
    """An invented number with a right check character; each serial is a person."""
    number = next(_SERIAL) if serial is None else serial
    first = f"411003{1960 + number // 1000 % 40}0101{number % 1000:03d}"
    return first + check_character(first)


async def officer(
    world: World,
    organ: str,
    number: str,
    *,
    name: str = "甄别名",
    kinds: tuple[str, ...] = ("enforcement",),
    **changes: Any,
) -> Officer:
    """A file of the person in the organ, with the examinations for the kinds passed."""
    given = {"employment": "civil_service", "title": "科员", "areas": [], "joined_on": date(2020, 1, 1)} | changes
    async with world.work(organ) as work:
        row = Officer(
            city_id=work.city_id,
            id=new_id(),
            organ_id=work.organ_id,
            name=name,
            citizen_cipher=vault().seal(number),
            citizen_hash=vault().lookup(number),
            citizen_mask="4110************00",
            **given,
        )
        work.session.add(row)
        await work.session.flush()
        for kind in kinds:
            work.session.add(
                Examination(
                    city_id=work.city_id,
                    id=new_id(),
                    organ_id=work.organ_id,
                    officer_id=row.id,
                    kind=kind,
                    held_on=date(2024, 5, 1),
                    passed=True,
                )
            )
    return row


def certificate_row(file: Officer, **values: Any) -> Certificate:
    """A valid certificate of the file, unless the values say otherwise."""
    given = {
        "kind": "enforcement",
        "number": f"试〔2026〕{next(_SERIAL)}号",
        "issuer_id": file.organ_id,
        "issued_on": date(2024, 6, 1),
        "valid_from": date(2024, 6, 1),
        "valid_until": date(2029, 5, 31),
        "status": "valid",
        "status_on": date(2024, 6, 1),
    } | values
    return Certificate(
        city_id=file.city_id,
        id=new_id(),
        organ_id=file.organ_id,
        officer_id=file.id,
        citizen_hash=file.citizen_hash,
        holder_name=file.name,
        areas=[],
        **given,
    )


def application_row(file: Officer, department_id: UUID, **values: Any) -> LicenceApplication:
    given = {"state": "applied", "applied_on": date(2026, 10, 9), "kind": "enforcement", "purpose": "first"} | values
    return LicenceApplication(
        city_id=file.city_id,
        id=new_id(),
        organ_id=file.organ_id,
        department_id=department_id,
        officer_id=file.id,
        officer_name=file.name,
        citizen_hash=file.citizen_hash,
        areas=[],
        applied_by_name="试",
        **given,
    )


def bar_row(work: Work, file: Officer, effective_on: date, until: date, **values: Any) -> QualificationBar:
    given = {"lifted_kind": "", "lifted_note": ""} | values
    return QualificationBar(
        city_id=work.city_id,
        id=new_id(),
        organ_id=work.organ_id,
        citizen_hash=file.citizen_hash,
        person_name=file.name,
        holder_organ_id=file.organ_id,
        decision_id=new_id(),
        decision_number="建司资取〔2026〕1号",
        effective_on=effective_on,
        barred_until=until,
        **given,
    )


async def certificate(world: World, organ: str, file: Officer, **values: Any) -> Certificate:
    async with world.work(organ) as work:
        row = certificate_row(file, **values)
        work.session.add(row)
    return row


async def cancel(world: World, department: str, file: Officer, on: date = date(2026, 10, 9)) -> QualificationBar:
    """The cancellation as the accountability part carries it out."""
    async with world.work(department, "supervision_leader") as work:
        return await licensing.cancel_qualification(
            work,
            officer_id=file.id,
            holder_organ_id=file.organ_id,
            decision_id=new_id(),
            decision_number="建司资取〔2026〕1号",
            effective_on=on,
            note="试",
        )


async def apply(world: World, organ: str, file: Officer, *, kind: str = "enforcement", purpose: str = "first") -> UUID:
    async with world.work(organ, "contact") as work:
        row = await licensing.apply(work, ApplyInput(officer_id=file.id, kind=kind, purpose=purpose))
        return row.id


async def issued(world: World, organ: str, department: str, file: Officer, **how: Any) -> Certificate:
    """The whole way from the application to the certificate."""
    application_id = await apply(world, organ, file, **how)
    async with world.work(department, "supervisor") as work:
        await licensing.check(work, application_id)
    async with world.work(department, "supervision_leader") as work:
        await licensing.approve(work, application_id)
    async with world.work(department, "supervision_leader") as work:
        return await licensing.issue(work, application_id)


async def statuses(world: World, file: Officer, organ: str) -> list[str]:
    async with world.work(organ) as work:
        rows = await work.session.scalars(
            select(Certificate.status).where(Certificate.officer_id == file.id).order_by(Certificate.id)
        )
        return list(rows)

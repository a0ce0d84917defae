"""Files of officers for tests: invented persons with right check digits, entered as the organ's contact would."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from kernel.ids import new_id
from tenants.registers import service as registers
from tenants.registers.commands import ExaminationInput, OfficerInput
from tenants.registers.models import Certificate, Officer
from tenants.staff.citizen_id import check_character
from tests.stories import BODY, SUPERVISED
from tests.world import World

TODAY = date(2026, 10, 9)


def citizen_id(number: int = 1, born: date = date(1990, 1, 1)) -> str:
    """The nth invented person born on a day in the old code of 建安区."""
    head = f"411023{born:%Y%m%d}{number:03d}"
    return head + check_character(head)


def entry(number: int = 1, **changes: Any) -> OfficerInput:
    values: dict[str, Any] = {
        "name": "冯志强",
        "citizen_id": citizen_id(number),
        "employment": "civil_service",
        "title": "执法队员",
        "joined_on": date(2020, 3, 1),
        "unit": "执法大队",
        "areas": ("urban_management",),
    }
    return OfficerInput(**(values | changes))


async def add(world: World, number: int = 1, *, organ: str = SUPERVISED, **changes: Any) -> Officer:
    """A file that the contact of an organ opens."""
    async with world.work(organ, "contact") as work:
        return await registers.add_officer(work, entry(number, **changes))


async def passed(world: World, officer_id: UUID, kind: str = "enforcement", organ: str = SUPERVISED) -> None:
    async with world.work(organ, "contact") as work:
        paper = ExaminationInput(kind=kind, held_on=date(2025, 5, 20), passed=True, score=92)
        await registers.add_examination(work, officer_id, paper)


async def certify(
    world: World, file: Officer, *, kind: str = "enforcement", until: date = date(2029, 5, 20), number: str = ""
) -> Certificate:
    """A certificate as licensing would write it."""
    async with world.work(BODY) as work:
        async with work.acting_as(file.organ_id):
            row = Certificate(
                city_id=work.city_id,
                id=new_id(),
                organ_id=file.organ_id,
                officer_id=file.id,
                citizen_hash=file.citizen_hash,
                holder_name=file.name,
                kind=kind,
                number=number or f"1604{file.citizen_mask[-2:]}{until:%y%m%d}",
                issuer_id=await world.organ(BODY),
                areas=["urban_management"],
                issued_on=date(until.year - 5, until.month, until.day),
                valid_from=date(until.year - 5, until.month, until.day),
                valid_until=until,
                status="valid",
                status_on=date(until.year - 5, until.month, until.day),
            )
            work.session.add(row)
            await work.session.flush()
        await registers.project_to_posts(work, file)
    return row

"""Demo certificates: one that was issued, one that waits for approval, one that a bar forbids (Arts. 10(4), 21)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from cli.demo.parts import JIANAN, URBAN, YUZHOU, YUZHOU_URBAN, Side, Team
from cli.demo.stage import Case, Stage
from kernel.ids import new_id
from supervision.licensing import service as licensing
from supervision.licensing.commands import ApplyInput
from tenants.registers import service as registers
from tenants.registers.commands import ExaminationInput, OfficerInput
from tenants.registers.models import Officer
from tenants.staff.citizen_id import check_character


def licence_cases(stage: Stage) -> Iterator[Case]:
    yield _issued(stage)
    yield _waiting(stage)
    yield _barred(stage)


def _citizen_id(serial: int) -> str:
    """An invented number; the check character is right."""
    first = f"41100319870317{serial:03d}"
    return first + check_character(first)


async def _officer(stage: Stage, side: Side, name: str, serial: int) -> Officer:
    async with stage.work(side.contact) as work:
        entry = OfficerInput(
            name=name,
            employment="civil_service",
            title="执法队员（演示）",
            joined_on=date(2021, 7, 1),
            citizen_id=_citizen_id(serial),
        )
        file = await registers.add_officer(work, entry)
        passed = ExaminationInput(kind="enforcement", held_on=date(2025, 5, 20), passed=True, score=86)
        await registers.add_examination(work, file.id, passed)
        return file


async def _apply(stage: Stage, side: Side, file: Officer) -> UUID:
    async with stage.work(side.contact) as work:
        row = await licensing.apply(work, ApplyInput(officer_id=file.id, kind="enforcement", purpose="first"))
        return row.id


async def _check(stage: Stage, team: Team, application_id: UUID) -> None:
    async with stage.work(team.handler) as work:
        await licensing.check(work, application_id, "考试成绩和在编情况已核对。")


async def _issued(stage: Stage) -> None:
    await stage.until(26, "10:10")
    application_id = await _apply(stage, URBAN, await _officer(stage, URBAN, "乔文博", 101))
    await stage.until(24, "15:20")
    await _check(stage, JIANAN, application_id)
    await stage.until(23, "09:40")
    async with stage.work(JIANAN.leader) as work:
        await licensing.approve(work, application_id)
        await licensing.issue(work, application_id)


async def _waiting(stage: Stage) -> None:
    await stage.until(3, "11:05")
    application_id = await _apply(stage, URBAN, await _officer(stage, URBAN, "江一帆", 102))
    await stage.until(1, "16:30")
    await _check(stage, JIANAN, application_id)


async def _barred(stage: Stage) -> None:
    """The qualification is cancelled in one county while an application for the same person waits in another."""
    await stage.until(32, "09:50")
    here = await _officer(stage, URBAN, "卢启航", 103)
    application_id = await _apply(stage, URBAN, here)
    await _check(stage, JIANAN, application_id)
    async with stage.work(JIANAN.leader) as work:
        await licensing.approve(work, application_id)
        await licensing.issue(work, application_id)
    await stage.until(13, "10:30")
    there = await _officer(stage, YUZHOU_URBAN, "卢启航", 103)
    await _check(stage, YUZHOU, await _apply(stage, YUZHOU_URBAN, there))
    await stage.until(12, "14:15")
    async with stage.work(JIANAN.leader) as work:
        await licensing.cancel_qualification(
            work,
            officer_id=here.id,
            holder_organ_id=here.organ_id,
            decision_id=new_id(),
            decision_number=f"建司资取〔{work.today.year}〕1号",
            effective_on=work.today,
            note="演示决定",
        )

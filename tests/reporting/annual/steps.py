"""A yearly paper brought to a stage, as its organ and the justice department do it."""

from __future__ import annotations

from uuid import UUID

from reporting.annual import service as annual
from reporting.annual.commands import WriteInput
from reporting.annual.rules import SECTIONS
from tests.stories import BODY, SUPERVISED
from tests.world import World


def words(kind: str) -> WriteInput:
    """Every section written."""
    return WriteInput(
        sections={key: f"{label}：本单位依法履行职责，全年执法规范。" for key, label in SECTIONS[kind].items()}
    )


async def duty(world: World, kind: str = "report", organ: str = SUPERVISED) -> UUID:
    """This year's duty of the organ."""
    async with world.work(organ) as work:
        await annual.follow(work)
    async with world.work(organ, "contact") as work:
        return next(p.id for p in (await annual.papers(work)).items if p.kind == kind)


async def settled(world: World, kind: str = "report", organ: str = SUPERVISED) -> UUID:
    """Written by the contact, settled by the head."""
    paper_id = await duty(world, kind, organ)
    async with world.work(organ, "contact") as work:
        await annual.write(work, paper_id, words(kind))
    async with world.work(organ, "organ_head") as work:
        await annual.approve(work, paper_id)
    return paper_id


async def sent(world: World, kind: str = "report", organ: str = SUPERVISED) -> UUID:
    paper_id = await settled(world, kind, organ)
    async with world.work(organ, "contact") as work:
        await annual.submit(work, paper_id)
    return paper_id


async def published(world: World, kind: str = "report", organ: str = SUPERVISED) -> tuple[UUID, str]:
    """Open on the product's own page; returns its address too."""
    paper_id = await sent(world, kind, organ)
    async with world.work(organ, "contact") as work:
        await annual.publish(work, paper_id)
        return paper_id, (await annual.paper(work, paper_id)).publications[0].href


async def sent_back(world: World, paper_id: UUID, reason: str = "请补充专项行动情况。") -> None:
    async with world.work(BODY, "supervisor") as work:
        await annual.send_back(work, paper_id, reason)

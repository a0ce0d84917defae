"""A clue of the pool, for the tests of clues."""

from __future__ import annotations

from uuid import UUID

from supervision.clues import service
from supervision.clues.commands import ComplainantInput, RegisterClue
from supervision.clues.models import Clue
from tests.world import World

BODY = "建安区司法局"
SUBJECT = "建安区城市管理局"
FACTS = "2026年10月8日，执法人员在新元大道扣押三轮车，没有出具扣押决定书，也没有告知理由。"


def command(subject: UUID | None, **more: object) -> RegisterClue:
    given: dict[str, object] = {
        "source": "hotline",
        "title": "扣押三轮车没有出具决定书",
        "facts": FACTS,
        "subject_organ_id": subject,
        "subject_unknown": subject is None,
        "complainant": ComplainantInput(name="张立", contact="13900001234"),
    }
    return RegisterClue(**(given | more))  # type: ignore[arg-type]


async def registered(world: World, organ: str = BODY, role: str = "supervisor", **more: object) -> UUID:
    subject = await world.organ(SUBJECT)
    async with world.work(organ, role) as work:
        return (await service.register(work, command(subject, **more))).id


async def state(world: World, clue_id: UUID, organ: str = BODY) -> Clue:
    async with world.work(organ) as work:
        found = await work.session.get(Clue, (work.city_id, clue_id))
        assert found is not None
        return found

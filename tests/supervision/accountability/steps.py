"""Steps of an accountability case, taken through the services as the persons concerned.

陈明远 proposes, 李国栋 decides, 赵敏 reviews; 彭程 is the officer, 钱卫东 his head.
"""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from kernel.clock import system_now
from kernel.models import OutboxMessage
from kernel.work import Work, open_work
from supervision.accountability import service as accountability
from supervision.accountability.models import AccountabilityCase, AccountabilityNotice
from supervision.accountability.service import Answer, Decide, DecideReview, Defence, OpenCase, Respondent
from tenants.registers.models import Certificate, Officer
from tests import stories
from tests.snapshots import remembered
from tests.stories import BODY, GOVERNMENT, SUPERVISED
from tests.supervision.licensing.people import certificate_row, citizen_id, officer
from tests.world import World

FACTS = "2026年9月20日在新元大道执法时推搡经营者，没有出示证件，现场视频和询问笔录可以证明。"
REASON = "事实清楚，证据确实，属于直接责任人员，情节严重。"
CANCEL = "qualification_cancellation"


async def file_of(world: World, name: str = "彭程", organ: str = SUPERVISED) -> tuple[Officer, Certificate]:
    """The register file of 彭程 with a valid enforcement certificate."""
    row = await officer(world, organ, citizen_id(), name=name)
    async with world.work(organ) as work:
        held = certificate_row(row)
        work.session.add(held)
        await work.session.flush()
    return row, held


def command(**changes: Any) -> OpenCase:
    values: dict[str, Any] = {
        "grounds": ("21(5)",),
        "facts": FACTS,
        "gravity": "serious",
        "fault": "intent",
        "measure": "organ_criticism",
        "nature": "不文明执法",
        "harm": "造成不良社会影响",
        "files": (stories.upload("现场视频说明.pdf", "现场调取"),),
    }
    return OpenCase(**{**values, **changes})


@remembered
async def propose(world: World, /, *, role: str = "supervisor", nth: int = 0, **changes: Any) -> AccountabilityCase:
    """陈明远 proposes a case against the organ on own findings, unless told otherwise."""
    values = {"supervised_id": await world.organ(SUPERVISED), **changes}
    async with world.work(BODY, role, nth) as work:
        return await accountability.open_case(work, command(**values))


@remembered
async def against_officer(world: World, /, measure: str = CANCEL, **changes: Any) -> tuple[AccountabilityCase, Officer]:
    """A case against 彭程, who has a file and an account."""
    row, _ = await file_of(world)
    person = Respondent(officer_id=row.id, responsibility="direct")
    return await propose(world, person=person, measure=measure, **changes), row


@remembered
async def notify(world: World, /, case_id: UUID, nth: int = 0) -> AccountabilityCase:
    async with world.work(BODY, "supervision_leader", nth) as work:
        return await accountability.notify(work, case_id)


async def notices(world: World, case_id: UUID, kind: str = "") -> list[AccountabilityNotice]:
    async with world.work(BODY) as work:
        query = select(AccountabilityNotice).where(AccountabilityNotice.case_id == case_id)
        found = (
            await work.session.scalars(query.order_by(AccountabilityNotice.sent_at, AccountabilityNotice.id))
        ).all()
    return [row for row in found if not kind or row.kind == kind]


@remembered
async def receive(world: World, /, notice_id: UUID, role: str = "contact", organ: str = SUPERVISED) -> None:
    async with world.work(organ, role) as work:
        await accountability.open_notice(work, notice_id)


@remembered
async def defend(world: World, /, notice_id: UUID, role: str = "enforcement_officer", **changes: Any) -> None:
    given = {"text": "当时对方先动手，请求从轻处理。", **changes}
    async with world.work(SUPERVISED, role) as work:
        await accountability.state_defence(work, notice_id, Defence(**given))


@remembered
async def told(world: World, /, case_id: UUID, **changes: Any) -> AccountabilityNotice:
    """The case is notified, received, and the defence stated (by the head for an organ)."""
    await notify(world, case_id)
    notice = (await notices(world, case_id, "notice"))[-1]
    await receive(world, notice.id)
    await defend(world, notice.id, "organ_head" if notice.against == "organ" else "enforcement_officer", **changes)
    return notice


@remembered
async def decide(
    world: World, /, case_id: UUID, measure: str, *, organ: str = BODY, role: str = "supervision_leader", nth: int = 0,
    **changes: Any,
) -> AccountabilityCase:  # fmt: skip
    given = {"reason": REASON, "measure": measure, "defence_answer": "经核实视频，对方没有动手，不予采纳。", **changes}
    async with world.work(organ, role, nth) as work:
        return await accountability.decide(work, case_id, Decide(**given))


@remembered
async def decided(world: World, /, case_id: UUID, measure: str, **changes: Any) -> AccountabilityNotice:
    """Told, defended, decided and received by the organ: the notice of the decision or proposal."""
    await told(world, case_id)
    if measure == "removal_from_awards":
        changes = {"organ": GOVERNMENT, "role": "government_leader", **changes}
    await decide(world, case_id, measure, **changes)
    notice = [n for n in await notices(world, case_id) if n.kind in ("decision", "proposal")][-1]
    await receive(world, notice.id)
    return notice


@remembered
async def answer(world: World, /, notice_id: UUID, result: str = "imposed", **changes: Any) -> None:
    given: dict[str, Any] = {"result": result, "document_number": "建城〔2026〕9号", "effective_on": date(2026, 10, 9)}
    async with world.work(SUPERVISED, "organ_head") as work:
        await accountability.answer_proposal(work, notice_id, Answer(**{**given, **changes}))


@remembered
async def request(world: World, /, notice_id: UUID, role: str = "enforcement_officer") -> None:
    async with world.work(SUPERVISED, role) as work:
        await accountability.request_review(work, notice_id, "视频不完整，请求重新审查。")


@remembered
async def review(
    world: World, /, case_id: UUID, result: str, measure: str = "", *, organ: str = BODY,
    role: str = "supervision_leader", nth: int = 1,
) -> AccountabilityCase:  # fmt: skip
    async with world.work(organ, role, nth) as work:
        given = DecideReview(result=result, measure=measure, reason="经重新审查视频和笔录，作出以下决定。")
        return await accountability.decide_review(work, case_id, given)


async def case_row(world: World, case_id: UUID) -> AccountabilityCase:
    async with world.work(BODY) as work:
        found = await work.session.get(AccountabilityCase, (work.city_id, case_id))
        assert found is not None
        return found


async def removed(work: Work, organ_id: UUID, year: int) -> date | None:
    """Until when the organ is removed from awards, asked for a year."""
    found = await accountability.removed_from_awards(work, organ_id=organ_id, year=year)
    return found.until if found else None


async def run_jobs(world: World, *names: str) -> int:
    """Run what waits in the outboxes of the named jobs, as the worker does; returns their number."""
    ran = 0
    for organ in (BODY, GOVERNMENT, SUPERVISED):
        organ_id = await world.organ(organ)
        async with open_work(world.database, city_id=world.city_id, organ_id=organ_id) as work:
            query = select(OutboxMessage).where(OutboxMessage.job.in_(names), OutboxMessage.done_at.is_(None))
            waiting = (await work.session.scalars(query.where(OutboxMessage.organ_id == organ_id))).all()
            for message in waiting:
                message.done_at = system_now()
        for message in waiting:
            async with open_work(world.database, city_id=world.city_id, organ_id=organ_id) as work:
                if message.job == "open_accountability":
                    payload = message.payload
                    await accountability.draft_from(work, payload["origin"], UUID(payload["source_id"]))
                else:
                    await accountability.due(work, UUID(message.payload["deadline_id"]), message.payload["step"])
            ran += 1
    return ran


@remembered
async def sweep(world: World, /, at: str) -> int:
    """The sweep of a day and the jobs that it hands to accountability."""
    await stories.sweep(world, at)
    return await run_jobs(world, "accountability_step")

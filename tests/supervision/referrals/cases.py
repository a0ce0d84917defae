"""Referrals for tests, taken through the services as the persons concerned."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select

from kernel.work import open_work
from supervision.commendations import service as commendations
from supervision.conduct import service as conduct
from supervision.conduct.models import ConductComplaint
from supervision.referrals import service
from supervision.referrals.models import Referral
from tests import stories
from tests.snapshots import remembered
from tests.stories import BODY, GOVERNMENT, SUPERVISED
from tests.world import World

CONTENTS = service.Contents(
    subject="赵某某，建安区城市管理局执法中队队长",
    conduct="涉嫌收受当事人财物，对应当处罚的违法行为不予处罚。",
    discovered="核查监督事项时，当事人陈述并提交转账记录。",
    handled="已固定询问笔录和转账记录。",
    contact="陈明远 0374-0000000",
)


async def leader(world: World, organ: str = BODY, role: str = "supervision_leader", nth: int = 0) -> UUID:
    return (await world.actor(organ, role, nth)).post_id


@remembered
async def drafted(world: World, /, *, matter_id: UUID | None = None, **changes: Any) -> Referral:
    """陈明远 drafts, 李国栋 is to decide."""
    values: dict[str, Any] = {
        "kind": "discipline",
        "contents": CONTENTS,
        "recipient": "建安区纪委监委",
        "leader_post_id": await leader(world),
        "matter_id": matter_id,
        "files": (stories.upload("转账记录.pdf"),),
    }
    async with world.work(BODY, "supervisor") as work:
        return await service.draft(work, service.DraftReferral(**{**values, **changes}))


@remembered
async def transferred(
    world: World, /, referral_id: UUID, organ: str = BODY, role: str = "supervision_leader"
) -> Referral:
    """李国栋 decides; the job that seals runs."""
    async with world.work(organ, role) as work:
        row = await service.transfer(work, referral_id)
    await sealed(world, referral_id, row.round, organ)
    return row


async def sealed(world: World, referral_id: UUID, round_no: int = 1, organ: str = BODY) -> bool:
    organ_id = await world.organ(organ)
    async with open_work(world.database, city_id=world.city_id, organ_id=organ_id) as work:
        return await service.seal(work, referral_id, round_no)


@remembered
async def sent(world: World, /, **changes: Any) -> Referral:
    row = await drafted(world, **changes)
    await transferred(world, row.id)
    async with world.work(BODY, "supervisor") as work:
        return await service.send(work, row.id)


@remembered
async def urged(world: World, /) -> tuple[Referral, Referral]:
    """The body urges; the draft that opens at the urged organ, as its head finds it."""
    row = await sent(
        world,
        kind="urge_transfer",
        addressee_id=await world.organ(SUPERVISED),
        recipient="建安区城市管理局",
        contents=service.Contents(
            subject="某建材有限公司非法占用绿地案",
            conduct="毁坏绿地面积超过追诉标准，涉嫌犯罪。",
            discovered="案卷评查发现。",
        ),
    )
    async with world.work(SUPERVISED, "organ_head") as work:
        page = await service.listed(work)
        seen = await service.view(work, page.items[0].id)
        found = await work.session.get(Referral, (work.city_id, seen.id))
        assert found is not None
        return row, found


@remembered
async def follow_up(world: World, /) -> tuple[UUID, UUID, UUID]:
    """A complaint that the body's own government has to examine, a list that collects, and a nomination for it."""
    body, contact = await world.organ(BODY), "organ_head"
    async with world.work(SUPERVISED, contact) as work:
        complaint = conduct.RegisterComplaint(
            subject_organ_id=body,
            position="leader",
            subject="某某",
            ground="neglect",
            facts="多次反映的问题没有人受理，也没有答复。",
            secret="query-code-2026",
        )
        await conduct.register(work, complaint)
    async with world.work(GOVERNMENT) as work:
        complaint_id = (await work.session.scalars(select(ConductComplaint.id))).one()
    async with world.work(BODY, "supervision_leader") as work:
        listed = await commendations.open_list(work, work.today.year)
    async with world.work(SUPERVISED, contact) as work:
        merits = "全年办理的行政处罚案件没有一件被复议、诉讼纠正。"
        nomination = await commendations.nominate(work, listed.id, kind="organ", field="enforcement", merits=merits)
    return complaint_id, listed.id, nomination

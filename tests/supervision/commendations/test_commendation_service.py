"""Commendation: nominated, reviewed, approved, published; whoever is removed from awards is refused (Arts. 6, 21)."""

from __future__ import annotations

import asyncio
from datetime import date
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from kernel.errors import Denied, IllegalTransition, Invalid, NotFound, Stale, ZhunshengError
from kernel.ids import new_id
from kernel.vault import vault
from supervision.accountability import service as accountability
from supervision.commendations import service
from supervision.commendations.models import Nomination
from tenants.registers.models import Certificate, Officer
from tests.stories import BODY, GOVERNMENT, SUPERVISED
from tests.supervision.accountability import steps
from tests.world import World

MERITS = "全年办理行政处罚案件一百二十件，没有一件被复议、诉讼纠正，案卷评查优秀。"


async def opened(world: World, year: int = 2026) -> UUID:
    async with world.work(BODY, "supervision_leader") as work:
        return (await service.open_list(work, year)).id


async def officer(world: World, organ: str = SUPERVISED, status: str = "valid") -> UUID:
    """Somebody in post with a certificate."""
    async with world.work(organ) as work:
        officer_id, digest = new_id(), vault().lookup(f"{organ}{new_id()}")
        common: dict[str, Any] = {"city_id": work.city_id, "organ_id": work.organ_id, "citizen_hash": digest}
        work.session.add(
            Officer(
                **common, id=officer_id, name="孟某某", citizen_cipher=vault().seal("x"), citizen_mask="4110****",
                employment="civil_service", title="执法队员", areas=[], joined_on=date(2020, 1, 1),
            )
        )  # fmt: skip
        await work.session.flush()
        work.session.add(
            Certificate(
                **common, id=new_id(), officer_id=officer_id, holder_name="孟某某", kind="enforcement",
                number=f"豫K{officer_id.hex[:8]}", issuer_id=work.organ_id, areas=[], issued_on=date(2024, 1, 1),
                valid_from=date(2024, 1, 1), valid_until=date(2028, 12, 31), status=status, status_on=date(2024, 1, 1),
            )
        )  # fmt: skip
        return officer_id


async def nominated(world: World, list_id: UUID, organ: str = SUPERVISED, officer_id: UUID | None = None) -> UUID:
    async with world.work(organ, "organ_head") as work:
        return await service.nominate(
            work, list_id, kind="person" if officer_id else "organ", field="enforcement", merits=MERITS,
            officer_id=officer_id,
        )  # fmt: skip


async def included(world: World, nomination_id: UUID) -> Nomination:
    async with world.work(BODY, "supervisor") as work:
        return await service.review(work, nomination_id, include=True)


async def take(world: World, list_id: UUID, action: str, organ: str, role: str, nth: int = 0, **more: Any) -> Any:
    async with world.work(organ, role, nth) as work:
        return await service.take(work, list_id, action, **more)


async def test_from_nomination_to_a_page_that_everybody_reads(world: World) -> None:
    list_id = await opened(world)
    person = await officer(world)
    for nomination in (await nominated(world, list_id), await nominated(world, list_id, officer_id=person)):
        await included(world, nomination)
    with pytest.raises(Denied):
        await take(world, list_id, "approve", BODY, "supervision_leader")
    await take(world, list_id, "submit", BODY, "supervision_leader")
    with pytest.raises(IllegalTransition, match="不再接受"):
        await nominated(world, list_id, BODY)
    async with world.work(BODY) as work:
        with pytest.raises(NotFound):
            await service.published_list(work, list_id)
    await take(world, list_id, "approve", GOVERNMENT, "government_leader")
    async with world.system() as work:
        assert await service.published(work) == []
    await take(world, list_id, "publish", BODY, "supervision_leader")
    async with world.system() as work:
        shown = await service.published_list(work, list_id)
        assert [(c.kind, c.name) for c in shown.commended] == [
            ("organ", "许昌市建安区城市管理局"),
            ("person", "孟某某"),
        ]
        assert [row.id for row in await service.published(work)] == [list_id]


async def test_who_was_removed_from_awards_is_refused_at_every_step(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    list_id = await opened(world)
    removed: set[UUID] = set()

    async def removed_from_awards(_work: Any, *, organ_id: UUID | None, officer_id: UUID | None, year: int) -> Any:
        assert year == 2026
        return (
            SimpleNamespace(sentence="该单位在2026年度被取消评优评先资格。", article="21")
            if organ_id in removed
            else None
        )

    monkeypatch.setattr(accountability, "removed_from_awards", removed_from_awards)
    organ_id = await world.organ(SUPERVISED)
    removed.add(organ_id)
    with pytest.raises(IllegalTransition, match="取消评优评先资格") as refusal:
        await nominated(world, list_id)
    assert refusal.value.article == "21"
    removed.clear()
    nomination = await nominated(world, list_id)
    removed.add(organ_id)
    with pytest.raises(IllegalTransition, match="取消评优评先资格"):
        await included(world, nomination)
    removed.clear()
    await included(world, nomination)
    for action, organ, role in (
        ("submit", BODY, "supervision_leader"),
        ("approve", GOVERNMENT, "government_leader"),
        ("publish", BODY, "supervision_leader"),
    ):
        removed.add(organ_id)
        with pytest.raises(IllegalTransition, match="不能表彰") as refusal:
            await take(world, list_id, action, organ, role)
        assert refusal.value.article == "21"
        removed.clear()
        await take(world, list_id, action, organ, role)


async def test_a_decision_that_removes_from_awards_closes_the_list_to_the_organ(world: World) -> None:
    """From the decision of the government (Art. 21) to the refusal of the nomination (Art. 6), in one story."""
    list_id = await opened(world)
    case = await steps.propose(world, measure="removal_from_awards", gravity="grave")
    await steps.told(world, case.id)
    await steps.decide(world, case.id, "removal_from_awards", organ=GOVERNMENT, role="government_leader")
    notice = (await steps.notices(world, case.id, "decision"))[0]
    await steps.receive(world, notice.id, "organ_head")
    with pytest.raises(IllegalTransition, match="取消评优评先资格") as refusal:
        await nominated(world, list_id)
    assert refusal.value.article == "21"


async def test_whose_qualification_is_cancelled_cannot_be_commended(world: World) -> None:
    list_id = await opened(world)
    with pytest.raises(IllegalTransition, match="资格已被取消"):
        await nominated(world, list_id, officer_id=await officer(world, status="cancelled"))


async def test_an_organ_nominates_itself_and_its_own_people_once(world: World) -> None:
    list_id = await opened(world)
    await nominated(world, list_id)
    with pytest.raises(IllegalTransition, match="已经在推荐名单中"):
        await nominated(world, list_id)
    with pytest.raises(Invalid) as wrong:
        await nominated(world, list_id, officer_id=await officer(world, "建安区水利局"))
    assert [e.field for e in wrong.value.errors] == ["officer_id"]
    with pytest.raises(NotFound):
        async with world.work("禹州市司法局", "supervision_leader") as work:
            await service.nominate(work, list_id, kind="organ", field="enforcement", merits=MERITS)
    async with world.work("建安区水利局", "organ_head") as work:
        assert (await service.view(work, list_id)).nominations == [], "others' nominations are not shown"
    async with world.work(SUPERVISED, "organ_head") as work:
        seen = await service.view(work, list_id)
        assert [n.name for n in seen.nominations] == ["许昌市建安区城市管理局"]


async def test_the_steps_have_their_order_and_their_people(world: World) -> None:
    with pytest.raises(Denied):
        async with world.work(BODY, "supervisor") as work:
            await service.open_list(work, 2026)
    with pytest.raises(Invalid):
        await opened(world, 2027)
    list_id = await opened(world)
    with pytest.raises(IllegalTransition, match="已经开始"):
        await opened(world)
    with pytest.raises(IllegalTransition, match="没有列入"):
        await take(world, list_id, "submit", BODY, "supervision_leader")
    nomination = await nominated(world, list_id)
    with pytest.raises(IllegalTransition, match="没有"):
        await take(world, list_id, "submit", BODY, "supervision_leader")
    with pytest.raises(Invalid):
        async with world.work(BODY, "supervisor") as work:
            await service.review(work, nomination, include=False)
    await included(world, nomination)
    with pytest.raises(Stale):
        await take(world, list_id, "submit", BODY, "supervision_leader", version=99)
    await take(world, list_id, "submit", BODY, "supervision_leader")
    with pytest.raises(IllegalTransition, match="理由"):
        await take(world, list_id, "send_back", GOVERNMENT, "government_leader")
    await take(world, list_id, "send_back", GOVERNMENT, "government_leader", reason="请补充事迹材料。")
    async with world.work(BODY, "supervisor") as work:
        assert (await service.view(work, list_id)).returned_reason == "请补充事迹材料。"
    with pytest.raises(NotFound):
        await take(world, list_id, "submit", "市司法局", "supervision_leader")


async def test_two_nominations_at_once_are_one(world: World) -> None:
    list_id = await opened(world)

    async def one() -> str:
        try:
            await nominated(world, list_id)
        except (ZhunshengError, SQLAlchemyError) as refusal:
            return type(refusal).__name__
        return "done"

    assert sorted(await asyncio.gather(*(one() for _ in range(4)))).count("done") == 1
    async with world.work(BODY) as work:
        assert len((await work.session.scalars(select(Nomination))).all()) == 1

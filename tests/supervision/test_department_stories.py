"""A department's own supervision from the opening to the closing: in its line (Art. 2(2)) and inside itself (Arts. 5,
12). The persons are those of the department; nobody outside it takes part."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

import pytest
from sqlalchemy import select

from kernel.errors import Denied, IllegalTransition, NotFound
from kernel.work import Actor, Work, open_work
from supervision.instruments import service as instruments
from supervision.instruments.commands import (
    DraftInstrument,
    ReplyInput,
    ReplyItem,
    RequirementInput,
    Verification,
)
from supervision.instruments.models import Delivery, Instrument
from supervision.matters import service as matters
from supervision.matters.commands import EstablishFinding, ProposeMatter
from supervision.matters.models import Finding, Matter
from tenants.staff import service as staff
from tests import stories
from tests.world import World


@dataclass(frozen=True, slots=True)
class Side:
    """Who supervises in a story, and who answers."""

    organ: str
    supervised: str
    lead: str
    """Role of who approves."""


LINE = Side("市水利局", "建安区水利局", "supervision_leader")
INTERNAL = Side("建安区城市管理局", "建安区城市管理局", "organ_head")


async def enlist(world: World, organ: str, name: str, username: str, unit: str, *roles: str) -> Actor:
    """A new person of an organ, with a certificate, as actor."""
    organ_id = await world.organ(organ)
    async with open_work(world.database, city_id=world.city_id, organ_id=organ_id) as work:
        account = await staff.add_account(work, name=name, username=username, password="Demo-abcdefg-7")
        post = await staff.add_post(
            work,
            person_id=account.person_id,
            person_name=name,
            title="监督人员",
            unit=unit,
            roles=list(roles),
            certificate_no=f"豫监督证{username}",
        )
    return Actor(account.id, account.person_id, post.id, organ_id, world.city_id, name, "监督人员", frozenset(roles))


def acting(world: World, actor: Actor) -> AbstractAsyncContextManager[Work]:
    return open_work(world.database, city_id=world.city_id, organ_id=actor.organ_id, actor=actor)


async def opened(world: World, side: Side, *handlers: Actor) -> Matter:
    async with acting(world, handlers[0]) as work:
        matter = await matters.propose(
            work,
            ProposeMatter(
                title="执法案卷中没有延长扣押期限的审批",
                mode="inspection",
                content_items=("10(5)",),
                supervised_id=await world.organ(side.supervised),
                basis="own_finding",
                basis_note="日常检查发现",
                source="",
            ),
        )
    async with world.work(side.organ, side.lead) as work:
        return await matters.approve_opening(work, matter.id, post_ids=[h.post_id for h in handlers])


async def found(world: World, matter: Matter, handler: Actor, officers: str = "") -> Finding:
    async with acting(world, handler) as work:
        return await matters.establish_finding(
            work,
            matter.id,
            EstablishFinding(
                content_item="10(5)",
                title="扣押期限届满未作处理决定",
                facts="抽查案卷一册，扣押满三十日，未见延长批准，物品未退还。",
                provision="《中华人民共和国行政强制法》第二十五条",
                gravity="ordinary",
                concerns_act=False,
                officers=officers,
                files=(stories.upload(),),
            ),
        )


async def noticed(world: World, side: Side, matter: Matter, finding: Finding, handler: Actor) -> Instrument:
    """The internal notice, drafted by the handler, approved and issued by the head."""
    async with acting(world, handler) as work:
        line = RequirementInput(finding_id=finding.id, text="依法处理扣押物品并报告结果。")
        drafted = await instruments.draft(
            work, DraftInstrument(matter_id=matter.id, kind="internal_notice", requirements=(line,))
        )
        await instruments.submit(work, drafted.id)
    async with world.work(side.organ, side.lead) as work:
        await instruments.approve(work, drafted.id)
    async with world.work(side.organ, side.lead) as work:
        return await instruments.issue_and_serve(work, drafted.id)


async def answered(world: World, side: Side, notice: Instrument, writer: Actor | None = None) -> None:
    """The contact signs for the notice and (or `writer`) writes, the head approves."""
    contact = await world.actor(side.supervised, "contact")
    async with acting(world, contact) as work:
        delivery = await instruments.open_delivery(work, (await received(work, notice)).id)
    async with acting(world, writer or contact) as work:
        items = tuple(
            ReplyItem(no=x["no"], status="done", text="已于10月12日退还扣押物品。") for x in delivery.requirements
        )
        await instruments.draft_reply(work, delivery.id, ReplyInput(items=items, refuses=False, general=""))
        for line in delivery.requirements:
            await instruments.add_reply_file(work, delivery.id, line["no"], "退还凭证.pdf", stories.pdf("退还凭证"))
        await instruments.submit_reply(work, delivery.id)
    async with world.work(side.supervised, "organ_head") as work:
        await instruments.approve_reply(work, delivery.id)


async def received(work: Work, notice: Instrument) -> Delivery:
    query = select(Delivery).where(Delivery.instrument_id == notice.id, Delivery.role == "main")
    found: Delivery = (await work.session.scalars(query)).one()
    return found


async def accepted(world: World, notice: Instrument, handler: Actor) -> Instrument:
    async with acting(world, handler) as work:
        case = await instruments.load_case(work, notice.id)
        checked = [Verification(finding_id=f.id, rectified=True, note="已核对凭证。") for f in case.covered()]
        return await instruments.accept_reply(work, notice.id, verifications=checked)


async def closed(world: World, side: Side, matter: Matter, handler: Actor) -> Matter:
    async with acting(world, handler) as work:
        await matters.propose_closing(work, matter.id, "问题已经整改到位，物品已退还。")
    async with world.work(side.organ, side.lead) as work:
        return await matters.approve_closing(work, matter.id)


@pytest.mark.parametrize("side", [LINE, INTERNAL], ids=["line", "internal"])
async def test_from_the_opening_to_the_closing(world: World, side: Side) -> None:
    await world.set_clock("2026-10-09 09:00")
    one = await enlist(world, side.organ, "甲一", "jia", "法制科", "supervisor", "legal_officer")
    two = await enlist(world, side.organ, "乙二", "yi", "法制科", "supervisor")
    matter = await opened(world, side, one, two)
    finding = await found(world, matter, one, officers="执法大队彭程")
    notice = await noticed(world, side, matter, finding, one)
    assert notice.number
    await answered(world, side, notice)
    assert (await accepted(world, notice, two)).state == "accepted"
    assert (await closed(world, side, matter, one)).state == "closed"


async def test_the_responsible_unit_does_not_verify_itself(world: World) -> None:
    """Inside one organ the owner is a person or unit, not the organ (Arts. 5, 12)."""
    await world.set_clock("2026-10-09 09:00")
    one = await enlist(world, INTERNAL.organ, "甲一", "jia", "法制科", "supervisor", "legal_officer")
    mate = await enlist(world, INTERNAL.organ, "丙三", "bing", "执法大队", "supervisor")
    matter = await opened(world, INTERNAL, one, mate)
    finding = await found(world, matter, one, officers="彭程")
    notice = await noticed(world, INTERNAL, matter, finding, one)
    await answered(world, INTERNAL, notice)
    with pytest.raises((Denied, IllegalTransition), match="责任"):
        await accepted(world, notice, mate)
    with pytest.raises((Denied, IllegalTransition), match="责任"):
        async with acting(world, mate) as work:
            await matters.verify_rectification(work, finding.id, True, "已核对凭证。")
    assert (await accepted(world, notice, one)).state == "accepted"


async def test_who_wrote_the_report_does_not_verify_it(world: World) -> None:
    await world.set_clock("2026-10-09 09:00")
    two = await enlist(world, INTERNAL.organ, "乙二", "yi", "法制科", "supervisor")
    one = await enlist(world, INTERNAL.organ, "甲一", "jia", "法制科", "supervisor", "legal_officer")
    matter = await opened(world, INTERNAL, one, two)
    finding = await found(world, matter, one)
    notice = await noticed(world, INTERNAL, matter, finding, one)
    await answered(world, INTERNAL, notice, writer=one)
    with pytest.raises((Denied, IllegalTransition), match="责任"):
        await accepted(world, notice, one)
    assert (await accepted(world, notice, two)).state == "accepted"


async def test_the_legal_affairs_unit_does_not_sign_for_the_responsible_one(world: World) -> None:
    """The notice goes to the organ's contact or head, not to the officer that issues it."""
    await world.set_clock("2026-10-09 09:00")
    one = await enlist(world, INTERNAL.organ, "甲一", "jia", "法制科", "supervisor", "legal_officer")
    two = await enlist(world, INTERNAL.organ, "乙二", "yi", "法制科", "supervisor")
    matter = await opened(world, INTERNAL, one, two)
    notice = await noticed(world, INTERNAL, matter, await found(world, matter, one), one)
    async with acting(world, one) as work:
        delivery = await received(work, notice)
        with pytest.raises((Denied, NotFound)):
            await instruments.open_delivery(work, delivery.id)

"""A referral goes out as its sealed package; receipt and result come back, over the simulated receiver (Art. 18)."""

from __future__ import annotations

from datetime import date
from typing import Any

import httpx
from sqlalchemy import select

from integrations.discipline import service as discipline
from integrations.links import service as links
from integrations.links.models import Arrival, Parcel
from integrations.links.signing import for_peer
from integrations.links.wire import Reply, ReplyFile
from integrations.provincial.simulator.app import create
from supervision.referrals.dossier import faults
from supervision.referrals.models import Referral
from tests import stories
from tests.integrations.links.things import connect
from tests.integrations.provincial.platform import ADDRESS, Province, province
from tests.stories import BODY
from tests.supervision.referrals import cases
from tests.world import World


def _client(there: Province) -> discipline.Client:
    app: Any = create(there.store, for_peer(there.keys))
    link = links.Connected(there.link_id, "discipline", "纪委监委", ADDRESS, there.keys, {})
    return discipline.Client(link, transport=httpx.ASGITransport(app=app))


def _reply(referral: Referral, kind: str, n: int) -> Reply:
    paper = stories.upload("回执.pdf")
    return Reply(
        id=f"J{n}",
        referral_id=str(referral.id),
        kind=kind,  # type: ignore[arg-type]
        on=date(2026, 10, 12),
        text="已受理，由第三审查室办理。",
        files=[ReplyFile(name=paper.name, media_type="application/pdf", content=paper.data)],
    )


async def test_a_referral_goes_out_sealed_and_its_result_comes_back(world: World) -> None:
    there = province()
    link = await connect(world, "discipline", organ=BODY, keys=there.keys)
    referral = await cases.sent(world)
    await world.settled(BODY)
    async with world.work(BODY) as work:
        assert await discipline.tell_referrals(work, link) == 1
    async with _client(there) as client:
        errand = await world.errand(BODY)
        assert await links.push(errand, link, discipline.Carrier(client)) == 1
        async with world.work(BODY) as work:
            parcel = (await work.session.scalars(select(Parcel))).one()
        handed = there.store.handed("referral")[str(referral.id)]
        package = there.store.package(handed["package_sha256"])
        assert package is not None
        assert faults(package, handed["manifest_sha256"]) == []
        assert "赵某某" not in str(parcel.payload)
        for n, kind in enumerate(("receipt", "receipt", "result")):
            there.store.reply(_reply(referral, kind, n))
        there.store.reply(_reply(referral, "receipt", 0))
        assert not await discipline.pull_replies(errand, link, client)
        assert not await discipline.pull_replies(errand, link, client)
    async with world.work(BODY) as work:
        row = await work.session.get_one(Referral, (work.city_id, referral.id))
        arrived = [(a.external_id, a.state) for a in await work.session.scalars(select(Arrival).order_by(Arrival.id))]
        assert row.state == "resulted"
    assert arrived == [("J0", "taken"), ("J1", "refused"), ("J2", "taken")], "a second receipt is no step"


async def test_a_reply_to_what_was_not_sent_over_the_link_is_refused(world: World) -> None:
    there = province()
    link = await connect(world, "discipline", organ=BODY, keys=there.keys)
    referral = await cases.sent(world)
    async with world.work(BODY) as work:
        assert "没有经本连接送出" in await discipline.receive(work, link, _reply(referral, "receipt", 1))
    async with world.work(BODY) as work:
        assert (await work.session.get_one(Referral, (work.city_id, referral.id))).state == "sent"

"""Client and simulator, which speak by the same contract: pulls, pushes, comparison, repair, and what is refused."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import httpx
import msgspec
import pytest
from sqlalchemy import select, update

from integrations.links import repository
from integrations.links import service as links
from integrations.links.models import Arrival, LinkDifference, Parcel
from integrations.links.rules import content_hash
from integrations.links.signing import Request, for_peer, new_keys, sign_request
from integrations.provincial import service as provincial
from integrations.provincial.contract import document
from integrations.provincial.messages import Handed
from integrations.provincial.simulator.app import create
from integrations.provincial.simulator.faults import Faults
from kernel.clock import system_now
from kernel.ids import new_id
from supervision.records.models import RecordImport
from tests.integrations.links.things import ORGAN, connect
from tests.integrations.provincial.platform import ADDRESS, Province, matter, province, record
from tests.world import World

ROOT = Path(__file__).parents[3]


def _handed(n: int, *, key: str = "", version: int = 1, state: str = "open") -> Handed:
    data = matter(n, state)
    return Handed(
        kind="matter", id=f"M{n}", version=version, key=key or f"k{n}.{version}", hash=content_hash(data), data=data
    )


def test_the_contract_in_the_repository_is_that_of_the_messages() -> None:
    assert (ROOT / "docs" / "provincial-openapi.json").read_text() == document()


async def test_a_batch_is_received_once_and_late_versions_are_told() -> None:
    there = province()
    async with there.client() as client:
        assert [one.outcome for one in await client.push([_handed(1, version=2), _handed(2)])] == ["received"] * 2
        again = await client.push([_handed(1, version=2), _handed(1, version=1, state="old")])
        wrong = msgspec.structs.replace(_handed(3), hash="0" * 64)
        bad = msgspec.structs.replace(_handed(4), data={"number": 4})
        refused = await client.push([wrong, bad])
    assert [one.outcome for one in again] == ["duplicate", "late"]
    assert [one.outcome for one in refused] == ["refused", "refused"]
    assert set(there.store.handed("matter")) == {"M1", "M2"}


async def test_pages_follow_the_cursor_and_half_a_page_is_none() -> None:
    there = province()
    there.store.offer("record", [(f"R{n}", 1, record(n, 1)) for n in range(25)])
    seen, after = [], ""
    async with there.client(Faults(duplicate=1.0, reorder=1.0)) as client:
        for _ in range(3):
            page = await client.changes("record", after, 10)
            seen += [item.id for item in page.items]
            after = page.next
    assert len(set(seen)) == 25
    assert len(seen) > 25
    assert not page.more
    async with there.client(Faults(half=1.0)) as client:
        with pytest.raises(links.Unreachable, match="不完整"):
            await client.changes("record", "", 10)


@pytest.mark.parametrize(
    ("faults", "error"),
    [
        (Faults(wrong_signature=1.0), links.Untrusted),
        (Faults(error_before=1.0), links.Unreachable),
        (Faults(error_after=1.0), links.Unreachable),
    ],
)
async def test_what_is_wrong_is_never_believed(faults: Faults, error: type[Exception]) -> None:
    there = province()
    async with there.client(faults) as client:
        with pytest.raises(error):
            await client.push([_handed(1)])


async def test_a_request_is_accepted_once_and_only_under_its_key() -> None:
    there = province()
    app = create(there.store, for_peer(there.keys))
    signed = Request("GET", "/v1/replies", "after=", b"")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=ADDRESS) as http:  # type: ignore[arg-type]
        good = sign_request(there.keys, signed, system_now())
        assert (await http.get("/v1/replies?after=", headers=good)).status_code == 200
        assert (await http.get("/v1/replies?after=", headers=good)).status_code == 401, "replayed"
        old = sign_request(there.keys, signed, system_now() - timedelta(minutes=6))
        assert (await http.get("/v1/replies?after=", headers=old)).status_code == 401
        other = sign_request(new_keys("hmac-sm3"), signed, system_now())
        assert (await http.get("/v1/replies?after=", headers=other)).status_code == 401
        assert (await http.get("/v1/replies?after=")).status_code == 401


async def test_both_sides_can_sign_with_sm2() -> None:
    ours, theirs = new_keys("sm2"), new_keys("sm2")
    there = province()
    there.keys = msgspec.structs.replace(ours, peer=theirs.public)
    view = msgspec.structs.replace(theirs, peer=ours.public, key_id=ours.key_id)
    app = create(there.store, view)
    link = links.Connected(there.link_id, "provincial", "省平台", ADDRESS, there.keys, {})
    async with provincial.Client(link, transport=httpx.ASGITransport(app=app)) as client:  # type: ignore[arg-type]
        assert (await client.push([_handed(1)]))[0].outcome == "received"


async def _exchange(world: World, link: UUID, there: Province) -> None:
    async with there.client() as client:
        errand = await world.errand(ORGAN)
        await links.push(errand, link, provincial.Carrier(client))
        await provincial.pull(errand, link, client)


async def test_differences_are_found_shown_and_repaired(world: World) -> None:
    there = province()
    link = await connect(world, keys=there.keys)
    there.store.offer("record", [(f"R{n}", 1, record(n, 1)) for n in range(40)])
    async with world.work(ORGAN) as work:
        things = [links.Outgoing("matter", new_id(), matter(n), f"m{n}") for n in range(40)]
        await links.post_to(work, link, things)
    await _exchange(world, link, there)
    async with world.work(ORGAN) as work:
        await work.session.execute(update(Arrival).where(Arrival.external_id == "R7").values(content_hash="0" * 64))
    there.store._db.execute("update handed set hash = '" + "f" * 64 + "' where id in (select id from handed limit 1)")
    there.store._db.execute("delete from handed where id in (select id from handed order by id desc limit 2)")
    async with there.client() as client:
        errand = await world.errand(ORGAN)
        made = {(c.direction, c.kind): c for c in await provincial.reconcile(errand, link, client)}
        assert made["in", "record"].differences == 1
        assert made["out", "matter"].differences == 3
        assert (made["out", "matter"].ours, made["out", "matter"].theirs) == (40, 38)
        assert await provincial.repair(errand, link, client) == 4
        await _exchange(world, link, there)
        assert all(one.equal for one in await provincial.reconcile(errand, link, client))
        async with world.work(ORGAN) as work:
            rows = list((await work.session.scalars(select(LinkDifference))).all())
    assert {row.state for row in rows} == {"settled"}
    assert len(rows) == 4


async def test_registers_are_compared_and_never_overwritten(world: World) -> None:
    there = province()
    link = await connect(world, keys=there.keys)
    tree = await world.directory()
    ours = next(o for o in tree.organs.values() if o.name == "许昌市城市管理局")
    there.store.offer("organ", [("O1", 1, {"name": ours.name}), ("O2", 1, {"name": "许昌市没有这个局"})])
    there.store.offer("officer", [("P1", 1, {
        "name": "演示甲", "citizen_id": "110101199003070011", "organ_name": ours.name,
    }), ("P2", 1, {"name": "坏"})])  # fmt: skip
    await _exchange(world, link, there)
    async with world.work(ORGAN) as work:
        rows = {(row.kind, row.external_id): row.what for row in await repository.open_differences(work, link)}
        refused = await repository.arrival(work, link, "officer", "P2", 1)
        assert refused is not None
        assert refused.state == "refused"
        assert refused.error
    assert rows == {("organ", "O2"): "missing_here", ("officer", "P1"): "missing_here"}


async def test_what_happens_in_an_organ_is_told_once_and_as_it_is_now(world: World) -> None:
    from tests import stories

    link = await connect(world, organ=stories.BODY)
    await stories.served_matter(world)
    await world.settled(stories.BODY)
    async with world.work(stories.BODY) as work:
        await provincial.tell_changes(work, link)
    async with world.work(stories.BODY) as work:
        assert await provincial.tell_changes(work, link) == 0
        rows = list((await work.session.scalars(select(Parcel))).all())
    kinds = sorted(row.kind for row in rows)
    assert kinds == ["instrument", "matter"]
    told = {row.kind: row.payload for row in rows}
    assert told["instrument"]["state"] == "served"
    assert told["matter"]["supervised"] == stories.SUPERVISED or told["matter"]["supervised"]
    assert "张某" not in str(told)


async def test_records_go_into_the_register_and_what_is_wrong_into_its_quarantine(world: World) -> None:
    there = province()
    link = await connect(world, organ="建安区司法局", keys=there.keys)
    there.store.offer("record", [("R1", 1, record(1, 1)), ("R2", 1, {"kind": "penalty"})])
    async with there.client() as client:
        await provincial.pull(await world.errand("建安区司法局"), link, client)
    async with world.work("建安区司法局") as work:
        states = [row.state for row in await work.session.scalars(select(Arrival))]
        made = (await work.session.scalars(select(RecordImport))).one()
    assert states == ["taken", "taken"]
    assert made.read == 2
    assert made.source == "province"
    assert made.quarantined >= 1

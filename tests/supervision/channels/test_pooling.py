"""Clues of all channels pooled: likely duplicates proposed and decided, media and social supervisors, the figures."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from kernel.errors import Denied, IllegalTransition, Invalid, NotFound
from supervision.channels import service as channels
from supervision.channels.rules import Likeness, judge, media_problems
from supervision.clues import service as clues
from supervision.clues.commands import ClueFilter
from tests.supervision.channels.things import BODY, CITY, FACTS, SUBJECT, TOWN, clue_of, complain, received
from tests.supervision.clues import pool
from tests.world import World


async def found(world: World, clue_id: UUID) -> int:
    async with world.work(BODY) as work:
        return await channels.find_duplicates(work, clue_id)


async def newest(world: World) -> UUID:
    async with world.work(BODY, "supervisor") as work:
        return (await clues.list_clues(work, ClueFilter())).rows[0].id


async def test_one_incident_through_three_channels_is_proposed(world: World) -> None:
    first = await pool.registered(world)
    order = await clue_of(world, await received(world))
    await complain(world)
    third = await newest(world)
    other = await pool.registered(
        world, title="取水许可到期后仍在取水", facts="河道取水口九月以来一直在抽水，无人检查。"
    )
    assert await found(world, first) == 2
    assert await found(world, order) == 1, "its pair with the first is known"
    assert await found(world, third) == 0
    assert await found(world, other) == 0
    async with world.work(BODY, "supervisor") as work:
        page = await channels.proposals(work)
        pairs = {frozenset((p.first.id, p.second.id)) for p in page.items}
        assert pairs == {frozenset(p) for p in ((first, order), (first, third), (order, third))}
        assert all(p.first.received_at <= p.second.received_at for p in page.items)
        best = page.items[0]
        assert "反映同一单位" in best.reasons
        assert any("文字相似" in reason for reason in best.reasons)
        kept = await channels.accept_pair(work, best.id)
        assert kept == best.first.id
    async with world.work(BODY, "supervisor") as work:
        left = await channels.proposals(work)
        gone = best.second.id
        assert all(gone not in (p.first.id, p.second.id) for p in left.items), "pairs of a merged clue are moot"
        await channels.reject_pair(work, left.items[0].id, "时间不同，是两次扣押。")
        with pytest.raises(IllegalTransition, match="已经处理"):
            await channels.reject_pair(work, left.items[0].id)
        assert (await channels.proposals(work)).items == []
    one, two = left.items[0].first.id, left.items[0].second.id
    assert await found(world, one) + await found(world, two) == 0, "a rejected pair stays rejected"


async def test_pairs_are_the_handling_organs_alone(world: World) -> None:
    first = await pool.registered(world)
    await pool.registered(world)
    assert await found(world, first) == 1
    async with world.work(CITY, "supervisor") as work:
        assert (await channels.proposals(work)).items == []
    async with world.work(SUBJECT, "legal_officer") as work:
        assert (await channels.proposals(work)).items == []
    async with world.work(TOWN, "contact") as work:
        with pytest.raises(Denied):
            await channels.proposals(work)


@given(
    title=st.floats(0, 100), whole=st.floats(0, 100), same=st.sampled_from([True, False, None]), place=st.booleans(),
    days=st.integers(0, 400),
)  # fmt: skip
def test_the_score(title: float, whole: float, same: bool | None, place: bool, days: int) -> None:
    likeness = Likeness(title, whole, same, place, days, ("甲", "乙"))
    score, why = judge(likeness)
    assert 0 <= score <= 100
    assert bool(why) == (max(title, whole) >= 40)
    if why:
        other = Likeness(title, whole, False, place, days, ("甲", "乙"))
        assert judge(other)[0] <= score


async def test_media_clues_carry_their_source(world: World) -> None:
    command = pool.command(await world.organ(SUBJECT), complainant=None)
    async with world.work(BODY, "supervisor") as work:
        with pytest.raises(Invalid) as caught:
            await channels.report_media(
                work, channels.MediaClue(clue=command, outlet="", published_on=None, url="javascript:1")
            )
        assert {e.field for e in caught.value.errors} == {"outlet", "url", "published_on"}
        given_ = channels.MediaClue(
            clue=command, outlet="某某短视频平台", published_on=date(2026, 10, 8), url="https://example.com/v/1"
        )
        clue = await channels.report_media(work, given_)
        assert clue.source == "media"
        view = await channels.of_clue(work, clue)
        assert view is not None
        assert (view.kind, view.url) == ("media", "https://example.com/v/1")
    async with world.work(TOWN, "contact") as work:
        with pytest.raises(Denied):
            await channels.report_media(work, given_)


@pytest.mark.parametrize("url", ["ftp://x", "http:", "http://[", "//x", "data:text/html,1"])
def test_addresses_that_are_none(url: str) -> None:
    assert [e.field for e in media_problems("报", url, date(2026, 1, 1), date(2026, 1, 2))] == ["url"]


async def appointed(world: World, **more: Any) -> UUID:
    given_: dict[str, Any] = {"name": "何律师", "identity": "lawyer", "from_on": date(2026, 3, 1)}
    async with world.work(BODY, "supervision_leader") as work:
        return (await channels.appoint(work, channels.Appoint(**(given_ | more)))).id


async def test_social_supervisors_are_appointed_for_a_term_and_report(world: World) -> None:
    row = await appointed(world, contact="13900005678")
    command = replace(pool.command(await world.organ(SUBJECT)), facts=FACTS)
    async with world.work(BODY, "supervisor") as work:
        clue = await channels.report_social(work, channels.SocialClue(clue=command, supervisor_id=row))
        assert clue.source == "social_supervisor"
        assert (await clues.view(work, clue.id)).complainant is None
        [seen] = (await channels.supervisors(work)).items
        assert (seen.until_on, seen.clues, seen.contact_mask) == (date(2028, 2, 29), 1, "139****78")
        with pytest.raises(Denied):
            await channels.appoint(work, channels.Appoint(name="某人", identity="other", from_on=work.today))
    async with world.work(BODY, "supervision_leader") as work:
        with pytest.raises(Invalid):
            await channels.end_appointment(work, row, "")
        await channels.end_appointment(work, row, "本人申请辞去。")
    async with world.work(BODY, "supervisor") as work:
        with pytest.raises(Invalid, match="届满或者终止"):
            await channels.report_social(work, channels.SocialClue(clue=command, supervisor_id=row))
        assert (await channels.supervisors(work)).items == []
        assert [one.ended_reason for one in (await channels.supervisors(work, ended=True)).items] == ["本人申请辞去。"]
    async with world.work(CITY, "supervision_leader") as work:
        assert (await channels.supervisors(work)).items == []


async def test_the_pooled_view_counts_what_the_reader_may_see(world: World) -> None:
    await received(world)
    await complain(world)
    await pool.registered(world, source="media", content_items=("10(5)", "8(2)"), title="夜市摊位重复检查")
    async with world.work(BODY, "supervisor") as work:
        view = await channels.pooled(work)
        assert (view.total, view.open, view.reach) == (3, 3, "own")
        assert {(c.key, c.clues) for c in view.channels} == {("hotline", 1), ("complaint", 1), ("media", 1)}
        assert {(c.key, c.clues) for c in view.items} == {("10(5)", 1), ("8(2)", 1)}
        assert [(c.key, c.clues) for c in view.organs] == [(str(await world.organ(SUBJECT)), 3)]
        assert len(view.months) == 12
        assert (view.months[-1].key, view.months[-1].clues) == ("2026-10", 3)
        assert sum(c.clues for c in view.lines) >= 3
        listed = await clues.list_clues(work, ClueFilter(source="media", item="8(2)", month="2026-10"))
        assert len(listed.rows) == 1
        assert (await clues.list_clues(work, ClueFilter(month="2026-09"))).rows == []
        for wrong in ({"first": "2026-13"}, {"first": "2020-01"}, {"reach": "some"}, {"last": "x"}):
            with pytest.raises(Invalid):
                await channels.pooled(work, **wrong)  # type: ignore[arg-type]
    async with world.work(CITY, "supervisor") as work:
        assert (await channels.pooled(work)).total == 0
        view = await channels.pooled(work, reach="all")
        assert {c.key: c.clues for c in view.areas} == {str(await world.organ(BODY)): 3}
        one = ClueFilter(handler_id=await world.organ(BODY))
        rows = (await clues.list_clues(work, one)).rows
        assert len(rows) == 3
        assert {row.source_label for row in rows} == {"不公开"}
    async with world.work("建安区政府", "government_leader") as work:
        assert (await channels.pooled(work)).total == 3
    async with world.work("禹州市司法局", "supervisor") as work:
        assert (await channels.pooled(work, reach="all")).total == 0
        with pytest.raises(NotFound):
            await channels.pooled(work, reach=str(await world.organ(BODY)))
    async with world.work(TOWN, "contact") as work:
        with pytest.raises(Denied):
            await channels.pooled(work)

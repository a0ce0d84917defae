"""The way of a return through three levels, and what nobody may do on it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from kernel.errors import Denied, IllegalTransition, Invalid, NotFound, Stale
from kernel.ids import new_id
from kernel.models import AuditEntry
from reporting.returns import repository, service, sources
from reporting.returns.commands import CellInput
from tenants.organs.models import SettingOverride
from tests.reporting.returns import stories
from tests.reporting.returns.stories import CITY, COUNTY, QUARTER, TOWN
from tests.world import World


async def test_the_job_opens_what_is_owed_once(world: World) -> None:
    first = await stories.open_below(world)
    assert first > 30
    assert await stories.open_below(world) == 0
    head = await stories.opened(world)
    assert (head.state, head.period, head.due_on.isoformat()) == ("open", "2026Q3", "2026-10-20")
    assert head.receiver_id == await world.organ(COUNTY)
    assert await world.organ(CITY) in head.readers


async def test_a_township_is_sent_back_corrects_and_is_accepted(world: World) -> None:
    head = await stories.submitted(world, S1_hotline="3", S1_concluded="2", S1_opened="2")
    sent = await stories.send_back(world, head.id, S1_hotline="与热线台账不符，请核对。")
    assert sent.state == "sent_back"
    async with world.work(TOWN, "contact") as work:
        view = await service.view(work, head.id)
        assert view.writable
        assert view.sent_back is not None
        cells = {c.code: c for s in view.sections for c in s.cells}
        assert cells["S1_hotline"].reason == "与热线台账不符，请核对。"
        await service.save(work, head.id, {"S1_hotline": CellInput(value="5", note="按台账更正")})
    version = await stories.hand_in(world, head.id)
    assert version.number == 2
    accepted = await stories.accept(world, head.id)
    assert (accepted.state, accepted.accepted_version) == ("accepted", 2)
    async with world.work(COUNTY, "supervisor") as work:
        compared = await service.compare(work, head.id, 1, 2)
        assert [(r.code, r.before, r.after) for r in compared.rows] == [("S1_all", "3", "5"), ("S1_hotline", "3", "5")]


async def test_the_roll_up_is_own_and_below_and_opens_to_the_town(world: World) -> None:
    town = await stories.submitted(world, S1_hotline="5", S1_concluded="4", S1_opened="2")
    county = await stories.opened(world, COUNTY)
    await stories.fill(world, county.id, COUNTY, {"missing": "其他单位正在催报"}, S1_hotline="10", S1_concluded="6",
                       S1_opened="3")  # fmt: skip
    await stories.accept(world, town.id)
    async with world.work(COUNTY, "supervisor") as work:
        view = await service.view(work, county.id)
        cells = {c.code: c for s in view.sections for c in s.cells}
        assert (cells["S1_hotline"].own, cells["S1_hotline"].below, cells["S1_hotline"].total) == ("10", "5", "15")
        assert (cells["S1a"].own, cells["S1a"].below, cells["S1a"].total) == ("50.00", "50.00", "50.00")
        assert cells["S2_opened"].below == "—"
        drilled = await service.drill(work, county.id, "S1_hotline")
        assert [(p.organ, p.value, p.version) for p in drilled.parts] == [("尚集镇人民政府", "5", 1)]
        assert len(drilled.missing) == len(view.missing) > 20
    await stories.hand_in(world, county.id, COUNTY)
    async with world.work(CITY, "supervisor") as work:
        seen = await service.view(work, county.id)
        assert {c.code: c.total for s in seen.sections for c in s.cells}["S1_hotline"] == "15"
        down = await service.drill(work, county.id, "S1_hotline")
        assert down.parts[0].return_id == town.id
        lower = await service.view(work, town.id)
        assert lower.organ_name.endswith("尚集镇人民政府")


async def test_a_revision_marks_every_roll_up_until_it_is_rolled_up_again(world: World) -> None:
    town = await stories.submitted(world, S1_hotline="5")
    await stories.accept(world, town.id)
    county = await stories.opened(world, COUNTY)
    async with world.work(COUNTY, "supervisor") as work:
        await service.roll_up_again(work, county.id)
    await stories.fill(world, county.id, COUNTY, {"missing": "其他单位正在催报"})
    await stories.hand_in(world, county.id, COUNTY)
    city = await stories.opened(world, CITY)
    await stories.accept(world, county.id, CITY)
    await stories.fill(world, city.id, CITY, {"missing": "其他单位正在催报"})
    await stories.hand_in(world, city.id, CITY)

    async with world.work(TOWN, "contact") as work:
        await service.revise(work, town.id, "热线台账漏登记一件")
        await service.save(work, town.id, {"S1_hotline": CellInput(value="6", note="按台账更正")})
    assert (await stories.fresh(world, town.id)).accepted_version == 1
    assert (await stories.fresh(world, county.id, COUNTY)).stale == []
    await stories.hand_in(world, town.id)
    await stories.accept(world, town.id)
    marked = await stories.fresh(world, county.id, COUNTY)
    assert [m["version"] for m in marked.stale] == [2]
    assert (await stories.fresh(world, city.id, CITY)).stale[0]["organ"] == marked.organ_name

    async with world.work(COUNTY, "supervisor") as work:
        await service.revise(work, county.id, "尚集镇订正，重新汇总")
        await service.roll_up_again(work, county.id)
    assert (await stories.fresh(world, county.id, COUNTY)).stale == []
    await stories.hand_in(world, county.id, COUNTY)
    await stories.accept(world, county.id, CITY)
    async with world.work(CITY, "supervisor") as work:
        assert (await repository.get(work, city.id)).stale  # type: ignore[union-attr]
        await service.revise(work, city.id, "建安区订正，重新汇总")
        await service.roll_up_again(work, city.id)
        view = await service.view(work, city.id)
        assert view.stale == []
        assert {c.code: c.total for s in view.sections for c in s.cells}["S1_hotline"] == "6"


async def test_figures_from_records_are_grey_and_a_change_wants_a_note(world: World) -> None:
    source = stories.Figures({await world.organ(TOWN): {"clues.received/hotline": 7}})
    sources.register(source)
    world.shelf = None  # a story kept with this source would be another's without it
    try:
        head = await stories.opened(world)
    finally:
        sources.forget(source)
    async with world.work(TOWN, "contact") as work:
        view = await service.view(work, head.id)
        cell = next(c for s in view.sections for c in s.cells if c.code == "S1_hotline")
        assert (cell.kind, cell.own) == ("record", "7")
        await service.save(work, head.id, {"S1_hotline": CellInput(value="8")})
        changed = await service.view(work, head.id)
        assert [f.check for f in changed.findings if f.code == "S1_hotline"] == ["K-15"]
        await service.save(work, head.id, {"S1_hotline": CellInput(value="8", note="1件电话转办未入系统")})
        noted = await service.view(work, head.id)
        assert not [f for f in noted.findings if f.code == "S1_hotline"]
        await service.save(work, head.id, {"S1_hotline": CellInput(value="")})
        back = await service.view(work, head.id)
        assert next(c for s in back.sections for c in s.cells if c.code == "S1_hotline").own == "7"


async def test_a_blank_or_a_failed_check_blocks_and_names_the_cell(world: World) -> None:
    head = await stories.opened(world)
    async with world.work(TOWN, "contact") as work:
        await service.save(work, head.id, {"S1_hotline": CellInput(value="1")})
        with pytest.raises(IllegalTransition, match="还有未通过的校验"):
            await service.validate(work, head.id)
    await stories.fill(world, head.id, S1_opened="3", S1_concluded="2")
    async with world.work(TOWN, "contact") as work:
        view = await service.view(work, head.id)
        assert [(f.check, f.grade, f.code) for f in view.findings if f.blocks] == [("J-01", "error", "S1_opened")]
        with pytest.raises(Invalid) as caught:
            await service.save(work, head.id, {"S1_hotline": CellInput(value="很多"), "S9": CellInput(value="1")})
        assert [e.field for e in caught.value.errors] == ["c-S1_hotline", "c-S9"]


async def test_late_stays_late(world: World) -> None:
    head = await stories.opened(world)
    await stories.fill(world, head.id)
    await world.set_clock("2026-10-21 09:00")
    await stories.hand_in(world, head.id)
    await stories.send_back(world, head.id)
    async with world.work(TOWN, "contact") as work:
        await service.save(work, head.id, {"S1_hotline": CellInput(value="1", note="按台账更正")})
    await stories.hand_in(world, head.id)
    await stories.accept(world, head.id)
    now = await stories.fresh(world, head.id)
    assert now.late
    assert now.first_submitted_on is not None


async def test_nobody_approves_what_he_handed_in_and_nobody_above_edits(world: World) -> None:
    head = await stories.opened(world, COUNTY)
    await stories.fill(world, head.id, COUNTY, {"missing": "正在催报"})
    async with world.work(COUNTY, "supervisor") as work:
        await service.validate(work, head.id)
        with pytest.raises(Denied):
            await service.approve(work, head.id)
    town = await stories.submitted(world)
    async with world.work(COUNTY, "supervision_leader") as work:
        with pytest.raises(Denied, match="上级不得改动下级"):
            await service.save(work, town.id, {"S1_hotline": CellInput(value="9")})
    async with world.work(COUNTY, "supervisor") as work:
        with pytest.raises(Denied):
            await service.accept(work, town.id)
    async with world.work(TOWN, "organ_head") as work:
        with pytest.raises((Denied, NotFound)):
            await service.accept(work, town.id)


async def test_strangers_and_drafts_are_not_there(world: World) -> None:
    head = await stories.opened(world)
    await stories.fill(world, head.id)
    for organ, role in (("禹州市司法局", "supervisor"), ("建安区水利局", "contact"), ("尚集镇政府", None)):
        async with world.work(organ, role) as work:
            if role is not None:
                with pytest.raises(NotFound):
                    await service.view(work, head.id)
                with pytest.raises(NotFound):
                    await service.save(work, head.id, {})
    async with world.work(COUNTY, "supervisor") as work:
        assert await repository.sheet(work, head.id) is None
        seen = await service.view(work, head.id)
        assert seen.sections == []
        assert seen.state_label == "填报中"


async def test_a_version_of_another_state_is_refused(world: World) -> None:
    head = await stories.submitted(world)
    async with world.work(COUNTY, "supervision_leader") as work:
        with pytest.raises(Stale):
            await service.accept(work, head.id, version=7)
    await stories.accept(world, head.id)
    async with world.work(COUNTY, "supervisor") as work:
        with pytest.raises(IllegalTransition):
            await service.send_back(work, head.id, "再看一看")


async def test_each_step_is_audited_where_it_acts(world: World) -> None:
    head = await stories.submitted(world)
    await stories.accept(world, head.id)
    async with world.work(TOWN) as work:
        query: Any = select(AuditEntry.action).where(AuditEntry.subject_id == head.id).order_by(AuditEntry.seq)
        actions = list((await work.session.scalars(query)).all())
    assert actions == ["open", "fill", "validate", "approve", "submit", "accept"]
    async with world.work(COUNTY) as work:
        assert "accept" in (await work.session.scalars(query)).all()


async def test_the_yearly_form_blocks_while_a_lower_unit_is_missing(world: World) -> None:
    await world.set_clock("2027-01-12 09:00")
    head = await stories.opened(world, COUNTY, form="enforcement_yearly", period="2026")
    assert head.due_on.isoformat() == "2027-01-31"
    await stories.fill(world, head.id, COUNTY, {"missing": "催报中"})
    async with world.work(COUNTY, "supervisor") as work:
        await service.roll_up_again(work, head.id)
        with pytest.raises(IllegalTransition):
            await service.validate(work, head.id)
        view = await service.view(work, head.id)
        assert [f.check for f in view.findings if f.blocks] == ["K-14"]
    assert (await stories.opened(world, TOWN, form="enforcement_yearly", period="2026")).receiver_id == head.organ_id


async def test_forms_and_periods_that_there_are_none_of(world: World) -> None:
    async with world.work(TOWN, "contact") as work:
        for form, period in (
            ("nothing", "2026Q3"),
            (QUARTER, "2026"),
            (QUARTER, "x"),
            (QUARTER, "2027Q1"),
            (QUARTER, "1998Q1"),
        ):
            with pytest.raises(NotFound):
                await service.open_return(work, form, period)


async def test_nobody_sets_the_day_on_which_he_himself_reports(world: World) -> None:
    await change_term(world, TOWN, 60)
    assert (await stories.opened(world)).due_on.isoformat() == "2026-10-20"
    await change_term(world, COUNTY, 12)
    other = await stories.opened(world, "建安区城市管理局")
    assert other.due_on.isoformat() == "2026-10-22"


async def change_term(world: World, organ: str, amount: int) -> None:
    """The organ's own length of the quarterly return."""
    async with world.work(organ) as work:
        changed = SettingOverride(
            id=new_id(),
            city_id=work.city_id,
            organ_id=work.organ_id,
            rulebook_key="xuchang-2024-draft",
            entry="return.quarterly",
            amount=amount,
            unit="working_day",
            valid_from=work.today,
        )
        work.session.add(changed)

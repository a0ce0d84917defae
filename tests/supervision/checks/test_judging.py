"""What becomes of hits: clues, matters, dismissals that hold; switches; runs that have one effect; who sees what."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError, ProgrammingError

from kernel.errors import Denied, IllegalTransition, Invalid, NotFound
from kernel.ids import new_id
from kernel.models import AuditEntry, OutboxMessage
from kernel.work import Work
from supervision.checks import service as checks
from supervision.checks.commands import HitFilter
from supervision.checks.models import CheckHit, CheckRun
from supervision.checks.rules import Rate
from supervision.clues.models import Clue
from supervision.matters.models import Matter
from supervision.records.models import EnforcementRecord
from tests.supervision.checks.cases import BODY, ORGAN, found, keep, record, run
from tests.world import World

GOVERNMENT = "建安区政府"
LATE = {"filed_on": "2026-01-05", "clue_received_on": "2026-01-05", "legal_review_on": None, "is_major": True,
        "discussed_on": "2026-04-10"}  # fmt: skip


async def open_ids(work: Work, subject: UUID) -> list[UUID]:
    query = select(CheckHit.id).where(CheckHit.subject_id == subject, CheckHit.state == "open").order_by(CheckHit.rule)
    return list(await work.session.scalars(query))


async def changed(world: World, record_id: UUID, **values: object) -> None:
    """A later version of a record, as its import writes it."""
    async with world.work(ORGAN) as work:
        await work.session.execute(
            update(EnforcementRecord)
            .where(EnforcementRecord.id == record_id)
            .values(version=EnforcementRecord.version + 1, **values)
        )


async def test_one_clue_a_record_with_all_its_hits(world: World) -> None:
    one, other = await keep(world, [record("penalty", **LATE), record("penalty", served_on="2026-04-28")])
    await run(world)
    async with world.work(BODY, "supervisor") as work:
        first = (await open_ids(work, one))[0]
        [clue_id, _] = await checks.to_clues(work, [first, *(await open_ids(work, other))], note="请核实")
        clues = {c.id: c for c in await work.session.scalars(select(Clue))}
        hits = list(await work.session.scalars(select(CheckHit).where(CheckHit.subject_id == one)))
    assert len(clues) == 2
    assert {(h.rule, h.state) for h in hits} == {("P01", "clue"), ("P10", "clue")}
    linked = {h.clue_id for h in hits}
    assert len(linked) == 1
    clue = clues[linked.pop() or clue_id]
    assert clue.source == "data_model"
    assert clue.subject_organ_id == await world.organ(ORGAN)
    assert clue.urgent
    assert len(clue.title) <= 60
    assert "99 日，超过 90 日（行政处罚法第六十条）" in clue.facts
    assert "没有通过法制审核" in clue.facts
    assert clue.content_items == ["10(5)", "8(2)"]
    # A hit that comes with a later version joins the clue that the record has.
    await changed(world, one, served_on=record("penalty", served_on="2026-05-06")["served_on"])
    await run(world)
    async with world.work(BODY, "supervisor") as work:
        again = await checks.to_clues(work, await open_ids(work, one))
    assert again == [clue.id]


async def test_a_matter_is_proposed_and_nothing_is_issued(world: World) -> None:
    one, other = await keep(world, [record("penalty", **LATE), record("penalty", served_on="2026-04-28")])
    await run(world)
    async with world.work(BODY, "supervisor") as work:
        both = [*(await open_ids(work, one)), *(await open_ids(work, other))]
        with pytest.raises(Invalid, match="一个案件"):
            await checks.to_matter(work, both)
        made = await checks.to_matter(work, await open_ids(work, one))
        matter = await work.session.get(Matter, (work.city_id, made))
        assert matter is not None
        assert (matter.state, matter.basis, matter.mode) == ("proposed", "rule_model", "verification_urging")
        with pytest.raises(IllegalTransition):
            await checks.dismiss(work, [both[0]], "data_error", "录入有误")


async def test_a_dismissed_hit_stays_away_while_the_record_is_the_same(world: World) -> None:
    [one] = await keep(world, [record("penalty", **LATE)])
    await run(world)
    async with world.work(BODY, "supervisor") as work:
        ids = await open_ids(work, one)
        with pytest.raises(Invalid) as refused:
            await checks.dismiss(work, ids, "", " ")
        assert {e.field for e in refused.value.errors} == {"reason_code", "reason"}
        assert await checks.dismiss(work, ids, "papers_on_file", "案卷第 12 页有延期审批表。") == 2
    await run(world)
    assert await found(world) == {}
    await changed(world, one, title="更正后的案件")
    await run(world)
    assert set((await found(world))[one]) == {"P01", "P10"}
    await changed(world, one, filed_on=record("penalty")["filed_on"], clue_received_on=None)
    await run(world)
    assert set((await found(world))[one]) == {"P10"}
    assert set((await found(world, states=["cleared"]))[one]) == {"P01"}


async def test_a_run_that_is_repeated_has_one_effect(world: World) -> None:
    batch = new_id()
    ids = await keep(world, [record("penalty", **LATE), record("penalty")], import_id=batch)
    await keep(world, [record("penalty", **LATE)])
    async with world.work(ORGAN) as work:
        assert await checks.check_records(work, batch) == 2
    async with world.work(ORGAN) as work:
        assert await checks.check_records(work, batch) == 2
    assert set(await found(world)) == {ids[0]}
    await run(world)
    await run(world)
    assert len(await found(world)) == 2
    async with world.work(BODY) as work:
        runs = list(await work.session.scalars(select(CheckRun).order_by(CheckRun.scope)))
        versions = set(await work.session.scalars(select(CheckHit.row_version)))
    assert [(r.scope, r.records, r.found, r.cleared) for r in runs] == [("batch", 2, 2, 0), ("stock", 3, 4, 0)]
    assert versions == {1}
    async with world.system() as work:
        assert await checks.check_stock(work) >= 7
        jobs = await work.session.scalars(select(OutboxMessage.job).where(OutboxMessage.job == "check_body"))
        assert len(jobs.all()) >= 7
        await checks.check_body(work, await world.organ(BODY))


async def test_a_model_is_switched_off_by_the_leader_alone(world: World) -> None:
    ids = await keep(world, [record("penalty", **LATE), record("penalty", business_line="transport", **LATE)])
    await run(world)
    async with world.work(BODY, "supervisor") as work:
        with pytest.raises(Denied):
            await checks.switch(work, "P01", enabled=False, reason="误报多")
    async with world.work(BODY, "supervision_leader") as work:
        with pytest.raises(Invalid):
            await checks.switch(work, "P01", enabled=False)
        with pytest.raises(NotFound):
            await checks.switch(work, "Z99", enabled=False, reason="没有")
        await checks.switch(work, "P01", enabled=False, line="transport", reason="交通运输另有规定")
        await checks.switch(work, "P10", enabled=False, reason="误报多")
    assert {one: set(hits) for one, hits in (await found(world)).items()} == {ids[0]: {"P01"}, ids[1]: {"P01"}}
    await run(world)
    assert {one: set(hits) for one, hits in (await found(world)).items()} == {ids[0]: {"P01"}}
    async with world.work(BODY, "supervision_leader") as work:
        await checks.switch(work, "P10", enabled=True, reason="已修正")
        actions = await work.session.scalars(select(AuditEntry.title).where(AuditEntry.action == "switch"))
        assert "停用规则模型 P01 办案超期（交通运输）" in actions.all()
    await run(world)
    assert set((await found(world))[ids[0]]) == {"P01", "P10"}


async def test_rates_are_shown_and_a_noisy_model_is_named(world: World) -> None:
    ids = await keep(world, [record("penalty", served_on="2026-04-28") for _ in range(21)])
    await run(world)
    async with world.work(BODY, "supervisor") as work:
        for n, one in enumerate(ids):
            hits = await open_ids(work, one)
            if n < 3:
                await checks.to_clues(work, hits)
            elif n == 3:
                await checks.dismiss(work, hits, "corrected", "已经补正送达。")
            else:
                await checks.dismiss(work, hits, "papers_on_file", "卷中有邮寄凭证。")
    async with world.work(BODY, "supervision_leader") as work:
        page = await checks.models(work)
    model = next(m for m in page.models if m.rule == "P18")
    assert (model.confirmed, model.judged, model.dismissed, model.noisy) == (4, 21, 18, True)
    assert page.may_switch
    assert page.run is not None
    assert (Rate(4, 20).noisy, Rate(3, 20).noisy, Rate(0, 19).noisy) == (False, True, False)


async def test_the_enforcing_organ_and_other_bodies_see_nothing(world: World) -> None:
    [one] = await keep(world, [record("penalty", **LATE)])
    await run(world)
    async with world.work(BODY) as work:
        hit_id = (await open_ids(work, one))[0]
    for organ, role in ((ORGAN, "organ_head"), ("禹州市司法局", "supervisor"), ("尚集镇政府", "contact")):
        async with world.work(organ, role) as work:
            assert (await work.session.scalars(select(CheckHit.id))).all() == []
            with pytest.raises(NotFound):
                await checks.hit(work, hit_id)
    async with world.work(ORGAN, "organ_head") as work:
        with pytest.raises(Denied):
            await checks.hits(work, HitFilter())
    async with world.work("市司法局", "supervisor") as work:
        assert (await checks.hit(work, hit_id)).hit.organ_name == ORGAN
        assert (await checks.hits(work, HitFilter())).items == []
        with pytest.raises(NotFound):
            await checks.dismiss(work, [hit_id], "data_error", "不是本单位的")
    async with world.work(GOVERNMENT, "government_leader") as work:
        assert not (await checks.hit(work, hit_id)).may_judge


async def test_the_database_holds_what_the_rules_say(world: World) -> None:
    [one] = await keep(world, [record("penalty", **LATE)])
    await run(world)
    for wrong in ("state = 'dismissed'", "state = 'clue'", "severity = 'E'", "reason_code = 'x'"):
        with pytest.raises(IntegrityError):
            async with world.work(BODY) as work:
                await work.session.execute(text(f"update check_hit set {wrong} where subject_id = '{one}'"))
    async with world.work(BODY) as work:
        with pytest.raises(ProgrammingError):
            await work.session.execute(text("delete from check_hit"))
    async with world.work(ORGAN) as work:
        rows = await work.session.execute(text("select count(*) from guard.certificates_held(:o)"),
                                          {"o": [await world.organ("禹州市城市管理局")]})  # fmt: skip
        assert rows.scalar_one() == 0


async def test_the_list_is_paged_by_gravity(world: World) -> None:
    await keep(world, [record("penalty", served_on="2026-04-28") for _ in range(5)])
    await keep(world, [record("penalty", officers_count=1)])
    await run(world)
    async with world.work(BODY, "supervisor") as work:
        seen, after = [], ""
        while True:
            page = await checks.hits(work, HitFilter(), after=after, limit=2)
            seen += page.items
            after = page.next
            if not after:
                break
        assert [row.severity for row in seen] == ["A", "B", "B", "B", "B", "B"]
        assert len({row.id for row in seen}) == 6
        assert [r.rule for r in (await checks.hits(work, HitFilter(severity="A"))).items] == ["P14"]
        organ_id = await world.organ(ORGAN)
        assert len((await checks.hits(work, HitFilter(rule="P18", organ_id=organ_id))).items) == 5
        for bad in (HitFilter(state="x"), HitFilter(rule="x"), HitFilter(severity="E")):
            with pytest.raises(Invalid):
                await checks.hits(work, bad)
        with pytest.raises(Invalid):
            await checks.hits(work, HitFilter(), after="x.y")
        view = await checks.hit(work, seen[0].id)
    assert view.may_judge
    assert {d.field for d in view.dates if d.on} >= {"filed_on", "decided_on"}

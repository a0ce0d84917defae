"""Batches into the register on a real database: versions, replay, whose acts, whose eyes."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from kernel.errors import Denied, Invalid, NotFound
from kernel.ids import NIL
from kernel.vault import vault
from supervision.records import service
from supervision.records.models import EnforcementRecord
from supervision.records.service import RecordFilter
from tests.stories import BODY, SUPERVISED
from tests.supervision.records.lines import citizen, encoded, penalty
from tests.world import World

OTHER = "建安区水利局"
CITY_BODY = "市司法局"
COUNTY_BODY = "禹州市司法局"
TOWNSHIP = "尚集镇政府"


async def taken(world: World, *lines: dict[str, Any], organ: str = SUPERVISED, role: str = "legal_officer") -> Any:
    async with world.work(organ, role) as work:
        return await service.take_batch(work, source="own_system", records=encoded(*lines))


async def fingerprint(world: World, organ: str = SUPERVISED) -> str:
    """Every column of every record that an organ sees, in one value."""
    async with world.work(organ) as work:
        query = "select md5(string_agg(r::text, '|' order by r.organ_id, r.external_id)) from enforcement_record r"
        return str((await work.session.execute(text(query))).scalar_one())


async def seen(world: World, organ: str, role: str | None = None) -> int:
    async with world.work(organ, role) as work:
        return int((await work.session.execute(text("select count(*) from enforcement_record"))).scalar_one())


async def test_a_batch_is_taken_and_a_wrong_line_is_kept_with_its_reasons(world: World) -> None:
    result = await taken(world, penalty(1), penalty(2, fine_fen=-1, decided_on="2026-13-40"), penalty(3))
    assert (result.read, result.accepted, result.stale, result.quarantined) == (3, 2, 0, 1)
    async with world.work(SUPERVISED, "legal_officer") as work:
        page = await service.quarantined(work, import_id=result.import_id)
    (line,) = page.items
    assert (line.line, line.external_id) == (2, "A0000002")
    assert {p.field for p in line.problems} == {"fine_fen", "decided_on"}


async def test_columns_hold_what_the_line_says_and_a_person_is_sealed(world: World) -> None:
    await taken(
        world,
        penalty(
            3,
            extensions=[{"days": 30}],
            excluded=[{"kind": "听证", "start": "2026-02-01", "end": "2026-02-10"},
                      {"kind": "鉴定", "start": "2026-02-05", "end": "2026-02-12"}],
            quality={"legal_review_on": "none", "fine_fen": "to_check"},
            content='罚款"二百元"\n当场告知\\',
            is_major=False,
        ),
    )  # fmt: skip
    async with world.work(SUPERVISED) as work:
        row = (await work.session.execute(EnforcementRecord.__table__.select())).one()
    assert (row.party_name, row.party_kind, row.party_uscc) == ("王某某", "citizen", "")
    assert row.party_hash == vault().lookup(citizen(3))
    assert citizen(3) not in str(row)
    assert vault().open(row.party_cipher).startswith('{"name":"王小明"')
    assert (row.officer_certs, row.officers_count) == (["16410001", "16410002"], 2)
    assert (row.excluded_days, row.extended_days, row.is_major) == (12, 30, False)
    assert row.basis == ["《城市市容和环境卫生管理条例》第三十六条"]
    assert row.penalty_kinds == ["fine"]
    assert row.acted_on == row.decided_on
    assert isinstance(row.decided_on, date)
    assert row.detail["content"] == '罚款"二百元"\n当场告知\\'
    assert row.quality == {"legal_review_on": "none", "fine_fen": "to_check"}


async def test_versions_out_of_order_end_with_the_newest(world: World) -> None:
    await taken(world, penalty(1, version=2, title="第二版"))
    late = await taken(world, penalty(1, version=1, title="第一版"))
    newer = await taken(world, penalty(1, version=5, title="第五版"), penalty(1, version=4, title="第四版"))
    assert (late.accepted, late.stale) == (0, 1)
    assert (newer.accepted, newer.stale) == (1, 1)
    async with world.work(SUPERVISED) as work:
        rows = (await work.session.execute(text("select title, version from enforcement_record"))).all()
    assert [tuple(row) for row in rows] == [("第五版", 5)]


async def test_replaying_a_batch_changes_no_byte(world: World) -> None:
    lines = [penalty(n) for n in range(300)]
    await taken(world, *lines)
    before = await fingerprint(world)
    for _ in range(3):
        again = await taken(world, *lines)
        assert (again.accepted, again.stale) == (0, 300)
    assert await fingerprint(world) == before


async def test_a_body_brings_acts_of_those_it_supervises_and_of_no_other(world: World) -> None:
    tree = await world.directory()
    own, county = [tree.name(await world.organ(name)) for name in (SUPERVISED, "禹州市城市管理局")]
    township = tree.name(await world.organ(TOWNSHIP))
    result = await taken(
        world,
        penalty(1, organ_name=own),
        penalty(2, organ_name=township),
        penalty(3, organ_name=county),
        penalty(4, organ_name="没有这个局"),
        organ=BODY,
        role="supervisor",
    )
    assert (result.accepted, result.quarantined) == (2, 2)
    assert await seen(world, SUPERVISED) == 1
    assert await seen(world, TOWNSHIP) == 1
    assert await seen(world, "禹州市城市管理局") == 0
    async with world.work(BODY, "supervisor") as work:
        lines = (await service.quarantined(work)).items
    assert {line.line for line in lines} == {3, 4}
    assert len({line.problems[0].reason for line in lines}) == 1, "outside one's reach is told like not there"


async def test_an_organ_cannot_bring_another_organs_acts(world: World) -> None:
    tree = await world.directory()
    result = await taken(world, penalty(1, organ_name=tree.name(await world.organ(OTHER))))
    assert (result.accepted, result.quarantined) == (0, 1)
    assert await seen(world, OTHER) == 0


async def test_row_level_security_holds_for_every_line(world: World) -> None:
    """The database refuses a line in another's name even to a program that forgot every check."""
    organ, other = await world.organ(SUPERVISED), await world.organ(OTHER)
    with pytest.raises(Exception, match="row-level security"):
        async with world.work(SUPERVISED) as work:
            await work.session.execute(
                text(
                    "insert into enforcement_record (city_id, organ_id, id, kind, source, external_id, version,"
                    " taken_at, acted_on, quality, detail) values (:city, :other, gen_random_uuid(), 'penalty', 's',"
                    " 'x', 1, now(), current_date, '{}', '{}')"
                ),
                {"city": world.city_id, "other": other},
            )
    await taken(world, *(penalty(n) for n in range(20)))
    assert organ != other
    assert [await seen(world, o) for o in (SUPERVISED, BODY, OTHER, CITY_BODY, COUNTY_BODY)] == [20, 20, 0, 0, 0]


async def test_who_may_list_import_and_unmask(world: World) -> None:
    await taken(world, penalty(3))
    async with world.work(BODY, "supervisor") as work:
        (row,) = (await service.listed(work, RecordFilter())).items
        known = await service.unmask(work, row.id, "核对当事人身份")
    assert (known.name, known.id_no) == ("王小明", citizen(3))
    async with world.work(BODY) as work:
        entry = text("select count(*) from audit_entry where action = 'unmask' and subject_id = :id")
        assert (await work.session.execute(entry, {"id": row.id})).scalar_one() == 1
    for organ, role in ((OTHER, "legal_officer"), (COUNTY_BODY, "supervisor")):
        async with world.work(organ, role) as work:
            assert not (await service.listed(work, RecordFilter())).items
            with pytest.raises(NotFound):
                await service.view(work, row.id)
    async with world.work(SUPERVISED, "organ_head") as work:
        assert (await service.view(work, row.id)).may_unmask is False
        with pytest.raises(Denied):
            await service.unmask(work, row.id, "核对当事人身份")
        with pytest.raises(Denied):
            await service.take_batch(work, source="own_system", records=encoded(penalty(9)))
    with pytest.raises(Denied):
        async with world.work(BODY, "system_admin") as work:
            await service.listed(work, RecordFilter())


async def test_words_numbers_and_persons_are_found(world: World) -> None:
    result = await taken(world, *(penalty(n) for n in range(1, 8)))
    async with world.work(SUPERVISED) as work:
        assert await service.index_part(work, result.import_id, NIL) == 7
    async with world.work(BODY, "supervisor") as work:
        for q, wanted in (
            ("占道经营", 7),
            ("建城管罚字〔2026〕5号", 1),
            (citizen(3), 1),
            ("没有的词", 0),
            ("第4有限", 1),
        ):
            found = await service.listed(work, RecordFilter(q=q))
            assert len(found.items) == wanted, q
    async with world.work(OTHER, "legal_officer") as work:
        assert not (await service.listed(work, RecordFilter(q="占道经营"))).items


async def test_a_list_is_paged_without_a_gap(world: World) -> None:
    await taken(world, *(penalty(n) for n in range(60)))
    async with world.work(BODY, "supervisor") as work:
        ids, after = [], ""
        while True:
            page = await service.listed(work, RecordFilter(kind="penalty"), after=after, limit=25)
            ids += [row.id for row in page.items]
            if page.next is None:
                break
            after = page.next
        whole = (await service.listed(work, RecordFilter(), limit=100)).items
    assert len(ids) == 60
    assert ids == [row.id for row in whole]
    assert [r.acted_on for r in whole] == sorted((r.acted_on for r in whole), reverse=True)


async def test_a_line_is_put_right_field_by_field(world: World) -> None:
    result = await taken(world, penalty(3, fine_fen=-5, party_id_no="411003197001010000"))
    async with world.work(SUPERVISED, "legal_officer") as work:
        (line,) = (await service.quarantined(work)).items
        shown = await service.line_view(work, line.id)
        secret = next(f for f in shown.fields if f.name == "party_id_no")
        assert secret.text == ""
        assert "411003197001010000" not in str(shown)
    with pytest.raises(Invalid) as refused:
        async with world.work(SUPERVISED, "legal_officer") as work:
            await service.resubmit(work, line.id, {"fine_fen": "200"})
    assert [e.field for e in refused.value.errors] == ["party_id_no"]
    async with world.work(SUPERVISED, "legal_officer") as work:
        await service.resubmit(work, line.id, {"fine_fen": "20000", "party_id_no": citizen(3)})
    assert await seen(world, SUPERVISED) == 1
    async with world.work(SUPERVISED, "legal_officer") as work:
        assert (await service.import_state(work, result.import_id)).waiting == 0
        assert not (await service.quarantined(work)).items


async def test_lines_are_given_up_with_a_reason(world: World) -> None:
    result = await taken(world, penalty(1, kind="strange"), penalty(2, version="x"))
    async with world.work(SUPERVISED, "legal_officer") as work:
        ids = [line.id for line in (await service.quarantined(work)).items]
        with pytest.raises(Invalid):
            await service.discard(work, ids, "")
        assert await service.discard(work, ids, "来源系统的测试数据") == 2
        assert await service.discard(work, ids, "来源系统的测试数据") == 0
        assert (await service.import_state(work, result.import_id)).waiting == 0


async def test_batches_of_one_open_import_count_together(world: World) -> None:
    async with world.work(SUPERVISED, "legal_officer") as work:
        opened = await service.begin_batch(work, source="province", name="省平台推送")
        for start in (0, 10):
            lines = encoded(*(penalty(n) for n in range(start, start + 10)))
            result = await service.take_batch(work, source="province", records=lines, import_id=opened)
            assert result.accepted == 10
        await service.end_batch(work, opened)
        state = await service.import_state(work, opened)
        assert (state.state, state.read, state.percent) == ("done", 20, 100)
        with pytest.raises(NotFound):
            await service.take_batch(work, source="province", records=[], import_id=opened)

"""Lists of matters: every row exactly once over the pages, views with counts, Chinese search, export."""

from __future__ import annotations

import io
from datetime import date, timedelta
from uuid import UUID

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select, update

from kernel.errors import Denied, Invalid
from kernel.ids import new_id
from kernel.models import AuditEntry
from supervision.matters import service as matters
from supervision.matters.listing import VIEWS, MatterFilter, Sort
from supervision.matters.models import Matter
from tests import stories
from tests.stories import BODY
from tests.world import World

TODAY = date(2026, 10, 9)


async def many(world: World, number: int) -> set[UUID]:
    """`number` rows written as the body itself: some without a due day, some sharing one, some without a number."""
    supervised = await world.organ(stories.SUPERVISED)
    ids = [new_id() for _ in range(number)]
    async with world.work(BODY) as work:
        for n, matter_id in enumerate(ids):
            numbered = n % 5 != 0
            work.session.add(
                Matter(
                    id=matter_id,
                    city_id=work.city_id,
                    organ_id=work.organ_id,
                    supervised_id=supervised,
                    supervised_name="建安区城市管理局",
                    relation="level",
                    relation_article="2(1)",
                    number=f"建监〔{2025 + n % 2}〕{n}号" if numbered else None,
                    year=2025 + n % 2 if numbered else None,
                    seq=n if numbered else None,
                    title=f"监督事项第{n}件",
                    mode="special",
                    content_items=["8(2)"],
                    basis="own_finding",
                    basis_note="",
                    state="closed" if n % 7 == 0 else "open",
                    stage="closed" if n % 7 == 0 else "urging" if n % 3 else "to_decide",
                    rulebook_key="xuchang-2024-draft",
                    proposed_by=new_id(),
                    proposed_at=work.now,
                    opened_on=date(2025 + n % 2, 3, 1),
                    round=1,
                    next_due_on=None if n % 4 == 0 else TODAY + timedelta(days=n % 6 - 3),
                )
            )
    return set(ids)


@pytest.mark.parametrize("sort", ["due", "created", "number"])
@pytest.mark.parametrize("size", [1, 7, 50])
async def test_every_matter_is_on_exactly_one_page_forwards_and_back(world: World, sort: Sort, size: int) -> None:
    wanted = await many(world, 23)
    async with world.work(BODY, "supervisor") as work:
        chosen = MatterFilter(view="all", sort=sort)
        pages = [await matters.list_matters(work, chosen, limit=size)]
        assert pages[0].previous is None
        while (cursor := pages[-1].next) is not None:
            pages.append(await matters.list_matters(work, chosen, cursor, size))
        seen = [row.id for page in pages for row in page.items]
        assert len(seen) == len(wanted)
        assert set(seen) == wanted
        back, cursor = [pages[-1]], pages[-1].previous
        while cursor is not None:
            back.append(await matters.list_matters(work, chosen, limit=size, before=cursor))
            cursor = back[-1].previous
        assert [row.id for page in reversed(back) for row in page.items] == seen


async def test_the_most_urgent_is_on_top_and_what_has_no_deadline_comes_last(world: World) -> None:
    await many(world, 23)
    async with world.work(BODY, "supervisor") as work:
        page = await matters.list_matters(work, MatterFilter(view="active"))
    days = [row.due_on for row in page.items]
    known = [day for day in days if day is not None]
    assert known == sorted(known)
    assert days[: len(known)] == known
    assert page.items[0].chip is not None
    assert page.items[0].chip.state == "overdue"


async def test_counts_of_the_views_agree_with_their_lists(world: World) -> None:
    await many(world, 23)
    async with world.work(BODY, "supervisor") as work:
        counts = await matters.count_by_view(work)
        for view in VIEWS:
            page = await matters.list_matters(work, MatterFilter(view=view), limit=100)
            assert counts[view] == len(page.items), view
    assert counts["all"] == 23
    assert counts["overdue"] > 0
    assert counts["reported"] > 0


async def test_due_filters_split_the_rows_without_overlap(world: World) -> None:
    await many(world, 23)
    async with world.work(BODY, "supervisor") as work:
        parts = [
            {r.id for r in (await matters.list_matters(work, MatterFilter(view="all", due=due), limit=100)).items}
            for due in ("overdue", "today", "near", "far")
        ]
        dated = set((await work.session.scalars(select(Matter.id).where(Matter.next_due_on.is_not(None)))).all())
    assert set().union(*parts) == dated
    assert sum(map(len, parts)) == len(dated)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("扣押", 1),
        ("押", 1),
        ("城管", 0),
        ("城市管理", 1),
        ("陈明远", 1),
        ("建监〔2026〕1号", 1),
        ("水利", 0),
        ("〔〕", 0),
    ],
)
async def test_search_finds_words_of_one_and_two_characters(world: World, words: str, found: int) -> None:
    await stories.open_matter(world)
    async with world.work(BODY, "supervisor") as work:
        page = await matters.list_matters(work, MatterFilter(view="all", q=words))
    assert len(page.items) == found


async def test_search_and_lists_stop_at_the_scope_of_the_reader(world: World) -> None:
    await stories.open_matter(world)
    for organ, role, expected in (
        ("市司法局", "supervisor", 1),
        ("建安区政府", "government_leader", 1),
        ("禹州市司法局", "supervisor", 0),
        ("建安区城市管理局", "organ_head", 0),
    ):
        async with world.work(organ, role) as work:
            everything = MatterFilter(view="all", reach="all")
            assert len((await matters.list_matters(work, everything)).items) == expected, organ
            found = await matters.list_matters(work, MatterFilter(view="all", reach="all", q="扣押"))
            assert len(found.items) == expected, organ
            assert (await matters.list_matters(work, MatterFilter(view="all"))).items == []


async def test_filters_by_handler_item_and_year(world: World) -> None:
    matter = await stories.open_matter(world)
    chen = await world.actor(BODY, "supervisor")
    wang = await world.actor(BODY, "supervisor", 2)
    async with world.work(BODY, "supervisor") as work:
        for chosen, expected in (
            (MatterFilter(handler=chen.person_id), 1),
            (MatterFilter(handler=wang.person_id), 0),
            (MatterFilter(item=("8(2)", "9(1)")), 1),
            (MatterFilter(item=("9(1)",)), 0),
            (MatterFilter(year=2026, supervised=(matter.supervised_id,)), 1),
            (MatterFilter(year=2025), 0),
        ):
            assert len((await matters.list_matters(work, chosen)).items) == expected, chosen


async def test_a_cursor_of_another_sort_is_refused(world: World) -> None:
    await many(world, 4)
    async with world.work(BODY, "supervisor") as work:
        page = await matters.list_matters(work, MatterFilter(view="all"), limit=2)
        for cursor in (page.next, "%%%", "AAAA"):
            with pytest.raises(Invalid, match="翻页位置无效"):
                await matters.list_matters(work, MatterFilter(view="all", sort="number"), cursor, 2)


async def test_an_export_names_who_took_it_and_is_audited(world: World) -> None:
    await stories.open_matter(world)
    async with world.work(BODY) as work:
        await work.session.execute(update(Matter).values(title="=1+1 扣押"))
    async with world.work(BODY, "supervisor") as work:
        name, data = await matters.export(work, MatterFilter())
    assert name == "监督事项20261009.xlsx"
    rows = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    assert str(rows[0][0]).startswith("导出人 陈明远（监督人员）　导出时间 2026年10月9日 09:00")
    assert rows[2][:3] == ["建监〔2026〕1号", "=1+1 扣押", "建安区城市管理局"]
    async with world.work(BODY, "audit_admin") as work:
        entry = (await work.session.scalars(select(AuditEntry).where(AuditEntry.action == "export"))).one()
        assert (entry.title, entry.actor_name) == ("导出监督事项 1 件", "陈明远")
        with pytest.raises(Denied):
            await matters.export(work, MatterFilter())

"""How long matters take and what escalates: sums and their bases, so that every level divides for itself."""

from __future__ import annotations

from datetime import date

import pytest

from reporting.figures import catalogue
from reporting.figures import service as figures
from reporting.figures.catalogue import CatalogueError
from reporting.figures.periods import parse
from reporting.figures.reading import shown
from supervision.deadlines import service as deadlines
from supervision.matters import service as matters
from tests import stories
from tests.reporting.figures.test_counting import agrees, folded
from tests.stories import BODY
from tests.world import World

TIMES = ("matters.workdays", "matters.timed")


async def of(world: World, organ: str, *codes: str, period: str = "2026", reach: str = "tree") -> list[int]:
    async with world.system() as work:
        found = await figures.values(work, await world.organ(organ), parse(period), codes, reach=reach)
        return [found[code] for code in codes]


async def test_the_days_of_a_matter_count_on_the_day_of_closing_at_every_level(world: World) -> None:
    matter, finding, letter, delivery = await stories.served_matter(world)
    await world.set_clock("2026-11-05 09:00")
    await stories.answer_letter(world, delivery.id)
    await stories.accept_answer(world, letter.id)
    closed = await stories.close_matter(world, matter.id)
    async with world.system() as work:
        days = (await deadlines.calendar(work)).workdays_between(date(2026, 10, 9), date(2026, 11, 5))
    assert (closed.closed_after, days) == (days, 20)
    for organ in (BODY, "建安区政府", "许昌市政府"):
        assert await of(world, organ, *TIMES, period="2026-11") == [days, 1], organ
        assert await of(world, organ, *TIMES, period="2026-10") == [0, 0], organ
    assert await agrees(world)
    await folded(world)
    assert await of(world, "许昌市政府", *TIMES) == [days, 1]
    async with world.work(BODY, "supervisor") as work:
        await matters.look_back(work, matter.id, True, "再次扣押超期")
    async with world.work(BODY, "supervision_leader") as work:
        await matters.reopen(work, matter.id, "问题反弹，物品再次被扣", finding_ids=[finding.id])
    assert await of(world, "许昌市政府", *TIMES) == [0, 0]
    assert await agrees(world)


async def test_what_lapsed_rose_and_was_reported_counts_for_the_body_that_handled_it(world: World) -> None:
    await stories.reported_matter(world)
    codes = ("instruments.overdue", "instruments.lapsed/urging_letter", "instruments.lapsed/opinion",
             "reports.lapsed/urging_letter", "reports.lapsed/opinion")  # fmt: skip
    assert await of(world, BODY, *codes) == [1, 1, 0, 1, 0]
    await stories.served_matter(world)
    await stories.sweep(world, "2026-12-01 09:00")
    left, raised = "escalations.left", "escalations.raised"
    assert await of(world, BODY, left, raised, reach="own") == [1, 0]
    assert await of(world, "市司法局", left, raised, reach="own") == [0, 1]
    assert await of(world, "许昌市政府", left, raised, "instruments.overdue") == [1, 1, 2]
    assert await agrees(world)
    await folded(world)
    assert await of(world, "许昌市政府", left, raised, "instruments.overdue") == [1, 1, 2]
    assert await agrees(world)


def test_a_mean_is_the_sum_divided_and_never_a_mean_of_means() -> None:
    book = catalogue.load()
    mean = book.find("matters.workdays_mean")
    assert mean is not None
    found = {("matters.workdays", ""): 125, ("matters.timed", ""): 10}
    assert shown(mean, mean.code, book, found) == (1250, "12.5 个工作日")
    assert shown(mean, mean.code, book, {("matters.workdays", ""): 40, ("matters.timed", ""): 4}) == (None, "40 ÷ 4")
    rate = book.find("reports.opinion_rate")
    assert rate is not None
    parts = {("reports.lapsed", "opinion"): 3, ("reports.lapsed", "urging_letter"): 9,
             ("instruments.lapsed", "opinion"): 6, ("instruments.lapsed", "urging_letter"): 1}  # fmt: skip
    assert shown(rate, rate.code, book, parts) == (5000, "50.0%")


async def test_a_mean_has_no_count_of_its_own(world: World) -> None:
    with pytest.raises(Exception, match="不是从记录中统计的数量"):
        await of(world, BODY, "matters.workdays_mean")


def test_a_ratio_of_what_is_no_indicator_is_refused() -> None:
    text = (
        'key = "k"\nversion = "1"\nin_force_from = 2026-01-01\nleast_base = 5\ndimension = []\n'
        '[[group]]\nkey = "g"\nname = "g"\n'
        '[[indicator]]\ncode = "a"\nname = "a"\ngroup = "g"\nunit = "%"\ndefinition = "a"\nrule = "a"\n'
        'article = "11"\nkind = "mean"\nof = "b/c"\nby = "a"\n'
    )
    with pytest.raises(CatalogueError, match="分子或者分母不是指标"):
        catalogue.read(text)

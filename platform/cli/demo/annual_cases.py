"""Demo papers of the year: reports received on time, one of them published, one sent back, one in hand; and a
supervision plan that is being carried out (Arts. 11, 12)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from uuid import UUID

from cli.demo.parts import CITY, JIANAN, MARKET, TOBACCO, URBAN, WATER, Side
from cli.demo.stage import Case, Stage
from kernel.clock import SHANGHAI
from reporting.annual import service as annual
from reporting.annual.commands import Figure, WriteInput
from reporting.annual.rules import SECTIONS
from supervision.matters import service as matters
from supervision.matters.listing import MatterFilter
from supervision.plans import service as plans
from supervision.plans.commands import ItemInput

ITEMS = (
    ItemInput("special", "城市管理领域占道经营执法专项监督（演示）", "建安区城市管理局", 3, 11, "执法监督股", 3),
    ItemInput("file_review", "行政处罚案卷评查（演示）", "区直各部门", 9, 12, "执法监督股", 2),
    ItemInput("inspection", "罚缴分离和票据使用检查（演示）", "区直各部门、各乡镇（街道）", 6, 12, "法制审核室", 4),
)


CITY_WATER = Side("市水利局", "cheng", "ding")
EARLIEST = timedelta(days=60)
"""Days before the other cases at which the year begins where the first start is in its first weeks."""


def annual_cases(stage: Stage) -> Iterator[Case]:
    yield _progress(stage)


async def january(stage: Stage) -> None:
    """The beginning of the year, before everything else: the plan is issued, papers come in on time, one is published,
    one is sent back and not mended, one was never handed in."""
    first = min(date(stage.today.year, 1, 6), stage.day(30).date() - EARLIEST)

    def on(days: int, at: str) -> None:
        stage.go_to(datetime.combine(first + timedelta(days=days), time.fromisoformat(at), SHANGHAI))

    on(0, "09:10")
    await _plan(stage)
    on(9, "10:20")
    urban = await _sent(stage, URBAN, 186)
    on(10, "15:30")
    tobacco, city = await _sent(stage, TOBACCO, 23), await _sent(stage, CITY_WATER, 64)
    on(14, "09:40")
    await _accept(stage, JIANAN.handler, urban, tobacco)
    await _accept(stage, CITY.handler, city)
    async with stage.work(URBAN.contact) as work:
        await annual.publish(work, urban)
    on(21, "16:05")
    water = await _sent(stage, WATER, 41)
    await _written(stage, MARKET, 97)
    on(22, "11:30")
    async with stage.work(JIANAN.handler) as work:
        await annual.send_back(work, water, "请补充行政复议和行政诉讼的数量，并说明专项行动情况（演示）。")


async def _accept(stage: Stage, username: str, *papers: UUID) -> None:
    async with stage.work(username) as work:
        for paper_id in papers:
            await annual.accept(work, paper_id)


def _words(kind: str, name: str) -> dict[str, str]:
    return {
        key: f"{name}围绕{label}开展工作，完成年度安排，有关情况已核对（演示内容）。"
        for key, label in SECTIONS[kind].items()
    }


async def _written(stage: Stage, side: Side, penalties: int) -> UUID:
    async with stage.work(side.contact) as work:
        await annual.start(work)
        paper_id = next(p.id for p in (await annual.papers(work)).items if p.kind == "report")
        entry = WriteInput(
            _words("report", side.organ), (Figure("penalties", penalties), Figure("inspections", 4 * penalties))
        )
        await annual.write(work, paper_id, entry)
    return paper_id


async def _sent(stage: Stage, side: Side, penalties: int) -> UUID:
    paper_id = await _written(stage, side, penalties)
    async with stage.work(side.head) as work:
        await annual.approve(work, paper_id)
    async with stage.work(side.contact) as work:
        await annual.submit(work, paper_id)
    return paper_id


async def _plan(stage: Stage) -> None:
    async with stage.work(JIANAN.handler) as work:
        plan = await plans.start(work, stage.today.year)
        await plans.save(work, plan.id, ITEMS)
    async with stage.work(JIANAN.leader) as work:
        await plans.approve(work, plan.id)
        await plans.publish(work, plan.id)


async def _progress(stage: Stage) -> None:
    """Matters and an activity that carry the plan out."""
    await stage.until(2, "16:40")
    async with stage.work(JIANAN.handler) as work:
        items = await plans.choices(work)
        found = [m for m in (await matters.list_matters(work, MatterFilter(view="all"), limit=20)).items if m.number]
        for n, matter in enumerate(found[:4]):
            await plans.link(work, items[n % 2].item_key, number=matter.number or "")
        for activity in (await plans.activity_choices(work))[-1:]:
            await plans.link_activity(work, items[2].item_key, activity.id)

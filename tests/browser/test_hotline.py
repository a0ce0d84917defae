"""From an order of the 12345 hotline to the answer back at it, with real clicks (Arts. 17, 19). What the story of
test_story.py clicks through already, the people do here through the services."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from integrations.hotline12345.messages import Report
from supervision.matters import service as matters
from supervision.matters.models import Matter
from tests import stories
from tests.browser.site import PHONE, Site
from tests.integrations.hotline.things import ORDER, Line, connected
from tests.supervision.channels.things import NAME, SUBJECT
from tests.supervision.channels.things import PHONE as NUMBER

pytestmark = pytest.mark.browser
BODY = stories.BODY
TITLE = "扣押三轮车没有出具决定书"


async def test_from_an_order_of_the_hotline_to_the_answer(site: Site) -> None:
    line = await connected(site.world)
    line.address = site.address
    answer = await line.send()
    assert answer.json()["outcome"] == "new", answer.text
    clue = await accept(site)
    matter = await open_matter(site, clue)
    await correct(site, matter)
    await close(site, matter)
    await reply(site, clue)
    await line.tell()
    assert [report.event for report in told(line)] == ["registered", "accept", "in_matter", "result"]
    assert "三轮车和文书已经退还" in told(line)[-1].words
    assert told(line)[-1].final
    async with site.person(BODY, "chen", PHONE) as chen:
        await chen.goto("/channels/hotline?state=ended")
        await chen.sees(ORDER.number, "已反馈结果")
        wide = await chen.page.evaluate("document.documentElement.scrollWidth > innerWidth")
        assert not wide


def told(line: Line) -> list[Report]:
    return line.simulated.about(ORDER.number)


async def accept(site: Site) -> str:
    """陈明远 finds the order, sees its term and not who called, and accepts its clue."""
    async with site.person(BODY, "chen") as chen:
        await chen.goto("/channels/hotline")
        await chen.sees(ORDER.number, "10月27日")
        await chen.follow(ORDER.title)
        await chen.sees("线索渠道", "第1版", "已接收，登记为线索", "张某某")
        await chen.misses(NAME, NUMBER)
        await chen.press("受理线索")
        await chen.press("受理线索")
        await chen.sees("已受理")
        return chen.page.url.removeprefix(site.address)


async def open_matter(site: Site, clue: str) -> Matter:
    async with site.person(BODY, "chen") as chen:
        await chen.goto(f"{clue}/matter")
        await chen.fill("事项标题", TITLE)
        await chen.select("监督方式", "核查督办")
        await chen.choose("监督内容", "执法主体、权限、程序合法性")
        await chen.press("提请立项")
        await chen.sees("提请立项")
    async with site.world.work(BODY) as work:
        matter = (await work.session.scalars(select(Matter).where(Matter.title == TITLE))).one()
    posts = await stories.handler_posts(site.world)
    async with site.world.work(BODY, "supervision_leader") as work:
        return await matters.approve_opening(work, matter.id, post_ids=posts)


async def correct(site: Site, matter: Matter) -> None:
    """A problem, a letter, and the supervised organ's own reply, which learns nothing of the hotline."""
    await stories.find_problem(site.world, matter.id)
    letter, delivery = await stories.serve_letter(site.world, matter.id)
    async with site.person(SUBJECT, "zhou") as zhou:
        await zhou.goto(f"/inbox/{delivery.id}")
        await zhou.sees("逐项答复")
        await zhou.misses("12345", "热线", ORDER.number, ORDER.title, NAME, NUMBER)
    await stories.answer_letter(site.world, delivery.id)
    await stories.accept_answer(site.world, letter.id)


async def close(site: Site, matter: Matter) -> None:
    async with site.world.work(BODY, "supervisor") as work:
        await matters.propose_closing(work, matter.id, "问题已经整改到位，物品和文书已经退还。")
    async with site.person(BODY, "li") as li:
        await li.goto(f"/matters/{matter.id}/closing/approve")
        await li.press("批准结项")
        await li.sees("已结项")


async def reply(site: Site, clue: str) -> None:
    """陈明远 answers from the draft that the closing left."""
    async with site.person(BODY, "chen") as chen:
        await chen.goto(f"{clue}/answer")
        await chen.fill("答复内容", "您反映的问题属实，已督促该单位改正，三轮车和文书已经退还。")
        await chen.press("答复线索渠道")
        await chen.sees("已答复", "已反馈热线", "办理结果")

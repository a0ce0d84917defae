"""Every main page as its user sees it: at a desk and on a phone, with the keyboard, and without script."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.async_api import Page, expect
from sqlalchemy import select

from supervision.clues.models import Clue
from supervision.decisions.models import Decision, GovernmentReport
from supervision.escalation.models import EscalatedItem
from supervision.instruments.models import Delivery, Instrument
from supervision.matters.models import Matter
from tests import stories
from tests.browser.site import DESK, PHONE, Site, Visitor

pytestmark = pytest.mark.browser

CHEN, LI = (stories.BODY, "chen"), (stories.BODY, "li")
ZHOU, WU = (stories.SUPERVISED, "zhou"), (stories.GOVERNMENT, "wu")
GUO, YANG, CHENG = ("建安区尚集司法所", "guo"), ("市司法局", "yang"), ("市水利局", "cheng")
AUDITOR, OPERATOR, SECURITY = (stories.BODY, "shen"), (stories.BODY, "han"), (stories.BODY, "feng")
OFFICER = (stories.SUPERVISED, "peng")

AT_ONCE = {"li", "wu", "zhou", "guo"}
"""Whose pages the suite opens; those of the others are opened with the drills."""
PAGES = {
    CHEN: (
        "/desk /clues /clues?state=all /clues/new {clue} /matters /matters?due=overdue /matters?q=扣押 "
        "/matters?q=没有这样的事项 /matters/new {matter} {matter}?tab=findings {matter}?tab=documents "
        "{matter}?tab=acts {matter}?tab=people {matter}?tab=trace {matter}/deadlines {matter}/findings/new "
        "{matter}/activities/new {letter} /instruments/new?matter={id} /instruments /deadlines /notices "
        "/organs /organs/{organ} /rules /rules/articles/20 /help /me /password"
    ),
    LI: "/desk /matters /reports {report} {report}/send /decisions {decision} /escalations",
    ZHOU: "/desk /inbox /inbox?tab=all {delivery} /notices",
    WU: "/reports {waiting} /desk /matters /decisions {decision} /clues",
    GUO: "/desk /clues /clues/new",
    YANG: "/desk /escalations {escalation}",
    CHENG: "/desk /matters",
    AUDITOR: "/audit /audit/sealing /delegations /organs",
    OPERATOR: "/accounts /dead-letters /admin/status",
    SECURITY: "/accounts /delegations /delegations/new",
    OFFICER: "/rules /matters",
}
"""The main pages of each kind of user, a few of them refused."""


@dataclass(frozen=True, slots=True)
class Places:
    """Records of the demo city, by the names that stand in PAGES."""

    names: dict[str, str]

    def of(self, pages: str) -> list[str]:
        return [page.format(**self.names) for page in pages.split()]


@pytest.fixture(scope="module")
def site(demo_site: Site) -> Site:
    """The demo city with its casework, as a visitor of `dev.py demo` finds it."""
    return demo_site


@pytest.fixture(scope="module")
async def places(site: Site) -> Places:
    """Where its records are."""
    world = site.world
    names = {"organ": str(await world.organ(stories.SUPERVISED))}

    async def first(organ: str, path: str, model: Any, *conditions: Any) -> None:
        async with world.work(organ) as work:
            query = select(model.id).where(*conditions).order_by(model.created_at, model.id).limit(1)
            key, _, address = path.partition(" ")
            names[key] = f"{address}{(await work.session.scalars(query)).one()}"

    body = await world.organ(stories.BODY)
    urged = (Matter.organ_id == body, Matter.stage == "urging")
    await first(stories.BODY, "clue /clues/", Clue, Clue.organ_id == body, Clue.state == "new")
    await first(stories.BODY, "matter /matters/", Matter, *urged)
    await first(stories.BODY, "id ", Matter, *urged)
    await first(stories.BODY, "letter /instruments/", Instrument, Instrument.state == "served")
    await first(stories.BODY, "report /reports/", GovernmentReport, GovernmentReport.state == "draft")
    await first(stories.GOVERNMENT, "waiting /reports/", GovernmentReport, GovernmentReport.state == "reported")
    await first(stories.BODY, "decision /decisions/", Decision)
    await first(stories.SUPERVISED, "delivery /inbox/", Delivery, Delivery.state == "served", Delivery.role == "main")
    await first("市司法局", "escalation /escalations/", EscalatedItem)
    return Places(names)


@pytest.mark.parametrize(
    "who", [pytest.param(who, id=who[1], marks=[] if who[1] in AT_ONCE else [pytest.mark.drill]) for who in PAGES]
)
async def test_pages_fit_the_desk_and_the_phone_and_work_without_script(
    site: Site, places: Places, who: tuple[str, str]
) -> None:
    async with site.person(*who) as visitor:
        for address in places.of(PAGES[who]):
            await visitor.page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
            await visitor.goto(address)
            await fits(visitor, address)
            await skips_to_the_content(visitor.page)
            await visitor.page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
            await fits(visitor, f"{address} on a phone")
            plain = await (await visitor.context.request.get(site.address + address)).text()
            assert heading_of(plain) == " ".join((await visitor.heading()).split()), f"{address} without script"


def heading_of(page: str) -> str:
    """The words of the heading as the server sent it."""
    [inside] = re.findall(r"<h1[^>]*>(.*?)</h1>", page, re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", inside)).split())


async def test_pictures_of_the_demo_city(site: Site, places: Places) -> None:
    """The desk of a supervisor and the organ tree as the README shows them."""
    async with site.person(*CHEN) as chen:
        await chen.goto("/desk")
        await chen.sees("逾期未报告", "今日到期", "待我核验", "为何")
        await chen.picture("desk.png", height=1160)
        await chen.goto(places.of("/organs/{organ}")[0])
        await chen.sees("可以监督", "建安区司法局", "第二条（一）")
        await chen.picture("organ.png")
    async with site.person(*CHEN, PHONE) as chen:
        await chen.goto("/desk")
        await chen.picture("desk-phone.png")


async def fits(visitor: Visitor, name: str) -> None:
    """One h1, nothing sideways, every picture and every icon there."""
    seen: dict[str, Any] = await visitor.page.evaluate(LOOK)
    assert seen["headings"] == 1, name
    if seen["width"] > seen["window"]:
        raise AssertionError(
            f"{name} is {seen['width']} px wide in a window of {seen['window']}: {await widest(visitor.page)}"
        )
    assert not seen["pictures"], name
    assert not seen["icons"], f"{name}: no such icon {seen['icons']}"
    visitor.site.check()


LOOK = """async () => {
  const uses = [...document.querySelectorAll("svg use")].map(u => u.getAttribute("href"));
  const file = uses.length ? uses[0].split("#")[0] : "";
  const known = window.zsIcons ??= file ? await (await fetch(file, {cache: "force-cache"})).text() : "";
  return {
    headings: document.querySelectorAll("h1").length,
    width: document.scrollingElement.scrollWidth,
    window: innerWidth,
    pictures: [...document.images].filter(i => i.loading !== "lazy" && !(i.complete && i.naturalWidth)).map(i => i.src),
    icons: [...new Set(uses.map(h => h.split("#")[1]).filter(name => !known.includes(`id="${name}"`)))],
  };
}"""


async def widest(page: Page) -> list[str]:
    """What reaches out of the window at the right."""
    found: list[str] = await page.evaluate(
        """[...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > innerWidth + 1)
           .slice(-5).map(e => `${e.tagName}.${e.className} ${Math.round(e.getBoundingClientRect().right)}`)"""
    )
    return found


async def skips_to_the_content(page: Page) -> None:
    """The first stop of the Tab key is the skip link (unless a message took the focus)."""
    await page.evaluate("document.activeElement.blur()")
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.className") == "zs-skip"


@pytest.mark.parametrize("path", ["/login", "/verify"])
async def test_pages_for_visitors(site: Site, path: str) -> None:
    for size in (DESK, PHONE):
        visitor = await site.visitor(size)
        await visitor.goto(path)
        await fits(visitor, path)
        await visitor.context.close()


async def test_a_list_by_keyboard(site: Site, places: Places) -> None:
    """/ goes to the search, J and K move, Enter opens, G D leads home."""
    async with site.person(*CHEN) as chen:
        await chen.goto("/matters")
        keys = chen.page.keyboard
        await keys.press("/")
        assert await chen.page.evaluate("document.activeElement.type") == "search"
        await chen.page.evaluate("document.activeElement.blur()")
        await keys.press("j")
        first = await chen.page.evaluate("document.activeElement.href")
        await keys.press("j")
        assert await chen.page.evaluate("document.activeElement.href") != first
        await keys.press("k")
        assert await chen.page.evaluate("document.activeElement.href") == first
        async with chen.page.expect_navigation():
            await keys.press("Enter")
        assert chen.page.url == first
        async with chen.page.expect_navigation():
            await keys.press("g")
            await keys.press("d")
        assert chen.page.url.endswith("/desk")


async def test_the_search_finds_two_characters_as_they_are_typed(site: Site, places: Places) -> None:
    async with site.person(*CHEN) as chen:
        await chen.goto("/matters?stage=&q=")
        await chen.page.locator("[data-list-search]").fill("告知")
        await chen.page.keyboard.press("Enter")
        rows = chen.page.locator("[data-list] tbody tr")
        await expect(rows.first).to_contain_text("告知")
        chen.site.check()


async def test_a_record_of_another_organ_is_not_there(site: Site, places: Places) -> None:
    """The same sentence as for a record that does not exist."""
    async with site.person("禹州市司法局", "yao") as yao:
        for address in (places.names["matter"], "/matters/018f0000-0000-7000-8000-000000000000"):
            await yao.goto(address)
            await yao.sees("该事项不存在，或者不在您所在单位的查看范围内。")


async def test_the_refused_form_keeps_what_was_typed_and_moves_to_the_summary(site: Site, places: Places) -> None:
    async with site.person(*CHEN) as chen:
        await chen.goto(places.of("{matter}/findings/new")[0])
        await chen.fill("问题", "没有写完的问题")
        await chen.press("认定问题")
        await chen.sees("需要修改")
        assert await chen.field("问题").input_value() == "没有写完的问题"
        assert await chen.page.evaluate("document.activeElement.id") == "error-summary"


async def test_what_was_written_survives_a_reload_and_an_expired_log_in(site: Site, places: Places) -> None:
    async with site.person(*CHEN) as one:
        await one.goto("/clues/new")
        await one.fill("标题", "市场入口占道经营")
        await one.fill("内容", "每日早晨占用盲道，多次反映没有处理。")
        await expect(one.page.locator(".zs-draft-state")).to_contain_text("已暂存于本浏览器")
        await one.page.reload()
        await one.press_here("恢复填写的内容")
        await expect(one.field("标题")).to_have_value("市场入口占道经营")
        cookies = [c for c in await one.context.cookies() if c["name"] != "zs_session"]
        held = [c for c in await one.context.cookies() if c["name"] == "zs_session"]
        await one.context.clear_cookies()
        await one.context.add_cookies(cookies)  # type: ignore[arg-type]
        await one.press("登记线索")
        assert "/login?next=/clues/new" in one.page.url
        await one.context.add_cookies(held)  # type: ignore[arg-type]
        await one.goto("/clues/new")
        await one.press_here("恢复填写的内容")
        await expect(one.field("内容")).to_have_value("每日早晨占用盲道，多次反映没有处理。")


async def test_the_list_is_filtered_without_a_page_load_and_acts_on_ticked_rows(site: Site, places: Places) -> None:
    async with site.person(*CHEN) as one:
        page = one.page
        await one.goto("/matters")
        await page.evaluate("window.stays = true")
        await page.locator("#view-all").click()
        await page.wait_for_url("**/matters?view=all")
        assert await page.evaluate("window.stays && document.activeElement.id") == "view-all"
        await page.keyboard.press("j")
        await page.keyboard.press("x")
        await expect(page.locator("[data-bulk-count]")).to_have_text("1")
        await one.press("发送催办")
        await one.sees("已选 1 件")
        await page.go_back()
        await expect(page.locator("#view-all")).to_have_attribute("aria-current", "page")

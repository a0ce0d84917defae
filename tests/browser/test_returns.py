"""A township fills, the county sends back, the township corrects, the county accepts, the city reads: by clicking."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.browser.site import PHONE, Site, Visitor

pytestmark = pytest.mark.browser

TOWN, COUNTY, CITY = "尚集镇政府", "建安区司法局", "市司法局"
RETURN = re.compile(r"/returns/[0-9a-f-]{36}")


async def test_a_return_goes_up_comes_back_and_is_read_in_the_city(site: Site) -> None:
    path = await fill(site)
    await approve(site, path)
    await send_back(site, path)
    await correct(site, path)
    await approve(site, path)
    await accept(site, path)
    county = await roll_up(site)
    await read(site, county, path)


def here(visitor: Visitor) -> str:
    found = RETURN.search(visitor.page.url)
    assert found, visitor.page.url
    return found[0]


def cell(visitor: Visitor, code: str) -> str:
    return f'[name="c-{code}"]'


async def fill(site: Site) -> str:
    """孙晓 opens the quarter, types with the keyboard of a spreadsheet, follows a check to its cell, hands it on."""
    async with site.person(TOWN, "sun") as sun:
        await sun.goto("/returns")
        await sun.select("报表和期间", "2026年第三季度")
        await sun.press("打开报表")
        await sun.sees("行政执法监督情况统计表（2026年第三季度）", "第十一条（五）", "本单位无此职责")
        page = sun.page
        first = page.locator(cell(sun, "S1_hotline"))
        await first.click()
        await expect(page.locator("[data-sheet-told]")).to_contain_text("12345 热线")
        await first.fill("5")
        await first.press("Enter")
        await expect(page.locator(cell(sun, "S1_complaint"))).to_be_focused()
        await page.keyboard.press("ArrowUp")
        await expect(first).to_be_focused()
        await first.fill("77")
        await first.press("Escape")
        await expect(first).to_have_value("0")
        await first.fill("5")
        await paste(sun, "S1_opened", "2\n2\n")
        await expect(page.locator(cell(sun, "S1_concluded"))).to_have_value("2")
        await sun.press("提交审核")
        await sun.sees("填报中", "没有说明")
        await page.locator("#checks a", has_text="第2行").first.click()
        await expect(page.locator(cell(sun, "S1_hotline"))).to_be_focused()
        for code in ("S1_hotline", "S1_opened", "S1_concluded"):
            await note(sun, code, "按来访登记")
        await sun.press("提交审核")
        await sun.sees("待审定", "全部校验通过")
        return here(sun)


async def paste(visitor: Visitor, code: str, text: str) -> None:
    """A block copied from a spreadsheet."""
    await visitor.page.locator(cell(visitor, code)).evaluate(
        """(node, text) => { const data = new DataTransfer(); data.setData("text/plain", text); node.focus();
        node.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true})); }""",
        text,
    )


async def note(visitor: Visitor, code: str, text: str) -> None:
    row = visitor.page.locator("tr", has=visitor.page.locator(cell(visitor, code)))
    if not await row.locator("details[open]").count():
        await row.locator("summary").click()
    await row.locator("textarea").fill(text)


async def approve(site: Site, path: str) -> None:
    """田野 approves and hands in."""
    async with site.person(TOWN, "tian") as tian:
        await tian.goto(path)
        await tian.press("审定报表")
        await tian.sees("待报送")
        await tian.press("报送上级")
        await tian.sees("已报送", "按期报送")


async def send_back(site: Site, path: str) -> None:
    """陈明远 finds it among those that wait, and sends it back with a reason for one cell."""
    async with site.person(COUNTY, "chen") as chen:
        await chen.goto("/returns")
        await chen.sees("下级报来，待采用")
        await chen.page.locator(f'#waiting-list a[href="{path}"]').click()
        await chen.page.wait_for_load_state()
        row = chen.page.locator("tr", has_text="12345 热线")
        await row.locator("summary").click()
        await chen.page.locator('[name="r-S1_hotline"]').fill("区热线办台账为 6 件。")
        await chen.fill("退回的总体理由", "热线线索与台账不符，请核对。")
        await chen.press("退回报表")
        await chen.sees("已退回", "热线线索与台账不符")


async def correct(site: Site, path: str) -> None:
    """孙晓 sees why, beside the cell, corrects it on the phone, and looks at the difference."""
    async with site.person(TOWN, "sun", PHONE) as sun:
        await sun.goto(path)
        await sun.sees("退回第 1 版", "区热线办台账为 6 件")
        await sun.page.locator(cell(sun, "S1_hotline")).fill("6")
        await sun.press("保存")
        await sun.follow("与第 1 版对比")
        await sun.sees("第2行 12345 热线", "5", "6")
        await sun.goto(path)
        await sun.press("提交审核")
        await sun.sees("待审定")


async def accept(site: Site, path: str) -> None:
    """李国栋 accepts the second version: it is locked."""
    async with site.person(COUNTY, "li") as li:
        await li.goto(path)
        await li.sees("第 2 版")
        await li.press("采用报表")
        await li.sees("已采用")
    async with site.person(TOWN, "sun") as sun:
        await sun.goto(path)
        await sun.sees("已采用", "开始订正")
        assert not await sun.page.locator(cell(sun, "S1_hotline")).count()


async def roll_up(site: Site) -> str:
    """陈明远 has the township's figures in the county's return, opens a total, and hands it in."""
    async with site.person(COUNTY, "chen") as chen:
        await chen.goto("/returns")
        await chen.select("报表和期间", "2026年第三季度")
        await chen.press("打开报表")
        county = here(chen)
        await chen.press("重新汇总")
        total = chen.page.locator("tr", has=chen.page.locator(cell(chen, "S1_hotline"))).locator("td a")
        await expect(total).to_have_text("6")
        await total.click()
        await chen.sees("尚集镇", "没有计入的单位")
        await chen.goto(county)
        # What a person would type sixty times over is put in at once, as one paste would.
        await chen.page.evaluate(
            """() => { const put = (find, text) => {
                for (const box of document.querySelectorAll(find)) if (!box.value) {
                box.value = text; box.dispatchEvent(new Event("input", {bubbles: true})); } };
            put("input[data-cell]", "0"); put('input[name^="s-"]', "监督台账"); }"""
        )
        await chen.fill("缺报说明", "其余单位正在催报。")
        await chen.press("提交审核")
        await chen.sees("待审定")
    async with site.person(COUNTY, "li") as li:
        await li.goto(county)
        await li.press("审定报表")
        await li.press("报送上级")
        await li.sees("已报送")
    return county


async def read(site: Site, county: str, town: str) -> None:
    """杨帆 reads the county's total and opens it down to the township's return; without script, too."""
    async with site.person(CITY, "yang", script=False) as yang:
        await yang.goto("/returns")
        await yang.page.locator(f'#waiting-list a[href="{county}"]').click()
        await yang.page.wait_for_load_state()
        row = yang.page.locator("tr", has_text="12345 热线")
        await row.locator("a").click()
        await yang.page.locator(f'a[href^="{town}"]').click()
        await yang.page.wait_for_load_state()
        await yang.sees("尚集镇人民政府", "第 2 版", "已采用")
        assert not await yang.page.get_by_role("button", name="采用报表").count()

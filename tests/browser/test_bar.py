"""A qualification is cancelled in one county, and the application in another is refused, with real clicks."""

from __future__ import annotations

import pytest

from tests.browser.site import PHONE, Site
from tests.supervision.licensing.people import (
    COUNTY,
    OFFICE,
    OTHER,
    OTHER_OFFICE,
    cancel,
    certificate,
    citizen_id,
    officer,
)

pytestmark = pytest.mark.browser
SENTENCE = "行政执法资格已被取消，至2028年10月9日（含当日）不得重新申领。"


async def test_a_cancellation_in_one_county_refuses_the_application_in_another(site: Site) -> None:
    number = citizen_id()
    here = await officer(site.world, OFFICE, number, name="卢启航")
    await officer(site.world, OTHER_OFFICE, number, name="卢启航")
    await certificate(site.world, OFFICE, here)

    async with site.person(OTHER_OFFICE, "duan") as duan:
        await duan.goto("/licences")
        await duan.press("申请证件")
        await duan.select("申请人", "卢启航")
        await duan.choose("证件种类", "行政执法证")
        await duan.choose("申请事由", "首次申领")
        await duan.press("提出申请")
        await duan.sees("待审查", "卢启航申请行政执法证（首次申领）")
        application = duan.page.url

        async with site.person(OTHER, "yao") as yao:
            await yao.goto(application)
            await yao.sees("持证条件", "行政执法证资格考试合格")
            await yao.follow("审查通过")
            await yao.press("审查通过")
            await yao.sees("待批准")

        await cancel(site.world, COUNTY, here)

        async with site.person(OTHER, "qin") as qin:
            await qin.goto(application)
            await qin.sees(SENTENCE, "第二十一条")
            await qin.misses("批准发证", "建司资取", "建安区")

        await duan.goto(application)
        await duan.sees(SENTENCE, "第二十一条")
        await duan.misses("建司资取", "建安区", "撤回申请")
        await duan.goto("/licences/new")
        await duan.select("申请人", "卢启航")
        await duan.choose("证件种类", "行政执法证")
        await duan.choose("申请事由", "首次申领")
        await duan.press("提出申请")
        await duan.sees(SENTENCE, "第二十一条")

    async with site.person(COUNTY, "li") as li:
        await li.goto("/bars")
        await li.sees("卢启航", "建司资取〔2026〕1号", "2028年10月9日（含当日）")

    async with site.person(OTHER_OFFICE, "duan", PHONE) as phone:
        await phone.goto(application)
        await phone.sees(SENTENCE)
        wide = await phone.page.evaluate("document.documentElement.scrollWidth > innerWidth")
        assert not wide

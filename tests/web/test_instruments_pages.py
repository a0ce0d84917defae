"""The pages of instruments and of the inbox, used as a browser without script uses them."""

from __future__ import annotations

import re

from tests import stories
from tests.web.conftest import Opener
from tests.world import World

BODY, OTHER = "建安区司法局", "建安区城市管理局"


async def test_a_letter_through_the_pages_of_both_sides(world: World, client_for: Opener) -> None:
    matter = await stories.open_matter(world)
    finding = await stories.find_problem(world, matter.id)
    chen = await client_for(BODY, "chen")
    page = await chen.get(f"/instruments/new?matter={matter.id}&kind=urging_letter")
    assert page.status_code == 200, page.text
    assert "data:image/png" in page.text
    assert "2026年10月22日（周四）" in page.text
    fields = {"matter": str(matter.id), "kind": "urging_letter", "findings": str(finding.id), "action": "submit"}
    fields |= {f"text-{finding.id}": "退还扣押物品并书面说明。", "term_amount": "10", "term_unit": "working_day"}
    saved = await chen.post("/instruments/new", fields)
    assert saved.status_code == 303, saved.text
    submit = saved.headers["location"]
    assert (await chen.get(submit)).status_code == 200
    done = await chen.post(submit)
    assert done.status_code == 303, done.text
    address = done.headers["location"]

    li = await client_for(BODY, "li")
    page = await li.get(address)
    assert page.status_code == 200, page.text
    for step in ("approve", "issue"):
        asked = await li.get(f"{address}/{step}")
        assert asked.status_code == 200, asked.text
        assert (await li.post(f"{address}/{step}")).status_code == 303

    zhou = await client_for(OTHER, "zhou")
    inbox = await zhou.get("/inbox")
    link = re.findall(r'href="(/inbox/[0-9a-f-]{36})"', inbox.text)[0]
    assert "建司执监督〔2026〕1号" in inbox.text
    before = await zhou.get(link)
    assert "签收并查看" in before.text
    assert "退还扣押物品" not in before.text
    assert (await zhou.get(f"{link}/pdf")).status_code == 422
    assert (await zhou.post(f"{link}/receipt")).status_code == 303
    page = await zhou.get(link)
    assert "退还扣押物品" in page.text
    assert "10月22日" in page.text
    pdf = await zhou.get(f"{link}/pdf")
    assert pdf.content.startswith(b"%PDF")

    poor = {"status-1": "in_progress", "text-1": "已经起草办法，", "action": "submit"}
    empty = await zhou.post(f"{link}/reply", poor)
    assert empty.status_code == 422
    assert "请写明预计完成的日期和责任人" in empty.text
    assert "已经起草办法" in empty.text
    good = {"status-1": "in_progress", "text-1": "10月20日前退还，责任人彭程。", "action": "submit"}
    assert (await zhou.post(f"{link}/reply", good)).status_code == 303
    qian = await client_for(OTHER, "qian")
    page = await qian.get(link)
    assert "审定并报送" in page.text
    assert (await qian.post(f"{link}/reply/approve", {"action": "approve"})).status_code == 422
    assert (await qian.post(f"{link}/reply/approve", {"action": "approve", "truthful": "yes"})).status_code == 303
    page = await chen.get(address)
    assert "10月20日前退还" in page.text
    assert (await chen.get(f"{address}/accept")).status_code == 200
    back = await chen.post(f"{address}/send-back", {"reason": "尚未退还，请退还后再报告。"})
    assert back.status_code == 303, back.text
    page = await zhou.get(link)
    assert "尚未退还" in page.text

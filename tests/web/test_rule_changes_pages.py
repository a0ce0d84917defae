"""The page that shows the book beside the organ's own values, and the form for a change."""

from __future__ import annotations

from tests import stories
from tests.stories import BODY
from tests.web.conftest import Opener
from tests.world import World

LETTER = "/rules/changes/instrument.answer.urging_letter"
FIELDS = {"amount": "12", "unit": "working_day", "reason": "辖区执法单位点多面广，适当延长。"}


async def test_the_leader_changes_a_length_and_everybody_sees_both_values(client_for: Opener) -> None:
    li = await client_for(BODY, "li")
    assert "10 个工作日" in (await li.get(LETTER)).text
    refused = await li.post(LETTER, {**FIELDS, "reason": ""})
    assert refused.status_code == 422
    assert "理由" in refused.text
    assert (await li.post(LETTER, {**FIELDS, "amount": "many"})).status_code == 422
    assert (await li.post(LETTER, FIELDS)).status_code == 303
    chen = await client_for(BODY, "chen")
    page = (await chen.get("/rules/changes")).text
    assert "12 个工作日" in page
    assert "10 个工作日" in page
    assert LETTER not in page
    assert (await chen.get(LETTER)).status_code == 403
    assert (await chen.post(LETTER, FIELDS)).status_code == 403
    assert (await li.get("/rules/changes/nothing")).status_code == 404


async def test_the_interface_lists_and_changes(client_for: Opener) -> None:
    li = await client_for(BODY, "li")
    rows = (await li.json("GET", "/api/v1/rulebook/entries")).json()
    assert {row["kind"] for row in rows} >= {"deadline", "limit"}
    place = "/api/v1/rulebook/entries/instrument.answer.urging_letter"
    body = {"amount": 12, "unit": "working_day", "reason": "辖区执法单位点多面广，适当延长。"}
    changed = await li.json("POST", place, body)
    assert (changed.status_code, changed.json()["changed"]) == (200, True)
    assert (await li.json("POST", place, body)).status_code == 422


async def test_the_page_asks_for_length_and_reason(world: World, client_for: Opener) -> None:
    matter, *_, delivery = await stories.served_matter(world)
    li = await client_for(BODY, "li")
    page = f"/deadlines/{delivery.deadline_id}/prolong"
    assert page in (await li.get(f"/matters/{matter.id}/deadlines")).text
    assert "调整期限" in (await li.get(page)).text
    assert (await li.post(page, {"amount": "5", "unit": "working_day", "reason": ""})).status_code == 422
    assert (await li.post(page, {"amount": "5", "unit": "working_day", "reason": FIELDS["reason"]})).status_code == 303
    chen = await client_for(BODY, "chen")
    assert (await chen.get(page)).status_code == 403

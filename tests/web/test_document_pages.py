"""Whoever approves, issues or sends a document sees all of its pages (Arts. 19, 20)."""

from __future__ import annotations

from collections.abc import Callable

from supervision.decisions import papers
from supervision.decisions.cases import load_report
from supervision.instruments.documents.sheet import foot
from tests import stories
from tests.stories import BODY
from tests.web.conftest import Client, Opener
from tests.world import World

PICTURE = 'src="data:image/png;base64,'


async def test_the_leader_reads_every_page_before_approving_and_issuing(world: World, client_for: Opener) -> None:
    matter = await stories.open_matter(world)
    for number in range(9):
        await stories.find_problem(world, matter.id, f"第{number}项问题：扣押期限届满未作处理决定", facts="事实" * 60)
    letter = await stories.draft_letter(world, matter.id)
    li = await client_for(BODY, "li")
    for slug in ("", "/approve", "/return"):
        page = (await li.get(f"/instruments/{letter.id}{slug}")).text
        assert page.count(PICTURE) >= 2, slug
    assert (await li.post(f"/instruments/{letter.id}/approve")).status_code == 303
    assert (await li.get(f"/instruments/{letter.id}/issue")).text.count(PICTURE) >= 2
    assert (await li.post(f"/instruments/{letter.id}/issue")).status_code == 303
    assert PICTURE not in (await li.get(f"/instruments/{letter.id}")).text


async def test_the_leader_reads_the_report_before_sending_it(world: World, client_for: Opener) -> None:
    *_, report = await stories.lapsed_matter(world)
    await stories.complete_report(world, report.id)
    li = await client_for(BODY, "li")
    for slug in ("", "/send"):
        assert PICTURE in (await li.get(f"/reports/{report.id}{slug}")).text, slug


async def test_a_sent_report_promises_no_code(world: World) -> None:
    """It goes to the government alone and has no public check; only what will be issued says that a code comes."""
    *_, report = await stories.lapsed_matter(world)
    async with world.work(BODY, "supervision_leader") as work:
        draft = await papers.report_document(work, await load_report(work, report.id))
    assert any("签发时生成" in line for line in foot(draft.frame))
    await stories.send_report(world, report.id)
    async with world.work(BODY, "supervision_leader") as work:
        sent = await papers.report_document(work, await load_report(work, report.id))
    assert not any("核验码" in line for line in foot(sent.frame))


async def test_every_kind_of_error_has_its_place_on_the_page_that_problems_name(browser: Callable[[], Client]) -> None:
    page = await browser().get("/docs/problems")
    assert page.status_code == 200
    refused = (await browser().json("POST", "/api/v1/session", {})).json()
    address, _, anchor = refused["type"].partition("#")
    assert address == "/docs/problems"
    assert f'id="{anchor}"' in page.text
    for code in ("denied", "not_found", "barred", "stale", "invalid", "illegal_transition", "too_large"):
        assert f'id="{code}"' in page.text

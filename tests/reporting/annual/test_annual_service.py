"""A report and a plan from the duty to publication: who does what, late for ever, isolation, each reminder once."""

from __future__ import annotations

import io
import zipfile
from datetime import date

import pytest
from docx import Document
from sqlalchemy import func, select

from jobs.actors import follow_annual, follow_annual_papers
from kernel.errors import Denied, IllegalTransition, Invalid, NotFound, Stale
from kernel.models import OutboxMessage
from kernel.tallies import counted
from kernel.work import Work
from reporting.annual import service as annual
from reporting.annual.commands import Figure, SiteInput, WriteInput
from reporting.annual.models import AnnualPaper, AnnualPublication, AnnualSubmission, AnnualText
from supervision.deadlines.models import Notice
from tests.databases import Backend
from tests.reporting.annual import steps
from tests.reporting.figures.test_counters import superuser
from tests.reporting.figures.test_enforcement import add
from tests.stories import BODY, GOVERNMENT, SUPERVISED
from tests.world import World

OTHER_BODY = "禹州市司法局"
CITY_BODY = "市司法局"


async def waiting(work: Work) -> int:
    """How many papers the number beside the navigation tells of."""
    tally = annual.tally(work)
    assert tally is not None
    return (await counted(work, {"annual": tally}))["annual"]


@pytest.fixture(autouse=True)
async def clock(world: World) -> None:
    await world.set_clock("2026-01-20 09:00")


async def test_the_duty_is_there_from_the_year_on_and_due_on_a_working_day(world: World) -> None:
    await steps.duty(world)
    async with world.work(SUPERVISED, "contact") as work:
        found = {p.kind: p for p in (await annual.papers(work)).items}
    assert found["report"].year == 2025
    assert found["plan"].year == 2026
    # 31 January 2026 is a Saturday.
    assert found["report"].due_on == found["plan"].due_on == date(2026, 2, 2)
    assert found["report"].department == "建安区司法局"


async def test_from_the_draft_to_the_justice_department(world: World) -> None:
    paper_id = await steps.duty(world)
    async with world.work(SUPERVISED, "contact") as work:
        await annual.write(work, paper_id, WriteInput(sections={"problems": "个别案卷归档不及时，正在整改。"}))
    async with world.work(SUPERVISED, "organ_head") as work:
        with pytest.raises(IllegalTransition, match="没有写完"):
            await annual.approve(work, paper_id)
    async with world.work(SUPERVISED, "contact") as work:
        await annual.write(work, paper_id, steps.words("report"))
        with pytest.raises(IllegalTransition):
            await annual.submit(work, paper_id)
        with pytest.raises(Denied):
            await annual.approve(work, paper_id)
    async with world.work(SUPERVISED, "organ_head") as work:
        await annual.approve(work, paper_id)
    async with world.work(BODY, "supervisor") as work:
        page = await annual.paper(work, paper_id)
        assert page.sections == []
        with pytest.raises(IllegalTransition):
            await annual.accept(work, paper_id)
    async with world.work(SUPERVISED, "contact") as work:
        await annual.submit(work, paper_id)
        with pytest.raises(IllegalTransition):
            await annual.write(work, paper_id, steps.words("report"))
    async with world.work(BODY, "supervisor") as work:
        assert await waiting(work) == 1
        page = await annual.paper(work, paper_id)
        assert len(page.sections) == 7
        assert not page.paper.late
        await annual.accept(work, paper_id)
        assert await waiting(work) == 0


async def test_the_head_does_not_settle_what_he_wrote(world: World) -> None:
    paper_id = await steps.duty(world)
    async with world.work(SUPERVISED, "organ_head") as work:
        await annual.write(work, paper_id, steps.words("report"))
        with pytest.raises(Denied, match="起草人"):
            await annual.approve(work, paper_id)


async def test_sent_back_with_reasons_and_late_for_ever(world: World) -> None:
    await world.set_clock("2026-02-03 09:00")
    paper_id = await steps.sent(world)
    async with world.work(BODY, "supervisor") as work:
        with pytest.raises(Invalid):
            await annual.send_back(work, paper_id, " ")
    await steps.sent_back(world, paper_id)
    async with world.work(SUPERVISED, "contact") as work:
        page = await annual.paper(work, paper_id)
        assert page.paper.late
        assert page.sent_back_reason == "请补充专项行动情况。"
        await annual.write(work, paper_id, WriteInput(sections={"systems": "补充：开展专项行动三次，已公示。"}))
    async with world.work(SUPERVISED, "organ_head") as work:
        await annual.approve(work, paper_id)
        await annual.submit(work, paper_id)
    async with world.work(BODY, "supervision_leader") as work:
        page = await annual.paper(work, paper_id)
        assert page.paper.late
        assert page.paper.submitted_on == date(2026, 2, 3)
        assert [r.round for r in page.rounds] == [2, 1]
        assert "专项行动三次" in page.sections[2].text
        await annual.accept(work, paper_id)
    async with world.work(BODY, "supervisor") as work:
        with pytest.raises(IllegalTransition):
            await annual.send_back(work, paper_id, "再次退回。")


async def test_in_time_stays_in_time_after_a_correction(world: World) -> None:
    paper_id = await steps.sent(world)
    await steps.sent_back(world, paper_id)
    await world.set_clock("2026-03-03 09:00")
    async with world.work(SUPERVISED, "organ_head") as work:
        await annual.approve(work, paper_id)
        await annual.submit(work, paper_id)
        assert not (await annual.paper(work, paper_id)).paper.late


async def test_figures_come_from_the_records_and_a_difference_is_explained(world: World, backend: Backend) -> None:
    paper_id = await steps.duty(world)
    organ, told = await world.organ(SUPERVISED), '{"review_filed_on": "2025-06-01"}'
    with superuser(backend, world) as connection:
        for day in (date(2025, 3, 4), date(2024, 3, 4)):
            add(connection, world, organ, "licence", decided_on=day, result="granted", detail=told)
    async with world.work(SUPERVISED, "contact") as work:
        figures = {f.code: f for f in (await annual.paper(work, paper_id)).figures}
        assert figures["officers.present"].derived == figures["officers.present"].value
        assert figures["penalties"].derived is None, "no penalty was ever sent: nothing is known of them"
        assert (figures["licences"].derived, figures["reconsiderations"].derived) == (1, 2)
        with pytest.raises(Invalid, match="说明原因"):
            await annual.write(work, paper_id, WriteInput(figures=(Figure("officers.present", 999),)))
        with pytest.raises(Invalid, match="没有这个数据项"):
            await annual.write(work, paper_id, WriteInput(figures=(Figure("nonsense", 1),)))
        entry = WriteInput(figures=(Figure("officers.present", 999, "含待录入人员"), Figure("penalties", 12)))
        await annual.write(work, paper_id, entry)
        figures = {f.code: f for f in (await annual.paper(work, paper_id)).figures}
        assert (figures["officers.present"].value, figures["officers.present"].note) == (999, "含待录入人员")
        assert figures["penalties"].value == 12


async def test_a_stale_version_is_refused(world: World) -> None:
    paper_id = await steps.duty(world)
    async with world.work(SUPERVISED, "contact") as work:
        version = (await annual.paper(work, paper_id)).paper.version
        await annual.write(work, paper_id, steps.words("report"), version=version)
        with pytest.raises(Stale):
            await annual.write(work, paper_id, steps.words("report"), version=version)


async def test_no_other_tenant_sees_a_paper_and_the_department_no_draft(world: World) -> None:
    paper_id = await steps.settled(world)
    for organ, role in ((OTHER_BODY, "supervisor"), ("建安区水利局", "contact"), (GOVERNMENT, "government_leader")):
        async with world.work(organ, role) as work:
            for table in (AnnualPaper, AnnualText, AnnualSubmission, AnnualPublication):
                assert await work.session.scalar(select(func.count()).select_from(table)) == 0, (organ, table)
            with pytest.raises(NotFound):
                await annual.paper(work, paper_id)
    async with world.work(BODY, "supervisor") as work:
        assert await work.session.scalar(select(func.count()).select_from(AnnualText)) == 0
        with pytest.raises(NotFound):
            await annual.write(work, paper_id, steps.words("report"))
        with pytest.raises(NotFound):
            await annual.publish(work, paper_id)


async def test_the_department_answers_and_nobody_else(world: World) -> None:
    paper_id = await steps.sent(world)
    async with world.work(SUPERVISED, "organ_head") as work:
        with pytest.raises(Denied):
            await annual.accept(work, paper_id)
    for role in ("system_admin", "security_admin", "audit_admin"):
        async with world.work(BODY, role) as work:
            with pytest.raises(Denied, match="管理员"):
                await annual.paper(work, paper_id)


async def test_nothing_is_published_before_it_was_sent_in_and_one_text_once(world: World) -> None:
    paper_id = await steps.settled(world)
    async with world.work(SUPERVISED, "contact") as work:
        with pytest.raises(IllegalTransition):
            await annual.publish(work, paper_id)
        await annual.submit(work, paper_id)
        row = await annual.publish(work, paper_id)
        assert row.pdf_sha256
        with pytest.raises(IllegalTransition, match="已经公开"):
            await annual.publish(work, paper_id)
        page = await annual.paper(work, paper_id)
    assert page.publications[0].href.startswith("/public/annual/report-2025-")


async def test_a_correction_is_a_further_version_under_the_same_address(world: World) -> None:
    paper_id, href = await steps.published(world)
    await steps.sent_back(world, paper_id)
    async with world.work(SUPERVISED, "contact") as work:
        await annual.write(work, paper_id, WriteInput(sections={"problems": "更正：两件案卷归档不及时，已整改。"}))
        before = await annual.public_paper(work, href.rsplit("/", 1)[1])
    async with world.work(SUPERVISED, "organ_head") as work:
        await annual.approve(work, paper_id)
        await annual.submit(work, paper_id)
        await annual.publish(work, paper_id)
        after = await annual.public_paper(work, href.rsplit("/", 1)[1])
    assert "更正" not in str(before)
    assert "更正" in str(after)
    assert (before.version, after.version, after.href) == (1, 2, href)


async def test_the_own_site_is_recorded_with_its_day_and_a_picture(world: World) -> None:
    paper_id = await steps.sent(world)
    picture = b"\x89PNG\r\n\x1a\n" + b"\0" * 64
    async with world.work(SUPERVISED, "contact") as work:
        with pytest.raises(Invalid) as wrong:
            await annual.record_site(work, paper_id, SiteInput("javascript:alert(1)", date(2026, 2, 20)))
        assert [e.field for e in wrong.value.errors] == ["url", "published_on"]
        entry = SiteInput("https://www.example.gov.cn/2025.html", date(2026, 1, 19), picture, "截图.png")
        await annual.record_site(work, paper_id, entry)
        shown = (await annual.paper(work, paper_id)).publications[0]
        assert (shown.href, shown.published_on) == ("https://www.example.gov.cn/2025.html", date(2026, 1, 19))
        await annual.record_publication_check(work, paper_id, False, "页面不能打开")
    async with world.work(BODY, "supervisor") as work:
        page = await annual.paper(work, paper_id)
        assert page.publications[0].check_passed is False
        name, data = await annual.evidence(work, paper_id, 1)
        assert (name, data) == ("截图.png", picture)


async def test_the_job_checks_pages_against_what_was_sent_in(world: World) -> None:
    paper_id, _ = await steps.published(world)
    async with world.work(SUPERVISED) as work:
        await annual.follow(work)
    async with world.work(SUPERVISED, "contact") as work:
        assert (await annual.paper(work, paper_id)).publications[0].check_passed is True
        row = (await work.session.scalars(select(AnnualPublication))).one()
        row.content = {**row.content, "sections": {**row.content["sections"], "problems": "没有问题。"}}
    async with world.work(SUPERVISED) as work:
        await annual.follow(work)
    async with world.work(BODY, "supervisor") as work:
        shown = (await annual.paper(work, paper_id)).publications[0]
        assert shown.check_passed is False
        assert "不一致" in shown.check_note


async def bells(world: World, organ: str) -> list[str]:
    async with world.work(organ) as work:
        query = select(Notice.title).where(Notice.organ_id == work.organ_id).order_by(Notice.at, Notice.id)
        return list(await work.session.scalars(query))


async def test_each_reminder_comes_on_its_day_and_once(world: World) -> None:
    told: list[int] = []
    for day in ("2026-01-05", "2026-01-20", "2026-01-20", "2026-02-02", "2026-02-02", "2026-02-03", "2026-02-04"):
        await world.set_clock(f"{day} 07:00")
        async with world.work(SUPERVISED) as work:
            told.append(await annual.follow(work))
    assert told == [0, 2, 0, 2, 0, 2, 0]
    assert [t for t in await bells(world, BODY) if "逾期未报送" in t] == [
        "建安区城市管理局逾期未报送2025年度行政执法工作情况报告",
        "建安区城市管理局逾期未报送2026年度行政执法工作计划",
    ]


async def test_what_was_sent_in_but_not_published_is_reminded_once(world: World) -> None:
    await steps.sent(world)
    await world.set_clock("2026-02-10 07:00")
    for _ in range(2):
        async with world.work(SUPERVISED) as work:
            await annual.follow(work)
    assert [t for t in await bells(world, SUPERVISED) if "尚未公开" in t] == ["2025年度行政执法工作情况报告尚未公开"]


async def test_the_daily_job_reaches_every_organ_that_owes_and_no_other(world: World) -> None:
    async with world.system() as work:
        await follow_annual(work)
    tree = await world.directory()
    found: set[str] = set()
    for short in (SUPERVISED, "建安区烟草专卖局", BODY, GOVERNMENT, "尚集镇政府", "建安区尚集司法所"):
        async with world.work(short) as work:
            query = select(func.count()).where(
                OutboxMessage.job == "follow_annual_papers", OutboxMessage.organ_id == work.organ_id
            )
            if await work.session.scalar(query):
                found.add(short)
                await follow_annual_papers(work)
    assert found == {SUPERVISED, "建安区烟草专卖局"}
    async with world.work("建安区烟草专卖局", "contact") as work:
        assert {p.department for p in (await annual.papers(work)).items} == {tree.short(await world.organ(BODY))}


async def test_the_board_counts_the_level(world: World) -> None:
    await steps.published(world)
    await steps.duty(world, organ="建安区水利局")
    await world.set_clock("2026-02-03 09:00")
    await steps.sent(world, organ="建安区市场监管局")
    async with world.work(BODY, "supervision_leader") as work:
        board = await annual.board(work, "report", 2025)
    assert (board.total, board.submitted, board.in_time, board.late, board.overdue) == (3, 2, 1, 1, 1)
    assert (board.accepted, board.published) == (0, 1)
    assert board.rows[0].organ == "建安区水利局"
    assert board.rows[1].unpublished
    async with world.work(CITY_BODY, "supervisor") as work:
        assert (await annual.board(work, "report", 2025)).total == 0
        with pytest.raises(Invalid):
            await annual.board(work, "nonsense", 2025)


async def test_the_department_drafts_its_report_from_what_was_sent_in(world: World) -> None:
    async with world.work(BODY, "supervisor") as work:
        with pytest.raises(IllegalTransition, match="还没有单位报送"):
            await annual.summary(work, 2025, "pdf")
    paper_id = await steps.duty(world)
    async with world.work(SUPERVISED, "contact") as work:
        await annual.write(work, paper_id, WriteInput(figures=(Figure("penalties", 12),)))
    await steps.sent(world)
    await steps.sent(world, organ="建安区水利局")
    async with world.work(BODY, "supervision_leader") as work:
        name, pdf, _ = await annual.summary(work, 2025, "pdf")
        assert name.endswith("关于2025年度行政执法工作情况的报告（草稿）.pdf")
        assert pdf.startswith(b"%PDF")
        _, word, _ = await annual.summary(work, 2025, "docx")
    text = "\n".join(c.text for t in Document(io.BytesIO(word)).tables for r in t.rows for c in r.cells)
    assert "建安区水利局" in text
    with zipfile.ZipFile(io.BytesIO(word)) as package:
        drawn = package.read("word/charts/chart1.xml").decode()
        assert "charts/chart1.xml" in package.read("word/_rels/document.xml.rels").decode()
    assert ("<c:v>建安区城市管理局</c:v>" in drawn, "<c:v>12</c:v>" in drawn) == (True, True)
    async with world.work(SUPERVISED, "contact") as work:
        with pytest.raises((Denied, NotFound)):
            await annual.summary(work, 2025, "pdf")

"""The monthly circular: drafted by itself, issued or discarded by the leader, seen by whom it names (Art. 11(8))."""

from __future__ import annotations

import io
import re

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from kernel.errors import Denied, IllegalTransition, Invalid, NotFound
from kernel.models import AuditEntry, TimelineEvent
from supervision.escalation import service
from supervision.escalation.models import CircularDraft
from supervision.escalation.views import CircularView
from supervision.instruments import service as instruments
from supervision.instruments.models import PaperCopy
from supervision.matters import service as matters
from supervision.matters.models import Matter
from tests import stories
from tests.snapshots import remembered
from tests.stories import BODY, SUPERVISED
from tests.world import World

ASKED = "请于五个工作日内书面报告处理情况，并说明逾期的原因。"


@remembered
async def drafted(world: World, /) -> tuple[Matter, CircularView]:
    matter, _, _, _ = await stories.served_matter(world)
    await stories.sweep(world, "2026-11-02 09:00")
    async with world.system() as work:
        assert await service.draft_circulars(work) == 1
    async with world.work(BODY, "supervision_leader") as work:
        return matter, (await service.circulars(work))[0]


async def test_it_is_drafted_once_a_month(world: World) -> None:
    matter, draft = await drafted(world)
    async with world.system() as work:
        assert await service.draft_circulars(work) == 0
    assert (draft.month, draft.lines[0].matter_number) == ("2026-11", matter.number)
    assert draft.lines[0].overdue_workdays > 0
    await world.set_clock("2026-12-01 09:00")
    async with world.system() as work:
        assert await service.draft_circulars(work) == 1
    async with world.work("市司法局") as work:
        assert (await work.session.scalars(select(CircularDraft))).all() == []


async def test_the_leader_issues_it_under_a_number_to_the_organs_it_names(world: World) -> None:
    matter, draft = await drafted(world)
    with pytest.raises(Denied, match="负责人"):
        async with world.work(BODY, "supervisor") as work:
            await service.issue_circular(work, draft.id, ASKED)
    with pytest.raises(Invalid):
        async with world.work(BODY, "supervision_leader") as work:
            await service.issue_circular(work, draft.id, "改正。")
    async with world.work(BODY, "supervision_leader") as work:
        await service.issue_circular(work, draft.id, ASKED, version=draft.version)
    async with world.work(BODY, "supervisor") as work:
        issued = await service.circular(work, draft.id)
        assert issued.state == "issued"
        row = await work.session.get(CircularDraft, (work.city_id, draft.id))
        assert row is not None
        assert row.paper_id is not None
        _, pdf = await instruments.paper_pdf(work, row.paper_id)
        events = await work.session.scalars(select(TimelineEvent.title).where(TimelineEvent.thread_id == matter.id))
        assert any("建司执监报〔2026〕1号" in title for title in events)
        entry = (await work.session.scalars(select(AuditEntry).where(AuditEntry.action == "issue_circular"))).one()
        assert (entry.article, entry.rule_id) == ("11(8)", "circular-lead")
    text = re.sub(r"\s", "", "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages))
    for part in ("建司执监报〔2026〕1号", "建司执监督〔2026〕1号", "第十一条（八）", "2026年10月22日", ASKED):
        assert part in text, part
    async with world.work(SUPERVISED, "contact") as work:
        rows, following = await instruments.received_papers(work)
        assert [(paper.kind, paper.to_open) for paper in rows] == [("circular", True)]
        assert following is None
        await instruments.open_paper(work, rows[0].id)
        assert (await instruments.copy_pdf(work, rows[0].id))[1] == pdf
    async with world.work("建安区水利局") as work:
        assert (await work.session.scalars(select(PaperCopy))).all() == []
    for step in (service.issue_circular, service.discard_circular):
        with pytest.raises(IllegalTransition, match="已经处理"):
            async with world.work(BODY, "supervision_leader") as work:
                await step(work, draft.id, ASKED)


async def test_what_was_settled_meanwhile_is_left_out(world: World) -> None:
    matter, draft = await drafted(world)
    async with world.work(BODY, "supervision_leader") as work:
        await matters.suspend(work, matter.id, "expert_opinion", "正在鉴定。")
    async with world.work(BODY, "supervision_leader") as work:
        assert [line.settled for line in (await service.circular(work, draft.id)).lines] == [True]
    with pytest.raises(IllegalTransition, match="没有需要通报的单位"):
        async with world.work(BODY, "supervision_leader") as work:
            await service.issue_circular(work, draft.id, ASKED)


async def test_it_is_discarded_with_a_reason(world: World) -> None:
    _, draft = await drafted(world)
    with pytest.raises(Invalid):
        async with world.work(BODY, "supervision_leader") as work:
            await service.discard_circular(work, draft.id, " ")
    async with world.work(BODY, "supervision_leader") as work:
        await service.discard_circular(work, draft.id, "逾期单位已经约谈。")
    async with world.work(BODY, "supervision_leader") as work:
        seen = await service.circular(work, draft.id)
        assert (seen.state, seen.discard_reason) == ("discarded", "逾期单位已经约谈。")
    async with world.system() as work:
        assert await service.draft_circulars(work) == 0


async def test_another_body_finds_no_circular(world: World) -> None:
    _, draft = await drafted(world)
    for organ in ("市司法局",):
        with pytest.raises(NotFound):
            async with world.work(organ, "supervision_leader") as work:
                await service.issue_circular(work, draft.id, ASKED)

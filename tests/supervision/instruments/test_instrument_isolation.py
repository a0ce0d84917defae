"""Who sees what, and what happens when many act at once (invariants 1, 3 and 8 of the procedure)."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Awaitable, Callable

import pytest
from pypdf import PdfReader
from sqlalchemy import select, text

from kernel.db import Base
from kernel.errors import IllegalTransition, NotFound, Stale
from kernel.models import AuditEntry
from supervision.clues import service as clues
from supervision.clues.commands import ComplainantInput, RegisterClue
from supervision.instruments import service
from supervision.instruments.models import Delivery, Instrument, Reply
from supervision.instruments.numbering import gaps
from tests import stories
from tests.snapshots import remembered
from tests.stories import BODY, SUPERVISED
from tests.world import World

SECRETS = ("张立", "13900001234", "内部意见：先函后谈", "草稿里的要求")


async def everything_readable(world: World, organ: str, role: str) -> dict[str, str]:
    """Every row of every table that an organ's transaction can read, as text."""
    found: dict[str, str] = {}
    async with world.work(organ, role) as work:
        granted = await work.session.execute(
            text("select table_name from information_schema.table_privileges where privilege_type = 'SELECT'")
        )
        readable = {row[0] for row in granted}
        for table in Base.metadata.sorted_tables:
            if table.name in readable and table.name not in ("organ", "calendar_day"):
                rows = await work.session.execute(text(f'select t::text from "{table.name}" t'))
                found[table.name] = "\n".join(row[0] for row in rows)
    return found


@remembered
async def a_matter_with_secrets(world: World, /) -> tuple[Instrument, Delivery, Instrument]:
    """A served letter, and beside it a draft, a note and the source of the clue."""
    async with world.work(BODY, "supervisor") as work:
        await clues.register(
            work,
            RegisterClue(
                source="hotline",
                title="扣押三轮车没有出具决定书",
                facts="反映扣押三轮车没有出具决定书，内部意见：先函后谈。",
                subject_organ_id=await world.organ(SUPERVISED),
                complainant=ComplainantInput(name="张立", contact="13900001234"),
            ),
        )
    matter = await stories.open_matter(world)
    await stories.check_matter(world, matter.id, record="两名监督人员到场检查，内部意见：先函后谈。")
    finding = await stories.find_problem(world, matter.id)
    letter, delivery = await stories.serve_letter(world, matter.id)
    async with world.work(BODY, "supervisor") as work:
        line = service.RequirementInput(finding_id=finding.id, text="草稿里的要求")
        draft = await service.draft(
            work, service.DraftInstrument(matter_id=matter.id, kind="opinion", requirements=(line,))
        )
    return letter, delivery, draft


async def test_the_addressee_reads_what_was_served_and_nothing_else(world: World) -> None:
    letter, delivery, draft = await a_matter_with_secrets(world)
    seen = await everything_readable(world, SUPERVISED, "contact")
    for name in ("matter", "instrument", "requirement", "finding", "activity", "handler", "clue", "complainant"):
        assert seen[name] == "", name
    for name in ("deadline", "act", "remedy", "recusal", "government_report"):
        assert seen[name] == "", name
    together = "\n".join(seen.values())
    assert letter.number is not None
    assert letter.number in seen["delivery"]
    for secret in (*SECRETS, str(draft.id)):
        assert secret not in together, secret
    for call in (service.instrument_view, service.pdf, service.preview_png):
        with pytest.raises(NotFound):
            async with world.work(SUPERVISED, "contact") as work:
                await call(work, letter.id)
    assert delivery.number == letter.number


async def test_another_department_of_the_district_sees_nothing(world: World) -> None:
    letter, delivery, _ = await a_matter_with_secrets(world)
    for organ, role in (("建安区水利局", "contact"), ("尚集镇政府", "contact"), ("禹州市司法局", "supervisor")):
        seen = "\n".join((await everything_readable(world, organ, role)).values())
        for word in (str(letter.id), str(delivery.id), letter.number or "?", *SECRETS):
            assert word not in seen, (organ, word)
        with pytest.raises(NotFound):
            async with world.work(organ, role) as work:
                await service.delivery_view(work, delivery.id)
        with pytest.raises(NotFound):
            async with world.work(organ, role) as work:
                await service.open_delivery(work, delivery.id)


async def test_the_issuer_does_not_read_a_report_before_it_is_submitted(world: World) -> None:
    _, _, _, delivery = await stories.served_matter(world)
    async with world.work(SUPERVISED, "contact") as work:
        item = service.ReplyItem(no=1, status="done", text="尚未报送的内容")
        await service.draft_reply(work, delivery.id, service.ReplyInput(items=(item,)))
        await service.add_reply_file(work, delivery.id, 1, "尚未报送.pdf", stories.pdf())
    seen = "\n".join((await everything_readable(world, BODY, "supervisor")).values())
    assert "尚未报送" not in seen
    async with world.work(BODY, "supervision_leader") as work:
        assert (await work.session.scalars(select(Reply))).all() == []


async def test_the_paper_says_number_and_requirement(world: World) -> None:
    _, _, letter, delivery = await stories.served_matter(world)
    async with world.work(SUPERVISED, "contact") as work:
        name, served = await service.delivery_pdf(work, delivery.id)
    async with world.work(BODY, "supervisor") as work:
        _, kept = await service.pdf(work, letter.id)
        entries = (await work.session.scalars(select(AuditEntry).where(AuditEntry.action == "download"))).all()
        assert [entry.subject_id for entry in entries] == [letter.id]
    assert served == kept
    assert letter.number is not None
    assert letter.number in name
    pages = PdfReader(io.BytesIO(served)).pages
    words = "".join(page.extract_text() for page in pages).replace("\n", "").replace(" ", "")
    assert letter.number in words
    assert "依法处理第1项问题" in words
    assert (letter.verification_code or "?") in words


async def test_sixteen_approvals_at_once_leave_no_gap(world: World) -> None:
    waiting: list[Instrument] = []
    matter = await stories.open_matter(world)
    found = [await stories.find_problem(world, matter.id, f"第{n}项问题") for n in range(16)]
    for finding in found:
        waiting.append(await stories.draft_letter(world, matter.id, finding_ids=[finding.id]))

    async def approve(row: Instrument) -> None:
        async with world.work(BODY, "supervision_leader") as work:
            await service.approve(work, row.id)

    await asyncio.gather(*(_again(lambda row=row: approve(row)) for row in waiting))  # type: ignore[misc]
    async with world.work(BODY) as work:
        rows = (await work.session.scalars(select(Instrument))).all()
    numbers = sorted(row.seq or 0 for row in rows)
    assert numbers == list(range(1, 17))
    assert gaps(numbers) == []
    assert len({row.number for row in rows}) == 16


async def _again(act: Callable[[], Awaitable[None]]) -> None:
    """As a person does who is told that the record has changed meanwhile."""
    for _ in range(40):
        try:
            return await act()
        except Stale:
            continue
    raise AssertionError("no end of collisions")


async def test_two_readers_at_once_give_one_receipt(world: World) -> None:
    matter = await stories.open_matter(world)
    await stories.find_problem(world, matter.id)
    letter = await stories.issue_letter(world, (await stories.draft_letter(world, matter.id)).id)
    delivery = await stories.delivery_of(world, letter.id)

    async def opened(role: str) -> None:
        async with world.work(SUPERVISED, role) as work:
            await service.open_delivery(work, delivery.id)

    await asyncio.gather(opened("contact"), opened("organ_head"), opened("contact"), opened("organ_head"))
    async with world.work(SUPERVISED) as work:
        audits = await work.session.scalars(select(AuditEntry).where(AuditEntry.action == "open_receipt"))
        assert len(audits.all()) == 1
    async with world.work(BODY) as work:
        limits = await work.session.execute(
            text("select count(*) from deadline where rule_key like 'instrument.answer%'")
        )
        assert limits.scalar_one() == 1


async def test_handing_in_twice_at_once_is_done_once(world: World) -> None:
    _, _, _, delivery = await stories.served_matter(world)
    async with world.work(SUPERVISED, "contact") as work:
        item = service.ReplyItem(no=1, status="cannot", text="当事人下落不明，无法退还。")
        await service.draft_reply(work, delivery.id, service.ReplyInput(items=(item,)))
    async with world.work(SUPERVISED, "contact") as work:
        await service.submit_reply(work, delivery.id)

    async def approve() -> bool:
        try:
            async with world.work(SUPERVISED, "organ_head") as work:
                await service.approve_reply(work, delivery.id)
        except (IllegalTransition, Stale):
            return False
        return True

    assert sorted(await asyncio.gather(*(approve() for _ in range(4)))) == [False, False, False, True]

"""What goes with an instrument: replies, notices of withdrawal and proofs of service as documents (Art. 19)."""

from __future__ import annotations

import io
import re
from uuid import UUID

import pytest
from pypdf import PdfReader
from sqlalchemy import select

import jobs.actors  # noqa: F401
from jobs.runtime import run
from kernel.errors import IllegalTransition, Invalid, NotFound
from kernel.models import AuditEntry, OutboxMessage
from supervision.instruments import service
from supervision.instruments.models import Delivery, Instrument, Paper, PaperCopy
from supervision.matters import service as matters
from tests import stories
from tests.stories import BODY, SUPERVISED
from tests.world import World

ASK = service.ExtensionInput(amount=5, reason="需要逐册清理历史案卷。", steps_taken="已清理二百册案卷。")


def words(pdf: bytes) -> str:
    return re.sub(r"\s", "", "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages))


async def jobs_run(world: World, name: str) -> int:
    """Have the waiting jobs of a kind done, as a worker would. Returns how many there were."""
    done = 0
    for organ in (BODY, "建安区政府"):
        async with world.work(organ) as work:
            query = select(OutboxMessage.id, OutboxMessage.organ_id)
            waiting = (await work.session.execute(query.where(OutboxMessage.job == name))).all()
        for message_id, organ_id in waiting:
            await run(world.database, name, world.city_id, [(organ_id, message_id)])
            done += 1
    return done


async def papers(world: World, kind: str, organ: str = BODY) -> list[Paper]:
    async with world.work(organ) as work:
        query = select(Paper).where(Paper.kind == kind).order_by(Paper.seq)
        return list((await work.session.scalars(query)).all())


async def received(world: World, organ: str, kind: str) -> PaperCopy:
    async with world.work(organ) as work:
        query = select(PaperCopy).where(PaperCopy.kind == kind, PaperCopy.addressee_id == work.organ_id)
        return (await work.session.scalars(query)).one()


async def withdraw(world: World, instrument_id: UUID, reason: str) -> Instrument:
    async with world.work(BODY, "supervision_leader") as work:
        return await service.withdraw(work, instrument_id, reason)


async def test_the_reply_to_an_application_is_a_numbered_document_for_both_sides(world: World) -> None:
    matter, _, letter, held = await stories.served_matter(world)
    async with world.work(SUPERVISED, "contact") as work:
        await service.request_extension(work, held.id, ASK)
    async with world.work(BODY, "supervision_leader") as work:
        await service.decide_extension(work, letter.id, granted=True, reason="案卷较多，情况属实。")
    (paper,) = await papers(world, "extension_reply")
    assert (paper.number, paper.instrument_id, paper.matter_id) == ("建司执监延〔2026〕1号", letter.id, matter.id)
    async with world.work(BODY, "supervisor") as work:
        _, pdf = await service.paper_pdf(work, paper.id)
        shown = await service.instrument_view(work, letter.id)
        documents = (await matters.view(work, matter.id)).documents
    assert [p.number for p in shown.papers] == [paper.number]
    assert f"/instruments/papers/{paper.id}/pdf" in [line.href for line in documents]
    text = words(pdf)
    for part in (paper.number, letter.number or "", "同意延期", "2026年10月29日", "延长5个工作日", "案卷较多"):
        assert part in text, part
    copy = await received(world, SUPERVISED, "extension_reply")
    with pytest.raises(Invalid, match="先签收"):
        async with world.work(SUPERVISED, "contact") as work:
            await service.copy_pdf(work, copy.id)
    async with world.work(SUPERVISED, "contact") as work:
        await service.open_paper(work, copy.id)
        assert (await service.copy_pdf(work, copy.id))[1] == pdf
    async with world.work(SUPERVISED, "contact") as work:
        query = select(AuditEntry.title).where(AuditEntry.subject_id == copy.id, AuditEntry.action == "download")
        assert list(await work.session.scalars(query)) == [f"下载文书 {paper.number}"]
        inbox = await service.delivery_view(work, held.id)
        assert [p.number for p in inbox.papers] == [paper.number]


async def test_a_refused_application_keeps_the_end_and_says_why(world: World) -> None:
    _, _, letter, held = await stories.served_matter(world)
    async with world.work(SUPERVISED, "contact") as work:
        await service.request_extension(work, held.id, ASK)
    async with world.work(BODY, "supervision_leader") as work:
        await service.decide_extension(work, letter.id, granted=False, reason="期限内能够完成。")
    (paper,) = await papers(world, "extension_reply")
    async with world.work(BODY, "supervisor") as work:
        text = words((await service.paper_pdf(work, paper.id))[1])
    assert "不同意延期" in text
    assert "2026年10月22日" in text


async def test_withdrawal_after_issue_is_a_second_document_for_everyone_who_got_the_first(world: World) -> None:
    matter = await stories.open_matter(world, supervised="建安区烟草专卖局", content_items=("10(5)",))
    await stories.find_problem(world, matter.id)
    drafted = await stories.draft_letter(world, matter.id)
    await stories.issue_letter(world, drafted.id)
    gone = await withdraw(world, drafted.id, "认定事实有误，另行制发。")
    (notice,) = await papers(world, "withdrawal_notice")
    assert notice.number == "建司执监撤〔2026〕1号" != gone.number
    async with world.work(BODY, "supervisor") as work:
        text = words((await service.paper_pdf(work, notice.id))[1])
    for part in (notice.number, gone.number or "", "认定事实有误，另行制发。", "许昌市烟草专卖局", "现予撤回"):
        assert part in text, part
    for organ in ("建安区烟草专卖局", "市烟草专卖局"):
        assert (await received(world, organ, "withdrawal_notice")).number == notice.number


async def test_a_draft_is_withdrawn_without_a_second_document(world: World) -> None:
    matter = await stories.open_matter(world)
    await stories.find_problem(world, matter.id)
    drafted = await stories.draft_letter(world, matter.id)
    assert (await withdraw(world, drafted.id, "改为制发意见书。")).state == "withdrawn"
    assert await papers(world, "withdrawal_notice") == []


async def test_service_is_proved_by_a_document_once(world: World) -> None:
    _, _, letter, held = await stories.served_matter(world)
    assert await jobs_run(world, "proof_of_service") == 1
    async with world.work(BODY) as work:
        assert await service.prove_service(work, held.id) is None
    (proof,) = await papers(world, "service_receipt")
    assert proof.number == "建司执监送〔2026〕1号"
    async with world.work(BODY, "supervisor") as work:
        shown = await service.instrument_view(work, letter.id)
        text = words((await service.paper_pdf(work, proof.id))[1])
    assert [r.receipt.number for r in shown.receipts if r.receipt] == [proof.number]
    assert shown.papers == []
    for part in ("送达回证", letter.number or "", held.opened_by, "陈明远", "2026年10月9日"):
        assert part in text, part
    async with world.work(SUPERVISED, "contact") as work:
        assert (await service.copy_pdf(work, (await received(world, SUPERVISED, "service_receipt")).id))[1]


async def test_deemed_service_and_service_on_paper_are_proved_too(world: World) -> None:
    matter = await stories.open_matter(world)
    await stories.find_problem(world, matter.id)
    letter = await stories.issue_letter(world, (await stories.draft_letter(world, matter.id)).id)
    await stories.sweep(world, "2026-10-11 00:05")
    assert await jobs_run(world, "proof_of_service") == 1
    (proof,) = await papers(world, "service_receipt")
    async with world.work(BODY, "supervisor") as work:
        text = words((await service.paper_pdf(work, proof.id))[1])
    assert "视为送达" in text
    assert letter.number is not None
    assert letter.number in text


async def test_papers_are_seen_by_nobody_else(world: World) -> None:
    _, _, letter, _ = await stories.served_matter(world)
    await withdraw(world, letter.id, "认定事实有误，另行制发。")
    (notice,) = await papers(world, "withdrawal_notice")
    copy = await received(world, SUPERVISED, "withdrawal_notice")
    with pytest.raises(NotFound):
        async with world.work(SUPERVISED, "contact") as work:
            await service.paper_pdf(work, notice.id)
    for organ in ("建安区水利局", "市市场监管局"):
        async with world.work(organ) as work:
            assert (await work.session.scalars(select(Paper))).all() == []
            assert (await work.session.scalars(select(PaperCopy))).all() == []
            with pytest.raises(NotFound):
                await service.open_paper(work, copy.id)


async def test_more_time_is_for_the_first_limit_of_a_letter_only(world: World) -> None:
    _, _, letter, held = await stories.served_matter(world)
    await stories.answer_letter(world, held.id)
    await stories.send_back_answer(world, letter.id)
    with pytest.raises(IllegalTransition, match="退回补充"):
        async with world.work(SUPERVISED, "contact") as work:
            await service.request_extension(work, held.id, ASK)
    async with world.work(BODY, "supervision_leader") as work:
        await matters.suspend(work, letter.matter_id, "expert_opinion", "正在鉴定。")
    async with world.work(BODY, "supervision_leader") as work:
        await matters.resume(work, letter.matter_id, "鉴定完毕。")
    async with world.work(SUPERVISED) as work:
        row = await work.session.get(Delivery, (work.city_id, held.id))
        assert row is not None
        assert row.extension_until is None


async def test_the_limit_of_a_decision_is_not_extended(world: World) -> None:
    _, _, _, delivery = await stories.decided_matter(world)
    assert delivery.extension_until is None
    with pytest.raises(IllegalTransition, match="监督决定的执行期限不延期"):
        async with world.work(SUPERVISED, "contact") as work:
            await service.request_extension(work, delivery.id, ASK)

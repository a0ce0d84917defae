"""Referrals: who decides, what is sealed, what comes back (Arts. 18, 21)."""

from __future__ import annotations

import asyncio
import io
import json
import re
from datetime import timedelta

import pytest
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from kernel.errors import Barred, Denied, IllegalTransition, Invalid, NotFound, Stale, ZhunshengError
from kernel.ids import new_id
from kernel.models import AuditEntry, OutboxMessage
from supervision.deadlines.models import Notice
from supervision.desk import service as desk
from supervision.recusals import service as recusals
from supervision.referrals import service
from supervision.referrals.dossier import faults
from supervision.referrals.models import Referral, ReferralStep
from tests import stories
from tests.stories import BODY, GOVERNMENT, SUPERVISED
from tests.supervision.referrals import cases
from tests.world import World


def words(pdf: bytes) -> str:
    return re.sub(r"\s", "", "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages))


async def test_a_leader_decides_on_what_another_drafted_and_the_letter_goes_out_sealed(world: World) -> None:
    matter, _, instrument, _ = await stories.served_matter(world)
    row = await cases.drafted(world, matter_id=matter.id)
    with pytest.raises(Denied):
        async with world.work(BODY, "supervisor") as work:
            await service.transfer(work, row.id)
    async with world.work(BODY, "supervision_leader") as work:
        decided = await service.transfer(work, row.id, version=row.row_version)
        assert decided.state == "approved"
        assert decided.decided_at is not None
        assert decided.due_at == decided.decided_at + timedelta(hours=24)
        job = (await work.session.scalars(select(OutboxMessage).where(OutboxMessage.job == "seal_referral"))).one()
        assert job.payload == {"referral_id": str(row.id), "round_no": 1}
    with pytest.raises(IllegalTransition, match="封存"):
        async with world.work(BODY, "supervisor") as work:
            await service.send(work, row.id)
    assert await cases.sealed(world, row.id)
    assert not await cases.sealed(world, row.id), "sealed once"
    async with world.work(BODY, "supervisor") as work:
        done = await service.send(work, row.id)
        assert done.number == "建司执监移〔2026〕1号"
    async with world.work(BODY, "supervision_leader") as work:
        name, pdf, _ = await service.download(work, row.id, "letter")
        _, archive, media_type = await service.download(work, row.id, "archive")
        _, word, _ = await service.download(work, row.id, "word")
        looks = (await work.session.scalars(select(AuditEntry).where(AuditEntry.action == "referral_download"))).all()
    async with world.work(BODY, "supervision_leader") as work:
        await service.view(work, row.id)
        seen = select(AuditEntry).where(AuditEntry.action == "referral_read", AuditEntry.subject_id == row.id)
        assert len((await work.session.scalars(seen)).all()) == 1
    assert (name, media_type, len(looks), word[:2]) == ("建司执监移〔2026〕1号.pdf", "application/zip", 3, b"PK")
    text = words(pdf)
    for part in ("线索移送函", "第十八条", "建安区纪委监委", "赵某某", done.manifest_sm3, "知悉范围：内部"):
        assert part in text, part
    assert faults(archive, done.manifest_sha256) == []
    assert instrument.number is not None
    assert instrument.number.encode() in archive


async def test_later_changes_of_the_matter_do_not_alter_the_dossier(world: World) -> None:
    matter = await stories.open_matter(world)
    await stories.find_problem(world, matter.id)
    row = await cases.drafted(world, matter_id=matter.id)
    async with world.work(BODY, "supervision_leader") as work:
        await service.transfer(work, row.id)
    await stories.find_problem(world, matter.id, "决定以后认定的问题")
    assert await cases.sealed(world, row.id)
    async with world.work(BODY, "supervision_leader") as work:
        seen = await service.view(work, row.id)
        _, archive, _ = await service.download(work, row.id, "archive")
    assert faults(archive, seen.manifest_sha256) == []
    assert "决定以后认定的问题".encode() not in archive
    assert faults(archive.replace(b"PDF-1.4", b"PDF-1.5"), seen.manifest_sha256)


async def test_nobody_but_the_named_finds_it(world: World) -> None:
    row = await cases.drafted(world)
    strangers = (
        (BODY, "supervisor", 1),
        (BODY, "supervision_leader", 1),
        (BODY, "audit_admin", 0),
        ("市司法局", "supervision_leader", 0),
        (SUPERVISED, "organ_head", 0),
        (GOVERNMENT, "government_leader", 0),
    )
    for organ, role, nth in strangers:
        async with world.work(organ, role, nth) as work:
            assert (await service.listed(work, open_only=None)).items == []
        for step in (service.view, service.transfer, service.send):
            with pytest.raises(NotFound) as refusal:
                async with world.work(organ, role, nth) as work:
                    await step(work, row.id)
            with pytest.raises(NotFound) as nothing:
                async with world.work(organ, role, nth) as work:
                    await step(work, new_id())
            assert str(refusal.value) == str(nothing.value)
    async with world.work(BODY, "supervision_leader") as work:
        other = (await world.actor(BODY, "supervisor", 1)).post_id
        await service.name_reader(work, row.id, other, "协助整理材料")
        with pytest.raises(Invalid):
            await service.name_reader(work, row.id, (await world.actor(BODY, "audit_admin")).post_id, "需要知悉")
    async with world.work(BODY, "supervisor", 1) as work:
        assert (await service.view(work, row.id)).subject == cases.CONTENTS.subject


async def test_a_limit_that_ends_is_told_once_and_to_the_named_alone(world: World) -> None:
    row = await cases.drafted(world)
    await world.set_clock("2026-10-12 23:00")
    async with world.system() as work:
        assert await service.sweep(work) == 0
    await world.set_clock("2026-10-13 00:30")
    for reminded in (1, 0):
        async with world.system() as work:
            assert await service.sweep(work) == reminded
    async with world.work(BODY) as work:
        lines = (await work.session.scalars(select(Notice).where(Notice.kind == "overdue"))).all()
        assert {line.post_id for line in lines} == {
            await cases.leader(world), (await world.actor(BODY, "supervisor")).post_id,
        }  # fmt: skip
        assert not any("赵某某" in line.title + line.body or "移送" in line.title[:9] for line in lines)
        steps = (await work.session.scalars(select(ReferralStep).where(ReferralStep.referral_id == row.id))).all()
        assert [step.action for step in steps] == ["draft", "overdue"]


async def test_a_refusal_to_transfer_is_recorded_with_its_reasons(world: World) -> None:
    row = await cases.drafted(world)
    with pytest.raises(IllegalTransition, match="理由"):
        async with world.work(BODY, "supervision_leader") as work:
            await service.decline(work, row.id, "不移送")
    async with world.work(BODY, "supervision_leader") as work:
        await service.decline(work, row.id, "经核实系正常借款，不涉嫌违纪违法。")
        seen = await service.view(work, row.id)
        assert (seen.state, seen.steps[0].note) == ("declined", "经核实系正常借款，不涉嫌违纪违法。")
        assert seen.due_name == ""


async def test_receipt_and_result_come_by_hand_or_from_a_connected_system(world: World) -> None:
    row = await cases.sent(world)
    with pytest.raises(IllegalTransition, match="回执"):
        async with world.work(BODY, "supervisor") as work:
            await service.receive_receipt(work, row.id, service.Incoming(text="已收"))
    async with world.work(BODY) as work:
        incoming = service.Incoming(text="已受理", files=(stories.upload("回执.pdf"),))
        assert (await service.receive_receipt(work, row.id, incoming)).state == "acknowledged"
    async with world.work(BODY, "supervisor") as work:
        incoming = service.Incoming(text="已立案审查", files=(stories.upload("结果告知书.pdf"),))
        await service.receive_result(work, row.id, incoming)
        seen = await service.view(work, row.id)
    assert (seen.state, seen.steps[0].note) == ("resulted", "已立案审查")
    assert [f.role for f in seen.files] == ["material", "receipt", "result"]
    with pytest.raises(NotFound):
        async with world.work(BODY) as work:
            await service.transfer(work, row.id)


async def test_what_is_returned_goes_out_again_in_a_new_round(world: World) -> None:
    row = await cases.sent(world)
    async with world.work(BODY, "supervisor") as work:
        incoming = service.Incoming(text="材料不足，退回补充。", files=(stories.upload("退回函.pdf"),))
        await service.receive_result(work, row.id, incoming, returned=True)
        await service.reopen(work, row.id, "补充银行流水后重新移送。")
    async with world.work(BODY, "supervisor") as work:
        await service.add_files(work, row.id, [stories.upload("银行流水.pdf")])
    again = await cases.transferred(world, row.id)
    assert again.round == 2
    async with world.work(BODY, "supervisor") as work:
        done = await service.send(work, row.id)
        seen = await service.view(work, row.id)
        old = next(f for f in seen.files if f.role == "archive")
        assert (await service.download(work, row.id, str(old.id)))[1][:2] == b"PK"
        manifest = json.loads(_manifest((await service.download(work, row.id, "archive"))[1]))
    assert done.number == "建司执监移〔2026〕2号"
    assert {f["name"] for f in manifest["files"]} >= {"银行流水.pdf", "转账记录.pdf"}


def _manifest(archive: bytes) -> bytes:
    import zipfile

    return zipfile.ZipFile(io.BytesIO(archive)).read("manifest.json")


async def test_urging_opens_the_transfer_at_the_enforcement_organ_which_decides_itself(world: World) -> None:
    row, there = await cases.urged(world)
    assert (row.number, there.kind, there.origin) == ("建司执监督移〔2026〕1号", "criminal", "urging")
    async with world.work(SUPERVISED, "organ_head") as work:
        seen = await service.view(work, there.id)
        letter = next(f for f in seen.files if f.role == "urging")
        _, pdf, _ = await service.download(work, there.id, str(letter.id))
        # Nobody drafted it but the system, so the head may decide.
        await service.transfer(work, there.id)
    text = words(pdf)
    for part in ("督促移送函", "第八条（五）", "二十四小时", "同级人民检察院", "2026年10月22日"):
        assert part in text, part
    assert await cases.sealed(world, there.id, 1, SUPERVISED)
    async with world.work(SUPERVISED, "organ_head") as work:
        done = await service.send(work, there.id)
        _, letter_pdf, _ = await service.download(work, there.id, "letter")
        assert done.number == "建城罪移〔2026〕1号"
    assert "同级公安机关" in words(letter_pdf)
    async with world.work(BODY, "supervisor") as work:
        answered = await service.view(work, row.id)
        assert (answered.state, answered.steps[0].note) == ("resulted", "已移送公安机关（建城罪移〔2026〕1号）。")
    async with world.work(SUPERVISED, "contact") as work:
        assert (await service.listed(work, open_only=None)).items == []


async def test_a_refusal_to_transfer_is_told_to_the_body_that_urged(world: World) -> None:
    row, there = await cases.urged(world)
    async with world.work(SUPERVISED, "organ_head") as work:
        await service.decline(work, there.id, "毁坏面积未达到追诉标准。")
    async with world.work(BODY, "supervisor") as work:
        assert (await service.view(work, row.id)).steps[0].note == "决定不予移送：毁坏面积未达到追诉标准。"


async def test_another_part_opens_a_draft_once(world: World) -> None:
    source = new_id()
    command = service.OpenReferral(kind="discipline", origin="accountability", source_id=source)
    async with world.work(BODY) as work:
        first = await service.open_draft(work, command)
    async with world.work(BODY) as work:
        assert await service.open_draft(work, command) is None
    assert first is not None
    with pytest.raises(IllegalTransition, match="不完整"):
        async with world.work(BODY, "supervision_leader") as work:
            await service.transfer(work, first)
    async with world.work(BODY, "supervision_leader") as work:
        await service.update(work, first, cases.CONTENTS, "建安区纪委监委")
    with pytest.raises(Denied, match="起草人"):
        async with world.work(BODY, "supervision_leader") as work:
            await service.transfer(work, first)
    async with world.work(BODY, "supervision_leader", 1) as work:
        assert (await service.transfer(work, first)).state == "approved"


async def test_a_crime_of_an_officer_goes_to_discipline_inspection(world: World) -> None:
    command = service.OpenReferral(kind="criminal", origin="accountability", source_id=new_id())
    async with world.work(BODY) as work:
        found = await service.open_draft(work, command)
        row = await work.session.get(Referral, (work.city_id, found))
        assert row is not None
        assert row.kind == "discipline"


async def test_it_waits_on_the_desk_of_whoever_decides_and_says_no_more(world: World) -> None:
    await cases.drafted(world)
    async with world.work(BODY, "supervision_leader") as work:
        lines = [w for w in (await desk.desk(work)).waiting if w.kind == "referral"]
        assert [(w.label, w.title) for w in lines] == [("决定是否移送", "限制知悉：问题线索移送")]
    for organ, role, nth in ((BODY, "supervision_leader", 1), (GOVERNMENT, "government_leader", 0)):
        async with world.work(organ, role, nth) as work:
            assert not [w for w in (await desk.desk(work)).waiting if w.kind == "referral"]


async def test_of_two_decisions_at_once_one_holds(world: World) -> None:
    row = await cases.drafted(world)

    async def decide(step: int) -> str:
        try:
            async with world.work(BODY, "supervision_leader") as work:
                if step % 2:
                    await service.decline(work, row.id, "经核实不涉嫌违纪违法。")
                else:
                    await service.transfer(work, row.id)
        except (ZhunshengError, SQLAlchemyError) as refusal:
            return type(refusal).__name__
        return "done"

    outcomes = await asyncio.gather(*(decide(n) for n in range(6)))
    assert outcomes.count("done") == 1, outcomes
    async with world.work(BODY) as work:
        query = select(ReferralStep.action).where(ReferralStep.referral_id == row.id)
        assert len([a for a in await work.session.scalars(query) if a in ("transfer", "decline")]) == 1


async def test_opened_by_many_workers_at_once_it_is_one(world: World) -> None:
    command = service.OpenReferral(kind="discipline", origin="accountability", source_id=new_id())

    async def opened() -> object:
        async with world.work(BODY) as work:
            return await service.open_draft(work, command)

    found = await asyncio.gather(*(opened() for _ in range(5)))
    assert len([one for one in found if one is not None]) == 1
    async with world.work(BODY) as work:
        assert len((await work.session.scalars(select(Referral))).all()) == 1


async def test_who_is_recused_in_the_matter_has_no_part_in_it(world: World) -> None:
    matter = await stories.open_matter(world)
    async with world.work(BODY, "supervisor") as work:
        await recusals.declare_recusal(work, matter.id, "relative_interest", "配偶在当事人的企业任职，有利害关系。")
    with pytest.raises(Barred):
        await cases.drafted(world, matter_id=matter.id)


async def test_what_is_wrong_is_named_and_nothing_is_half_done(world: World) -> None:
    with pytest.raises(Invalid) as wrong:
        await cases.drafted(world, contents=service.Contents(subject="", conduct="短", discovered=""), recipient="委")
    assert {e.field for e in wrong.value.errors} == {"subject", "conduct", "discovered", "recipient"}
    for change, field in (
        ({"kind": "gossip"}, "kind"),
        ({"secrecy": "secret"}, "secrecy"),
        ({"matter_id": new_id()}, "matter_id"),
        ({"kind": "urge_transfer"}, "addressee_id"),
        ({"leader_post_id": (await world.actor(BODY, "supervisor", 1)).post_id}, "leader_post_id"),
    ):
        with pytest.raises(Invalid) as wrong:
            await cases.drafted(world, **change)
        assert [e.field for e in wrong.value.errors] == [field]
    with pytest.raises(Denied, match="行政执法机关移送"):
        await cases.drafted(world, kind="criminal")
    row = await cases.drafted(world)
    with pytest.raises(Stale):
        async with world.work(BODY, "supervision_leader") as work:
            await service.transfer(work, row.id, version=row.row_version + 1)
    async with world.work(BODY) as work:
        assert len((await work.session.scalars(select(Referral))).all()) == 1

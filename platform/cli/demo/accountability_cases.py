"""Demo cases of accountability (Art. 21): one told and waiting for the defence, one answered, one against an organ.
Persons and incidents are invented.
"""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import select

from cli.demo import parts
from cli.demo.parts import JIANAN, MARKET, URBAN, WATER, Side
from cli.demo.stage import Case, Stage
from supervision.accountability import service as accountability
from supervision.accountability.models import AccountabilityNotice
from supervision.accountability.service import Answer, Decide, Defence, OpenCase, Respondent
from supervision.matters.commands import Upload
from tenants.registers.models import Officer


def accountability_cases(stage: Stage) -> Iterator[Case]:
    yield _cancellation(stage)
    yield _training(stage)
    yield _criticism(stage)


async def _propose(stage: Stage, side: Side, name: str, *, measure: str, grounds: tuple[str, ...], facts: str) -> UUID:
    """陈明远 proposes; the person, where there is one, comes from the register."""
    person = None
    async with stage.work(JIANAN.handler) as work:
        if name:
            query = select(Officer.id).where(Officer.organ_id == stage.organ(side.organ), Officer.name == name)
            person = Respondent(officer_id=(await work.session.scalars(query)).one(), responsibility="direct")
        command = OpenCase(
            supervised_id=stage.organ(side.organ),
            person=person,
            grounds=grounds,
            facts=facts,
            gravity="serious" if person else "ordinary",
            fault="gross_negligence",
            measure=measure,
            nature="执法行为不规范",
            harm="造成不良社会影响",
            files=(Upload("现场记录.pdf", parts.paper("现场记录（演示）"), "执法记录仪"),),
        )
        return (await accountability.open_case(work, command)).id


async def _notify(stage: Stage, case_id: UUID) -> None:
    async with stage.work(JIANAN.leader) as work:
        await accountability.notify(work, case_id)


async def _served(stage: Stage, case_id: UUID, kind: str) -> UUID:
    async with stage.work(JIANAN.handler) as work:
        query = select(AccountabilityNotice.id).where(
            AccountabilityNotice.case_id == case_id, AccountabilityNotice.kind == kind
        )
        found: UUID = (await work.session.scalars(query)).one()
        return found


async def _receive(stage: Stage, who: str, notice_id: UUID) -> None:
    async with stage.work(who) as work:
        await accountability.open_notice(work, notice_id)


async def _defend(stage: Stage, who: str, notice_id: UUID, text: str = "") -> None:
    async with stage.work(who) as work:
        await accountability.state_defence(work, notice_id, Defence(text=text, waived=not text))


async def _decide(stage: Stage, case_id: UUID, measure: str, answer: str = "") -> None:
    async with stage.work(JIANAN.leader) as work:
        reason = "事实清楚，证据确实，责任明确，与情节和危害程度相当。"
        await accountability.decide(work, case_id, Decide(measure=measure, reason=reason, defence_answer=answer))


async def _cancellation(stage: Stage) -> None:
    """待陈述申辩: 彭程 was told that his qualification may be cancelled, and has signed for it."""
    await stage.until(3, "09:20")
    case_id = await _propose(
        stage,
        URBAN,
        "彭程",
        measure="qualification_cancellation",
        grounds=("21(4)", "21(5)"),
        facts="在占道经营检查中两次没有出示证件，推搡经营者，并删除执法记录仪视频，经核查属实。",
    )
    await stage.until(2, "10:40")
    await _notify(stage, case_id)
    await stage.until(1, "09:05")
    await _receive(stage, "peng", await _served(stage, case_id, "notice"))


async def _training(stage: Stage) -> None:
    """已反馈: the organ imposed off-post training, which is not completed yet."""
    await stage.until(18, "10:00")
    case_id = await _propose(
        stage,
        WATER,
        "石磊",
        measure="off_post_training",
        grounds=("21(2)",),
        facts="办理取水许可检查案件没有执行全过程记录制度，三件案卷缺少现场笔录和影像记录。",
    )
    await stage.until(17, "15:00")
    await _notify(stage, case_id)
    notice_id = await _served(stage, case_id, "notice")
    await stage.until(16, "09:30")
    await _receive(stage, WATER.contact, notice_id)
    await _defend(stage, WATER.contact, notice_id, "本人认识到问题，请求从轻处理，愿意参加培训。")
    await stage.until(14, "11:00")
    await _decide(stage, case_id, "off_post_training", "其认错态度已作为从轻情节考虑。")
    proposal_id = await _served(stage, case_id, "proposal")
    await stage.until(13, "09:10")
    await _receive(stage, WATER.contact, proposal_id)
    await stage.until(6, "16:20")
    async with stage.work(WATER.head) as work:
        answer = Answer(
            result="imposed",
            document_number=f"建水〔{work.today.year}〕18号",
            effective_on=work.today,
            training_hours=40,
        )
        await accountability.answer_proposal(work, proposal_id, answer)


async def _criticism(stage: Stage) -> None:
    """已落实: criticism of an organ that did not cooperate."""
    await stage.until(15, "09:50")
    case_id = await _propose(
        stage,
        MARKET,
        "",
        measure="organ_criticism",
        grounds=("21(6)",),
        facts="两次收到联合检查的协助请求，没有正当理由未派员参加，也没有书面说明。",
    )
    await stage.until(14, "14:30")
    await _notify(stage, case_id)
    notice_id = await _served(stage, case_id, "notice")
    await stage.until(13, "10:30")
    await _receive(stage, MARKET.contact, notice_id)
    await _defend(stage, MARKET.head, notice_id)
    await stage.until(11, "10:10")
    await _decide(stage, case_id, "organ_criticism")
    await stage.until(10, "09:40")
    await _receive(stage, MARKET.contact, await _served(stage, case_id, "decision"))

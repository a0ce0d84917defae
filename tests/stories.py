"""Steps of a supervision for tests, taken through the services as the persons concerned.

Each function brings a matter one stage further and returns what it made. The persons are those of
cli/demo/accounts.toml; the supervised organ is 建安区城市管理局 unless told otherwise.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from kernel.clock import system_now
from kernel.models import OutboxMessage
from kernel.work import open_work
from supervision.clues import service as clues
from supervision.clues.commands import RegisterClue
from supervision.clues.models import Clue
from supervision.deadlines import service as deadlines
from supervision.decisions import service as decisions
from supervision.decisions.commands import Decide, DecideItem, Proposal, UpdateReport, VerifyExecution
from supervision.decisions.models import Decision, GovernmentReport
from supervision.escalation import service as escalation
from supervision.instruments import service as instruments
from supervision.instruments.commands import (
    DraftInstrument,
    ReplyInput,
    ReplyItem,
    RequirementInput,
    Verification,
)
from supervision.instruments.models import Delivery, Instrument, Reply
from supervision.matters import service as matters
from supervision.matters.commands import (
    EndRemedy,
    EnterAct,
    EnterRemedy,
    EstablishFinding,
    ProposeMatter,
    RecordActivity,
    Upload,
)
from supervision.matters.findings import OPEN_STATES
from supervision.matters.models import Act, Activity, Finding, Matter, Remedy
from tests.snapshots import remembered
from tests.world import World

BODY = "建安区司法局"
SUPERVISED = "建安区城市管理局"
GOVERNMENT = "建安区政府"
SEIZURE = EnterAct(
    name="扣押决定",
    number="建城扣〔2026〕41号",
    made_on=date(2026, 6, 11),
    subject="三轮车1辆、货架2组",
    counterpart="张某某",
    counterpart_id="411003199001010018",
)


def pdf(text: str = "扣押决定书") -> bytes:
    """A small file that is a PDF by its content."""
    return b"%PDF-1.4\n% " + text.encode() + b"\n%%EOF\n"


def upload(name: str = "扣押决定书.pdf", origin: str = "案卷第3页") -> Upload:
    return Upload(name, pdf(name), origin)


@remembered
async def propose_matter(
    world: World, /, title: str = "扣押物品期满未作处理决定", *, supervised: str = SUPERVISED, **changes: Any
) -> Matter:
    """陈明远 proposes a matter."""
    values: dict[str, Any] = {
        "title": title,
        "mode": "verification_urging",
        "content_items": ("10(5)", "8(2)"),
        "supervised_id": await world.organ(supervised),
        "basis": "own_finding",
        "basis_note": "案卷抽查时发现",
        "source": "12345热线",
    }
    async with world.work(BODY, "supervisor") as work:
        return await matters.propose(work, ProposeMatter(**{**values, **changes}))


async def handler_posts(world: World, *who: int) -> list[UUID]:
    """Posts of the nth supervisors of the body; 0 陈明远, 1 刘思齐, 2 王建国."""
    return [(await world.actor(BODY, "supervisor", nth)).post_id for nth in who or (0, 1)]


@remembered
async def open_matter(world: World, /, title: str = "扣押物品期满未作处理决定", **changes: Any) -> Matter:
    """A matter that 李国栋 opened, handled by 陈明远 and 刘思齐."""
    matter = await propose_matter(world, title, **changes)
    posts = await handler_posts(world)
    async with world.work(BODY, "supervision_leader") as work:
        return await matters.approve_opening(work, matter.id, post_ids=posts)


@remembered
async def check_matter(world: World, /, matter_id: UUID, kind: str = "inspect", **changes: Any) -> Activity:
    """陈明远 records an inspection by two supervisors."""
    posts = await handler_posts(world)
    async with world.work(BODY, "supervisor") as work:
        values: dict[str, Any] = {
            "kind": kind,
            "at": work.now.replace(second=0, microsecond=0),
            "place": "建安区城市管理局",
            "record": "两名监督人员出示证件，调取《扣押决定书》案卷 1 册，询问执法人员 1 人。",
            "participant_post_ids": tuple(posts),
        }
        return await matters.record_activity(work, matter_id, RecordActivity(**{**values, **changes}))


@remembered
async def find_problem(
    world: World, /, matter_id: UUID, title: str = "扣押期限届满，未作处理决定也未办理延期", **changes: Any
) -> Finding:
    """陈明远 establishes a finding with one file; about no act unless told."""
    values: dict[str, Any] = {
        "content_item": "10(5)",
        "title": title,
        "facts": "建城扣〔2026〕41号扣押三轮车1辆，至7月11日满30日；核查时未见延长批准，物品未退还。",
        "provision": "《中华人民共和国行政强制法》第二十五条",
        "gravity": "ordinary",
        "concerns_act": False,
        "files": (upload(),),
    }
    async with world.work(BODY, "supervisor") as work:
        return await matters.establish_finding(work, matter_id, EstablishFinding(**{**values, **changes}))


@remembered
async def enter_seizure(world: World, /, matter_id: UUID) -> Act:
    """陈明远 enters the seizure as an act under the matter."""
    async with world.work(BODY, "supervisor") as work:
        return await matters.enter_act(work, matter_id, SEIZURE)


@remembered
async def rectify(world: World, /, finding_id: UUID, matter_id: UUID) -> Finding:
    """The rectification is seen on the spot and verified."""
    await check_matter(world, matter_id, "site_survey")
    async with world.work(BODY, "supervisor") as work:
        return await matters.verify_rectification(work, finding_id, True, "现场查看，物品已退还当事人。")


@remembered
async def close_matter(world: World, /, matter_id: UUID, report: str = "问题已经整改到位，物品已退还。") -> Matter:
    """陈明远 proposes, 李国栋 approves the closing."""
    async with world.work(BODY, "supervisor") as work:
        await matters.propose_closing(work, matter_id, report)
    async with world.work(BODY, "supervision_leader") as work:
        return await matters.approve_closing(work, matter_id)


@remembered
async def draft_letter(
    world: World, /, matter_id: UUID, *, kind: str = "urging_letter", finding_ids: Sequence[UUID] = (), **changes: Any
) -> Instrument:
    """陈明远 drafts a letter (or an opinion) on the open findings, and hands it in."""
    async with world.work(BODY, "supervisor") as work:
        found = [f for f in await matters.findings_of(work, matter_id) if f.state in OPEN_STATES]
        chosen = [f.id for f in found if not finding_ids or f.id in finding_ids]
        lines = tuple(RequirementInput(finding_id=i, text=f"依法处理第{n}项问题。") for n, i in enumerate(chosen, 1))
        command = DraftInstrument(matter_id=matter_id, kind=kind, requirements=lines, **changes)
        instrument = await instruments.draft(work, command)
        return await instruments.submit(work, instrument.id)


@remembered
async def issue_letter(world: World, /, instrument_id: UUID, nth: int = 0) -> Instrument:
    """李国栋 (or 赵敏) approves and issues."""
    async with world.work(BODY, "supervision_leader", nth) as work:
        await instruments.approve(work, instrument_id)
    async with world.work(BODY, "supervision_leader", nth) as work:
        return await instruments.issue_and_serve(work, instrument_id)


async def delivery_of(world: World, instrument_id: UUID) -> Delivery:
    """The main addressee's delivery as the issuer reads it."""
    async with world.work(BODY) as work:
        query = select(Delivery).where(Delivery.instrument_id == instrument_id, Delivery.role == "main")
        found: Delivery = (await work.session.scalars(query)).one()
        return found


@remembered
async def open_letter(world: World, /, delivery_id: UUID, organ: str = SUPERVISED) -> Delivery:
    """周立新 opens what was sent: the receipt."""
    async with world.work(organ, "contact") as work:
        return await instruments.open_delivery(work, delivery_id)


@remembered
async def serve_letter(world: World, /, matter_id: UUID, **changes: Any) -> tuple[Instrument, Delivery]:
    """A letter on all open findings, issued, and opened by its addressee."""
    drafted = await draft_letter(world, matter_id, **changes)
    instrument = await issue_letter(world, drafted.id)
    delivery = await delivery_of(world, instrument.id)
    return instrument, await open_letter(world, delivery.id)


@remembered
async def served_matter(world: World, /, **changes: Any) -> tuple[Matter, Finding, Instrument, Delivery]:
    """A matter with one finding and a letter on it that was opened."""
    matter = await open_matter(world)
    finding = await find_problem(world, matter.id)
    instrument, delivery = await serve_letter(world, matter.id, **changes)
    return matter, finding, instrument, delivery


@remembered
async def answer_letter(
    world: World,
    delivery_id: UUID,
    *,
    status: str = "done",
    text: str = "已于10月12日退还扣押物品。",
    refuses: bool = False,
) -> Reply:
    """周立新 writes the report with one file for each requirement, 钱卫东 approves it."""
    async with world.work(SUPERVISED, "contact") as work:
        delivery = await work.session.get(Delivery, (work.city_id, delivery_id))
        assert delivery is not None
        numbers = [line["no"] for line in delivery.requirements]
        items = tuple(ReplyItem(no=no, status=status, text=text) for no in numbers)
        general = "本单位认为原处理正确，不予改正，理由如上。" if refuses else ""
        await instruments.draft_reply(work, delivery_id, ReplyInput(items=items, refuses=refuses, general=general))
        for no in numbers:
            await instruments.add_reply_file(work, delivery_id, no, f"退还凭证{no}.pdf", pdf("退还凭证"))
        await instruments.submit_reply(work, delivery_id)
    async with world.work(SUPERVISED, "organ_head") as work:
        return await instruments.approve_reply(work, delivery_id)


@remembered
async def accept_answer(world: World, /, instrument_id: UUID) -> Instrument:
    """陈明远 verifies every finding of the letter and accepts the report."""
    async with world.work(BODY, "supervisor") as work:
        case = await instruments.load_case(work, instrument_id)
        checked = [Verification(finding_id=f.id, rectified=True, note="已核对凭证。") for f in case.covered()]
        return await instruments.accept_reply(work, instrument_id, verifications=checked)


@remembered
async def send_back_answer(
    world: World, /, instrument_id: UUID, reason: str = "没有附退还凭证，请补充。"
) -> Instrument:
    """陈明远 sends the report back with the usual new limit."""
    async with world.work(BODY, "supervisor") as work:
        return await instruments.send_back_reply(work, instrument_id, reason=reason)


@remembered
async def lapse_letter(world: World, /, instrument_id: UUID) -> bool:
    """The sweep marks the letter as not answered in time; the clock has to be past its end."""
    async with world.work(BODY) as work:
        return await instruments.lapse(work, instrument_id)


@remembered
async def enter_remedy(world: World, /, matter_id: UUID, act_id: UUID, kind: str = "reconsideration") -> Remedy:
    """陈明远 enters a reconsideration about an act, filed today."""
    async with world.work(BODY, "supervisor") as work:
        draft = EnterRemedy(
            act_id=act_id, kind=kind, body="建安区人民政府", filed_on=work.today, files=(upload("受理通知书.pdf"),)
        )
        return await matters.enter_remedy(work, matter_id, draft)


@remembered
async def end_remedy(world: World, /, remedy_id: UUID, *, settles: bool) -> Remedy:
    """陈明远 enters its end."""
    async with world.work(BODY, "supervisor") as work:
        draft = EndRemedy(
            ended_on=work.today, result="维持原行政行为", settles=settles, files=(upload("复议决定书.pdf"),)
        )
        return await matters.end_remedy(work, remedy_id, draft)


@remembered
async def sweep(world: World, /, at: str = "") -> int:
    """The deadline sweep of the whole city and the jobs that it hands over, as scheduler and workers run them; `at`
    sets the clock first. Returns the number of steps taken. A job that fails stays in the outbox."""
    if at:
        await world.set_clock(at)
    async with world.system() as work:
        due = await deadlines.claim_due(work, 10_000)
        # Of parallel sweeps the first one holds the rows; here they are its own.
        assert await escalation.sweep(work) == len(due)
    taken = 0
    for organ_id in dict.fromkeys(organ_id for organ_id, _ in due):
        async with open_work(world.database, city_id=world.city_id, organ_id=organ_id) as work:
            query = select(OutboxMessage.id).where(OutboxMessage.organ_id == organ_id, OutboxMessage.done_at.is_(None))
            waiting = await work.session.scalars(query.where(OutboxMessage.job == escalation.JOB))
        for message_id in waiting.all():
            with contextlib.suppress(SQLAlchemyError):
                taken += await _take_steps(world, organ_id, message_id)
    return taken


async def _take_steps(world: World, organ_id: UUID, message_id: UUID) -> int:
    async with open_work(world.database, city_id=world.city_id, organ_id=organ_id) as work:
        query = select(OutboxMessage).where(OutboxMessage.id == message_id, OutboxMessage.done_at.is_(None))
        message = (await work.session.scalars(query.with_for_update(skip_locked=True))).one_or_none()
        if message is None:
            return 0
        message.done_at = system_now()
        return len(await escalation.take_due_steps(work, UUID(message.payload["deadline_id"])))


@remembered
async def lapsed_matter(world: World, /, **changes: Any) -> tuple[Matter, Finding, Instrument, GovernmentReport]:
    """A letter of 9 October (due on the 22nd) that nobody answered; on the 30th the report lies drafted."""
    matter, finding, letter, _ = await served_matter(world, **changes)
    await sweep(world, "2026-10-30 09:00")
    return matter, finding, letter, await report_of(world, matter.id)


async def report_of(world: World, matter_id: UUID) -> GovernmentReport:
    """The latest report of a matter as its own organ reads it."""
    async with world.work(BODY) as work:
        query = (
            select(GovernmentReport)
            .where(GovernmentReport.matter_id == matter_id)
            .order_by(GovernmentReport.created_at.desc(), GovernmentReport.id.desc())
            .limit(1)
        )
        found: GovernmentReport = (await work.session.scalars(query)).one()
        return found


@remembered
async def complete_report(world: World, /, report_id: UUID, nth: int = 0) -> GovernmentReport:
    """李国栋 (or 赵敏) adds the legal review and a requirement for every proposal."""
    async with world.work(BODY, "supervision_leader", nth) as work:
        seen = await decisions.report_view(work, report_id)
        proposals = tuple(
            Proposal(
                finding_id=p.finding_id,
                kind=p.proposal.kind if p.proposal else "perform_in_time",
                reason_code=p.proposal.reason_code if p.proposal else "no_performance",
                requirement="解除扣押并退还物品，书面说明逾期原因。",
            )
            for p in seen.problems
            if not p.blocked and p.state in OPEN_STATES
        )
        change = UpdateReport(
            body=seen.body,
            statement=seen.statement,
            considered=seen.considered,
            legal_review="事实清楚，依据正确，程序合法，同意提请决定。",
            proposals=proposals,
        )
        return await decisions.update_report(work, report_id, change)


@remembered
async def send_report(world: World, /, report_id: UUID, nth: int = 0) -> GovernmentReport:
    """李国栋 (or 赵敏) completes the report and sends it to the district government."""
    await complete_report(world, report_id, nth)
    async with world.work(BODY, "supervision_leader", nth) as work:
        return await decisions.send_report(work, report_id)


@remembered
async def reported_matter(world: World, /, **changes: Any) -> tuple[Matter, Finding, Instrument, GovernmentReport]:
    """A matter whose report waits for 吴启明."""
    matter, finding, letter, report = await lapsed_matter(world, **changes)
    return matter, finding, letter, await send_report(world, report.id)


def item(finding_id: UUID, kind: str = "perform_in_time", reason: str = "no_performance") -> DecideItem:
    return DecideItem(
        finding_id=finding_id, kind=kind, reason_code=reason, requirement="解除扣押并退还物品，书面说明逾期原因。"
    )


@remembered
async def decide(world: World, /, report_id: UUID, *items: DecideItem, nth: int = 0) -> Decision:
    """吴启明 (or 许文博) decides; without items, as proposed."""
    async with world.work(GOVERNMENT, "government_leader", nth) as work:
        if not items:
            seen = await decisions.report_view(work, report_id)
            items = tuple(
                item(p.finding_id, p.proposal.kind, p.proposal.reason_code) for p in seen.problems if p.proposal
            )
        return await decisions.decide(work, report_id, Decide(items=items))


async def decision_delivery(world: World, decision: Decision) -> Delivery:
    """The delivery of the decision document to the supervised organ."""
    async with world.work(GOVERNMENT) as work:
        query = select(Delivery).where(Delivery.instrument_id == decision.instrument_id, Delivery.role == "main")
        found: Delivery = (await work.session.scalars(query)).one()
        return found


@remembered
async def decided_matter(world: World, /, **changes: Any) -> tuple[Matter, Finding, Decision, Delivery]:
    """A decision that its addressee opened on 2 November."""
    matter, finding, _, report = await reported_matter(world, **changes)
    await world.set_clock("2026-11-02 09:00")
    decision = await decide(world, report.id)
    delivery = await decision_delivery(world, decision)
    return matter, finding, decision, await open_letter(world, delivery.id)


@remembered
async def verify_execution(world: World, /, decision_id: UUID, *, executed: bool = True, note: str = "") -> Decision:
    """陈明远 establishes whether the decision was carried out."""
    async with world.work(BODY, "supervisor") as work:
        given = VerifyExecution(executed=executed, evidence_seen=True, note=note or "已核对凭证。")
        return await decisions.verify_execution(work, decision_id, given)


@remembered
async def register_clue(
    world: World, /, title: str = "占道执法态度粗暴", *, organ: str = BODY, role: str = "supervisor", **changes: Any
) -> Clue:
    """陈明远 (or 郭平 of a judicial office) registers a clue that came by the hotline."""
    values: dict[str, Any] = {
        "source": "hotline",
        "title": title,
        "facts": "10月8日上午在新元大道执法时推搡经营者，没有出示证件。",
        "subject_organ_id": await world.organ(SUPERVISED),
    }
    async with world.work(organ, role) as work:
        return await clues.register(work, RegisterClue(**{**values, **changes}))


@remembered
async def matter_from_clue(world: World, /, clue_id: UUID, **changes: Any) -> Matter:
    """陈明远 accepts the clue and proposes a matter that rests on it, 李国栋 opens it."""
    values: dict[str, Any] = {
        "title": "占道执法方式不文明",
        "mode": "verification_urging",
        "content_items": ("10(6)",),
        "supervised_id": await world.organ(SUPERVISED),
        "basis": "clue",
    }
    async with world.work(BODY, "supervisor") as work:
        await clues.accept(work, clue_id)
        matter = await clues.open_matter(work, clue_id, ProposeMatter(**{**values, **changes}))
    posts = await handler_posts(world)
    async with world.work(BODY, "supervision_leader") as work:
        return await matters.approve_opening(work, matter.id, post_ids=posts)

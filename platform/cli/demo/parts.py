"""Steps of a demo case, each through the services as the persons who would take it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import select

from cli.demo.stage import Stage
from supervision.clues import service as clues
from supervision.clues.commands import RegisterClue
from supervision.clues.models import Clue
from supervision.decisions import service as decisions
from supervision.decisions.commands import Decide, DecideItem, Proposal, UpdateReport, VerifyExecution
from supervision.decisions.models import Decision, GovernmentReport
from supervision.instruments import service as instruments
from supervision.instruments.commands import DraftInstrument, ReplyInput, ReplyItem, RequirementInput, Verification
from supervision.instruments.models import Delivery, Instrument
from supervision.matters import service as matters
from supervision.matters.commands import EnterAct, EstablishFinding, ProposeMatter, RecordActivity, Upload
from supervision.matters.findings import OPEN_STATES
from supervision.matters.models import Finding, Matter


@dataclass(frozen=True, slots=True)
class Team:
    """Who handles a matter: two supervisors and the leader who approves."""

    handler: str
    second: str
    leader: str


JIANAN = Team("chen", "liu", "li")
JIANAN_TWO = Team("liu", "wang", "zhao")
URBAN_INSIDE = Team("lu", "fang", "qian")
"""A department supervises itself: its legal-affairs unit handles, its head approves (Art. 12)."""
CITY = Team("yang", "tang", "gao")
YUZHOU = Team("yao", "meng", "qin")


@dataclass(frozen=True, slots=True)
class Side:
    """Who answers for a supervised organ."""

    organ: str
    contact: str
    head: str


URBAN = Side("建安区城市管理局", "zhou", "qian")
WATER = Side("建安区水利局", "he", "luo")
MARKET = Side("建安区市场监管局", "ma", "song")
TOWN = Side("尚集镇政府", "sun", "tian")
TOBACCO = Side("建安区烟草专卖局", "deng", "cao")
YUZHOU_URBAN = Side("禹州市城市管理局", "duan", "duan")
CITY_WATER = Side("市水利局", "cheng", "ding")


@dataclass(frozen=True, slots=True)
class Problem:
    """A finding as it will be established, and what the letter asks for about it."""

    item: str
    title: str
    facts: str
    provision: str
    requirement: str
    gravity: str = "ordinary"
    act: EnterAct | None = None


@cache
def paper(title: str) -> bytes:
    """A one-page PDF that says what it stands for and that it is a demonstration."""
    import typst

    from kernel.typeset import base_font_folder

    text = "".join(f"\\u{{{ord(character):x}}}" for character in title)
    source = (
        '#set page(paper: "a5", margin: 2cm)\n#set text(font: ("Noto Serif SC", "Noto Sans SC"), size: 16pt)\n'
        f'#v(3cm)\n#align(center, text("{text}"))\n'
        '#v(1cm)\n#align(center, text(size: 10pt, "演示材料，内容均为虚构"))\n'
    )
    made: object = typst.compile(  # type: ignore[misc]
        source.encode(), font_paths=[str(base_font_folder())], ignore_system_fonts=True
    )
    assert isinstance(made, bytes)
    return made


async def register(
    stage: Stage, who: str, source: str, title: str, *, facts: str, organ: str = "", **more: Any
) -> Clue:
    subject: dict[str, Any] = {"subject_organ_id": stage.organ(organ)} if organ else {"subject_unknown": True}
    async with stage.work(who) as work:
        return await clues.register(work, RegisterClue(source=source, title=title, facts=facts, **subject, **more))


async def accept(stage: Stage, clue: Clue, who: str = "chen") -> None:
    async with stage.work(who) as work:
        await clues.accept(work, clue.id)


async def propose(
    stage: Stage, team: Team, title: str, organ: str, *, mode: str, items: Sequence[str], clue: Clue | None = None,
    basis: str = "own_finding", note: str = "案卷抽查时发现", source: str = "",
) -> Matter:  # fmt: skip
    """Propose a matter; on a clue, it rests on that clue."""
    command = ProposeMatter(
        title=title,
        mode=mode,
        content_items=tuple(items),
        supervised_id=stage.organ(organ),
        basis="clue" if clue else basis,
        basis_note="" if clue else note,
        source=source,
        clue_ids=(clue.id,) if clue else (),
        handler_post_ids=(stage.post(team.handler), stage.post(team.second)),
    )
    async with stage.work(team.handler) as work:
        return await (clues.open_matter(work, clue.id, command) if clue else matters.propose(work, command))


async def approve(stage: Stage, team: Team, matter: Matter) -> None:
    async with stage.work(team.leader) as work:
        posts = [stage.post(team.handler), stage.post(team.second)]
        await matters.approve_opening(work, matter.id, post_ids=posts)


async def check(stage: Stage, team: Team, matter: Matter, place: str, record: str) -> None:
    async with stage.work(team.handler) as work:
        activity = RecordActivity(
            kind="inspect",
            at=work.now.replace(second=0, microsecond=0),
            place=place,
            record=record,
            participant_post_ids=(stage.post(team.handler), stage.post(team.second)),
        )
        await matters.record_activity(work, matter.id, activity)


async def establish(stage: Stage, team: Team, matter: Matter, problems: Sequence[Problem]) -> list[Finding]:
    found = []
    for problem in problems:
        async with stage.work(team.handler) as work:
            command = EstablishFinding(
                content_item=problem.item,
                title=problem.title,
                facts=problem.facts,
                provision=problem.provision,
                gravity=problem.gravity,
                concerns_act=problem.act is not None,
                new_act=problem.act,
                files=(Upload(f"{problem.title}.pdf", paper(f"{problem.title}（证据）"), "执法案卷"),),
            )
            found.append(await matters.establish_finding(work, matter.id, command))
    return found


async def draft(
    stage: Stage, team: Team, matter: Matter, problems: Sequence[Problem], *,
    kind: str = "urging_letter", amount: int | None = None,
) -> Instrument:  # fmt: skip
    """Draft on every open finding and hand it to the leader."""
    asked = {problem.title: problem.requirement for problem in problems}
    async with stage.work(team.handler) as work:
        found = [f for f in await matters.findings_of(work, matter.id) if f.state in OPEN_STATES]
        lines = tuple(RequirementInput(finding_id=f.id, text=asked[f.title]) for f in found)
        unit = {"urging_letter": "working_day", "opinion": "calendar_day"}[kind] if amount else None
        command = DraftInstrument(
            matter_id=matter.id, kind=kind, requirements=lines, term_amount=amount, term_unit=unit
        )
        instrument = await instruments.draft(work, command)
        return await instruments.submit(work, instrument.id)


async def issue(stage: Stage, team: Team, instrument: Instrument) -> Delivery:
    async with stage.work(team.leader) as work:
        await instruments.approve(work, instrument.id)
    async with stage.work(team.leader) as work:
        await instruments.issue_and_serve(work, instrument.id)
        return await _delivery(work.session, instrument.id)


async def _delivery(session: Any, instrument_id: UUID | None) -> Delivery:
    query = select(Delivery).where(Delivery.instrument_id == instrument_id, Delivery.role == "main")
    found: Delivery = (await session.scalars(query)).one()
    return found


async def receive(stage: Stage, side: Side, delivery: Delivery) -> None:
    async with stage.work(side.contact) as work:
        await instruments.open_delivery(work, delivery.id)
    await stage.prove(delivery.organ_id)


async def reply(stage: Stage, side: Side, delivery: Delivery, texts: Sequence[str], *, hand_in: bool = True) -> None:
    """Write the report, one text for each requirement, and have the head approve it."""
    async with stage.work(side.contact) as work:
        items = tuple(ReplyItem(no=no, status="done", text=text) for no, text in enumerate(texts, 1))
        await instruments.draft_reply(work, delivery.id, ReplyInput(items=items))
        for no in range(1, len(texts) + 1):
            name = f"整改凭证{no}.pdf"
            await instruments.add_reply_file(work, delivery.id, no, name, paper(f"{side.organ}整改凭证{no}"))
        if hand_in:
            await instruments.submit_reply(work, delivery.id)
    if hand_in:
        async with stage.work(side.head) as work:
            await instruments.approve_reply(work, delivery.id)


async def accept_reply(stage: Stage, team: Team, instrument: Instrument, note: str) -> None:
    async with stage.work(team.handler) as work:
        case = await instruments.load_case(work, instrument.id)
        checked = [Verification(finding_id=f.id, rectified=True, note=note) for f in case.covered()]
        await instruments.accept_reply(work, instrument.id, verifications=checked)


async def propose_closing(stage: Stage, team: Team, matter: Matter, report: str) -> None:
    async with stage.work(team.handler) as work:
        await matters.propose_closing(work, matter.id, report)


async def close(stage: Stage, team: Team, matter: Matter) -> None:
    async with stage.work(team.leader) as work:
        await matters.approve_closing(work, matter.id)


async def send_report(stage: Stage, team: Team, matter: Matter, kinds: dict[str, tuple[str, str, str]]) -> UUID:
    """Complete the report that the system drafted and send it. `kinds`: finding title → kind, reason, requirement."""
    async with stage.work(team.leader) as work:
        query = select(GovernmentReport.id).where(GovernmentReport.matter_id == matter.id)
        report_id: UUID = (await work.session.scalars(query)).one()
        seen = await decisions.report_view(work, report_id)
        proposals = tuple(
            Proposal(finding_id=p.finding_id, kind=kind, reason_code=reason, requirement=requirement)
            for p in seen.problems
            if not p.blocked and p.state in OPEN_STATES
            for kind, reason, requirement in (kinds[p.title],)
        )
        change = UpdateReport(
            body=seen.body,
            statement=seen.statement,
            considered=seen.considered,
            legal_review="经审核，认定的事实清楚，适用依据正确，办理程序合法，同意提请区政府作出监督决定。",
            proposals=proposals,
        )
        await decisions.update_report(work, report_id, change)
    async with stage.work(team.leader) as work:
        await decisions.send_report(work, report_id)
    return report_id


async def decide(stage: Stage, who: str, report_id: UUID) -> tuple[Decision, Delivery]:
    """The government's leader decides as proposed."""
    async with stage.work(who) as work:
        seen = await decisions.report_view(work, report_id)
        items = tuple(
            DecideItem(
                finding_id=p.finding_id,
                kind=p.proposal.kind,
                reason_code=p.proposal.reason_code,
                requirement=p.proposal.requirement,
            )
            for p in seen.problems
            if p.proposal
        )
        decision = await decisions.decide(work, report_id, Decide(items=items))
        return decision, await _delivery(work.session, decision.instrument_id)


async def verify_execution(stage: Stage, team: Team, decision: Decision) -> None:
    async with stage.work(team.handler) as work:
        given = VerifyExecution(executed=True, evidence_seen=True, note="已核对撤销决定、退款凭证和送达材料。")
        await decisions.verify_execution(work, decision.id, given)


def act(name: str, number: str, made_on: date, subject: str, counterpart: str) -> EnterAct:
    return EnterAct(name=name, number=number, made_on=made_on, subject=subject, counterpart=counterpart)

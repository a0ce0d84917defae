"""Matters that went on to the government (Art. 20): overdue, reported, blocked in part, decided, executed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from cli.demo import parts
from cli.demo.matter_cases import found, served
from cli.demo.parts import JIANAN, TOWN, URBAN, WATER, Problem
from cli.demo.problems import SEIZURE_KEPT
from cli.demo.stage import Case, Stage
from supervision.matters import service as matters
from supervision.matters.commands import EnterRemedy, Upload

PERFORM = ("perform_in_time", "delay", "自收到本决定之日起三十日内依法履行职责，并书面报告结果。")
REVOKE = ("revoke", "procedure", "撤销该决定，依法重新作出处理。")


def report_cases(stage: Stage) -> Iterator[Case]:
    yield _overdue_long(stage)
    yield _reported(stage)
    yield _blocked(stage)
    yield _executing(stage)
    yield _executed(stage)


def _fine(stage: Stage, start: int) -> Problem:
    """A fine that was made without legal review, as an act of its own."""
    made = stage.day(start + 20).date()
    return Problem(
        "8(2)",
        "对张某某罚款5000元未经法制审核",
        "该罚款属于较大数额罚款，案卷中没有法制审核意见书，决定当日作出、当日送达。",
        "《中华人民共和国行政处罚法》第五十八条",
        "对该决定重新进行法制审核，依法纠正，并报告处理结果。",
        gravity="serious",
        act=parts.act("行政处罚决定", f"建城罚〔{made.year}〕87号", made, "罚款5000元", "张某某"),
    )


def _seizure(stage: Stage, start: int) -> Problem:
    made = stage.day(start + 30).date()
    return Problem(
        SEIZURE_KEPT.item,
        "扣押张某某货车超过法定期限",
        f"扣押决定于{made.year}年{made.month}月{made.day}日作出，至今超过三十日，未办理延长手续，车辆未退还。",
        SEIZURE_KEPT.provision,
        SEIZURE_KEPT.requirement,
        act=parts.act("扣押决定", f"建城扣〔{made.year}〕41号", made, "轻型货车1辆", "张某某"),
    )


async def _overdue_long(stage: Stage) -> None:
    """逾期十个工作日以上: the system has drafted the report, nobody sent it, and the city's body was told."""
    problem = Problem(
        "10(5)",
        "河道违建举报超过六十日未作处理",
        "收到举报后仅进行一次现场查看，没有立案，也没有书面答复举报人。",
        "《中华人民共和国水法》第六十五条",
        "依法调查处理，并将结果书面告知举报人。",
        gravity="serious",
    )
    matter = await found(
        stage, JIANAN, "河道违建举报长期未处理", WATER, (problem,), start=22, clue="河道内建房举报后无人处理"
    )
    await served(stage, JIANAN, matter, WATER, (problem,), start=22)


async def _reported(stage: Stage) -> None:
    """待政府决定"""
    problem = Problem(
        "10(5)",
        "对农户占地建房投诉未履行调查职责",
        "投诉人三次书面反映，均未登记受理，也没有移送有权机关。",
        "《中华人民共和国土地管理法》第六十七条",
        "登记受理，依法调查或者移送，并书面答复投诉人。",
    )
    matter = await found(stage, JIANAN, "占地建房投诉未受理", TOWN, (problem,), start=22)
    await served(stage, JIANAN, matter, TOWN, (problem,), start=22)
    await stage.until(5, "10:20")
    await parts.send_report(stage, JIANAN, matter, {problem.title: PERFORM})


async def _blocked(stage: Stage) -> None:
    """待政府决定, one of two acts under reconsideration: only the other one may be decided."""
    problems = (_fine(stage, 24), _seizure(stage, 24))
    matter = await found(
        stage,
        JIANAN,
        "罚款未经法制审核且扣押逾期",
        URBAN,
        problems,
        start=24,
        clue="扣车两个月不还还罚款五千",
        source="12345热线",
    )
    await served(stage, JIANAN, matter, URBAN, problems, start=24)
    await stage.until(12, "09:50")
    async with stage.work(JIANAN.handler) as work:
        fined = next(f for f in await matters.findings_of(work, matter.id) if f.title == problems[0].title)
        remedy = EnterRemedy(
            act_id=fined.act_id,
            kind="reconsideration",
            body="建安区人民政府",
            filed_on=work.today - timedelta(days=2),
            case_number=f"建政复〔{work.today.year}〕19号",
            files=(Upload("行政复议受理通知书.pdf", parts.paper("行政复议受理通知书"), "当事人提交"),),
        )
        await matters.enter_remedy(work, matter.id, remedy)
    await stage.until(6, "16:00")
    await parts.send_report(stage, JIANAN, matter, {problem.title: PERFORM for problem in problems})


async def _executing(stage: Stage) -> None:
    """决定执行中"""
    problem = _seizure(stage, 34)
    matter = await found(stage, JIANAN, "货车扣押逾期拒不退还", URBAN, (problem,), start=34)
    await served(stage, JIANAN, matter, URBAN, (problem,), start=34)
    await stage.until(16, "09:40")
    report_id = await parts.send_report(stage, JIANAN, matter, {problem.title: PERFORM})
    await stage.until(11, "15:10")
    _, delivery = await parts.decide(stage, "wu", report_id)
    await stage.until(10, "10:05")
    await parts.receive(stage, URBAN, delivery)


async def _executed(stage: Stage) -> None:
    """已结项 after the decision was carried out."""
    problem = _fine(stage, 58)
    matter = await found(stage, JIANAN, "较大数额罚款未经法制审核", URBAN, (problem,), start=58)
    await served(stage, JIANAN, matter, URBAN, (problem,), start=58)
    await stage.until(40, "09:40")
    report_id = await parts.send_report(stage, JIANAN, matter, {problem.title: REVOKE})
    await stage.until(36, "15:10")
    decision, delivery = await parts.decide(stage, "xu", report_id)
    await stage.until(35, "10:05")
    await parts.receive(stage, URBAN, delivery)
    await stage.until(24, "16:30")
    await parts.reply(stage, URBAN, delivery, ["已撤销原处罚决定，退还罚款，重新立案调查。"])
    await stage.until(22, "11:00")
    await parts.verify_execution(stage, JIANAN, decision)
    await stage.until(21, "09:30")
    await parts.propose_closing(stage, JIANAN, matter, "监督决定已经执行，罚款已经退还，建议结项。")
    await stage.until(20, "10:00")
    await parts.close(stage, JIANAN, matter)

"""Matters between opening and closing: under inspection, waiting for a signature, answering, verified, closed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cli.demo import parts
from cli.demo.parts import (
    CITY,
    CITY_WATER,
    JIANAN,
    JIANAN_TWO,
    MARKET,
    TOBACCO,
    TOWN,
    URBAN,
    URBAN_INSIDE,
    WATER,
    YUZHOU,
    YUZHOU_URBAN,
    Problem,
    Side,
    Team,
)
from cli.demo.problems import (
    DISCRETION,
    EXPIRED_CARDS,
    LATE_PERMIT,
    LEDGER,
    MONEY,
    NO_FOOTAGE,
    NO_HEARING,
    NO_NOTICE,
    NO_PROOF,
    NO_REMEDY_TOLD,
    NOT_FILED,
    NOT_HEARD,
    NOT_PUBLISHED,
    RUDE,
    SEIZURE_KEPT,
    TOWN_FINE,
    TRAINING,
)
from cli.demo.stage import Case, Stage
from supervision.instruments import service as instruments
from supervision.instruments.commands import ExtensionInput
from supervision.instruments.models import Delivery, Instrument
from supervision.matters.models import Matter

FILES = "两名监督人员出示监督证件，查阅、复制执法案卷，询问承办执法人员，制作笔录并经核对签名。"


def matter_cases(stage: Stage) -> Iterator[Case]:
    """Every matter that needs no report to the government."""
    yield _inspecting(stage, "双随机抽查结果未公开", MARKET, ("8(9)",), 9)
    yield _inspecting(stage, "乡镇以自己名义实施未下放处罚事项", TOWN, ("10(5)",), 6, problems=(TOWN_FINE,))
    yield _inspecting(stage, "涉路施工许可现场核查", WATER, ("9(4)",), 3, checked=False)
    yield _proposed(stage)
    yield _waiting(stage, "查封决定书未告知救济途径", URBAN, NO_REMEDY_TOLD, 5, kind="urging_letter")
    yield _waiting(stage, "重大行政处罚决定未备案", MARKET, NOT_FILED, 7, kind="opinion")
    yield _served(stage, "扣押物品期满未作处理决定", URBAN, (SEIZURE_KEPT,), start=3, clue="投诉扣押三轮车迟迟不处理")
    yield _served(stage, "执法人员持过期证件上岗", MARKET, (EXPIRED_CARDS,), start=8, clue="反映市场检查人员证件过期")
    yield _served(
        stage, "12345转办：占道执法态度粗暴", URBAN, (RUDE,), start=10, clue="占道执法态度粗暴", source="12345热线"
    )
    yield _served(stage, "行政处罚决定未按时公示", WATER, (NOT_PUBLISHED,), start=13)
    yield _served(stage, "烟草专卖处罚未说明裁量理由", TOBACCO, (DISCRETION,), start=2)
    yield _opinion(stage)
    yield _extension(stage)
    yield _answered(stage)
    yield _sent_back(stage)
    yield _closing(stage)
    yield _closed(stage, "现场检查缺少音像记录", URBAN, NO_FOOTAGE, 40, clue="反映检查时没有开记录仪")
    yield _closed(stage, "吊销许可未告知听证权利", MARKET, NO_HEARING, 34)
    yield _nothing_found(stage)
    yield _internal(stage)
    yield _city(stage)
    yield _yuzhou(stage)


async def _inspecting(
    stage: Stage, title: str, side: Side, items: Sequence[str], start: int, *, checked: bool = True,
    problems: Sequence[Problem] = (),
) -> None:  # fmt: skip
    """核查中"""
    await stage.until(start, "09:10")
    matter = await parts.propose(
        stage, JIANAN, title, side.organ, mode="inspection", items=items, note="年度执法检查计划"
    )
    await stage.until(start, "15:20")
    await parts.approve(stage, JIANAN, matter)
    if checked:
        await stage.until(start - 1, "10:00")
        await parts.check(stage, JIANAN, matter, side.organ, FILES)
    if problems:
        await stage.until(start - 2, "16:10")
        await parts.establish(stage, JIANAN, matter, problems)


async def _internal(stage: Stage) -> None:
    """内部监督：督促整改通知已签收，待报告"""
    await stage.until(6, "09:00")
    matter = await parts.propose(
        stage, URBAN_INSIDE, "执法大队案卷缺少送达回证", URBAN.organ, mode="inspection", items=("8(6)",),
        note="季度案卷自查",
    )  # fmt: skip
    await stage.until(6, "14:30")
    await parts.approve(stage, URBAN_INSIDE, matter)
    await stage.until(5, "09:40")
    await parts.check(stage, URBAN_INSIDE, matter, "执法大队", FILES)
    await parts.establish(stage, URBAN_INSIDE, matter, (NO_PROOF,))
    await stage.until(4, "10:20")
    notice = await parts.draft(stage, URBAN_INSIDE, matter, (NO_PROOF,), kind="internal_notice")
    await stage.until(3, "09:15")
    delivery = await parts.issue(stage, URBAN_INSIDE, notice)
    await stage.until(3, "15:40")
    await parts.receive(stage, URBAN, delivery)


async def _proposed(stage: Stage) -> None:
    """待立项"""
    await stage.until(1, "10:30")
    await parts.propose(
        stage, JIANAN_TWO, "同一企业一月内被重复检查四次", MARKET.organ, mode="special", items=("10(6)", "8(9)"),
        basis="plan_item", note="规范涉企行政执法专项监督方案",
    )  # fmt: skip


async def found(
    stage: Stage, team: Team, title: str, side: Side, problems: Sequence[Problem], *, start: int,
    clue: str = "", source: str = "", mode: str = "verification_urging",
) -> Matter:  # fmt: skip
    """From the clue, if there is one, to the findings, on the working day `start` + 1."""
    registered = None
    if clue:
        await stage.until(start + 4, "08:50")
        registered = await parts.register(
            stage, team.handler, "hotline" if source else "complaint", clue,
            facts=f"来件人反映：{problems[0].facts}请求调查处理。", organ=side.organ, content_items=(problems[0].item,),
        )  # fmt: skip
        await stage.until(start + 3, "09:20")
        await parts.accept(stage, registered, team.handler)
    await stage.until(start + 2, "11:00")
    items = tuple(dict.fromkeys(problem.item for problem in problems))
    matter = await parts.propose(stage, team, title, side.organ, mode=mode, items=items, clue=registered, source=source)
    await stage.until(start + 2, "16:40")
    await parts.approve(stage, team, matter)
    await stage.until(start + 1, "09:30")
    await parts.check(stage, team, matter, side.organ, FILES)
    await parts.establish(stage, team, matter, problems)
    return matter


async def served(
    stage: Stage, team: Team, matter: Matter, side: Side, problems: Sequence[Problem], *, start: int,
    kind: str = "urging_letter", amount: int | None = None,
) -> tuple[Instrument, Delivery]:  # fmt: skip
    """Drafted the day before, issued and received on the working day `start`."""
    await stage.until(start + 1, "16:30")
    instrument = await parts.draft(stage, team, matter, problems, kind=kind, amount=amount)
    await stage.until(start, "09:00")
    delivery = await parts.issue(stage, team, instrument)
    await stage.until(start, "14:40")
    await parts.receive(stage, side, delivery)
    return instrument, delivery


async def _waiting(stage: Stage, title: str, side: Side, problem: Problem, start: int, *, kind: str) -> None:
    """待签发"""
    matter = await found(stage, JIANAN, title, side, (problem,), start=start)
    await stage.until(1, "16:50")
    await parts.draft(stage, JIANAN, matter, (problem,), kind=kind)


async def _served(
    stage: Stage, title: str, side: Side, problems: Sequence[Problem], *, start: int, clue: str = "", source: str = ""
) -> None:
    """督办中: `start` says how many of the ten working days have passed."""
    matter = await found(stage, JIANAN, title, side, problems, start=start, clue=clue, source=source)
    await served(stage, JIANAN, matter, side, problems, start=start)


async def _opinion(stage: Stage) -> None:
    """意见书已送达"""
    matter = await found(stage, JIANAN_TWO, "罚款收缴不规范", MARKET, (MONEY,), start=6, mode="file_review")
    await served(stage, JIANAN_TWO, matter, MARKET, (MONEY,), start=6, kind="opinion")


async def _extension(stage: Stage) -> None:
    """督办中, with an application for more time that waits for the leader."""
    matter = await found(stage, JIANAN, "限期拆除决定未催告、未公告", TOWN, (NO_NOTICE,), start=5)
    _, delivery = await served(stage, JIANAN, matter, TOWN, (NO_NOTICE,), start=5)
    await stage.until(1, "10:15")
    async with stage.work(TOWN.contact) as work:
        application = ExtensionInput(
            amount=5,
            reason="需要与区自然资源部门共同核实建筑审批情况，资料尚在调取。",
            steps_taken="已停止强制拆除，已发函调取审批资料。",
        )
        await instruments.request_extension(work, delivery.id, application)


async def _answered(stage: Stage) -> None:
    """待核验"""
    matter = await found(stage, JIANAN, "处罚案卷缺少送达回证", WATER, (NO_PROOF,), start=9, mode="file_review")
    _, delivery = await served(stage, JIANAN, matter, WATER, (NO_PROOF,), start=9)
    await stage.until(2, "15:30")
    await parts.reply(stage, WATER, delivery, ["已逐卷核实，补充邮寄签收记录3份，并修订案卷归档清单。"])


async def _sent_back(stage: Stage) -> None:
    """督办中 in a second round: the first report had no proof of the training."""
    matter = await found(stage, JIANAN_TWO, "行政执法人员岗前培训不足", WATER, (TRAINING,), start=12)
    instrument, delivery = await served(stage, JIANAN_TWO, matter, WATER, (TRAINING,), start=12)
    await stage.until(4, "11:20")
    await parts.reply(stage, WATER, delivery, ["已组织补训，参训人员考试合格。"])
    await stage.until(2, "10:40")
    async with stage.work(JIANAN_TWO.handler) as work:
        await instruments.send_back_reply(work, instrument.id, reason="没有附考试成绩和签到材料，不能证明补训情况。")


async def _closing(stage: Stage) -> None:
    """结项待批"""
    matter = await found(stage, JIANAN, "罚没物品保管台账不全", URBAN, (LEDGER,), start=16)
    instrument, delivery = await served(stage, JIANAN, matter, URBAN, (LEDGER,), start=16)
    await stage.until(8, "16:00")
    await parts.reply(stage, URBAN, delivery, ["已清点库存，补齐台账21笔，实行双人出入库签字。"])
    await stage.until(4, "10:00")
    await parts.accept_reply(stage, JIANAN, instrument, "现场抽查5笔，账物相符。")
    await stage.until(1, "15:00")
    await parts.propose_closing(stage, JIANAN, matter, "问题已经整改，台账账物相符，建议结项。")


async def _closed(stage: Stage, title: str, side: Side, problem: Problem, start: int, *, clue: str = "") -> None:
    """已结项"""
    matter = await found(stage, JIANAN, title, side, (problem,), start=start, clue=clue)
    instrument, delivery = await served(stage, JIANAN, matter, side, (problem,), start=start)
    await stage.until(start - 6, "16:20")
    await parts.reply(stage, side, delivery, ["已按要求整改，制度已经印发，相关人员已接受教育。"])
    await stage.until(start - 8, "09:40")
    await parts.accept_reply(stage, JIANAN, instrument, "已核对印发的制度和整改凭证。")
    await parts.propose_closing(stage, JIANAN, matter, "提出的问题已经整改到位，经核验属实，建议结项。")
    await stage.until(start - 9, "10:10")
    await parts.close(stage, JIANAN, matter)


async def _nothing_found(stage: Stage) -> None:
    """已结项 without a problem: supervision also clears."""
    await stage.until(22, "09:30")
    matter = await parts.propose(
        stage,
        JIANAN,
        "反映违规收取年检费",
        MARKET.organ,
        mode="verification_urging",
        items=("10(6)",),
        note="日常巡查时群众反映",
    )
    await stage.until(22, "15:00")
    await parts.approve(stage, JIANAN, matter)
    await stage.until(20, "10:00")
    await parts.check(
        stage, JIANAN, matter, MARKET.organ, "查阅收费公示和全年票据存根，走访经营户6户，未发现收取年检费。"
    )
    await stage.until(18, "16:00")
    await parts.propose_closing(stage, JIANAN, matter, "经核查票据和走访，未发现违规收费，反映的情况不属实，建议结项。")
    await stage.until(17, "11:00")
    await parts.close(stage, JIANAN, matter)


async def _city(stage: Stage) -> None:
    """市司法局 supervises a department of the city."""
    matter = await found(stage, CITY, "采砂许可超期未办结", CITY_WATER, (LATE_PERMIT,), start=4, mode="inspection")
    await served(stage, CITY, matter, CITY_WATER, (LATE_PERMIT,), start=4)


async def _yuzhou(stage: Stage) -> None:
    """禹州市司法局: another county, which 建安区 does not see."""
    matter = await found(
        stage, YUZHOU, "渣土运输处罚未听取申辩", YUZHOU_URBAN, (NOT_HEARD,), start=3, clue="反映处罚前不听申辩"
    )
    await stage.until(1, "14:00")
    await parts.draft(stage, YUZHOU, matter, (NOT_HEARD,))

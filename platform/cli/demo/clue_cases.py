"""Clues that did not (yet) become matters: new, accepted, passed on, dismissed, merged, from the judicial office."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cli.demo import parts
from cli.demo.parts import MARKET, TOWN, URBAN, WATER
from cli.demo.stage import Case, Stage
from supervision.clues import service as clues
from supervision.clues.commands import ComplainantInput
from supervision.clues.models import Clue


@dataclass(frozen=True, slots=True)
class Told:
    """A clue as it came in: working days ago, by which channel, about whom."""

    ago: int
    source: str
    title: str
    facts: str
    organ: str
    item: str
    urgent: bool = False


NEW = (
    Told(0, "hotline", "夜市摊位被重复罚款", "来电人称同一摊位一周内被两次以同一事由罚款。", URBAN.organ, "10(6)"),
    Told(
        0,
        "media",
        "短视频反映执法人员抢夺秤具",
        "短视频平台发布一段现场画面，未见执法人员出示证件。",
        URBAN.organ,
        "10(6)",
        True,
    ),
    Told(1, "petition", "反映食品抽检结果不告知", "来信称抽检后一个月没有收到检验报告。", MARKET.organ, "10(5)"),
    Told(
        2,
        "procuratorial_suggestion",
        "检察建议：取水许可监管不到位",
        "检察机关发现3家单位无证取水未被查处。",
        WATER.organ,
        "10(8)",
    ),
    Told(3, "hotline", "投诉镇政府强拆养殖棚", "来电人称没有收到任何书面决定。", TOWN.organ, "10(5)"),
    Told(
        4, "social_supervisor", "社会监督员反映执法车辆标志不规范", "两辆执法车未按规定喷涂标志。", URBAN.organ, "10(3)"
    ),
)
TAKEN = (
    Told(6, "complaint", "举报处罚幅度前后不一", "同一违法行为，邻近两户处罚相差两千元。", MARKET.organ, "10(7)"),
    Told(
        8,
        "reconsideration_corrected",
        "复议撤销处罚决定后未重新处理",
        "复议机关责令重新作出决定，已满六十日。",
        URBAN.organ,
        "10(5)",
    ),
    Told(
        10,
        "lawsuit_lost",
        "行政诉讼败诉案件未履行判决",
        "生效判决确认违法，赔偿款尚未支付。",
        WATER.organ,
        "9(6)",
        True,
    ),
    Told(19, "hotline", "反映执法文书送达不到位", "处罚决定书张贴在门口，当事人外出未看到。", MARKET.organ, "10(5)"),
)
CITIZEN = ComplainantInput(name="赵某某", contact="13800000000", confidential=True)


def clue_cases(stage: Stage) -> Iterator[Case]:
    for told in NEW:
        yield _new(stage, told)
    for told in TAKEN:
        yield _taken(stage, told)
    yield _dismissed(stage)
    yield _dismissal_proposed(stage)
    yield _merged(stage)
    yield _passed_down(stage)
    yield _passed_up(stage)
    yield _from_the_office(stage)
    yield _city_clue(stage)


async def _register(stage: Stage, told: Told, who: str = "chen") -> Clue:
    return await parts.register(
        stage, who, told.source, told.title, facts=told.facts, organ=told.organ, content_items=(told.item,),
        urgent=told.urgent, complainant=CITIZEN if told.source in ("hotline", "complaint", "petition") else None,
    )  # fmt: skip


async def _new(stage: Stage, told: Told) -> None:
    await stage.until(told.ago, "08:40")
    await _register(stage, told)


async def _taken(stage: Stage, told: Told) -> None:
    await stage.until(told.ago, "09:00")
    clue = await _register(stage, told, "liu")
    await stage.until(told.ago - 2, "10:00")
    await parts.accept(stage, clue, "liu")


async def _dismissed(stage: Stage) -> None:
    told = Told(
        14, "hotline", "反映邻里宅基地纠纷", "来电人与邻居因院墙发生争执，要求确定界址。", TOWN.organ, "10(8)"
    )  # fmt: skip
    await stage.until(14, "09:15")
    clue = await _register(stage, told)
    await stage.until(13, "15:00")
    async with stage.work("chen") as work:
        await clues.propose_dismissal(
            work, clue.id, "out_of_scope", "属于民事争议，不涉及行政执法行为，已告知解决途径。"
        )
    await stage.until(12, "10:00")
    async with stage.work("li") as work:
        await clues.dismiss(work, clue.id, "同意，请做好解释。")


async def _dismissal_proposed(stage: Stage) -> None:
    told = Told(
        4, "petition", "重复反映停车收费问题", "来信内容与已答复事项相同，没有新的事实。", URBAN.organ, "10(8)"
    )  # fmt: skip
    await stage.until(4, "14:15")
    clue = await _register(stage, told)
    await stage.until(2, "16:00")
    async with stage.work("chen") as work:
        await clues.propose_dismissal(work, clue.id, "already_handled", "同一事项上月已经答复，没有新的事实和理由。")


async def _merged(stage: Stage) -> None:
    first = Told(9, "hotline", "夜间施工噪声投诉无人到场", "来电人三次投诉，均无人到场检查。", URBAN.organ, "10(5)")
    again = Told(
        7, "media", "网友反映夜间施工噪声无人管", "网络留言反映同一工地夜间施工，执法人员未到场。", URBAN.organ, "10(5)"
    )
    await stage.until(9, "09:40")
    one = await _register(stage, first)
    await stage.until(8, "10:00")
    await parts.accept(stage, one)
    await stage.until(7, "11:00")
    two = await _register(stage, again)
    await stage.until(6, "09:30")
    async with stage.work("chen") as work:
        await clues.merge(work, two.id, into_clue_id=one.id)


async def _passed_down(stage: Stage) -> None:
    """市司法局 passes to 建安区司法局, which is competent."""
    told = Told(
        5, "petition", "反映区级部门执法推诿", "来信称区级两个部门相互推诿，投诉三个月没有结果。", MARKET.organ, "9(4)"
    )
    await stage.until(5, "09:00")
    clue = await _register(stage, told, "yang")
    await stage.until(4, "10:00")
    async with stage.work("yang") as work:
        await clues.pass_on(work, clue.id, stage.organ("建安区司法局"), "被反映单位属建安区，请依职权办理并反馈结果。")


async def _passed_up(stage: Stage) -> None:
    """建安区司法局 passes what concerns a city department up."""
    told = Told(
        6, "complaint", "反映市级部门许可超期", "申请人称采砂许可申请提交四个月没有答复。", "市水利局", "10(5)"
    )  # fmt: skip
    await stage.until(6, "14:00")
    clue = await _register(stage, told)
    await stage.until(5, "15:00")
    async with stage.work("chen") as work:
        await clues.pass_on(work, clue.id, stage.organ("市司法局"), "被反映单位为市级部门，请依职权办理。")


async def _from_the_office(stage: Stage) -> None:
    """尚集司法所 registers for its district (Art. 5)."""
    told = Told(
        2, "own_finding", "村民反映处罚未出具票据", "走访时三户村民称交纳罚款后没有收到票据。", TOWN.organ, "8(7)"
    )
    await stage.until(2, "10:50")
    await _register(stage, told, "guo")


async def _city_clue(stage: Stage) -> None:
    told = Told(
        1,
        "order_from_above",
        "上级交办：涉企检查扰民专项线索",
        "省级平台转来企业反映的重复检查问题。",
        "市水利局",
        "10(6)",
    )
    await stage.until(1, "09:05")
    await _register(stage, told, "tang")

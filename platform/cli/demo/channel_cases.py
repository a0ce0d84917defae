"""Clues of the other channels: hotline orders, media, a social supervisor, the open page (Arts. 15, 17). Invented."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from cli.demo import parts
from cli.demo.parts import MARKET, TOWN, URBAN
from cli.demo.stage import Case, Stage
from kernel.clock import local_date
from kernel.tenancy import VISITOR
from kernel.work import open_work
from supervision.channels import service as channels
from supervision.clues.commands import RegisterClue

DOOR = "市司法局"


@dataclass(frozen=True, slots=True)
class Called:
    """An order of the hotline: working days ago, its number, kind, words, about whom."""

    ago: int
    number: str
    kind: str
    title: str
    facts: str
    organ: str
    place: str = ""


ORDERS = (
    Called(
        2, "YS2026000317", "complaint", "市民反映夜市同一摊位被重复罚款（演示）",
        "来电人称在建设路夜市摆摊，同一摊位一周内两次因同一事由被罚款，第二次没有听取申辩。", URBAN.organ, "建设路夜市",
    ),
    Called(
        1, "YS2026000342", "business", "企业反映一个月内被多次上门检查（演示）",
        "来电人称企业一个月内接受同一部门四次现场检查，检查事项相同，没有出示检查通知。", MARKET.organ, "尚集产业园",
    ),
    Called(
        0, "YS2026000360", "urgent", "市民反映执法人员正在强行搬走物品（演示）",
        "来电人称执法人员没有出示文书，正在搬走店外物品，请求立即处理。", TOWN.organ, "尚集街",
    ),
)  # fmt: skip


def channel_cases(stage: Stage) -> Iterator[Case]:
    for called in ORDERS:
        yield _ordered(stage, called)
    yield _progressed(stage)
    yield _media(stage)
    yield _social(stage)
    yield _complained(stage)


async def _receive(stage: Stage, called: Called, at: str) -> channels.Received:
    await stage.until(called.ago, at)
    door = stage.organ(DOOR)
    async with open_work(stage.database, city_id=stage.city_id, organ_id=door) as work:
        order = channels.ReceiveOrder(
            number=called.number, version=1, kind=called.kind, title=called.title, facts=called.facts,
            ordered_at=work.now, organ_id=stage.organ(called.organ), place=called.place, name="钱某某",
            contact="13900000000",
        )  # fmt: skip
        return await channels.receive(work, order)


async def _ordered(stage: Stage, called: Called) -> None:
    await _receive(stage, called, "09:20")


async def _progressed(stage: Stage) -> None:
    """An order that was taken up: the hotline was told."""
    called = Called(
        7, "YS2026000288", "complaint", "市民反映处罚决定书没有写明救济途径（演示）",
        "来电人称收到的处罚决定书没有写明申请复议和起诉的途径、期限。", MARKET.organ,
    )  # fmt: skip
    found = await _receive(stage, called, "10:05")
    await stage.until(6, "09:10")
    async with stage.work("chen") as work:
        row = await channels.order(work, found.order_id)
        assert row is not None
        clue = await channels.clue(work, row.clue_id)
    await parts.accept(stage, clue)


def _about(stage: Stage, title: str, facts: str, organ: str, item: str) -> Any:
    return RegisterClue(source="", title=title, facts=facts, subject_organ_id=stage.organ(organ), content_items=(item,))


async def _media(stage: Stage) -> None:
    await stage.until(1, "15:20")
    async with stage.work("liu") as work:
        clue = _about(
            stage, "短视频反映夜市同一摊位被重复罚款（演示）",
            "某短视频平台发布视频，拍摄者称建设路夜市同一摊位一周内两次因同一事由被罚款。", URBAN.organ, "10(6)",
        )  # fmt: skip
        await channels.report_media(
            work,
            channels.MediaClue(
                clue=clue, outlet="某短视频平台（演示）", url="https://example.com/video/1",
                published_on=local_date(work.now) - timedelta(days=1),
            ),
        )  # fmt: skip


async def _social(stage: Stage) -> None:
    await stage.until(30, "10:00")
    async with stage.work("li") as work:
        lawyer = await channels.appoint(
            work,
            channels.Appoint(
                name="何某某（演示）", identity="lawyer", from_on=work.today, workplace="某律师事务所",
                area="城市管理、市场监管", contact="13700000000",
            ),
        )  # fmt: skip
        await channels.appoint(
            work,
            channels.Appoint(name="林某某（演示）", identity="deputy", from_on=work.today, area="尚集镇"),
        )
    await stage.until(3, "11:10")
    async with stage.work("chen") as work:
        clue = _about(
            stage, "社会监督员反映检查文书填写不完整（演示）", "现场检查笔录没有记载检查人员的证件号码和检查起止时间。",
            MARKET.organ, "10(5)",
        )  # fmt: skip
        await channels.report_social(work, channels.SocialClue(clue=clue, supervisor_id=lawyer.id))


async def _complained(stage: Stage) -> None:
    await stage.until(1, "20:30")
    async with open_work(stage.database, city_id=stage.city_id, organ_id=VISITOR) as work:
        await channels.complain(
            work,
            channels.Complain(
                title="夜市摊位一周被罚两次款（演示）", code="DEM0DEM0DEM0DEM0", organ_id=stage.organ(URBAN.organ),
                facts="我在建设路夜市摆摊，一周内两次因同一事由被罚款，第二次没有听我申辩。", place="建设路夜市",
                name="赵某某", contact="13800000000",
            ),
        )  # fmt: skip

"""Referrals, complaints about supervisors and commendation in the demo city; all persons and facts are invented."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from cli.demo.parts import paper
from cli.demo.stage import Case, Stage
from kernel.work import open_work
from supervision.commendations import service as commendations
from supervision.conduct import service as conduct
from supervision.matters.commands import Upload
from supervision.referrals import service as referrals

BODY = "建安区司法局"
URBAN = "建安区城市管理局"
WORD = "yanshi-2026"
MERITS = {
    URBAN: "全年办理行政处罚案件一百二十件，没有一件被行政复议、行政诉讼纠正，案卷评查优秀率百分之九十六。",
    "建安区水利局": "推行柔性执法清单，轻微违法行为首次不罚三十七件，群众满意度居全区首位。",
    BODY: "组织案卷评查四次，制发督办函十六件，督促整改问题四十一个，按期整改率百分之九十八。",
}


def follow_up_cases(stage: Stage) -> Iterator[Case]:
    yield _sent(stage)
    yield _waiting(stage)
    yield _urged(stage)
    yield _complaint(stage)
    yield _leader_complaint(stage)
    yield _last_year(stage)
    yield _this_year(stage)


def _contents(subject: str, conduct_: str, discovered: str) -> referrals.Contents:
    return referrals.Contents(
        subject=subject,
        conduct=conduct_,
        discovered=discovered,
        handled="已固定有关材料，没有惊动涉及的人员。",
        contact="执法监督股 0374-0000000",
    )


async def _draft(stage: Stage, kind: str, contents: referrals.Contents, recipient: str, addressee: str = "") -> UUID:
    async with stage.work("chen") as work:
        command = referrals.DraftReferral(
            kind=kind,
            contents=contents,
            recipient=recipient,
            leader_post_id=stage.post("li"),
            addressee_id=stage.organ(addressee) if addressee else None,
            files=(Upload("转账记录.pdf", paper("转账记录（演示）"), "当事人提交"),),
        )
        return (await referrals.draft(work, command)).id


async def _transfer(stage: Stage, referral_id: UUID) -> None:
    """李国栋 decides, the archive is sealed, 陈明远 sends."""
    async with stage.work("li") as work:
        row = await referrals.transfer(work, referral_id)
    database, city_id = stage.database, stage.city_id
    async with open_work(database, city_id=city_id, organ_id=stage.organ(BODY)) as work:
        await referrals.seal(work, referral_id, row.round)
    async with stage.work("chen") as work:
        await referrals.send(work, referral_id)


async def _sent(stage: Stage) -> None:
    """已受理: sent to discipline inspection, whose receipt is in."""
    await stage.until(9, "09:20")
    contents = _contents(
        "贾某某，建安区某局执法中队队长",
        "涉嫌收受当事人财物，对应当处罚的违法行为不予处罚。",
        "核查监督事项时，当事人陈述并提交转账记录。",
    )
    referral_id = await _draft(stage, "discipline", contents, "许昌市建安区监察委员会（演示）")
    await stage.until(8, "10:30")
    await _transfer(stage, referral_id)
    await stage.until(6, "15:40")
    async with stage.work("chen") as work:
        receipt = Upload("线索移送回执.pdf", paper("线索移送回执（演示）"))
        await referrals.receive_receipt(
            work, referral_id, referrals.Incoming(text="已收到，正在核查。", files=(receipt,))
        )


async def _waiting(stage: Stage) -> None:
    """待决定"""
    await stage.until(1, "14:10")
    contents = _contents(
        "某某，建安区某局行政审批窗口人员", "涉嫌为请托人违规办理许可，收受购物卡。", "案卷评查发现办理时间异常。"
    )
    await _draft(stage, "discipline", contents, "许昌市建安区监察委员会（演示）")


async def _urged(stage: Stage) -> None:
    """督促移送: the transfer waits for the head of the enforcement organ."""
    await stage.until(3, "09:10")
    contents = _contents(
        "某建材公司非法占用绿地案", "毁坏绿地面积超过追诉标准，涉嫌犯罪，仅作罚款处理。", "案卷评查时发现。"
    )
    referral_id = await _draft(stage, "urge_transfer", contents, "许昌市建安区城市管理局", URBAN)
    await stage.until(2, "16:20")
    await _transfer(stage, referral_id)


async def _register(stage: Stage, who: str, organ: str, position: str, facts: str) -> None:
    async with stage.work(who) as work:
        command = conduct.RegisterComplaint(
            subject_organ_id=stage.organ(organ),
            position=position,
            subject="某监督人员",
            ground="neglect",
            facts=facts,
            secret=WORD,
            name="贾某",
            contact="0374-0000000",
        )
        await conduct.register(work, command)


async def _complaint(stage: Stage) -> None:
    """调查中, at the city's justice bureau."""
    await stage.until(7, "11:00")
    await _register(stage, "zhou", BODY, "supervisor", "核查时没有出示监督证，也没有制作笔录，当场要求撤销处罚决定。")
    await stage.until(5, "09:40")
    async with stage.work("gao") as work:
        found = (await conduct.listed(work)).items[0]
        await conduct.assign(work, found.id, [stage.post("yang")])


async def _leader_complaint(stage: Stage) -> None:
    """待指定调查人, at the district government."""
    await stage.until(1, "10:15")
    await _register(stage, "he", BODY, "leader", "多次书面反映督办函事实有误，没有得到答复。")


async def _nominate(stage: Stage, list_id: UUID, *organs: tuple[str, str]) -> list[UUID]:
    found = []
    for who, organ in organs:
        async with stage.work(who) as work:
            field = "supervision" if organ == BODY else "enforcement"
            found.append(await commendations.nominate(work, list_id, kind="organ", field=field, merits=MERITS[organ]))
    return found


async def _last_year(stage: Stage) -> None:
    """已公布"""
    await stage.until(40, "09:00")
    async with stage.work("li") as work:
        list_id = (await commendations.open_list(work, work.today.year - 1)).id
    nominations = await _nominate(stage, list_id, ("qian", URBAN), ("luo", "建安区水利局"), ("li", BODY))
    await stage.until(34, "10:00")
    for nomination in nominations:
        async with stage.work("chen") as work:
            await commendations.review(work, nomination, include=True)
    async with stage.work("li") as work:
        await commendations.take(work, list_id, "submit")
    await stage.until(30, "15:00")
    async with stage.work("wu") as work:
        await commendations.take(work, list_id, "approve")
    async with stage.work("li") as work:
        await commendations.take(work, list_id, "publish")


async def _this_year(stage: Stage) -> None:
    """推荐和审核"""
    await stage.until(4, "09:00")
    async with stage.work("li") as work:
        list_id = (await commendations.open_list(work, work.today.year)).id
    await _nominate(stage, list_id, ("qian", URBAN), ("luo", "建安区水利局"))

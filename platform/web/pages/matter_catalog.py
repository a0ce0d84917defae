"""The steps of a matter: for each its button, its article, its fields, its command and what follows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from kernel.work import Work
from policy.rulebook import RuleBook
from supervision.matters import service as matters
from supervision.matters.commands import Upload
from supervision.matters.views import MatterView
from supervision.recusals import service as recusals
from tenants.organs.directory import directory
from web.forms import Form
from web.pages import matter_commands as commands
from web.pages import matter_forms as forms
from web.pages.matter_forms import Field
from web.turns import Req

Fields = Callable[[Work, MatterView, RuleBook, Req], Awaitable[list[Field]]]
Run = Callable[[Work, UUID, Form, tuple[Upload, ...]], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Step:
    """One form: `act` is the button, `lines` say what follows, `tab` where the reader lands."""

    title: str
    act: str
    article: str
    fields: Fields
    run: Run
    lines: tuple[str, ...] = ()
    tab: str = ""
    safe: str = "暂不办理"


async def _people(work: Work, view: MatterView | None = None) -> list[Any]:
    return await matters.candidates(work, await matters.get(work, view.id) if view else None)


async def _opening_fields(work: Work, view: MatterView, book: RuleBook, request: Req) -> list[Field]:
    return forms.approve_opening(view, await _people(work, view))


async def _handler_fields(work: Work, view: MatterView, book: RuleBook, request: Req) -> list[Field]:
    return [forms.handlers(await _people(work, view)), forms.no_conflict()]


async def _activity_fields(work: Work, view: MatterView, book: RuleBook, request: Req) -> list[Field]:
    return forms.activity(book, await _people(work, view), reviews_files=view.mode == "file_review")


async def _order_fields(work: Work, view: MatterView, book: RuleBook, request: Req) -> list[Field]:
    return forms.recusal_order(book, await recusals.orderable(work, view.id))


async def _clearance_fields(work: Work, view: MatterView, book: RuleBook, request: Req) -> list[Field]:
    return forms.clearance(await recusals.matter_conflicts(work, view.id))


async def _office_fields(work: Work, view: MatterView, book: RuleBook, request: Req) -> list[Field]:
    tree = await directory(work)
    helping = {office.organ_id for office in view.offices}
    free = [o for o in matters.offices_of(tree, view.organ_id) if o.id not in helping]
    return forms.name_office([(str(o.id), tree.short(o.id)) for o in free])


def _fixed(make: Callable[[MatterView, RuleBook], list[Field]]) -> Fields:
    async def fields(work: Work, view: MatterView, book: RuleBook, request: Req) -> list[Field]:
        return make(view, book)

    return fields


STEPS: Final[dict[str, Step]] = {
    "opening": Step(
        "批准立项",
        "批准立项并编号",
        "11",
        _opening_fields,
        commands.approve_opening,
        ("取得编号，编号不能收回。", "固定适用的规则版本。", "承办人收到通知，可以开展核查。"),
    ),
    "opening/reject": Step(
        "不予立项", "决定不予立项", "11", _fixed(lambda v, b: [forms.reason("不予立项的理由")]), commands.reject_opening
    ),
    "handlers": Step(
        "指派承办人",
        "指派承办人",
        "16",
        _handler_fields,
        commands.assign_handlers,
        ("未再选择的原承办人终止承办。", "新承办人收到通知。"),
        "people",
    ),
    "activities/new": Step(
        "记录核查活动", "记录核查活动", "13", _activity_fields, commands.record_activity, (), "findings"
    ),
    "evidence/new": Step(
        "添加证据",
        "添加证据",
        "13",
        _fixed(
            lambda v, b: [forms.text("origin", "来源", hint="例如 案卷第3页、现场拍摄", optional=True), forms.upload()]
        ),
        commands.add_evidence,
        ("每份文件计算校验值，此后不能更改。",),
        "findings",
    ),
    "findings/new": Step(
        "认定问题", "认定问题", "19", _fixed(forms.finding), commands.establish_finding, (), "findings"
    ),
    "findings/drop": Step(
        "撤销问题认定", "撤销问题认定", "19", _fixed(lambda v, b: forms.drop(v)), commands.drop_finding, (), "findings"
    ),
    "findings/refer": Step(
        "移送问题",
        "移送问题",
        "21",
        _fixed(lambda v, b: forms.refer(v)),
        commands.refer_finding,
        ("问题在本事项中办结，由接收机关依法处理。", "移送的材料和回证另行办理。"),
        "findings",
    ),
    "upper": Step(
        "告知上级主管部门",
        "告知上级主管部门",
        "2(3)",
        _fixed(lambda v, b: [forms.area("note", "告知的内容和方式", hint="问题概况；以函件告知的写明文号、日期")]),
        commands.tell_upper,
        ("在本系统设有单位的，其负责人和法制机构收到通知。", "告知期限随之办结。"),
    ),
    "verify": Step(
        "核验整改",
        "提交核验结论",
        "19",
        _fixed(lambda v, b: forms.verify(v)),
        commands.verify_rectification,
        ("被监督机关不得核验本单位的整改。",),
        "findings",
    ),
    "acts/new": Step(
        "登记行政行为", "登记行政行为", "20", _fixed(lambda v, b: forms.act_fields()), commands.enter_act, (), "acts"
    ),
    "remedies/new": Step(
        "登记复议或者诉讼",
        "登记复议或者诉讼",
        "20",
        _fixed(lambda v, b: forms.remedy(v)),
        commands.enter_remedy,
        (),
        "acts",
    ),
    "remedies/end": Step(
        "登记复议或者诉讼终结",
        "登记终结",
        "20",
        _fixed(lambda v, b: forms.remedy_end(v)),
        commands.end_remedy,
        (),
        "acts",
    ),
    "closing": Step(
        "提出结项",
        "提交结项审批",
        "19",
        _fixed(lambda v, b: forms.closing(v)),
        commands.propose_closing,
        ("由负责人审批。",),
    ),
    "closing/approve": Step(
        "批准结项",
        "批准结项",
        "19",
        _fixed(lambda v, b: [forms.known("结项报告", v.closing_report, icon_name="file-text")]),
        commands.approve_closing,
        ("事项办结，确定回访日期。", "线索来源的答复由系统起草。"),
    ),
    "closing/return": Step(
        "退回结项申请",
        "退回结项申请",
        "19",
        _fixed(lambda v, b: [forms.reason("退回的理由")]),
        commands.return_closing,
    ),
    "suspension": Step(
        "中止办理",
        "中止办理",
        "20",
        _fixed(lambda v, b: forms.suspension(b)),
        commands.suspend,
        ("计算中的期限随之中止，保留剩余时间。", "复议、诉讼只影响所涉行政行为，其他问题应当继续办理。"),
    ),
    "resumption": Step(
        "恢复办理",
        "恢复办理",
        "20",
        _fixed(
            lambda v, b: [
                forms.known("中止情形", v.suspended_ground, icon_name="pause"),
                forms.reason("情形消除的情况"),
            ]
        ),
        commands.resume,
        ("期限按剩余时间继续计算。",),
    ),
    "look-back": Step("记录回访", "记录回访", "11(7)", _fixed(lambda v, b: forms.look_back()), commands.look_back),
    "reopening": Step(
        "重新办理",
        "重新办理",
        "19",
        _fixed(lambda v, b: forms.reopening(v)),
        commands.reopen,
        ("编号不变，进入新一轮办理。",),
    ),
    "order": Step(
        "提出上级要求",
        "提出上级要求",
        "2(1)",
        _fixed(lambda v, b: forms.order()),
        commands.order_from_above,
        ("下级监督机构收到通知。", "双方均留痕。"),
    ),
    "offices": Step(
        "请司法所协助",
        "请司法所协助",
        "5",
        _office_fields,
        commands.name_office,
        ("该司法所可以查看本事项，起草文书、陪同检查、记录和补充证据。", "文书的审核、签发和整改核验不变。"),
        "people",
    ),
    "offices/release": Step(
        "结束协助",
        "结束司法所的协助",
        "5",
        _fixed(lambda v, b: forms.release_office(v)),
        commands.release_office,
        ("该司法所不再查看本事项，已有的记录保留。",),
        "people",
    ),
    "recusal": Step(
        "申报回避",
        "申报回避",
        "16",
        _fixed(lambda v, b: [forms.recusal_grounds(b), forms.reason("与本事项的利害关系")]),
        commands.declare_recusal,
        (
            "自申报起至决定前，您不能办理本事项。",
            "由单位主要负责人决定；主要负责人的回避由上一级决定。",
            "决定的期限自申报次日起计算，显示在事项的期限中。",
        ),
        "people",
    ),
    "recusal/order": Step(
        "责令回避",
        "责令回避并制发决定书",
        "16",
        _order_fields,
        commands.order_recusal,
        ("立即生效，终止其承办。", "制发回避决定书，存入事项文书。", "承办人不足的，由负责人另行指派。"),
        "people",
    ),
    "conflicts/clear": Step(
        "书面确认没有利害关系",
        "确认没有利害关系",
        "16",
        _clearance_fields,
        commands.clear_conflict,
        ("确认后可以指派该人员承办。", "此后新申报的利害关系应当重新确认。"),
        "people",
    ),
}

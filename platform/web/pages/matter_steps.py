"""The forms of a matter: each step has its page, its fields and its command. Works without script."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath
from litestar.response import Response, Template

from kernel.clock import local_time
from kernel.errors import FieldError, Invalid
from kernel.wording import format_date, format_time
from kernel.work import Work
from policy.rulebook import RuleBook
from supervision.deadlines import service as deadlines
from supervision.matters import panel
from supervision.matters import service as matters
from supervision.matters.commands import (
    Upload,
)
from supervision.matters.facts import Choice
from supervision.matters.views import MatterView
from web.forms import Form
from web.frame import page
from web.pages import matter_commands as commands
from web.pages import matter_forms as forms
from web.pages.matter_forms import Field
from web.pages.matter_sent import error_context, sent_form, values_of
from web.turns import Req, reading, turn

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


async def _uploads(form: Form) -> tuple[Upload, ...]:
    found: list[UploadFile] = form.files("files")
    return tuple([Upload(f.filename, await f.read(), form.text("origin")) for f in found])


async def _people(work: Work, view: MatterView | None = None) -> list[Any]:
    return await matters.candidates(work, await matters.get(work, view.id) if view else None)


async def _opening_fields(work: Work, view: MatterView, book: RuleBook, request: Req) -> list[Field]:
    return forms.approve_opening(view, await _people(work, view))


async def _handler_fields(work: Work, view: MatterView, book: RuleBook, request: Req) -> list[Field]:
    return [forms.handlers(await _people(work, view)), forms.no_conflict()]


async def _activity_fields(work: Work, view: MatterView, book: RuleBook, request: Req) -> list[Field]:
    return forms.activity(book, await _people(work, view))


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
    "recusal": Step(
        "申报回避",
        "申报回避",
        "16",
        _fixed(lambda v, b: [forms.reason("与本事项的利害关系")]),
        commands.declare_recusal,
        ("自申报起至决定前，您不能办理本事项。", "由单位主要负责人在 3 个工作日内决定。"),
        "people",
    ),
    "recusal/decide": Step(
        "决定是否回避",
        "作出回避决定",
        "16",
        _fixed(lambda v, b: forms.recusal_decision(v, None)),
        commands.decide_recusal,
        (),
        "people",
    ),
}


ACTIONS: Final = {slug: action for action, slug in panel.PATHS.items()}


def _slug(request: Req, matter_id: UUID) -> str:
    return request.url.path.split(f"/matters/{matter_id}/", 1)[1].rstrip("/")


PATHS: Final = [f"/matters/{{matter_id:uuid}}/{slug}" for slug in STEPS]


@get(PATHS)
async def step_form(request: Req, matter_id: FromPath[UUID]) -> Template:
    """The form of a step; what the reader may not do answers with the reason, as the command would."""
    slug = _slug(request, matter_id)
    async with reading(request) as work:
        return await _show(request, work, matter_id, slug=slug, values=_preset(request, work))


def _preset(request: Req, work: Work) -> dict[str, Any]:
    """What the address or the clock already knows."""
    names = ("finding", "recusal", "remedy", "act")
    given = {name: value for name in names if (value := request.query_params.get(name))}
    now = local_time(work.now)
    return {"on": format_date(now.date()), "time": format_time(work.now), **given}


def _refusal(view: MatterView, slug: str) -> Choice | None:
    """Why the step is not possible now, where the record's panel knows of the step."""
    action = ACTIONS.get(slug)
    if action is None or any(c.action == action for c in view.allowed):
        return None
    held = next((c for c in view.refused if c.action == action), None)
    step = STEPS[slug]
    reason = f"事项处于“{view.state_label}”，或者这一步不由您的岗位办理。"
    return held or Choice(action=action, label=step.title, articles=[step.article], reason=reason)


async def _show(
    request: Req, work: Work, matter_id: UUID, *, slug: str, values: dict[str, Any], errors: Sequence[FieldError] = ()
) -> Template:
    step = STEPS[slug]
    view = await matters.view(work, matter_id)
    book = await deadlines.rulebook(work, view.rulebook_key)
    refusal = _refusal(view, slug)
    fields = [] if refusal else await step.fields(work, view, book, request)
    return await page(
        request,
        work,
        "matters/form.html",
        title=step.title,
        active="/matters",
        crumbs=[("监督事项", "/matters"), (view.number or view.title, f"/matters/{view.id}"), step.title],
        status=422 if errors else 200,
        step=step,
        action=f"/matters/{matter_id}/{slug}",
        back=f"/matters/{matter_id}",
        view=view,
        fields=fields,
        values=values,
        refusal=refusal,
        multipart=any(f["kind"] == "upload" for f in fields),
        **error_context(errors),
    )


@post(PATHS, status_code=303)
async def take_step(request: Req, matter_id: FromPath[UUID]) -> Response[bytes] | Template:
    """Take the step. What must be changed comes back in the same form, with everything that was typed."""
    slug = _slug(request, matter_id)
    step = STEPS[slug]
    try:
        async with turn(request) as taken:
            form = await sent_form(request, taken.work)
            await step.run(taken.work, matter_id, form, await _uploads(form))
            return taken.redirect(f"/matters/{matter_id}{f'?tab={step.tab}' if step.tab else ''}")
    except Invalid as invalid:
        async with reading(request) as work:
            values = values_of(await sent_form(request, work))
            shown = invalid.errors or [FieldError("", invalid.message)]
            return await _show(request, work, matter_id, slug=slug, values=values, errors=shown)


ROUTES = [step_form, take_step]

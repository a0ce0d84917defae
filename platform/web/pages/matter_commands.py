"""What each form of a matter sends, turned into its command. Errors name the field of the form."""

from __future__ import annotations

from datetime import datetime, time
from uuid import UUID

from kernel.clock import SHANGHAI
from kernel.errors import Invalid
from kernel.work import Work
from supervision.matters import service as matters
from supervision.matters.commands import (
    EndRemedy,
    EnterAct,
    EnterRemedy,
    EstablishFinding,
    FileGrades,
    RecordActivity,
    Upload,
)
from supervision.matters.inputs import MOST_FILES, MOST_SOCIAL
from supervision.recusals import service as recusals
from supervision.recusals.commands import DecideRecusal
from web.forms import Form
from web.pages.matter_forms import GRADES


def _yes(form: Form, name: str, need: str) -> bool:
    value = form.text(name, need=need)
    return value == "yes"


async def approve_opening(work: Work, matter_id: UUID, form: Form, files: tuple[Upload, ...]) -> None:
    await matters.approve_opening(
        work,
        matter_id,
        post_ids=form.ids("handlers"),
        no_conflict=form.checked("no_conflict"),
        version=form.version(),
    )


async def reject_opening(work: Work, matter_id: UUID, form: Form, files: tuple[Upload, ...]) -> None:
    why = form.text("reason", need="请写明不予立项的理由。")
    form.check()
    await matters.reject_opening(work, matter_id, why, version=form.version())


async def assign_handlers(work: Work, matter_id: UUID, form: Form, files: tuple[Upload, ...]) -> None:
    chosen = form.ids("handlers")
    await matters.assign_handlers(work, matter_id, chosen, form.checked("no_conflict"), version=form.version())


async def record_activity(work: Work, matter_id: UUID, form: Form, files: tuple[Upload, ...]) -> None:
    on = form.day("on", need="请填写开展日期。")
    at = _time(form)
    grades = [form.integer(name, most=MOST_FILES) or 0 for name, _ in GRADES]
    social = form.integer("social_count", most=MOST_SOCIAL) or 0
    form.check()
    assert on is not None
    draft = RecordActivity(
        kind=form.text("kind"),
        at=datetime.combine(on, at, SHANGHAI),
        place=form.text("place"),
        record=form.text("record"),
        participant_post_ids=tuple(form.ids("participants")),
        obstruction=form.text("obstruction"),
        obstructed=form.checked("obstructed"),
        approval_number=form.text("approval_number"),
        commissioned=form.text("commissioned"),
        files=files,
        grades=FileGrades(good=grades[0], passed=grades[1], failed=grades[2], vetoed=grades[3]),
        social_count=social,
    )
    await matters.record_activity(work, matter_id, draft)


def _time(form: Form) -> time:
    text = form.text("time", need="请填写开始时间，例如 09:30。").replace("：", ":")
    try:
        return time.fromisoformat(text.zfill(5))
    except ValueError:
        form.error("time", "请按 09:30 的格式填写。")
        return time(0)


async def add_evidence(work: Work, matter_id: UUID, form: Form, files: tuple[Upload, ...]) -> None:
    if not files:
        raise Invalid("请选择要添加的文件。", field="files", article="13")
    await matters.add_evidence(work, matter_id, files)


def _act(form: Form) -> EnterAct:
    return EnterAct(
        name=form.text("name"),
        counterpart=form.text("counterpart"),
        number=form.text("number"),
        made_on=form.day("made_on"),
        subject=form.text("subject"),
        counterpart_id=form.text("counterpart_id"),
    )


async def enter_act(work: Work, matter_id: UUID, form: Form, files: tuple[Upload, ...]) -> None:
    draft = _act(form)
    form.check()
    await matters.enter_act(work, matter_id, draft)


async def establish_finding(work: Work, matter_id: UUID, form: Form, files: tuple[Upload, ...]) -> None:
    choice = form.text("act")
    new = _act(form) if choice == "new" else None
    act_id = form.id("act") if choice not in ("", "new", "none") else None
    form.check()
    draft = EstablishFinding(
        content_item=form.text("content_item"),
        title=form.text("title"),
        facts=form.text("facts"),
        provision=form.text("provision"),
        gravity=form.text("gravity"),
        concerns_act=None if not choice else choice != "none",
        act_id=act_id,
        new_act=new,
        officers=form.text("officers"),
        evidence_ids=tuple(form.ids("evidence")),
        files=files,
    )
    await matters.establish_finding(work, matter_id, draft)


async def drop_finding(work: Work, matter_id: UUID, form: Form, files: tuple[Upload, ...]) -> None:
    finding = form.id("finding", need="请选择问题。")
    why = form.text("reason", need="请写明撤销认定的理由。")
    form.check()
    assert finding is not None
    await matters.drop_finding(work, finding, why)


async def refer_finding(work: Work, matter_id: UUID, form: Form, files: tuple[Upload, ...]) -> None:
    finding = form.id("finding", need="请选择问题。")
    to = form.text("receiver", need="请写明接收移送的机关。")
    why = form.text("reason", need="请写明移送的理由和依据。")
    form.check()
    assert finding is not None
    await matters.refer_finding(work, finding, to, why)


async def tell_upper(work: Work, matter_id: UUID, form: Form, files: tuple[Upload, ...]) -> None:
    await matters.tell_upper(work, matter_id, form.text("note"))


async def verify_rectification(work: Work, matter_id: UUID, form: Form, files: tuple[Upload, ...]) -> None:
    finding = form.id("finding", need="请选择核验的问题。")
    rectified = _yes(form, "rectified", "请选择核验结论。")
    note = form.text("note", need="" if rectified else "请写明整改不到位的理由。")
    if not form.checked("evidence_seen"):
        form.error("evidence_seen", "请逐件查看整改证据后勾选。")
    form.check()
    assert finding is not None
    await matters.verify_rectification(work, finding, rectified, note)


async def enter_remedy(work: Work, matter_id: UUID, form: Form, files: tuple[Upload, ...]) -> None:
    act = form.id("act", need="请选择所针对的行政行为。")
    filed = form.day("filed_on", need="请填写申请、起诉日期。")
    if not files:
        form.error("files", "请上传受理通知等证明材料。")
    form.check()
    assert filed is not None
    draft = EnterRemedy(
        act_id=act,
        kind=form.text("kind"),
        body=form.text("body"),
        filed_on=filed,
        case_number=form.text("case_number"),
        files=files,
    )
    await matters.enter_remedy(work, matter_id, draft)


async def end_remedy(work: Work, matter_id: UUID, form: Form, files: tuple[Upload, ...]) -> None:
    remedy = form.id("remedy", need="请选择终结的复议、诉讼。")
    ended = form.day("ended_on", need="请填写终结日期。")
    settles = _yes(form, "settles", "请选择该行政行为的问题是否已经解决。")
    result = form.text("result", need="请写明复议决定或者裁判的结果和文号。")
    if not files:
        form.error("files", "请上传复议决定、裁判文书。")
    form.check()
    assert remedy is not None
    await matters.end_remedy(work, remedy, EndRemedy(ended_on=ended, result=result, settles=settles, files=files))


async def propose_closing(work: Work, matter_id: UUID, form: Form, files: tuple[Upload, ...]) -> None:
    report = form.text("report", need="请写明每项问题的处理结果；没有发现问题的，写明理由。")
    form.check()
    await matters.propose_closing(work, matter_id, report, version=form.version())


async def approve_closing(work: Work, matter_id: UUID, form: Form, files: tuple[Upload, ...]) -> None:
    await matters.approve_closing(work, matter_id, version=form.version())


async def return_closing(work: Work, matter_id: UUID, form: Form, files: tuple[Upload, ...]) -> None:
    why = form.text("reason", need="请写明退回的理由。")
    form.check()
    await matters.return_closing(work, matter_id, why, version=form.version())


async def suspend(work: Work, matter_id: UUID, form: Form, files: tuple[Upload, ...]) -> None:
    ground = form.text("ground", need="请选择中止情形。")
    why = form.text("reason", need="请写明具体情况。")
    form.check()
    await matters.suspend(work, matter_id, ground, why, version=form.version())


async def resume(work: Work, matter_id: UUID, form: Form, files: tuple[Upload, ...]) -> None:
    why = form.text("reason", need="请写明中止情形消除的情况。")
    form.check()
    await matters.resume(work, matter_id, why, version=form.version())


async def look_back(work: Work, matter_id: UUID, form: Form, files: tuple[Upload, ...]) -> None:
    relapsed = _yes(form, "relapsed", "请选择回访结果。")
    note = form.text("note", need="请写明回访情况。")
    form.check()
    await matters.look_back(work, matter_id, relapsed, note)


async def reopen(work: Work, matter_id: UUID, form: Form, files: tuple[Upload, ...]) -> None:
    why = form.text("reason", need="请写明重新办理的理由。")
    again = form.ids("findings")
    form.check()
    await matters.reopen(work, matter_id, why, finding_ids=again, version=form.version())


async def order_from_above(work: Work, matter_id: UUID, form: Form, files: tuple[Upload, ...]) -> None:
    kind = form.text("order", need="请选择要求的种类。")
    words = form.text("text", need="请写明要求的内容。")
    form.check()
    await matters.order_from_above(work, matter_id, kind, words)


async def declare_recusal(work: Work, matter_id: UUID, form: Form, files: tuple[Upload, ...]) -> None:
    await recusals.declare_recusal(work, matter_id, form.text("ground"), form.text("reason"))


async def order_recusal(work: Work, matter_id: UUID, form: Form, files: tuple[Upload, ...]) -> None:
    person = form.id("person", need="请选择应当回避的人员。")
    form.check()
    assert person is not None
    asked = DecideRecusal(granted=True, reason=form.text("reason"))
    await recusals.order_recusal(work, matter_id, person, form.text("ground"), asked)


async def clear_conflict(work: Work, matter_id: UUID, form: Form, files: tuple[Upload, ...]) -> None:
    person = form.id("person", need="请选择人员。")
    form.check()
    assert person is not None
    await recusals.clear_conflict(work, matter_id, person, form.text("statement"))


async def name_office(work: Work, matter_id: UUID, form: Form, files: tuple[Upload, ...]) -> None:
    office, why = _office(form, "请写明需要协助的内容。")
    await matters.name_office(work, matter_id, office, why)


async def release_office(work: Work, matter_id: UUID, form: Form, files: tuple[Upload, ...]) -> None:
    office, why = _office(form, "请写明理由。")
    await matters.release_office(work, matter_id, office, why)


def _office(form: Form, need: str) -> tuple[UUID, str]:
    office = form.id("office", need="请选择司法所。")
    why = form.text("reason", need=need)
    form.check()
    assert office is not None
    return office, why

"""The forms of accountability cases as lists of fields, and what they send (Art. 21)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from kernel.wording import format_date
from policy.articles import display
from supervision.accountability.reading import IMPOSERS
from supervision.accountability.rules import RESPONSIBILITIES
from supervision.accountability.service import Decide, DecideReview, OpenCase, Respondent
from supervision.accountability.views import AccountabilityView, FormChoices, SanctionView
from supervision.matters.commands import Upload
from web.forms import Form
from web.pages.matter_forms import Field, area, checks, day, known, radio, select, text, upload

LISTS: Final = ("grounds", "evidence_ids")
LONG: Final = 4000
SHORT: Final = 1000


@dataclass(frozen=True, slots=True)
class Step:
    """One form: `act` is the button, `lines` say what follows."""

    title: str
    act: str
    lines: tuple[str, ...] = ()
    safe: str = "暂不办理"
    article: str = "21"


STEPS: Final[dict[str, Step]] = {
    "amend": Step("补充事实和建议", "保存事实和建议", ("补充系统草稿的人员成为提出人，不再审批本件。",)),
    "notify": Step(
        "告知拟作的处理",
        "制发责任追究告知书",
        (
            "取得文号，生成告知书，送达所在单位；本人有账号的，同时通知本人。",
            "自送达次日起计算陈述申辩的期限，期满或者收到陈述申辩后才能决定。",
            "告知以后不能修改事实和建议。",
        ),
    ),
    "drop": Step("决定不予追究", "决定不予追究", ("理由留存，本件办结，不通知对方。",)),
    "record-hearing": Step("记录听取陈述申辩", "保存记录", ("记录列入案卷，作出决定时应当逐项答复。",)),
    "not-uphold": Step("认定追究不成立", "认定追究不成立", ("通知被告知的单位和人员，本件办结。",)),
    "decide": Step(
        "作出决定",
        "作出决定并送达",
        (
            "取得文号，生成决定书或者建议书，送达所在单位和本人。",
            "取消资格自送达之日起生效：证件失效，承办终止，两年内不得重新申领。",
            "不得作出比告知更重的处理。",
        ),
    ),
    "insist": Step("再次建议处理", "再次建议", ("重新计算反馈期限，通知所在机关主要负责人。",)),
    "accept-refusal": Step("认可不采纳的理由并办结", "认可并办结", ("本件办结，理由留存。",)),
    "close": Step("办结", "办结"),
    "refer": Step(
        "移送有权机关",
        "提出移送",
        ("由移送承办人员另行办理，内容只向列名人员公开。", "被监督机关看不到移送情况。"),
    ),
    "review": Step(
        "对复核、申诉作出决定",
        "作出决定并送达",
        (
            "取得文号，生成决定书并送达。",
            "撤销的，限制同时解除，证件恢复。",
            "变更的，原决定失效，另行送达较轻的处理。",
        ),
    ),
}
"""Slug of a step → its form; the slug with underscores is the action of the panel."""


def case_fields(choices: FormChoices) -> list[Field]:
    """The proposal: measure and respondent, grounds, facts, what is weighed, evidence."""
    officers = [
        (str(o.id), "　".join(part for part in (o.name, o.title, o.certificate) if part)) for o in choices.officers
    ]
    measures = [
        {
            "value": s.key,
            "label": f"{'对单位' if s.against == 'organ' else '对人员'}{s.name}",
            "note": f"由{IMPOSERS[s.imposed_by]}决定" + ("，本机关提出建议" if s.imposed_by == "own_organ" else ""),
        }
        for s in choices.sanctions
    ]
    evidence = [{"value": str(e.id), "label": e.name, "note": e.note} for e in choices.evidence]
    return [
        known("被追究责任的单位", choices.supervised_name),
        radio("measure", "拟作的处理", measures, columns=2, hint="处分和刑事责任在提出后另行办理移送"),
        select(
            "officer_id",
            "责任人员（在册执法人员）",
            officers,
            optional=True,
            hint="对人员处理的填写；取消资格必须从在册人员中选择",
        ),
        text("person_name", "责任人员姓名", optional=True, hint="不在册的，写明姓名"),
        text("person_title", "责任人员职务", optional=True),
        radio(
            "responsibility",
            "责任",
            [{"value": key, "label": label} for key, label in RESPONSIBILITIES.items()],
            columns=2,
            optional=True,
        ),
        checks(
            "grounds",
            "追究的情形",
            [{"value": g.code, "label": g.name, "articles": [display(g.code)]} for g in choices.grounds],
        ),
        area("facts", "事实", rows=6, limit=LONG, hint="行为的时间、经过和结果，不写反映人信息"),
        radio("gravity", "情节轻重", [{"value": g.code, "label": g.name} for g in choices.gravities], columns=2),
        radio("fault", "过错程度", [{"value": f.code, "label": f.name} for f in choices.faults], columns=2),
        text("nature", "行为的性质", optional=True),
        area("harm", "危害后果", rows=2, limit=SHORT, optional=True),
        area("mitigating", "从轻、减轻的情节", rows=2, limit=SHORT, optional=True),
        area("aggravating", "从重的情节", rows=2, limit=SHORT, optional=True),
        text(
            "training_hours",
            "建议离岗培训的学时",
            optional=True,
            width="date",
            hint=f"不填的为 {choices.training_hours} 学时",
        ),
        *([checks("evidence_ids", "本事项的证据", evidence, optional=True)] if evidence else []),
        upload(optional=True),
    ]


def stored_case(view: AccountabilityView) -> dict[str, Any]:
    """The fields of a case as it stands, for the form that amends it."""
    return {
        "measure": view.measure,
        "officer_id": str(view.officer_id or ""),
        "person_name": "" if view.officer_id else view.person_name,
        "person_title": "" if view.officer_id else view.person_title,
        "responsibility": view.responsibility,
        "grounds": [g.code for g in view.grounds],
        "facts": view.facts,
        "gravity": view.gravity,
        "fault": view.fault,
        "nature": view.nature,
        "harm": view.harm,
        "mitigating": view.mitigating,
        "aggravating": view.aggravating,
        "training_hours": str(view.training_hours or ""),
    }


def first_case(choices: FormChoices) -> dict[str, Any]:
    """What a matter already says."""
    return {"facts": "\n".join(choices.findings)[:LONG]}


def case_command(form: Form, choices: FormChoices, files: Sequence[Upload]) -> OpenCase:
    """The case as the form says it; the service says what is missing."""
    measure = form.text("measure")
    chosen = next((s for s in choices.sanctions if s.key == measure), None)
    officer = form.id("officer_id") if form.text("officer_id") else None
    person = None
    if chosen is not None and chosen.against == "person":
        person = Respondent(
            officer_id=officer,
            name=form.text("person_name"),
            title=form.text("person_title"),
            responsibility=form.text("responsibility"),
        )
    command = OpenCase(
        matter_id=choices.matter_id,
        supervised_id=choices.supervised_id,
        person=person,
        grounds=tuple(form.many("grounds")),
        facts=form.text("facts"),
        gravity=form.text("gravity"),
        fault=form.text("fault"),
        measure=measure,
        nature=form.text("nature"),
        harm=form.text("harm"),
        mitigating=form.text("mitigating"),
        aggravating=form.text("aggravating"),
        training_hours=form.integer("training_hours", least=1, most=1000),
        evidence_ids=tuple(form.ids("evidence_ids")),
        files=tuple(files),
    )
    form.check()
    return command


def _measures(found: Sequence[SanctionView], *, refer: bool = False) -> list[dict[str, Any]]:
    """Measures as radio cards; who may not impose one reads why."""
    return [
        {
            "value": s.key,
            "label": s.name,
            "note": f"由{s.imposed_by_label}决定" if s.allowed else s.reason,
            "disabled": not s.allowed,
        }
        for s in found
        if (s.imposed_by == "referral") == refer
    ]


def step_fields(slug: str, view: AccountabilityView) -> list[Field]:
    """The fields of a step on a case; `amend` has those of the proposal."""
    if slug == "notify":
        return [
            known("被追究责任的对象", view.respondent, icon_name="users"),
            known("拟作的处理", f"{view.measure_name}（由{view.imposed_by_label}决定）", icon_name="gavel"),
            known("追究的情形", "；".join(f"{display(g.code)}{g.name}" for g in view.grounds), icon_name="book"),
        ]
    if slug == "decide":
        return [*_defence(view), *_decision(view)]
    if slug == "record-hearing":
        return [
            day("held_on", "听取意见的日期"),
            area("note", "听取意见的情况", limit=LONG, hint="到场人员、陈述的意见和核实情况"),
        ]
    if slug == "refer":
        return [radio("kind", "移送", _measures(view.sanctions, refer=True)), area("reason", "移送的理由", limit=LONG)]
    if slug == "review":
        return _review(view)
    labels = {
        "drop": "不予追究的理由",
        "not-uphold": "追究不成立的理由",
        "insist": "再次建议的理由",
        "accept-refusal": "认可的理由",
        "close": "办结说明",
    }
    return [area("reason", labels[slug], limit=LONG, optional=slug == "close")]


def _defence(view: AccountabilityView) -> list[Field]:
    said = view.statement
    if said is None:
        return [known("陈述申辩", "期限届满，没有提出", icon_name="file-text")]
    what = "表示不作陈述申辩" if said.waived else said.text
    return [known("陈述申辩", what, icon_name="file-text")]


def _decision(view: AccountabilityView) -> list[Field]:
    fields = [radio("measure", "处理", _measures(view.sanctions), hint=f"告知的处理：{view.measure_name}")]
    if view.statement is not None and not view.statement.waived:
        fields.append(area("defence_answer", "对陈述申辩的答复", limit=LONG, hint="逐项说明采纳或者不采纳的理由"))
    fields.append(area("reason", "作出处理的理由", limit=LONG))
    if view.against == "organ":
        fields.append(day("awards_until", "取消评优评先资格至", optional=True))
    else:
        fields.append(text("training_hours", "离岗培训的学时", optional=True, width="date"))
    return fields


def _review(view: AccountabilityView) -> list[Field]:
    pending = next((r for r in view.reviews if r.state == "requested"), None)
    results = [
        {"value": "upheld", "label": "维持", "note": "原决定继续有效"},
        {"value": "changed", "label": "变更", "note": "改为较轻的处理，另行送达"},
        {"value": "set_aside", "label": "撤销", "note": "原决定自始无效，限制解除"},
    ]
    lighter = [(s.key, f"{s.name}（由{s.imposed_by_label}决定）") for s in view.sanctions if s.imposed_by != "referral"]
    asked = (
        f"{pending.requested_by_name}，{format_date(pending.requested_at.date())}：{pending.reason}" if pending else ""
    )
    return [
        known("申请的理由", asked, icon_name="file-text"),
        radio("result", "决定", results),
        select("measure", "变更为", lighter, optional=True),
        area("reason", "审查认定的事实和理由", limit=LONG),
    ]


def decide_command(form: Form) -> Decide:
    """The decision as the form says it."""
    command = Decide(
        measure=form.text("measure"),
        reason=form.text("reason"),
        defence_answer=form.text("defence_answer"),
        awards_until=form.day("awards_until"),
        training_hours=form.integer("training_hours", least=1, most=1000),
    )
    form.check()
    return command


def review_command(form: Form) -> DecideReview:
    return DecideReview(result=form.text("result"), measure=form.text("measure"), reason=form.text("reason"))

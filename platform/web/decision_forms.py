"""What the pages of reports and decisions send, and what their confirmations say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from kernel.errors import FieldError
from kernel.wording import format_count, format_due, format_time
from kernel.work import Work
from supervision.deadlines import service as deadlines
from supervision.deadlines.rules import Term, compute
from supervision.decisions.commands import Decide, DecideItem, Proposal, UpdateReport
from supervision.decisions.views import ProblemView, ReportView
from supervision.matters.views import EventView
from web.forms import Form

TERMS: Final = (15, 30, 60)
"""Days offered for reporting the execution, beside the rule book's own."""
_ICONS: Final = {
    "issue": "document-seal",
    "serve": "send",
    "open_receipt": "mail",
    "answer": "file-text",
    "lapse": "alert-circle",
    "overdue": "alert-circle",
    "escalate_up": "megaphone",
    "report_execution": "file-text",
    "refuse": "alert-circle",
    "draft_report": "report",
    "send_report": "report",
    "decide": "gavel",
    "verify_executed": "shield-check",
    "verify_not_executed": "alert-circle",
    "enter_remedy": "scales",
    "end_remedy": "scales",
    "propose": "file-plus",
    "notify": "bell-ring",
    "state_defence": "file-text",
    "record_hearing": "users",
    "answer_proposal": "file-text",
    "carry_out": "circle-check",
    "request_review": "scales",
    "request_appeal": "scales",
    "lift_bar": "refresh",
}
_RED: Final = frozenset({"lapse", "overdue", "refuse", "verify_not_executed"})


@dataclass(frozen=True, slots=True)
class Ask:
    """A confirmation: what is about to happen, the words of both buttons, and the fields it needs."""

    title: str
    consequences: Sequence[str]
    act: str
    safe: str
    look: str = "primary"
    reason: str = ""
    reason_name: str = "reason"
    hint: str = ""
    until: str = ""
    hidden: dict[str, str] = field(default_factory=dict)


def chosen_items(form: Form, view: ReportView) -> list[DecideItem]:
    """One item for every finding that can be decided; what is missing is named to its field."""
    items = []
    for problem in decidable(view):
        kind = form.text(f"kind-{problem.finding_id}", need="请选择决定种类；暂不决定的，请退回补充或者不予决定。")
        reason = _reason(form, problem, kind)
        requirement = form.text(f"requirement-{problem.finding_id}", need="请写明决定的内容和要求。")
        items.append(DecideItem(finding_id=problem.finding_id, kind=kind, reason_code=reason, requirement=requirement))
    return items


def _reason(form: Form, problem: ProblemView, kind: str) -> str:
    """The reason of the chosen kind: the field holds ``kind.reason``, so that it works without script."""
    name = f"reason-{problem.finding_id}"
    of_kind, _, reason = form.text(name, need="请选择作出决定的理由。").partition(".")
    if kind and reason and of_kind != kind:
        form.error(name, "请选择与决定种类相同的理由。")
    return reason


def decidable(view: ReportView) -> list[ProblemView]:
    return [p for group in view.groups if not group.blocked for p in group.problems]


def decide_command(form: Form, view: ReportView) -> Decide:
    """The decision as the form says it. The caller checks the form."""
    days = form.integer("term", need="请选择执行报告期限。", least=1, most=365)
    return Decide(items=tuple(chosen_items(form, view)), term_amount=days, term_unit="calendar_day")


def service_errors(errors: Iterable[FieldError], view: ReportView) -> list[FieldError]:
    """Errors of the service, ``items.0.kind``, under the names of the fields of the page."""
    order = [str(p.finding_id) for p in decidable(view)]
    found = []
    for error in errors:
        parts = error.field.split(".")
        if parts[0] == "items" and len(parts) == 3 and int(parts[1]) < len(order):
            name = {"finding": "kind"}.get(parts[2], parts[2])
            found.append(FieldError(f"{name}-{order[int(parts[1])]}", error.message))
        else:
            found.append(error)
    return found


def update_command(form: Form, view: ReportView) -> UpdateReport:
    """The edited report. A proposal without a kind is left out; the service says what the others need."""
    proposals = []
    for problem in decidable(view):
        kind = form.text(f"kind-{problem.finding_id}")
        if kind:
            reason = _reason(form, problem, kind)
            requirement = form.text(f"requirement-{problem.finding_id}")
            proposals.append(
                Proposal(finding_id=problem.finding_id, kind=kind, reason_code=reason, requirement=requirement)
            )
    return UpdateReport(
        body=form.text("body"),
        statement=form.text("statement"),
        considered=form.text("considered"),
        legal_review=form.text("legal_review"),
        proposals=tuple(proposals),
    )


def kind_cards(view: ReportView, problem: ProblemView) -> list[dict[str, Any]]:
    """The kinds as radio cards; a kind that the relation does not allow says why."""
    proposed = problem.proposal.kind if problem.proposal else ""
    return [
        {
            "value": kind.key,
            "label": kind.name,
            "note": kind.when if kind.allowed else kind.reason,
            "tag": "司法局建议" if kind.key == proposed else "",
            "disabled": not kind.allowed,
        }
        for kind in view.kinds
    ]


def reason_options(view: ReportView) -> list[tuple[str, str]]:
    return [(f"{k.key}.{r.key}", f"{k.name}：{r.name}") for k in view.kinds if k.allowed for r in k.reasons]


async def term_lines(work: Work, view: ReportView) -> list[tuple[int, str]]:
    """Each time offered, with the day on which it ends if the decision is served today."""
    days = await deadlines.calendar(work)
    found = []
    for amount in sorted({*TERMS, view.term_amount}):
        end = compute(work.today, Term(amount, "calendar_day", "decision.execution", "default", "20"), days)
        moved = "，遇休假日顺延" if end.shifted else ""
        found.append((amount, f"{format_count(amount, '日')}：今日送达的，至{format_due(end.due)}{moved}"))
    return found


def checked_line(work: Work) -> str:
    return f"未申请复议、未提起诉讼（今日 {format_time(work.now)} 核对）"


def history(events: Iterable[EventView], when: Any) -> list[dict[str, Any]]:
    """Events as the timeline macro wants them."""
    return [
        {
            "icon": _ICONS.get(e.action, "clock"),
            "title": e.title,
            "time": when(e.at),
            "articles": e.articles,
            "body": "　".join(part for part in (e.note, e.who) if part and not e.who.startswith(f"{part} ")),
            "tone": "red" if e.action in _RED else "",
        }
        for e in events
    ]


def decide_ask(view: ReportView, command: Decide, names: dict[str, str]) -> Ask:
    """The confirmation of a decision: what is decided on which act, and what follows."""
    known = {p.finding_id: p for p in decidable(view)}
    above = "和其上级主管部门" if view.relation == "vertical" else ""
    lines = [f"{known[i.finding_id].act_label}：{names.get(i.kind, i.kind)}。{i.requirement}" for i in command.items]
    lines += [f"{group.label}：{group.blocked}本次不作决定。" for group in view.groups if group.blocked]
    lines += [
        "生成《行政执法监督决定书》，取得本级政府的文号。",
        f"送达{view.supervised_name}，抄送{view.organ_name}{above}。",
        f"执行报告期限 {command.term_amount} 日，自送达次日起计算。",
        "签发后不能撤回，更正须另行作出决定。",
    ]
    return Ask(f"对{view.supervised_name}作出监督决定并签发决定书", lines, "签发决定书", "返回修改", look="danger")

"""The forms of a matter as lists of fields: one template draws them all. Labels are verbs with an object."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from kernel.wording import format_date
from policy.articles import display
from policy.rulebook import RuleBook
from supervision.matters.closing import ORDERS
from supervision.matters.findings import OPEN_STATES
from supervision.matters.inputs import BASES
from supervision.matters.limits import TEXT_MAX, TITLE_MAX
from supervision.matters.remedies import REMEDY_KINDS
from supervision.matters.views import MatterView
from supervision.recusals.views import ConflictItem
from tenants.staff.models import Post

Field = dict[str, Any]
FILES: Final = "PDF、图片、音视频、Word、Excel，类型按内容核对"


def text(name: str, label: str, **more: Any) -> Field:
    return {"kind": "text", "name": name, "label": label, **more}


def area(name: str, label: str, **more: Any) -> Field:
    return {"kind": "area", "name": name, "label": label, "limit": TEXT_MAX, **more}


def day(name: str, label: str, **more: Any) -> Field:
    return {"kind": "day", "name": name, "label": label, **more}


def select(name: str, label: str, options: Sequence[tuple[str, str]], **more: Any) -> Field:
    return {"kind": "select", "name": name, "label": label, "options": list(options), **more}


def radio(name: str, label: str, options: Sequence[dict[str, Any]], **more: Any) -> Field:
    return {"kind": "radio", "name": name, "label": label, "options": list(options), **more}


def checks(name: str, label: str, options: Sequence[dict[str, Any]], **more: Any) -> Field:
    return {"kind": "checks", "name": name, "label": label, "options": list(options), **more}


def known(label: str, value: str, **more: Any) -> Field:
    return {"kind": "known", "name": "", "label": label, "value": value, **more}


def upload(name: str = "files", label: str = "上传证据", **more: Any) -> Field:
    return {"kind": "upload", "name": name, "label": label, "hint": FILES, **more}


def check(name: str, label: str, **more: Any) -> Field:
    return {"kind": "check", "name": name, "label": label, **more}


def organ(name: str, label: str, **more: Any) -> Field:
    return {"kind": "organ", "name": name, "label": label, **more}


def reason(label: str, hint: str = "") -> Field:
    return area("reason", label, hint=hint)


PLANNED: Final = "立项依据为监督计划的选择，事项计入该项目的进度"


def propose(
    book: RuleBook, people: Sequence[tuple[Post, bool]], planned: Sequence[tuple[str, str]] = ()
) -> list[Field]:
    """The proposal (Art. 11). `planned`: items of the yearly supervision plan in force."""
    items = [{"value": i.code, "label": i.name, "articles": [display(i.code)]} for i in book.content_items]
    bases = [(key, label) for key, label in BASES.items() if key != "clue"]
    return [
        text("title", "核查的问题", hint=f"一句话，{TITLE_MAX} 字以内"),
        organ("supervised", "被监督机关"),
        radio(
            "mode",
            "监督方式",
            [{"value": m.key, "label": m.name, "article": display(m.article)} for m in book.modes],
            columns=2,
        ),
        checks("content_items", "监督内容", items),
        select("basis", "立项依据", bases, hint="由线索立项的，请从线索页面提请"),
        *([select("plan_item", "监督计划项目", planned, hint=PLANNED, optional=True)] if planned else []),
        text("basis_note", "依据说明", hint="计划名称、预警编号、发现经过或者上级文号"),
        handlers(people, "建议的承办人", optional=True),
    ]


def handlers(people: Sequence[tuple[Post, bool]], label: str = "承办人", **more: Any) -> Field:
    """Supervisors to choose from; one without a valid certificate, or recused, cannot be chosen."""
    options = [
        {
            "value": str(post.id),
            "label": post.person_name,
            "note": "，".join(p for p in (post.title, "" if fit else "没有有效的监督证件或者应当回避，不能承办") if p),
            "disabled": not fit,
        }
        for post, fit in people
    ]
    return checks("handlers", label, options, hint="不少于两名持有效监督证件的人员，均不需要回避", **more)


def no_conflict() -> Field:
    return check("no_conflict", "承办人已各自声明与本事项没有利害关系", codes=["第十六条"])


def approve_opening(view: MatterView, people: Sequence[tuple[Post, bool]]) -> list[Field]:
    return [known("被监督机关", view.supervised_name), handlers(people), no_conflict()]


GRADES = (
    ("files_good", "优秀"),
    ("files_passed", "合格"),
    ("files_failed", "不合格"),
    ("files_vetoed", "其中触及否决项"),
)


def activity(book: RuleBook, people: Sequence[tuple[Post, bool]], *, reviews_files: bool = False) -> list[Field]:
    """A measure of Art. 13; in a review of case files with its result (Art. 11(4))."""
    grades = [text(name, f"评查案卷：{label}（册）", optional=True, width="date") for name, label in GRADES]
    participants = handlers(people, "参加的监督人员")
    return [
        select("kind", "监督措施", [(m.key, m.name) for m in book.measures]),
        day("on", "开展日期"),
        text("time", "开始时间", hint="例如 09:30", width="date"),
        text("place", "地点", hint="听证会、论证会和委托第三方的可以不填", optional=True),
        {**participants, "name": "participants", "hint": "不少于两名，均应持证"},
        text("social_count", "参加的社会监督员（人）", optional=True, width="date", hint="没有邀请的不填（第十五条）"),
        area("record", "经过和看到的情况", rows=6),
        *(grades if reviews_files else []),
        text("approval_number", "暗访批准编号", optional=True, hint="暗访应当事先批准"),
        text("commissioned", "受委托第三方的名称和资质", optional=True),
        check("obstructed", "遇到拒绝、阻碍", codes=["第十四条"]),
        area("obstruction", "拒绝、阻碍的人员、时间和具体表现", optional=True, rows=3),
        upload(label="上传照片、笔录和调取的材料"),
    ]


def finding(view: MatterView, book: RuleBook) -> list[Field]:
    """A problem (Art. 19) and the act it concerns, or none (Art. 20)."""
    acts = [{"value": str(a.id), "label": f"{a.number} {a.name}".strip(), "note": a.counterpart} for a in view.acts]
    files = {e.sha256: e for e in view.evidence}
    fields = [
        text("title", "问题", hint="一句话，写明违法或者不当之处"),
        select("content_item", "监督内容", [(i.code, f"{display(i.code)} {i.name}") for i in book.content_items]),
        area("facts", "查明的事实", rows=6),
        text("provision", "违反的规定", hint="到条、款、项"),
        radio("gravity", "情节轻重", [{"value": g.key, "label": g.name} for g in book.gravities], columns=2),
        radio(
            "act",
            "所涉行政行为",
            [
                *acts,
                {"value": "new", "label": "另行登记一个行政行为", "note": "在下面填写名称、文号和当事人"},
                {"value": "none", "label": "不涉及具体行政行为"},
            ],
            hint="复议、诉讼只影响所涉的这一行为",
        ),
        *act_fields(optional=True),
        text("officers", "直接责任人员", optional=True),
    ]
    if files:
        tiles = [{"value": str(e.id), "label": e.name, "note": e.note} for e in files.values()]
        fields.append(checks("evidence", "选用已有证据", tiles, optional=True))
    return [*fields, upload(name="files", label="上传新的证据", optional=bool(files))]


def act_fields(*, optional: bool = False) -> list[Field]:
    """An administrative act; `optional` beside a finding."""
    return [
        text("name", "行政行为名称", hint="例如 扣押决定", optional=optional),
        text("number", "文号", optional=True),
        day("made_on", "作出日期", optional=True),
        text("subject", "标的", hint="例如 三轮车1辆、货架2组", optional=True),
        text("counterpart", "当事人", hint="没有特定当事人的，写“无特定当事人”", optional=optional),
        text("counterpart_id", "当事人证件号码或者统一社会信用代码", optional=True, hint="加密保存，页面只显示部分"),
    ]


def remedy(view: MatterView) -> list[Field]:
    acts = [{"value": str(a.id), "label": f"{a.number} {a.name}".strip(), "note": a.counterpart} for a in view.acts]
    return [
        radio("act", "所针对的行政行为", acts, hint="登记后，不得就该行为作出监督决定，其他问题继续办理"),
        radio("kind", "种类", [{"value": k, "label": v} for k, v in REMEDY_KINDS.items()], columns=2),
        text("body", "受理的复议机关或者人民法院"),
        day("filed_on", "申请、起诉日期"),
        text("case_number", "案号", optional=True),
        upload(label="上传受理通知等证明材料"),
    ]


def remedy_end(view: MatterView) -> list[Field]:
    running = [
        {
            "value": str(r.id),
            "label": f"{r.kind_label}：{a.number} {a.name}",
            "note": f"{r.body}，{format_date(r.filed_on)}",
        }
        for a in view.acts
        for r in a.remedies
        if r.ended_on is None
    ]
    return [
        radio("remedy", "终结的复议、诉讼", running),
        day("ended_on", "终结日期"),
        area("result", "结果和文号", rows=3),
        radio(
            "settles",
            "该行为的问题是否已经解决",
            [
                {"value": "yes", "label": "已经解决", "note": "所涉问题随之了结"},
                {"value": "no", "label": "没有解决", "note": "恢复办理，可以依法作出监督决定"},
            ],
        ),
        upload(label="上传复议决定、裁判文书"),
    ]


def verify(view: MatterView) -> list[Field]:
    return [
        _findings(view),
        radio(
            "rectified",
            "核验结论",
            [
                {"value": "yes", "label": "已整改"},
                {"value": "no", "label": "整改不到位", "note": "应当写明理由"},
            ],
        ),
        area("note", "查看的证据和理由", rows=4, optional=True),
        check("evidence_seen", "已逐件查看整改证据"),
    ]


def _findings(view: MatterView, states: frozenset[str] = OPEN_STATES) -> Field:
    options = [
        {"value": str(f.id), "label": f"问题{f.no} {f.title}", "article": display(f.content_item), "note": f.facts}
        for f in view.findings
        if f.state in states
    ]
    return radio("finding", "问题", options)


def drop(view: MatterView) -> list[Field]:
    return [_findings(view), reason("撤销认定的理由")]


def refer(view: MatterView) -> list[Field]:
    """A problem that another authority settles (Art. 21), and which."""
    options = [
        {"value": str(f.id), "label": f"问题{f.no} {f.title}", "article": display(f.content_item), "note": f.facts}
        for f in view.findings
        if f.can_refer
    ]
    return [
        radio("finding", "问题", options),
        text("receiver", "接收移送的机关", hint="例如 建安区纪委监委、建安区公安局"),
        reason("移送的理由和依据"),
    ]


def closing(view: MatterView) -> list[Field]:
    hint = "逐项写明问题的处理结果" if view.findings else "没有发现问题的，写明理由"
    return [area("report", "结项报告", hint=hint, rows=8)]


def suspension(book: RuleBook) -> list[Field]:
    grounds = [{"value": g.key, "label": g.name, "article": display(g.article)} for g in book.suspension_grounds]
    return [radio("ground", "中止情形", grounds), reason("具体情况")]


def look_back() -> list[Field]:
    found = [
        {"value": "no", "label": "没有发现问题反弹"},
        {"value": "yes", "label": "发现问题反弹", "note": "可以由负责人决定重新办理"},
    ]
    return [radio("relapsed", "回访结果", found), area("note", "回访情况")]


def reopening(view: MatterView) -> list[Field]:
    again = [{"value": str(f.id), "label": f"问题{f.no} {f.title}"} for f in view.findings if f.state == "rectified"]
    fields = [reason("重新办理的理由")]
    return [*fields, checks("findings", "反弹的问题", again, optional=True)] if again else fields


def order() -> list[Field]:
    return [radio("order", "要求", [{"value": k, "label": v} for k, v in ORDERS.items()]), area("text", "要求的内容")]


def recusal_grounds(book: RuleBook) -> Field:
    """The closed list of Art. 16."""
    return radio("ground", "事由", [{"value": g.key, "label": g.name} for g in book.recusal_grounds])


def recusal_order(book: RuleBook, people: Sequence[Post]) -> list[Field]:
    """Who has to step back, where nobody asked (Art. 16, second paragraph)."""
    named = [{"value": str(p.person_id), "label": p.person_name, "note": p.title} for p in people]
    return [radio("person", "应当回避的人员", named), recusal_grounds(book), reason("责令回避的理由")]


def clearance(conflicts: Sequence[ConflictItem]) -> list[Field]:
    """A declaration that means no interest in this matter."""
    open_ones = [
        {"value": str(c.person_id), "label": c.person_name, "note": "；".join(c.details)}
        for c in conflicts
        if not c.settled
    ]
    return [
        radio("person", "已申报利害关系的人员", open_ones),
        area("statement", "没有利害关系的情况和依据", hint="书面确认留在事项记录中"),
    ]


def name_office(offices: Sequence[tuple[str, str]]) -> list[Field]:
    """Which office of the department helps, and with what (Art. 5)."""
    return [select("office", "司法所", offices), reason("需要协助的内容", "例如 陪同检查、走访核实、收集材料")]


def release_office(view: MatterView) -> list[Field]:
    helping = [(str(o.organ_id), f"{o.name}（{o.origin_label}）") for o in view.offices]
    return [select("office", "司法所", helping), reason("结束协助的理由")]

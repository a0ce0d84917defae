"""Checks of what officers enter in a matter: proposal, activity, finding, act, remedy (Arts. 8 to 14, 19, 20).

Each function returns every field to change, with what to write instead; an empty list means that it can be
stored. Lists and lengths come from the rule book in `MatterLimits`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from kernel.errors import FieldError
from supervision.matters.commands import FileGrades

CONTENT_ITEMS: Final = frozenset(
    f"{article}({number})" for article, last in ((8, 10), (9, 6), (10, 8)) for number in range(1, last + 1)
)
"""The 24 content items of Arts. 8 to 10; a rule book gives each its words."""

MODES: Final[dict[str, str]] = {
    "inspection": "11(1)",
    "special": "11(2)",
    "report_request": "11(3)",
    "file_review": "11(4)",
    "monitoring": "11(5)",
    "appraisal": "11(6)",
    "verification_urging": "11(7)",
    "circular": "11(8)",
    "other": "11(9)",
}
"""The nine supervision modes, each with its article."""

BASES: Final[dict[str, str]] = {
    "clue": "线索",
    "plan_item": "监督计划",
    "rule_model": "规则模型预警",
    "own_finding": "工作中发现",
    "order_from_above": "上级要求",
}

MEASURES: Final[dict[str, str]] = {
    "inspection": "检查",
    "interview": "访谈",
    "covert_visit": "暗访",
    "inquiry": "询问",
    "file_copy": "调取、查阅、复制案卷材料",
    "site_survey": "实地调查、勘验",
    "recording": "录音、录像、拍照、抽样",
    "hearing": "听证会",
    "expert_meeting": "专家论证会",
    "commission": "委托第三方",
}
"""The measures of Art. 13."""

_WITHOUT_PLACE: Final = ("hearing", "expert", "commission")
"""Measures, by the beginning of their key, that need no place."""

GRAVITIES: Final[dict[str, str]] = {"minor": "轻微", "ordinary": "一般", "serious": "严重"}


MOST_FILES: Final = 10_000
MOST_SOCIAL: Final = 1_000
"""Case files in one record of a review."""


@dataclass(frozen=True, slots=True)
class MatterLimits:
    """Rule-book values for the checks of this module."""

    title_max: int
    text_min: int
    text_max: int
    handlers_required: int
    vertical_items: frozenset[str]
    """Content items that a vertical or dual-led body may be supervised for: observing and executing laws and
    policy documents (Art. 2(3))."""
    content_items: frozenset[str] = CONTENT_ITEMS
    measures: frozenset[str] = frozenset(MEASURES)
    gravities: frozenset[str] = frozenset(GRAVITIES)


@dataclass(frozen=True, slots=True)
class MatterInput:
    """A proposal to open a matter."""

    title: str
    mode: str
    content_items: tuple[str, ...]
    supervised_chosen: bool
    relation: str | None
    """The relation that reaches the supervised organ; None when there is none."""
    basis: str
    basis_note: str = ""
    clue_chosen: bool = False


def validate_matter(draft: MatterInput, limits: MatterLimits) -> list[FieldError]:
    """Checks a proposal: title, mode (Art. 11), content items (Arts. 8 to 10), reach (Art. 2) and basis."""
    errors = _title(draft.title, limits, "请用一句话写明要核查的问题。")
    if draft.mode not in MODES:
        errors.append(FieldError("mode", "请选择监督方式（第十一条）。"))
    if not draft.supervised_chosen:
        errors.append(FieldError("supervised", "请选择被监督机关。"))
    elif draft.relation is None:
        errors.append(FieldError("supervised", "本机关对该单位没有监督关系，请另选，或者转交有权机关。"))
    errors += _content(draft.content_items, draft.relation, limits, "content_items")
    if draft.basis not in BASES:
        errors.append(FieldError("basis", "请选择立项依据。"))
    elif draft.basis == "clue" and not draft.clue_chosen:
        errors.append(FieldError("clue", "请选择作为立项依据的线索，可以选择多条。"))
    elif draft.basis != "clue" and not draft.basis_note.strip():
        errors.append(FieldError("basis_note", "请写明计划名称、预警编号、发现经过或者上级文号。"))
    return errors


def _title(title: str, limits: MatterLimits, hint: str) -> list[FieldError]:
    if not title.strip():
        return [FieldError("title", hint)]
    if len(title.strip()) > limits.title_max:
        return [FieldError("title", f"标题请控制在 {limits.title_max} 字以内。")]
    return []


def _content(items: tuple[str, ...], relation: str | None, limits: MatterLimits, field: str) -> list[FieldError]:
    if not items or not set(items) <= limits.content_items:
        return [FieldError(field, "请选择监督内容，至少一项（第八条至第十条）。")]
    if relation == "vertical" and not set(items) <= limits.vertical_items:
        return [
            FieldError(
                field,
                "对实行垂直管理或者以上级部门领导为主的单位，只监督遵守和执行法律、政策文件的情况，"
                "请改选相应内容（第二条（三））。",
            )
        ]
    return []


@dataclass(frozen=True, slots=True)
class ActivityInput:
    """A record of one activity."""

    kind: str
    at: datetime
    place: str
    participants: int
    """Supervisors who took part."""
    record: str
    obstructed: bool = False
    obstruction: str = ""
    approval_number: str = ""
    """For a covert visit, which is approved beforehand instead of announced."""
    commissioned: str = ""
    """For a commission: name and qualification of the third party."""
    grades: FileGrades = field(default_factory=FileGrades)
    reviews_files: bool = False
    """The matter is a review of case files (Art. 11(4))."""
    social_count: int = 0
    """Social supervisors who took part (Art. 15)."""


def validate_activity(draft: ActivityInput, limits: MatterLimits, now: datetime) -> list[FieldError]:
    """Checks a record of an activity (Art. 13), and of refusal or obstruction (Art. 14)."""
    errors: list[FieldError] = []
    if draft.kind not in limits.measures:
        errors.append(FieldError("kind", "请选择监督措施（第十三条）。"))
    if draft.at > now:
        errors.append(FieldError("at", "请填写已经开展的时间，不能晚于现在。"))
    if draft.participants < limits.handlers_required:
        errors.append(FieldError("participants", f"请选择参加的监督人员，不少于 {limits.handlers_required} 人。"))
    if not draft.place.strip() and not draft.kind.startswith(_WITHOUT_PLACE):
        errors.append(FieldError("place", "请写明地点。"))
    errors += _text(draft.record, "record", "请写明经过和看到的情况", limits)
    if draft.obstructed and not draft.obstruction.strip():
        errors.append(FieldError("obstruction", "请写明拒绝、阻碍的人员、时间和具体表现（第十四条）。"))
    if draft.kind == "covert_visit" and not draft.approval_number.strip():
        errors.append(FieldError("approval_number", "暗访应当事先批准，请填写批准编号。"))
    if draft.kind.startswith("commission") and not draft.commissioned.strip():
        errors.append(FieldError("commissioned", "请写明受委托第三方的名称和资质。"))
    if not 0 <= draft.social_count <= MOST_SOCIAL:
        errors.append(FieldError("social_count", f"请填写 0 至 {MOST_SOCIAL} 的人数（第十五条）。"))
    return errors + _grades(draft)


def _grades(draft: ActivityInput) -> list[FieldError]:
    """Checks the result of a review of case files (Art. 11(4))."""
    grades = draft.grades
    numbers = {"files_good": grades.good, "files_passed": grades.passed, "files_failed": grades.failed}
    if not draft.reviews_files and (any(numbers.values()) or grades.vetoed):
        return [FieldError("files_good", "只有案卷评查事项登记评查结果（第十一条）。")]
    wrong = [name for name, count in numbers.items() if not 0 <= count <= MOST_FILES]
    if wrong:
        return [FieldError(name, f"请填写 0 至 {MOST_FILES} 的册数。") for name in wrong]
    if not 0 <= grades.vetoed <= grades.failed:
        return [FieldError("files_vetoed", "触及否决项的册数不大于不合格的册数。")]
    return []


def _text(text: str, field: str, hint: str, limits: MatterLimits) -> list[FieldError]:
    if len(text.strip()) < limits.text_min:
        return [FieldError(field, f"{hint}，不少于 {limits.text_min} 字。")]
    if len(text) > limits.text_max:
        return [FieldError(field, f"请控制在 {limits.text_max} 字以内，其余内容作为附件上传。")]
    return []


@dataclass(frozen=True, slots=True)
class FindingInput:
    """A problem to establish."""

    content_item: str
    title: str
    facts: str
    provision: str
    gravity: str
    evidence_count: int
    concerns_act: bool | None
    """True: a specific administrative act; False: none; None: not answered."""
    act_in_matter: bool = False
    """The chosen act is entered under this matter."""
    relation: str = "level"


def validate_finding(draft: FindingInput, limits: MatterLimits) -> list[FieldError]:
    """Checks a finding (Art. 19): content item, facts, provision, gravity, evidence and the act it concerns."""
    items = (draft.content_item,) if draft.content_item else ()
    errors = _content(items, draft.relation, limits, "content_item")
    errors += _title(draft.title, limits, "请用一句话写明认定的问题。")
    errors += _text(draft.facts, "facts", "请写明查明的事实", limits)
    if not draft.provision.strip():
        errors.append(FieldError("provision", "请写明违反的规定，到条、款、项。"))
    if draft.gravity not in limits.gravities:
        errors.append(FieldError("gravity", "请选择情节轻重。"))
    if draft.evidence_count < 1:
        errors.append(FieldError("evidence", "请至少选择一份证据。"))
    if draft.concerns_act is None:
        errors.append(FieldError("act", "请选择所涉行政行为；不涉及具体行政行为的，请选择“不涉及”。"))
    elif draft.concerns_act and not draft.act_in_matter:
        errors.append(FieldError("act", "请先在本事项中登记该行政行为，再选择。"))
    return errors


@dataclass(frozen=True, slots=True)
class ActInput:
    """An administrative act to enter under a matter."""

    name: str
    made_on: date | None
    counterpart: str


def validate_act(draft: ActInput, today: date) -> list[FieldError]:
    """Checks an administrative act (Art. 20)."""
    errors: list[FieldError] = []
    if not draft.name.strip():
        errors.append(FieldError("name", "请写明行政行为的名称，例如扣押决定。"))
    if draft.made_on is not None and draft.made_on > today:
        errors.append(FieldError("made_on", "作出日期不能晚于今天，请核对后填写。"))
    if not draft.counterpart.strip():
        errors.append(FieldError("counterpart", "请填写当事人；没有特定当事人的，请写“无特定当事人”。"))
    return errors


@dataclass(frozen=True, slots=True)
class RemedyInput:
    """A reconsideration or lawsuit to enter, or (with `ended_on`) its end."""

    kind: str
    body: str
    filed_on: date
    ended_on: date | None = None
    result: str = ""
    settles: bool | None = None


def validate_remedy(
    draft: RemedyInput, kinds: Mapping[str, str], today: date, *, ending: bool = False
) -> list[FieldError]:
    """Checks a remedy or its end (Art. 20). `kinds`: the remedy kinds with their words."""
    errors: list[FieldError] = []
    if draft.kind not in kinds:
        errors.append(FieldError("kind", "请选择行政复议或者行政诉讼。"))
    if not draft.body.strip():
        errors.append(FieldError("body", "请写明受理的复议机关或者人民法院。"))
    if draft.filed_on > today:
        errors.append(FieldError("filed_on", "申请、起诉日期不能晚于今天，请核对后填写。"))
    if ending:
        errors += _end_of_remedy(draft, today)
    return errors


def _end_of_remedy(draft: RemedyInput, today: date) -> list[FieldError]:
    errors: list[FieldError] = []
    if draft.ended_on is None or not draft.filed_on <= draft.ended_on <= today:
        errors.append(FieldError("ended_on", "请填写终结日期，在申请、起诉之后，不晚于今天。"))
    if not draft.result.strip():
        errors.append(FieldError("result", "请写明复议决定或者裁判的结果和文号。"))
    if draft.settles is None:
        errors.append(FieldError("settles", "请选择该行政行为的问题是否已经解决。"))
    return errors

"""The hard checks before an instrument is issued (data/documents.md section 5; Arts. 2, 5, 16, 19, 20).

Everything that the checks look at is read on the day of issue; a page shows the list, and the machine lets
nothing out unless every line passes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from supervision.instruments.kinds import Refusal


class Check(NamedTuple):
    """One line of the list: what was checked (or what is missing), and the article it rests on."""

    passed: bool
    text: str
    article: str


@dataclass(frozen=True, slots=True)
class IssueFacts:
    """What the checks look at. What has no default must be asked; every default is the failing one, so that a
    forgotten fact stops the issue."""

    kind: str
    relation: str | None
    kind_obstacle: Refusal | None
    """What `kinds.kind_refusal` says."""
    content_obstacle: Refusal | None
    """What `kinds.vertical_content_refusal` says."""
    sequence_obstacle: Refusal | None
    """What `kinds.sequence_refusal` says."""
    relation_live: bool = False
    """The supervision relation to the addressee holds today."""
    superior_copied: bool = False
    """The upper department of a vertical or dual-led body receives a copy."""
    failed_instrument: bool = False
    """For decisions: a letter or opinion on these findings was served and lapsed or was refused."""
    remedies_checked_today: bool = False
    blocked_findings: int = 0
    """Findings in the document whose act is under reconsideration or litigation."""
    findings_without_evidence: int = 1
    findings_without_provision: int = 1
    """Findings whose provision is missing or was not in force on the day of the act."""
    due_is_workday: bool = False
    due_explained: bool = False
    handlers: int = 0
    handlers_required: int = 2
    handlers_certified: bool = False
    any_recused: bool = True
    complainant_named: bool = True
    """The complainant's identity appears in the text, an attachment or a file name."""
    secret: bool = True
    """A degree of secrecy above 内部; this system holds none."""
    legal_review_done: bool = False
    copies_complete: bool = False
    receipt_open: bool = False
    """A 送达回证 is prepared."""


def _refusal(refusal: Refusal | None, passed_text: str, article: str) -> Check:
    if refusal is None:
        return Check(True, passed_text, article)
    return Check(False, f"{refusal.reason}{refusal.remedy}", refusal.article)


def _check(passed: bool, good: str, bad: str, article: str) -> Check:
    return Check(passed, good if passed else bad, article)


def hard_checks(facts: IssueFacts) -> list[Check]:
    """Every check that applies to this kind and relation, passed or not, in the order in which they are shown."""
    return [*_authority(facts), *_law(facts), *_team(facts), *_paper(facts)]


def all_passed(checks: Iterable[Check]) -> bool:
    """Whether the instrument may be issued."""
    return all(check.passed for check in checks)


def _authority(facts: IssueFacts) -> list[Check]:
    found = [
        _refusal(facts.kind_obstacle, "本机关有权制发这一种文书。", "19"),
        _refusal(facts.sequence_obstacle, "与同一问题的其他文书不冲突。", "19"),
        _check(
            facts.relation_live,
            "监督关系有效。",
            "监督关系已经失效，请核对单位与监督关系。",
            "2",
        ),
    ]
    if facts.relation == "vertical":
        found.append(_refusal(facts.content_obstacle, "内容限于遵守和执行法律、政策文件的情况。", "2(3)"))
        found.append(
            _check(
                facts.superior_copied,
                "已抄送其上级主管部门。",
                "请将其上级主管部门列入抄送。",
                "2(3)",
            )
        )
    return found


def _law(facts: IssueFacts) -> list[Check]:
    found = [
        _check(
            facts.findings_without_evidence == 0,
            "每项问题都有证据。",
            f"有 {facts.findings_without_evidence} 项问题没有证据，请补充。",
            "19",
        ),
        _check(
            facts.findings_without_provision == 0,
            "每项问题都有行为时有效的依据。",
            f"有 {facts.findings_without_provision} 项问题缺少行为时有效的依据，请补充。",
            "19",
        ),
    ]
    if facts.kind == "decision":
        found += [
            _check(
                facts.failed_instrument,
                "监督文书已送达，被监督机关逾期或者拒不改正。",
                "没有逾期或者拒不改正的监督文书，不能作出监督决定。",
                "20",
            ),
            _check(
                facts.remedies_checked_today and facts.blocked_findings == 0,
                "所涉行政行为今日核对无复议、诉讼。",
                f"有 {facts.blocked_findings} 项问题所涉行为正在复议、诉讼，请移出。"
                if facts.blocked_findings
                else "今日尚未核对复议、诉讼记录，请先核对。",
                "20",
            ),
            _check(facts.legal_review_done, "已经法制审核。", "尚未经法制审核，请先送审。", "8(2)"),
        ]
    return found


def _team(facts: IssueFacts) -> list[Check]:
    return [
        _check(
            facts.handlers >= facts.handlers_required and facts.handlers_certified,
            "承办人人数符合规则，证件均有效。",
            f"承办人应当不少于 {facts.handlers_required} 人并且证件有效，请调整。",
            "6",
        ),
        _check(
            not facts.any_recused,
            "承办人没有应当回避的情形。",
            "有承办人回避或者回避尚未决定，请更换承办人。",
            "16",
        ),
    ]


def _paper(facts: IssueFacts) -> list[Check]:
    return [
        _check(
            facts.due_is_workday and facts.due_explained,
            "期限届满日为工作日，并写明计算依据。",
            "期限届满日不是工作日或者没有写明计算依据，请重新计算。",
            "19",
        ),
        _check(
            not facts.complainant_named,
            "正文、附件和文件名没有反映人身份信息。",
            "正文、附件或者文件名中有反映人身份信息，请删去。",
            "17",
        ),
        _check(not facts.secret, "密级为公开或者内部。", "本系统不处理涉密文书，请线下办理。", "19"),
        _check(facts.copies_complete, "抄送单位齐全。", "抄送单位不全，请补充。", "19"),
        _check(facts.receipt_open, "送达回证已备。", "尚未准备送达回证，请先生成。", "19"),
    ]

"""The life of an application and of a certificate, and how the days of a bar are counted (Arts. 6, 10(4), 21)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from kernel.machine import Guard, Machine, Transition
from kernel.wording import format_date
from kernel.workdays import add_months, add_years

KINDS: Final[dict[str, str]] = {"enforcement": "行政执法证", "supervision": "行政执法监督证"}
PURPOSES: Final[dict[str, str]] = {"first": "首次申领", "renewal": "到期换发", "replacement": "遗失、损毁补发"}
PENDING: Final = ("applied", "checked", "approved")
HELD: Final = ("valid", "suspended")
ARTICLES: Final[dict[str, str]] = {"enforcement": "10(4)", "supervision": "6"}
BAR: Final = "qualification_cancelled"
BAR_ARTICLE: Final = "21"

APPLICATION_STATES: Final[dict[str, str]] = {
    "applied": "待审查",
    "checked": "待批准",
    "approved": "待发证",
    "issued": "已发证",
    "refused": "不予批准",
    "withdrawn": "已撤回",
}
CERTIFICATE_STATES: Final[dict[str, str]] = {
    "valid": "有效",
    "suspended": "暂扣",
    "expired": "已过期",
    "cancelled": "已取消",
    "returned": "已收回",
}


@dataclass(frozen=True, slots=True)
class LicenceFacts:
    """What the steps of an application depend on. Facts about the input of a step default to a complete input, all
    others to the poorest case."""

    barred: bool = True
    """Today lies in a bar of the person, in whatever tenant it was imposed (Art. 21)."""
    eligible: bool = False
    """Every condition for holding the certificate is met today."""
    purpose_fits: bool = False
    """First: none is held; renewal: the present one ends soon; replacement: one is held."""
    reason_given: bool = True


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """What the steps of a certificate depend on."""

    barred: bool = True
    in_period: bool = False
    """Today is not after its last day."""
    until_later: bool = True
    """Withholding: the last day lies ahead and not after the certificate's own."""
    reason_given: bool = True


_NOT_BARRED: Final[Guard[LicenceFacts]] = Guard(
    lambda f: not f.barred,
    "行政执法资格已被取消，2年内不得重新申领",
    BAR_ARTICLE,
    "期满后可以重新申请。",
    barred=True,
)
_ELIGIBLE: Final[Guard[LicenceFacts]] = Guard(
    lambda f: f.eligible, "申请人现在不符合持证条件", "10(4)", "请核对人员档案中的在编在岗、年龄和考试情况。"
)
_FITS: Final[Guard[LicenceFacts]] = Guard(
    lambda f: f.purpose_fits, "现有证件的情况与申请事由不符", "10(4)", "请核对现有证件，按首次申领、换发或者补发申请。"
)
_REASONED: Final[Guard[LicenceFacts]] = Guard(lambda f: f.reason_given, "须写明理由", "10(4)", "请写明理由。")

APPLICATION: Final[Machine[LicenceFacts]] = Machine(
    "licence_application",
    "applied",
    APPLICATION_STATES,
    (
        Transition(
            "check",
            "审查通过",
            frozenset({"applied"}),
            "checked",
            "10(4)",
            (_NOT_BARRED, _ELIGIBLE, _FITS),
            "核对人员档案、考试和现有证件，提出审查意见。",
        ),
        Transition(
            "approve",
            "批准发证",
            frozenset({"checked"}),
            "approved",
            "10(4)",
            (_NOT_BARRED, _ELIGIBLE, _FITS),
            "由未参与申请和审查的负责人批准。",
        ),
        Transition(
            "issue",
            "制发证件",
            frozenset({"approved"}),
            "issued",
            "10(4)",
            (_NOT_BARRED, _ELIGIBLE, _FITS),
            "取得证号，证件自今日起有效。",
        ),
        Transition(
            "refuse", "不予批准", frozenset(PENDING), "refused", "10(4)", (_REASONED,), "写明理由，告知申请单位。"
        ),
        Transition("withdraw", "撤回申请", frozenset(PENDING), "withdrawn", "10(4)", (), "由申请单位撤回。"),
    ),
)

CERTIFICATE: Final[Machine[CertificateFacts]] = Machine(
    "certificate",
    "valid",
    CERTIFICATE_STATES,
    (
        Transition(
            "suspend",
            "暂扣证件",
            frozenset({"valid"}),
            "suspended",
            "10(4)",
            (
                Guard(lambda f: f.until_later, "暂扣的最后一日应在今日以后、证件到期以前", "10(4)", "请改写暂扣期限。"),
                Guard(lambda f: f.reason_given, "须写明暂扣的事由", "10(4)", "请写明事由。"),
            ),
            "期满自行恢复，也可以提前恢复。",
        ),
        Transition(
            "restore",
            "恢复证件",
            frozenset({"suspended"}),
            "valid",
            "10(4)",
            (
                Guard(lambda f: not f.barred, "行政执法资格已被取消", BAR_ARTICLE, barred=True),
                Guard(lambda f: f.in_period, "证件已过有效期", "10(4)", "请申请换发。"),
            ),
            "解除暂扣。",
        ),
        Transition(
            "return", "收回证件", frozenset({*HELD, "expired"}), "returned", "10(4)", (), "离岗、换发、补发时收回。"
        ),
        Transition("expire", "记为过期", frozenset(HELD), "expired", "10(4)", (), "有效期届满的次日由系统记录。"),
        Transition("cancel", "取消资格", frozenset(HELD), "cancelled", BAR_ARTICLE, (), "取消决定送达时由系统执行。"),
        Transition(
            "reinstate",
            "撤销取消决定，恢复证件",
            frozenset({"cancelled"}),
            "valid",
            BAR_ARTICLE,
            (
                Guard(lambda f: not f.barred, "还有其他取消资格的决定有效", BAR_ARTICLE, barred=True),
                Guard(lambda f: f.in_period, "证件已过有效期", "10(4)", "请重新申请。"),
            ),
            "取消决定经复核撤销时由系统执行。",
        ),
    ),
)


def later(day: date, amount: int, unit: str) -> date:
    """The day `amount` days, months or years on; without such a day, the last one of the month.

    Raises ValueError for another unit: bars and certificates are not counted in working days.
    """
    if unit == "year":
        return add_years(day, amount)
    if unit == "month":
        return add_months(day, amount)
    if unit == "calendar_day":
        return day + timedelta(days=amount)
    raise ValueError(f"not a unit of a bar or a certificate: {unit!r}")


def barred_until(effective_on: date, amount: int, unit: str) -> date:
    """The last barred day of a qualification that was cancelled with effect from a day (Art. 21).

    The regulation says "within 2 years" and no more; how a period in years is counted says article 202 of the Civil
    Code: its last day is the corresponding day of the last month, and where there is none, the last day of that
    month. So 29 February 2024 gives 28 February 2026, and the first free day is 1 March. The database checks the
    same (`two_years` of `qualification_bar`).
    """
    return later(effective_on, amount, unit)


def valid_until(valid_from: date, amount: int, unit: str) -> date:
    """The last day of a certificate that begins on a day: the eve of the same day."""
    return later(valid_from - timedelta(days=1), amount, unit)


def renewable_from(last_day: date, amount: int, unit: str) -> date:
    """The first day on which a renewal may be applied for."""
    return later(last_day, -amount, unit)


def in_bar(day: date, effective_on: date, until: date) -> bool:
    """Whether a day is barred: both the first and the last day are."""
    return effective_on <= day <= until


def bar_sentence(until: date) -> str:
    """All that anybody but the department that cancelled learns of a bar."""
    return f"行政执法资格已被取消，至{format_date(until)}（含当日）不得重新申领。"

"""What may stand in an entry of the registers; every wrong field is named at once. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date

from kernel.errors import FieldError, Invalid
from tenants.organs.codes import BUSINESS_LINES, check_uscc
from tenants.registers.commands import BodyInput, ExaminationInput, OfficerInput, TrainingInput
from tenants.registers.rules import CERTIFICATES, EMPLOYMENTS, age_on, birthday
from tenants.staff.citizen_id import check_citizen_id

NAME = 30
SHORT = 60
LONG = 500
WORKING_AGE = 16
MOST_HOURS = 1000
MOST_AREAS = 10
BODY_KINDS = {"organ": "行政机关", "authorised": "法律、法规授权的组织", "entrusted": "受委托的组织"}
_PHONE = re.compile(r"[0-9+() -]{5,20}")
_HIDDEN = ("Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp")


class Found:
    """The errors of one entry."""

    def __init__(self) -> None:
        self.errors: list[FieldError] = []

    def say(self, field: str, message: str) -> None:
        self.errors.append(FieldError(field, message))

    def when(self, wrong: bool, field: str, message: str) -> None:
        if wrong:
            self.say(field, message)

    def line(self, field: str, text: str, most: int, *, need: str = "") -> str:
        """The trimmed text; an error when it is missing, too long, hides characters or begins like a formula."""
        found = unicodedata.normalize("NFC", text).strip()
        if need and not found:
            self.say(field, need)
        elif len(found) > most:
            self.say(field, f"不能超过{most}个字，现为{len(found)}个字。")
        elif any(unicodedata.category(c) in _HIDDEN for c in found):
            self.say(field, "含有不可见的控制字符，请重新录入。")
        elif found.startswith(("=", "+", "-", "@")):
            self.say(field, f"不能以“{found[0]}”开头（会被电子表格当作公式执行）。")
        return found

    def checked(self, field: str, check: Callable[[], str]) -> str:
        """What a check gives; its refusal is an error of the field."""
        try:
            return check()
        except Invalid as invalid:
            self.say(field, invalid.message)
            return ""

    def done(self, article: str) -> None:
        """Raises Invalid for what was found."""
        if self.errors:
            raise Invalid(errors=self.errors, article=article)


def officer(entry: OfficerInput, today: date, *, citizen_needed: bool = True) -> OfficerInput:
    """The entry in its plain form. Raises Invalid with every wrong field."""
    found = Found()
    name = found.line("name", entry.name, NAME, need="请填写姓名。")
    found.when(bool(name) and len(name) < 2, "name", "姓名至少两个字。")
    citizen_id = ""
    if entry.citizen_id or citizen_needed:
        citizen_id = found.checked("citizen_id", lambda: check_citizen_id(entry.citizen_id, today=today))
    found.when(
        entry.employment not in EMPLOYMENTS, "employment", f"请选择人员性质：{'、'.join(EMPLOYMENTS.values())}。"
    )
    title = found.line("title", entry.title, SHORT, need="请填写职务。")
    unit = found.line("unit", entry.unit, SHORT)
    unknown = [area for area in entry.areas if area not in BUSINESS_LINES]
    found.when(bool(unknown), "areas", "执法领域不存在，请从列表中选择。")
    found.when(len(entry.areas) > MOST_AREAS, "areas", f"执法领域不超过{MOST_AREAS}个。")
    phone = entry.phone.strip()
    found.when(bool(phone) and _PHONE.fullmatch(phone) is None, "phone", "联系电话应为5至20位数字。")
    _joined(found, entry.joined_on, citizen_id, today)
    found.done("10")
    areas = tuple(dict.fromkeys(entry.areas))
    return OfficerInput(
        name=name,
        employment=entry.employment,
        title=title,
        joined_on=entry.joined_on,
        citizen_id=citizen_id,
        unit=unit,
        areas=areas,
        phone=phone,
        legal_qualification=entry.legal_qualification,
        username=entry.username.strip(),
    )


def _joined(found: Found, joined_on: date, citizen_id: str, today: date) -> None:
    if joined_on > today:
        found.say("joined_on", "到岗日期不能晚于今天。")
    elif joined_on.year < 1950:
        found.say("joined_on", "到岗日期不能早于1950年。")
    elif citizen_id and age_on(birthday(citizen_id), joined_on) < WORKING_AGE:
        found.say("joined_on", f"到岗时不满{WORKING_AGE}周岁，请核对到岗日期和公民身份号码。")


def training(entry: TrainingInput, today: date) -> TrainingInput:
    """The entry in its plain form. Raises Invalid with every wrong field."""
    found = Found()
    subject = found.line("subject", entry.subject, SHORT, need="请填写培训内容。")
    provider = found.line("provider", entry.provider, SHORT, need="请填写培训单位。")
    note = found.line("note", entry.note, LONG, need="更正学时应写明原因。" if entry.hours < 0 else "")
    found.when(entry.hours == 0 or abs(entry.hours) > MOST_HOURS, "hours", f"学时为 1 至 {MOST_HOURS} 的整数。")
    found.when(entry.held_on > today, "held_on", "培训日期不能晚于今天。")
    found.when(entry.held_on.year < 1980, "held_on", "培训日期不在合理范围内。")
    found.done("10(1)")
    return TrainingInput(held_on=entry.held_on, subject=subject, provider=provider, hours=entry.hours, note=note)


def examination(entry: ExaminationInput, today: date) -> ExaminationInput:
    """The entry in its plain form. Raises Invalid with every wrong field."""
    found = Found()
    found.when(entry.kind not in CERTIFICATES, "kind", f"请选择证件种类：{'、'.join(CERTIFICATES.values())}。")
    found.when(entry.held_on > today, "held_on", "考试日期不能晚于今天。")
    found.when(entry.held_on.year < 1980, "held_on", "考试日期不在合理范围内。")
    found.when(entry.score is not None and not 0 <= entry.score <= 100, "score", "成绩为 0 至 100 的整数。")
    note = found.line("note", entry.note, LONG)
    found.done("10(1)")
    return ExaminationInput(kind=entry.kind, held_on=entry.held_on, passed=entry.passed, score=entry.score, note=note)


def body(entry: BodyInput) -> BodyInput:
    """The entry in its plain form. Raises Invalid with every wrong field.

    What an entrusted organisation may do ends on a day, and it passes nothing on (河南省行政执法条例 14).
    """
    found = Found()
    found.when(entry.kind not in BODY_KINDS, "kind", f"请选择主体类别：{'、'.join(BODY_KINDS.values())}。")
    name = found.line("name", entry.name, SHORT, need="请填写执法主体名称。")
    authority = found.line("authority", entry.authority, LONG, need="请填写执法依据或者委托书。")
    scope = found.line("scope", entry.scope, LONG, need="请填写执法权限范围。")
    confirmed_by = found.line("confirmed_by", entry.confirmed_by, SHORT)
    uscc = found.checked("uscc", lambda: check_uscc(entry.uscc)) if entry.uscc.strip() else ""
    if entry.valid_until is not None and entry.valid_until < entry.valid_from:
        found.say("valid_until", "截止日期不能早于起始日期。")
    if entry.kind == "entrusted":
        found.when(entry.valid_until is None, "valid_until", "委托应当写明截止日期，到期自动终止。")
        found.when("再委托" in scope or "转委托" in scope, "scope", "受委托组织不得再委托其他组织或者个人。")
    found.done("10(5)")
    return BodyInput(
        kind=entry.kind,
        name=name,
        authority=authority,
        scope=scope,
        valid_from=entry.valid_from,
        uscc=uscc,
        confirmed_by=confirmed_by,
        announced_on=entry.announced_on,
        valid_until=entry.valid_until,
    )

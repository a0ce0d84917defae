"""From the forms of the register to what is entered, and what those forms offer to choose from."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import quote

from litestar.response import Response

from kernel.errors import FieldError, Invalid
from tenants.organs.codes import BUSINESS_LINES
from tenants.registers import checks
from tenants.registers.checks import BODY_KINDS
from tenants.registers.commands import BodyInput, ExaminationInput, OfficerInput, TrainingInput
from tenants.registers.rules import CERTIFICATES, EMPLOYMENTS
from web.forms import Form

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LOOKS = {
    "valid": ("green", "check"),
    "expiring": ("amber", "clock"),
    "not_yet": ("outline", "clock"),
    "expired": ("red", "alert-circle"),
    "suspended": ("outline", "pause"),
    "cancelled": ("red", "x"),
    "returned": ("outline", "minus"),
}
"""Status of a certificate → look and icon of its tag."""


def mask_number(number: str) -> str:
    """1604**0902, 建司执法**2号: in lists, enough to tell certificates apart. The year of a
    numbered document goes whole, or half a bracket would stay."""
    series, bracket, rest = number.partition("〔")
    if bracket:
        return f"{series}**{rest.partition('〕')[2]}"
    return f"{number[:4]}**{number[-4:]}" if len(number) > 8 else number


def choices() -> dict[str, Any]:
    """What the form of a file offers."""
    return {
        "employments": list(EMPLOYMENTS.items()),
        "areas": [{"value": key, "label": name} for key, name in BUSINESS_LINES.items()],
    }


def officer_input(form: Form, today: date, *, change: bool = False) -> OfficerInput:
    """A file as the form sends it. Raises Invalid with every wrong field, a day that is none among them."""
    joined = form.day("joined_on", need="请填写到岗日期。")
    entry = OfficerInput(
        name=form.text("name"),
        citizen_id=form.text("citizen_id"),
        employment=form.text("employment"),
        title=form.text("title"),
        unit=form.text("unit"),
        areas=tuple(form.many("areas")),
        joined_on=joined or today,
        phone=form.text("phone"),
        legal_qualification=form.checked("legal_qualification"),
        username=form.text("username"),
    )
    if form.errors:
        try:
            checks.officer(entry, today, citizen_needed=not change)
        except Invalid as invalid:
            known = {e.field for e in form.errors}
            form.errors += [e for e in invalid.errors if e.field not in known]
    form.check()
    return entry


def training_input(form: Form) -> TrainingInput:
    """Training as the form sends it. Raises Invalid."""
    held = form.day("held_on", need="请填写培训日期。")
    hours = form.integer("hours", need="请填写学时。", least=-1000, most=1000)
    form.check()
    assert held is not None
    assert hours is not None
    return TrainingInput(
        held_on=held,
        subject=form.text("subject"),
        provider=form.text("provider"),
        hours=hours,
        note=form.text("note"),
    )


def examination_input(form: Form) -> ExaminationInput:
    """An examination as the form sends it. Raises Invalid."""
    held = form.day("held_on", need="请填写考试日期。")
    score = form.integer("score", least=0, most=100)
    result = form.text("result", need="请选择考试结果。")
    if result and result not in ("passed", "failed"):
        form.error("result", "请选择考试结果。")
    form.check()
    assert held is not None
    return ExaminationInput(
        kind=form.text("kind"), held_on=held, passed=result == "passed", score=score, note=form.text("note")
    )


def body_input(form: Form) -> BodyInput:
    """A body as the form sends it. Raises Invalid for a day that is none."""
    start = form.day("valid_from", need="请填写起始日期。")
    until, announced = form.day("valid_until"), form.day("announced_on")
    form.check()
    assert start is not None
    return BodyInput(
        kind=form.text("kind"),
        name=form.text("name"),
        uscc=form.text("uscc"),
        authority=form.text("authority"),
        scope=form.text("scope"),
        confirmed_by=form.text("confirmed_by"),
        announced_on=announced,
        valid_from=start,
        valid_until=until,
    )


def body_kinds() -> list[dict[str, str]]:
    notes = {
        "organ": "依法享有执法权的本单位",
        "authorised": "由法律、法规直接授权，以自己的名义执法",
        "entrusted": "以委托机关的名义执法，不得再委托，到期自动终止",
    }
    return [{"value": key, "label": name, "note": notes[key]} for key, name in BODY_KINDS.items()]


def kinds() -> list[tuple[str, str]]:
    return list(CERTIFICATES.items())


def days(values: dict[str, date | None]) -> dict[str, str]:
    """Days as a form shows them again."""
    return {name: day.isoformat() if day else "" for name, day in values.items()}


def errors_of(invalid: Invalid, field: str = "name") -> list[FieldError]:
    """The errors of a refusal; one without a field goes to `field`."""
    return list(invalid.errors) or [FieldError(field, invalid.message)]


def workbook(name: str, data: bytes) -> Response[bytes]:
    """A workbook to keep."""
    headers = {
        "content-disposition": f"attachment; filename*=UTF-8''{quote(name)}",
        "cache-control": "private, no-store",
        "x-content-type-options": "nosniff",
    }
    return Response(data, media_type=WORKBOOK, headers=headers)

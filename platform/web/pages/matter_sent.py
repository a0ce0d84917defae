"""What came with a form, kept so that the page can be shown again with it; and why a recused officer gets none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from kernel.errors import FieldError
from kernel.wording import format_moment
from kernel.work import Work
from supervision.matters import service as matters
from supervision.matters.facts import Choice
from supervision.matters.repository import IN_FORCE
from web.forms import Form
from web.turns import Req

LISTS: Final = ("handlers", "participants", "content_items", "evidence", "findings")
"""Fields that hold several values."""


def error_context(errors: Sequence[FieldError]) -> dict[str, Any]:
    by_field: dict[str, str] = {}
    for error in errors:
        by_field.setdefault(error.field, error.message)
    return {"errors": list(errors), "error_of": by_field}


async def sent_form(request: Req, work: Work) -> Form:
    return Form(await request.form(), work.today)


def values_of(form: Form) -> dict[str, Any]:
    lists = {name: form.many(name) for name in LISTS}
    return {**form.values, **{name: found for name, found in lists.items() if found}}


async def recusal_of(work: Work, matter_id: UUID, step: str) -> Choice | None:
    """The recusal of the acting officer in the matter, as the reason why a step is closed to them (Art. 16)."""
    me = work.actor.person_id if work.actor else None
    case = await matters.load_case(work, matter_id)
    held = next((r for r in case.recusals if r.person_id == me and r.state in IN_FORCE), None)
    if held is None:
        return None
    began = {"own": "申报回避", "applied": "被申请回避", "ordered": "被决定回避"}.get(held.origin, "申报回避")
    decided = "，单位主要负责人已决定回避" if held.state == "granted" else "，尚待单位主要负责人决定"
    return Choice(
        action="recusal",
        label=step,
        articles=["16"],
        reason=f"您于{format_moment(held.declared_at)}在本事项中{began}{decided}。理由：{held.reason.rstrip('。')}。"
        "回避期间不得办理本事项。",
        remedy="由单位负责人另行指派承办人办理。"
        + ("" if held.state == "granted" else "决定不回避的，您可以继续办理。"),
    )

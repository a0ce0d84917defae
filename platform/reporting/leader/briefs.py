"""Briefs: an area on one page as PDF, and the week's brief as a Word file. They name organs and matters, no persons."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final
from uuid import UUID

import msgspec

from kernel.clock import local_date
from kernel.errors import Invalid
from kernel.wording import format_range
from kernel.work import Work
from reporting.figures.periods import Period, holding
from reporting.leader import printing, repository
from reporting.leader.area import Area, area
from reporting.leader.overview import overview
from reporting.leader.rules import last_week, monday
from reporting.leader.views import Overview, WeekView
from supervision.deadlines import service as deadlines
from supervision.instruments.papers import regulation as named

FORMS: Final = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
WEEKS_KEPT: Final = timedelta(days=371)
"""How far back a week may lie that a brief is asked for: a year."""


def asked_week(text: str, today: date) -> date | None:
    """The Monday of a week that is asked for by any of its days; None without one. Raises Invalid for what is no day,
    for a week that is not over, and for one more than a year ago."""
    if not text:
        return None
    try:
        first = monday(date.fromisoformat(text))
    except (ValueError, OverflowError):
        raise Invalid("请写明一周中的一天，例如 2026-10-05。", field="week") from None
    if not today - WEEKS_KEPT <= first <= last_week(today):
        raise Invalid("只能生成一年以内已经结束的一周的简报。", field="week")
    return first


async def week_of(work: Work, place: Area, first: date) -> WeekView:
    """What happened in the area in the week that begins on `first`."""
    last = first + timedelta(days=6)
    # What was due on the Sunday before is overdue from the Monday on.
    due = (first - timedelta(days=1), last - timedelta(days=1))
    opened, closed, fell_due = await repository.week(work, place.handlers, (first, last), due)
    return WeekView(
        first_day=first,
        last_day=last,
        label=f"{first.year}年{format_range(first, last)}",
        opened=opened,
        closed=closed,
        fell_due=fell_due,
    )


class Frozen(msgspec.Struct, frozen=True, kw_only=True):
    """What a weekly brief says, as it stood when it was drafted."""

    view: Overview
    week: WeekView


async def freeze(work: Work, organ_id: UUID, first: date) -> WeekView:
    """Draft the brief of a week and keep it, in the tenancy of the government; what is there already stays. Returns
    what the week brought."""
    place = await area(work, organ_id)
    kept = await repository.kept_brief(work, organ_id, first)
    if kept is not None:
        return msgspec.convert(kept.content, Frozen).week
    week = await week_of(work, place, first)
    content = Frozen(view=await overview(work, organ_id, holding(week.last_day, "year")), week=week)
    book = named(await deadlines.rulebook(work))
    await repository.keep_brief(
        work,
        {
            "body_id": place.tree.supervision_body_of(organ_id),
            "first_day": first,
            "content": msgspec.to_builtins(content),
            "drafted_at": work.now,
            "rulebook": f"{book.name}{book.status}",
        },
    )
    return week


async def brief(
    work: Work, organ_id: UUID | None, period: Period, *, form: str = "pdf", week: str = ""
) -> tuple[str, bytes, str]:
    """A brief as (file name, content, media type): of a period, or with `week` of a week, which says the same whenever
    it is asked for once it was drafted. Audited. Raises NotFound, Denied, Invalid for `format` and `week`."""
    if form not in FORMS:
        raise Invalid("简报格式应为 pdf 或者 docx。", field="format")
    first = asked_week(week, work.today)
    draft = await _drafted(work, organ_id, period, first)
    name = f"{draft.view.organ_name}{draft.week.label if draft.week else draft.view.period_label}监督简报"
    work.record(
        "export", "overview", draft.view.organ_id, title=f"生成简报：{name}", article="规则:留痕",
        detail={"period": draft.view.period, "week": first.isoformat() if first else "", "format": form},
    )  # fmt: skip
    made = printing.pdf if form == "pdf" else printing.docx
    return f"{name}.{form}", made(draft), FORMS[form]


async def _drafted(work: Work, organ_id: UUID | None, period: Period, first: date | None) -> printing.Draft:
    place = await area(work, organ_id, "export")
    kept = await repository.kept_brief(work, place.organ.id, first) if first else None
    who = work.actor.name if work.actor else "系统"
    body = place.tree.supervision_body_of(place.organ.id)
    issuer = place.tree.name(body) if body else place.organ.name
    if kept is not None:
        frozen = msgspec.convert(kept.content, Frozen)
        return printing.Draft(
            view=frozen.view, week=frozen.week, issuer=issuer, dated=local_date(kept.drafted_at),
            moment=kept.drafted_at, who=who, regulation=kept.rulebook,
        )  # fmt: skip
    book = named(await deadlines.rulebook(work))
    return printing.Draft(
        view=await overview(work, organ_id, period, "export"),
        week=await week_of(work, place, first) if first else None,
        issuer=issuer,
        dated=work.today,
        moment=work.now,
        who=who,
        regulation=f"{book.name}{book.status}",
    )

"""The bar: imposed, looked up, lifted (Art. 21). That it holds is the database's part: migrations/sql/licensing.sql."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.exc import DBAPIError

from kernel.errors import Barred, IllegalTransition, Invalid, NotFound
from kernel.ids import new_id
from kernel.work import Work
from supervision.deadlines import service as deadlines
from supervision.licensing import consequences, repository
from supervision.licensing.models import QualificationBar
from supervision.licensing.rules import BAR, BAR_ARTICLE, bar_sentence, barred_until
from tenants.registers.models import Officer

BARRED_STATE = "ZS021"
"""SQLSTATE of the triggers; the message is the last barred day and nothing more."""
REMEDY = "期满后可以重新申请；对取消决定不服的，由本人依规定申请复核。"


def barred(until: date) -> Barred:
    """The refusal, the same in every tenant and for everybody."""
    return Barred(bar_sentence(until), article=BAR_ARTICLE, remedy=REMEDY, detail={"barred_until": until.isoformat()})


def refusal_of(error: DBAPIError) -> Barred | None:
    """What the database's refusal means to the reader; None for any other error."""
    if getattr(error.orig, "sqlstate", None) != BARRED_STATE:
        return None
    return barred(date.fromisoformat(str(error.orig).splitlines()[0].strip()))


@asynccontextmanager
async def heeding(work: Work) -> AsyncIterator[None]:
    """Write what the inner statements changed. Raises Barred when the database refuses it for a bar that the
    look-up before did not see."""
    try:
        yield
        await work.session.flush()
    except DBAPIError as error:
        if refusal := refusal_of(error):
            raise refusal from error
        raise


async def look_up(work: Work, officer: Officer, first: date, last: date, *, hold: bool = True) -> date | None:
    """The last barred day of an officer whose bar meets these days, whichever tenant imposed it; None without one.
    Audited. With `hold` no bar of the person begins before this transaction ends."""
    until = await repository.bar_until(work, officer.citizen_hash, first, last, hold=hold)
    work.record(
        "look_up_bar",
        "officer",
        officer.id,
        title=f"核对{officer.name}是否被取消资格",
        note=bar_sentence(until) if until else "没有不得重新申领的期间。",
        article=BAR_ARTICLE,
        detail={"barred_until": until.isoformat()} if until else None,
    )
    return until


async def cancel_qualification(
    work: Work,
    *,
    officer_id: UUID,
    holder_organ_id: UUID,
    decision_id: UUID,
    decision_number: str,
    effective_on: date,
    note: str = "",
) -> QualificationBar:
    """Carry out a decision that cancels a qualification (Art. 21); the work acts as the department that made it.

    `officer_id` is the officer's file in `holder_organ_id`; `effective_on` the day of service. In one transaction
    every certificate of the person becomes void in every tenant, every pending application is refused, running
    assignments end, and the bar runs to the same calendar day two years later. The caller has authorised the
    decision. Running it twice for one `decision_id` changes nothing and returns the same bar.
    Raises NotFound without such an officer, Invalid for a day after today or so long ago that the bar is over.
    """
    held = await repository.bar_of_decision(work, decision_id)
    if held is not None:
        return held
    async with work.acting_as(holder_organ_id):
        officer = await repository.officer(work, holder_organ_id, officer_id)
    if officer is None:
        raise NotFound
    bar = await _begin(
        work,
        effective_on,
        {
            "citizen_hash": officer.citizen_hash,
            "person_name": officer.name,
            "holder_organ_id": holder_organ_id,
            "decision_id": decision_id,
            "decision_number": decision_number,
        },
    )
    work.record(
        "cancel_qualification",
        "qualification_bar",
        bar.id,
        title=f"取消{officer.name}的行政执法资格",
        note="；".join(part for part in (decision_number, note.strip()) if part),
        article=BAR_ARTICLE,
        detail={"barred_until": bar.barred_until.isoformat(), "decision_id": str(decision_id)},
    )
    await consequences.of_cancellation(work, bar)
    return bar


async def _begin(work: Work, effective_on: date, about: dict[str, Any]) -> QualificationBar:
    length = (await deadlines.rulebook(work)).bar(BAR)
    until = barred_until(effective_on, length.amount, length.unit)
    if not effective_on <= work.today <= until:
        raise Invalid("取消决定自送达之日起生效，请核对送达日期。", field="effective_on", article=BAR_ARTICLE)
    bar = QualificationBar(
        id=new_id(),
        city_id=work.city_id,
        organ_id=work.organ_id,
        effective_on=effective_on,
        barred_until=until,
        lifted_kind="",
        lifted_note="",
        **about,
    )
    work.session.add(bar)
    await work.session.flush()
    return bar


async def set_aside(work: Work, *, decision_id: UUID, on: date, note: str) -> QualificationBar:
    """Lift the bar of a decision that was set aside on review, with a record, and restore the certificates that were
    void only because of it and are still within their period. The work acts as the department that made the decision;
    the caller has authorised the review. A bar that ran out before is undone the same way.

    Raises NotFound when the decision carries no bar, IllegalTransition when it is set aside already, Invalid without a
    note or for a day that is not between the decision and today.
    """
    bar = await repository.bar_of_decision(work, decision_id, lock=True)
    if bar is None:
        raise NotFound
    if bar.lifted_kind == "set_aside":
        raise IllegalTransition("这一取消资格的决定已经撤销。", article=BAR_ARTICLE)
    if not note.strip():
        raise Invalid("请写明撤销取消资格决定的依据。", field="note", article=BAR_ARTICLE)
    if not bar.effective_on <= on <= work.today:
        raise Invalid("撤销日期应在决定生效以后、今日以前。", field="on", article=BAR_ARTICLE)
    bar.lifted_on, bar.lifted_kind, bar.lifted_note = on, "set_aside", note.strip()
    await work.session.flush()
    work.record(
        "set_aside_bar",
        "qualification_bar",
        bar.id,
        title=f"撤销取消{bar.person_name}行政执法资格的决定",
        note=note.strip(),
        article=BAR_ARTICLE,
        detail={"decision_id": str(decision_id)},
    )
    await consequences.of_setting_aside(work, bar)
    return bar

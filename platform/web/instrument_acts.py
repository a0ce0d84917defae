"""From the confirmation of an act on an instrument to the service: one function for each form."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from uuid import UUID

from kernel.work import Work
from supervision.instruments import service as instruments
from web.forms import Form

Act = Callable[[Work, UUID, Form], Awaitable[None]]


async def _submit(work: Work, instrument_id: UUID, form: Form) -> None:
    await instruments.submit(work, instrument_id, version=form.version())


async def _return(work: Work, instrument_id: UUID, form: Form) -> None:
    await instruments.return_draft(work, instrument_id, form.text("reason"), version=form.version())


async def _approve(work: Work, instrument_id: UUID, form: Form) -> None:
    await instruments.approve(work, instrument_id, version=form.version())


async def _issue(work: Work, instrument_id: UUID, form: Form) -> None:
    await instruments.issue_and_serve(work, instrument_id, version=form.version())


async def _serve(work: Work, instrument_id: UUID, form: Form) -> None:
    day = form.day("served_on", need="请写明送达回证上的日期。")
    receiver = form.text("receiver", need="请写明签收人姓名和职务。")
    proof = form.text("proof", need="请写明送达回证编号或者见证情况。")
    form.check()
    assert day is not None
    await instruments.serve_on_paper(
        work, instrument_id, served_on=day, receiver=receiver, proof=proof, version=form.version()
    )


async def _withdraw(work: Work, instrument_id: UUID, form: Form) -> None:
    await instruments.withdraw(work, instrument_id, form.text("reason"), version=form.version())


async def _accept(work: Work, instrument_id: UUID, form: Form) -> None:
    view = await instruments.instrument_view(work, instrument_id)
    found = []
    for line in view.requirements:
        if line.settled or view.needs_leader or line.finding_id is None:
            continue
        verdict = form.text(f"verdict-{line.no}", need=f"请选择问题{line.no}的核验结果。")
        note = form.text(f"note-{line.no}")
        if verdict == "no":
            form.error(f"verdict-{line.no}", f"问题{line.no}没有整改到位，请退回补充整改。")
        found.append(instruments.Verification(finding_id=line.finding_id, rectified=verdict == "yes", note=note))
    form.check()
    await instruments.accept_reply(
        work, instrument_id, note=form.text("note"), verifications=found, version=form.version()
    )


async def _send_back(work: Work, instrument_id: UUID, form: Form) -> None:
    amount = form.integer("amount", least=1, most=60)
    form.check()
    await instruments.send_back_reply(
        work,
        instrument_id,
        reason=form.text("reason"),
        amount=amount,
        unit="working_day" if amount else None,
        version=form.version(),
    )


async def _extension(work: Work, instrument_id: UUID, form: Form) -> None:
    decision = form.text("granted", need="请选择同意或者不同意。")
    amount = form.integer("amount", least=1, most=60)
    form.check()
    await instruments.decide_extension(
        work,
        instrument_id,
        granted=decision == "yes",
        reason=form.text("reason"),
        amount=amount,
        version=form.version(),
    )


async def _objection(work: Work, instrument_id: UUID, form: Form) -> None:
    result = form.text("result", need="请选择处理结果。")
    form.check()
    await instruments.decide_objection(
        work, instrument_id, result=result, reason=form.text("reason"), version=form.version()
    )


ACTS: Mapping[str, Act] = {
    "submit": _submit,
    "return": _return,
    "approve": _approve,
    "issue": _issue,
    "serve": _serve,
    "withdraw": _withdraw,
    "accept": _accept,
    "send-back": _send_back,
    "extension": _extension,
    "objection": _objection,
}
"""Last part of the address → what its form does."""

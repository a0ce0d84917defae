"""The level above sends a return back with reasons for its cells, or accepts and locks it; it never edits."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from kernel.errors import FieldError, Invalid, NotFound, Stale
from kernel.work import Work
from reporting.returns import forms, periods, repository, rollup
from reporting.returns.models import ReturnVersion, StatisticalReturn
from reporting.returns.reviewing import FILLERS, current_version, reasoned
from reporting.returns.rules import MACHINE, Facts
from supervision.deadlines import notices
from tenants.access import Target, authorize
from tenants.organs.directory import directory

ARTICLE = "11(3)"
CELL_REASON = "r-"
REASON_LONGEST = 300


async def _received(work: Work, return_id: UUID, action: str) -> StatisticalReturn:
    """A return that goes to the work's organ. Raises NotFound for any other, Denied."""
    head = await repository.get(work, return_id)
    if head is None:
        raise NotFound
    if head.receiver_id != work.organ_id:
        await authorize(work, "return", action, Target(owner_id=head.organ_id))
        raise NotFound
    await authorize(work, "return", action, Target(supervised_id=head.organ_id))
    return head


async def _locked(work: Work, seen: StatisticalReturn, action: str, version: int | None) -> StatisticalReturn:
    """The head under lock, in its own tenancy. Raises Stale when another version was handed in meanwhile."""
    head = await repository.lock(work, seen.id)
    assert head is not None
    if version is not None and version != head.version:
        raise Stale("该报表已有新的版本，请按新的版本审查。")
    facts = Facts(top=head.receiver_id is None)
    head.state = MACHINE.step(head.state, action, facts).reached_from(head.state)
    return head


def _outcome(work: Work, version: ReturnVersion, outcome: str, receiver: str) -> None:
    version.outcome, version.outcome_at = outcome, work.now
    version.outcome_by_name = work.actor.name if work.actor else "系统"
    version.outcome_organ_name = receiver


async def send_back(
    work: Work, return_id: UUID, reason: str, cells: Mapping[str, str] | None = None, *, version: int | None = None
) -> StatisticalReturn:
    """Send the version back with a reason, and reasons for single cells. `version`: the number that was examined.

    Raises Invalid without a reason or for a cell that the form does not have, Denied, NotFound, Stale,
    IllegalTransition when it is not handed in.
    """
    seen = await _received(work, return_id, "send_back")
    form = forms.form_of(seen.form_key, seen.form_version)
    marked = _cell_reasons(form, cells or {})
    text = reasoned(reason)
    receiver = (await directory(work)).name(work.organ_id)
    title = title_of(seen)
    async with work.acting_as(seen.organ_id):
        head = await _locked(work, seen, "send_back", version)
        head.sent_back_count += 1
        head.filled_by, head.approved_by, head.approved_by_name, head.approved_at = None, None, "", None
        sent = await current_version(work, head)
        _outcome(work, sent, "sent_back", receiver)
        sent.outcome_reason, sent.cell_reasons = text, marked
        _record(work, head, "send_back", f"{receiver}退回{title}第 {head.version} 版", text)
        await notices.notify(
            work,
            head.organ_id,
            roles=(*FILLERS, "organ_head"),
            kind="reminder",
            title=f"{receiver}退回{title}：{text[:60]}",
            link=f"/returns/{head.id}",
            article=ARTICLE,
        )
    _record(work, head, "send_back", f"退回{head.organ_name}{title}第 {head.version} 版", text)
    await work.session.flush()
    return head


def _cell_reasons(form: forms.Form, given: Mapping[str, str]) -> dict[str, str]:
    found = {code: text.strip() for code, text in given.items() if text.strip()}
    errors = [FieldError(f"{CELL_REASON}{code}"[:60], "本表没有这一格。") for code in found if code not in form.cells]
    errors += [
        FieldError(f"{CELL_REASON}{code}", f"请不超过 {REASON_LONGEST} 字。")
        for code, text in found.items()
        if code in form.cells and len(text) > REASON_LONGEST
    ]
    if errors:
        raise Invalid(errors=errors, article=ARTICLE)
    return {code: found[code] for code in form.order if code in found}


async def accept(work: Work, return_id: UUID, *, version: int | None = None) -> StatisticalReturn:
    """Accept and lock the version; the roll-up of the work's organ takes it in, or is marked. Raises as `send_back`."""
    seen = await _received(work, return_id, "accept")
    receiver = (await directory(work)).name(work.organ_id)
    title = title_of(seen)
    async with work.acting_as(seen.organ_id):
        head = await _locked(work, seen, "accept", version)
        if head.accepted_version:
            replaced = await repository.version(work, head.id, head.accepted_version)
            assert replaced is not None
            replaced.outcome = "replaced"
        head.accepted_version, head.accepted_at = head.version, work.now
        head.revision_reason = ""
        _outcome(work, await current_version(work, head), "accepted", receiver)
        _record(work, head, "accept", f"{receiver}采用{title}第 {head.version} 版")
        await notices.notify(
            work,
            head.organ_id,
            roles=FILLERS,
            kind="answered",
            title=f"{receiver}已采用{title}",
            link=f"/returns/{head.id}",
            article=ARTICLE,
        )
    _record(work, head, "accept", f"采用{head.organ_name}{title}第 {head.version} 版")
    await rollup.lower_changed(work, head)
    await work.session.flush()
    return head


def title_of(head: StatisticalReturn) -> str:
    """《行政执法监督情况统计表》（2026年第三季度）"""
    form = forms.form_of(head.form_key, head.form_version)
    return f"《{form.header.name}》（{periods.parse(head.period).label}）"


def _record(work: Work, head: StatisticalReturn, action: str, title: str, note: str = "") -> None:
    work.record(
        action,
        "return",
        head.id,
        title=title,
        note=note,
        article=ARTICLE,
        thread_id=head.id,
        detail={"version": head.version},
    )

"""The level below in a return of a supervision body: own figures and accepted lower totals, nothing added by hand.

A roll-up names the version of each lower return that it rests on. When a lower return gets a new version, every
roll-up above is marked until it rests on the new one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec

from kernel.work import Work
from reporting.returns import filling, opening, repository
from reporting.returns.filling import Case
from reporting.returns.models import ReturnVersion, StatisticalReturn
from reporting.returns.rules import ARTICLE, MACHINE, STATES, WRITABLE, Facts
from reporting.returns.sheet import Part
from supervision.deadlines import notices
from tenants.organs.directory import directory

NOT_OPEN = "未开表"


async def roll_up(work: Work, case: Case) -> bool:
    """Take the accepted totals of the units below into the sheet. Returns whether anything changed.

    Lower returns that are themselves out of date leave a mark here, too.
    """
    if case.row.parts is None:
        return False
    rows = await repository.accepted(work, case.head.organ_id, case.form.key, case.head.period)
    parts = [part_of(head, version) for head, version in rows]
    missing = await missing_units(work, case)
    changed = parts != case.sheet.parts or missing != case.sheet.missing
    case.row.parts = [msgspec.to_builtins(part) for part in parts]
    case.row.missing = missing
    case.sheet.parts, case.sheet.missing = parts, missing
    case.head.stale = [_mark(work, head) for head, _ in rows if head.stale]
    return changed


def part_of(head: StatisticalReturn, version: ReturnVersion, values: Mapping[str, int | None] | None = None) -> Part:
    """What a return gives to a roll-up: its totals, or other `values` of the same version."""
    return Part(
        organ_id=str(head.organ_id),
        organ=head.organ_name,
        return_id=str(head.id),
        version=version.number,
        digest=version.digest,
        values=dict(version.totals if values is None else values),
    )


async def missing_units(work: Work, case: Case) -> list[dict[str, Any]]:
    """Who owes the same form for the same period to this body and is not accepted: {organ_id, organ, state}."""
    tree = await directory(work)
    heads = {h.organ_id: h for h in await repository.below(work, case.head.organ_id, case.form.key, case.head.period)}
    owing = dict.fromkeys([*opening.reporters(tree, case.form, case.head.organ_id), *heads])
    found = []
    for organ_id in owing:
        head = heads.get(organ_id)
        if head is None or not head.accepted_version:
            state = STATES[head.state] if head else NOT_OPEN
            found.append({"organ_id": str(organ_id), "organ": tree.short(organ_id), "state": state})
    return found


async def roll_up_again(work: Work, return_id: UUID, *, version: int | None = None) -> bool:
    """The command 重新汇总. Returns whether anything changed. Raises as `filling.save`."""
    case = await filling.load(work, return_id, "fill", version)
    step = MACHINE.step(case.head.state, "fill", Facts())
    changed = await roll_up(work, case)
    case.head.state = step.reached_from(case.head.state)
    case.head.filled_at = work.now
    parts = [{"organ": p.organ, "version": p.version} for p in case.sheet.parts or ()]
    work.record(
        "roll_up", "return", case.head.id, title=f"重新汇总{case.title}", article=ARTICLE, detail={"parts": parts}
    )
    await work.session.flush()
    return changed


async def lower_changed(work: Work, lower: StatisticalReturn) -> None:
    """A lower return has a new accepted version: its receiver's roll-up takes it in while it is being filled in, and
    is marked otherwise; so is every roll-up above that rests on a marked one. The work acts as the receiver."""
    head = await _lock_own(work, lower)
    if head is None:
        return
    if head.state in WRITABLE:
        await roll_up(work, await filling.case_of(work, head))
        return
    await _mark_upwards(work, head, lower)


async def _lock_own(work: Work, lower: StatisticalReturn) -> StatisticalReturn | None:
    own = await repository.find(work, work.organ_id, lower.form_key, lower.period)
    return None if own is None else await repository.lock(work, own.id)


async def _mark_upwards(work: Work, head: StatisticalReturn, lower: StatisticalReturn) -> None:
    """The work acts as the head's organ; the levels above are locked after those below, always in this order."""
    _add_mark(head, _mark(work, lower))
    title = f"{lower.organ_name}的报表有新的版本，本单位报表的汇总需要更新"
    work.record("mark_stale", "return", head.id, title=title, article=ARTICLE, thread_id=head.id)
    await notices.notify(
        work,
        work.organ_id,
        roles=("supervisor", "supervision_leader"),
        kind="reminder",
        title=title,
        link=f"/returns/{head.id}",
        article=ARTICLE,
    )
    if head.receiver_id is None or not head.accepted_version:
        return
    async with work.acting_as(head.receiver_id):
        above = await _lock_own(work, head)
        if above is not None and _rests_on(await filling.case_of(work, above), head.id):
            await _mark_upwards(work, above, head)


def _rests_on(case: Case, return_id: UUID) -> bool:
    return any(part.return_id == str(return_id) for part in case.sheet.parts or ())


def _mark(work: Work, lower: StatisticalReturn) -> dict[str, Any]:
    return {"organ": lower.organ_name, "version": lower.accepted_version, "at": work.today.isoformat()}


def _add_mark(head: StatisticalReturn, mark: dict[str, Any]) -> None:
    others: Sequence[dict[str, Any]] = [m for m in head.stale if m["organ"] != mark["organ"]]
    head.stale = [*others, mark]

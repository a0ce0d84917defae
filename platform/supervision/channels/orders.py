"""Work orders of the 12345 hotline: received, updated, withdrawn, returned (Art. 17). Who called is kept as the
complainant of the clue, and nowhere else."""

from __future__ import annotations

import hashlib
from datetime import date
from uuid import UUID

import msgspec

from kernel.clock import local_date
from kernel.errors import IllegalTransition, Invalid, NotFound, Stale
from kernel.ids import new_id
from kernel.work import Work
from supervision.channels import repository
from supervision.channels.commands import ReceiveOrder
from supervision.channels.complaints import handler
from supervision.channels.models import HotlineOrder, HotlineVersion
from supervision.channels.rules import order_problems
from supervision.channels.telling import tell_hotline
from supervision.clues import service as clues
from supervision.clues.commands import ComplainantInput, RegisterClue
from supervision.clues.intake import DESK, FACTS_MIN, TITLE_MAX
from supervision.clues.models import Clue
from supervision.clues.standing import refresh_due
from supervision.deadlines import service as deadlines
from supervision.deadlines.changes import term_of
from supervision.deadlines.notices import notify
from supervision.deadlines.rules import compute
from tenants.access import Target, authorize
from tenants.organs.directory import Directory, directory

MISDIRECTED = "no_authority"


class Received(msgspec.Struct, frozen=True):
    """`outcome`: new, updated, repeated (the same version again) or late (a newer one is here)."""

    outcome: str
    order_id: UUID
    organ_id: UUID


async def receive(work: Work, command: ReceiveOrder) -> Received:
    """Take one version of an order. The work acts as the door, the organ whose connection it came through; the clue is
    made at the competent justice department. Raises Invalid for each field."""
    await authorize(work, "channel", "receive_order", Target(owner_id=work.organ_id))
    errors = order_problems(command.number, command.version, command.kind, command.title, command.facts)
    if errors:
        raise Invalid(errors=errors, article="17")
    await repository.lock_number(work, command.number)
    door, known = work.organ_id, await repository.order_at(work, command.number)
    owner = known[0] if known else _owner(await directory(work), door, command.organ_id)
    async with work.acting_as(owner):
        if known is None:
            return await _first(work, door, command)
        order = await repository.order(work, known[1], lock=True)
        assert order is not None
        return await _further(work, order, command)


def _owner(tree: Directory, door: UUID, organ_id: UUID | None) -> UUID:
    """The competent justice department; the door itself where the order names no organ or one that none is above."""
    if organ_id is None or organ_id not in tree.organs:
        return door
    try:
        return handler(tree, organ_id, None)
    except Invalid:
        return door


async def _first(work: Work, door: UUID, command: ReceiveOrder) -> Received:
    title, facts = _words(command)
    tree = await directory(work)
    subject = command.organ_id if command.organ_id in tree.organs else None
    who = ComplainantInput(
        name=command.name, contact=command.contact, anonymous=not command.name.strip(), confidential=True
    )
    found = RegisterClue(
        source="hotline",
        title=title,
        facts=facts,
        place=command.place[:200],
        happened_on=command.happened_on if command.happened_on and command.happened_on <= work.today else None,
        received_at=min(command.ordered_at, work.now),
        subject_organ_id=subject,
        subject_name="" if subject else command.organ_text[:100],
        subject_unknown=subject is None,
        urgent=command.kind == "urgent",
        external_id=command.number,
        complainant=who,
    )
    clue = await clues.register(work, found)
    due = await _start_term(work, clue, command)
    order = HotlineOrder(
        id=new_id(),
        city_id=work.city_id,
        organ_id=work.organ_id,
        clue_id=clue.id,
        door_id=door,
        number=command.number,
        version=command.version,
        digest=_digest(command),
        kind=command.kind,
        state="open",
        ordered_at=command.ordered_at,
        due_on=due,
        return_until=await _day(work, "hotline.return", work.today),
        told=0,
    )
    work.session.add(order)
    await work.session.flush()
    _keep_version(work, order, command)
    await tell_hotline(work, order, "registered", f"线索 {clue.number}")
    await notify(
        work, work.organ_id, kind="clue", title=f"收到12345热线工单：线索 {clue.number}", link=f"/clues/{clue.id}",
        roles=DESK, article="17", due_on=due,
    )  # fmt: skip
    return Received("new", order.id, order.organ_id)


async def _further(work: Work, order: HotlineOrder, command: ReceiveOrder) -> Received:
    if command.version < order.version:
        return Received("late", order.id, order.organ_id)
    if command.version == order.version:
        if order.digest != _digest(command):
            raise IllegalTransition(
                "同一工单、同一版本的内容不一致。", article="17", remedy="内容有变化的，请提高版本号后重新发送。"
            )
        return Received("repeated", order.id, order.organ_id)
    order.version, order.digest = command.version, _digest(command)
    _keep_version(work, order, command)
    clue = await repository.clue(work, order.clue_id)
    title, facts = _words(command)
    await clues.revise(
        work, clue, title=title, facts=facts, place=command.place[:200], note=f"12345热线工单更新为第{order.version}版"
    )
    if order.state == "open" and command.due_on is not None and command.due_on != order.due_on:
        await deadlines.cancel(work, clue.id, "热线更改了答复期限", rule_key="hotline.")
        order.kind = command.kind
        order.due_on = await _start_term(work, clue, command)
    if order.state == "open":
        await tell_hotline(work, order, "updated", f"第{order.version}版")
    return Received("updated", order.id, order.organ_id)


async def withdraw(work: Work, number: str, version: int, reason: str) -> Received:
    """The hotline takes an order back: its answer is not owed any more. What was reported may be true all the same, so
    the clue stays, and its desk decides. The work acts as the door. Raises NotFound for an order that is not here."""
    await authorize(work, "channel", "receive_order", Target(owner_id=work.organ_id))
    await repository.lock_number(work, number)
    known = await repository.order_at(work, number)
    if known is None:
        raise NotFound("没有这一工单，请先发送工单。")
    async with work.acting_as(known[0]):
        order = await repository.order(work, known[1], lock=True)
        assert order is not None
        if order.state != "open":
            return Received("repeated" if order.state == "withdrawn" else "late", order.id, order.organ_id)
        clue = await repository.clue(work, order.clue_id)
        order.version = max(order.version, version)
        order.state, order.ended_at = "withdrawn", work.now
        await deadlines.cancel(work, clue.id, "热线撤回工单", rule_key="hotline.")
        await refresh_due(work, clue)
        work.record(
            "order_withdrawn", "clue", clue.id, title="12345热线撤回工单", note=reason.strip()[:500], article="17",
            thread_id=clue.id,
        )  # fmt: skip
        await notify(
            work, order.organ_id, kind="clue", title=f"12345热线撤回工单：线索 {clue.number}",
            link=f"/clues/{clue.id}", roles=DESK, article="17", body="反映的问题仍需判断是否办理。",
        )  # fmt: skip
        await tell_hotline(work, order, "withdrawn", "")
        return Received("updated", order.id, order.organ_id)


async def propose_return(work: Work, order_id: UUID, reason: str, *, version: int | None = None) -> HotlineOrder:
    """Propose to return a misdirected order within its limit; it goes back when the leader agrees not to take up the
    clue. Raises NotFound, Denied, Invalid, IllegalTransition after the limit or when the clue was taken up."""
    await authorize(work, "channel", "return_order", Target(owner_id=work.organ_id))
    order = await repository.order(work, order_id, lock=True)
    if order is None:
        raise NotFound
    if version is not None and version != order.row_version:
        raise Stale
    if len(reason.strip()) < 4:
        raise Invalid("请写明退回的理由和应当办理的机关。", field="reason", article="17")
    if order.state != "open" or work.today > order.return_until:
        raise IllegalTransition(
            "退回工单的时限已过，或者工单已经办结。", article="17", remedy="请依法办理，或者转交有监督权的机关。"
        )
    await clues.propose_dismissal(work, order.clue_id, MISDIRECTED, reason)
    order.return_reason = reason.strip()
    await work.session.flush()
    return order


def _words(command: ReceiveOrder) -> tuple[str, str]:
    """(title, facts) as a clue takes them: a long title goes on in the facts, short facts say where they come from."""
    title, facts = command.title.strip(), command.facts.strip()
    if len(title) > TITLE_MAX:
        title, facts = f"{title[: TITLE_MAX - 1]}…", f"{title}\n{facts}"[:4000]
    return title, facts if len(facts) >= FACTS_MIN else f"12345热线工单内容：{facts}"


def _digest(command: ReceiveOrder) -> str:
    return hashlib.sha256(msgspec.json.encode(command)).hexdigest()


def _keep_version(work: Work, order: HotlineOrder, command: ReceiveOrder) -> None:
    work.session.add(
        HotlineVersion(
            id=new_id(), city_id=work.city_id, organ_id=work.organ_id, order_id=order.id, version=command.version,
            title=command.title.strip(), facts=command.facts.strip(), received_at=work.now,
        )
    )  # fmt: skip


async def _start_term(work: Work, clue: Clue, command: ReceiveOrder) -> date:
    """The hotline's own term: what the order states, or the rule book's for its kind, from the day it was ordered."""
    ordered = min(local_date(command.ordered_at), work.today)
    stated = (command.due_on - ordered).days if command.due_on else 0
    from_order = 1 <= stated <= 1000
    deadline = await deadlines.start(
        work,
        rule_key=f"hotline.{command.kind}",
        subject_kind="clue",
        subject_id=clue.id,
        matter_id=None,
        bound_id=work.organ_id,
        title="答复12345热线",
        start_event="热线派单",
        on=ordered,
        amount=stated if from_order else None,
        unit="calendar_day" if from_order else None,
    )
    await refresh_due(work, clue)
    return deadline.due_on


async def _day(work: Work, key: str, on: date) -> date:
    rule = (await deadlines.rulebook(work)).deadline(key)
    term = term_of(rule.amount, rule.unit, rule.key, rule.source, rule.article)
    return compute(on, term, await deadlines.calendar(work)).due

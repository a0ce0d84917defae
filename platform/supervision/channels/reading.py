"""Reading what is known of channels: of one clue, the hotline's orders, the register of social supervisors."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from kernel.errors import Invalid
from kernel.wording import format_date
from kernel.work import Work
from supervision.channels import repository
from supervision.channels.models import HotlineOrder, SocialSupervisor
from supervision.channels.reports import in_force
from supervision.channels.rules import IDENTITIES, ORDER_KINDS, ORDER_STATES, PROGRESS
from supervision.channels.views import ClueChannel, MessageView, OrderRow, SupervisorRow
from supervision.clues.models import Clue
from supervision.clues.repository import OPEN
from supervision.clues.rules import STATES
from supervision.matters.views import Page
from tenants.access import Target, authorize
from tenants.staff.models import Post


async def of_clue(work: Work, clue: Clue) -> ClueChannel | None:
    """The channel's own facts of a clue, for the organ that handles it; None for every other reader."""
    if clue.organ_id != work.organ_id:
        return None
    order = await repository.order_of(work, clue.id)
    if order is not None:
        told = [
            MessageView(seq=m.seq, event_label=PROGRESS.get(m.event, m.event), words=m.words, at=m.at)
            for m in await repository.messages(work, order.id)
        ]
        row = order_row(work, order, clue)
        pairs = [
            ("热线工单", f"{row.number}（{row.kind_label}，第{row.order_version}版）"),
            ("工单状态", row.state_label),
            ("答复期限", format_date(row.due_on)),
        ]
        if order.state == "open":
            pairs.append(("退回时限", format_date(row.return_until)))
        return ClueChannel(kind="hotline", pairs=pairs, order=row, messages=told)
    media = await repository.media_of(work, clue.id)
    if media is not None:
        pairs = [("媒体或者平台", media.outlet), ("发布日期", format_date(media.published_on))]
        return ClueChannel(kind="media", pairs=pairs, url=media.url)
    who = await repository.social_of(work, clue.id)
    if who is not None:
        label = IDENTITIES[who.identity]
        return ClueChannel(kind="social", pairs=[("社会监督员", f"{who.name}（{label}）")])
    if await repository.complaint_of(work, clue.id) is not None:
        return ClueChannel(kind="public", pairs=[("网上投诉举报", "反映人凭查询码查看进展和答复")])
    return None


def order_row(work: Work, order: HotlineOrder, clue: Clue) -> OrderRow:
    open_ = order.state == "open" and clue.state in OPEN and work.today <= order.return_until
    return OrderRow(
        id=order.id,
        version=order.row_version,
        number=order.number,
        order_version=order.version,
        kind_label=ORDER_KINDS[order.kind],
        state=order.state,
        state_label=ORDER_STATES[order.state],
        clue_id=clue.id,
        clue_number=clue.number,
        title=clue.title,
        clue_state_label=STATES[clue.state],
        ordered_at=order.ordered_at,
        due_on=order.due_on,
        return_until=order.return_until,
        return_reason=order.return_reason,
        may_return=open_ and not order.return_reason,
        told=order.told,
    )


async def orders(work: Work, *, state: str = "", after: UUID | None = None, limit: int = 50) -> Page[OrderRow]:
    """The hotline's orders of the organ, the newest first. Raises Denied, Invalid for an unknown state."""
    await authorize(work, "channel", "list_orders", Target(owner_id=work.organ_id))
    if state and state not in ORDER_STATES:
        raise Invalid("请在在办、已撤回、已退回、已反馈结果中选择。", field="state")
    rows = await repository.orders(work, state=state, after=after, limit=limit + 1)
    shown = [order_row(work, order, clue) for order, clue in rows[:limit]]
    return Page(shown, str(shown[-1].id) if len(rows) > limit else None)


async def supervisors(work: Work, *, ended: bool = False, after: str = "", limit: int = 50) -> Page[SupervisorRow]:
    """The register of social supervisors, the longest term first; `ended`: those whose term is over (Art. 15)."""
    await authorize(work, "channel", "list_supervisors", Target(owner_id=work.organ_id))
    rows = await repository.supervisors(work, ended=ended, after=_place(after), limit=limit + 1)
    shown = [supervisor_row(work, row, count) for row, count in rows[:limit]]
    return Page(shown, f"{shown[-1].until_on}.{shown[-1].id}" if len(rows) > limit else None)


def _place(after: str) -> tuple[date, UUID] | None:
    if not after:
        return None
    day, _, key = after.partition(".")
    try:
        return date.fromisoformat(day), UUID(key)
    except ValueError:
        raise Invalid("翻页位置无效，请从第一页重新查看。", field="after") from None


def supervisor_row(work: Work, row: SocialSupervisor, count: int = 0) -> SupervisorRow:
    return SupervisorRow(
        id=row.id,
        version=row.row_version,
        name=row.name,
        identity_label=IDENTITIES[row.identity],
        workplace=row.workplace,
        area=row.area,
        contact_mask=row.contact_mask,
        from_on=row.from_on,
        until_on=row.until_on,
        in_force=in_force(row, work),
        ended_on=row.ended_on,
        ended_reason=row.ended_reason,
        clues=count,
    )


async def accounts(work: Work) -> list[Post]:
    """Posts of social supervisors, for an appointment of somebody who reports himself."""
    await authorize(work, "channel", "appoint", Target(owner_id=work.organ_id))
    return await repository.social_posts(work)

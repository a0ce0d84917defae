"""The register of enforcement bodies: organs, organisations authorised by law, entrusted ones (Article 10(5))."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import select, tuple_

from kernel.errors import IllegalTransition, Invalid, NotFound, Stale
from kernel.ids import new_id
from kernel.work import Work
from tenants.access import Target, authorize, consider
from tenants.organs.directory import directory
from tenants.registers import checks, repository
from tenants.registers.commands import BodyInput
from tenants.registers.models import EnforcementBody
from tenants.registers.views import BodyPage, BodyView, body_view

ARTICLE = "10(5)"


async def list_bodies(
    work: Work, *, organ_id: UUID | None = None, after: UUID | None = None, limit: int = 50
) -> BodyPage:
    """Bodies of the reader's organ, or of one that he may see, by kind and name. Raises Denied, NotFound."""
    owner = organ_id or work.organ_id
    tree = await directory(work)
    tree.get(owner)
    await authorize(work, "enforcement_body", "list", Target(owner_id=owner))
    limit = max(1, min(limit, 100))
    keys = (EnforcementBody.kind, EnforcementBody.name, EnforcementBody.id)
    query = select(EnforcementBody).where(EnforcementBody.city_id == work.city_id, EnforcementBody.organ_id == owner)
    if after is not None:
        last = await repository.get_body(work, after)
        if last is None or last.organ_id != owner:
            raise Invalid("翻页位置无效，请从第一页重新查看。", field="after")
        query = query.where(tuple_(*keys) > tuple_(last.kind, last.name, last.id))
    rows = list((await work.session.scalars(query.order_by(*keys).limit(limit + 1))).all())
    may = await _may_manage(work, owner)
    items = [body_view(work.today, tree, row, may_manage=may) for row in rows[:limit]]
    return BodyPage(items, str(items[-1].id) if len(rows) > limit else None)


async def _may_manage(work: Work, organ_id: UUID) -> bool:
    verdict, _ = await consider(work, "enforcement_body", "manage", Target(owner_id=organ_id))
    return verdict.allowed and organ_id == work.organ_id


async def body(work: Work, body_id: UUID) -> BodyView:
    """One body. Raises NotFound, Denied."""
    row = await repository.get_body(work, body_id)
    if row is None:
        raise NotFound
    await authorize(work, "enforcement_body", "read", Target(owner_id=row.organ_id))
    return body_view(work.today, await directory(work), row, may_manage=await _may_manage(work, row.organ_id))


async def add_body(work: Work, entry: BodyInput) -> EnforcementBody:
    """Enter a body of the work's organ. Raises Invalid, Denied."""
    await authorize(work, "enforcement_body", "manage", Target(owner_id=work.organ_id))
    plain = checks.body(entry)
    row = EnforcementBody(city_id=work.city_id, id=new_id(), organ_id=work.organ_id)
    _fill(row, plain)
    work.session.add(row)
    work.record("add_body", "enforcement_body", row.id, title=f"登记执法主体 {row.name}", article=ARTICLE)
    await work.session.flush()
    return row


def _fill(row: EnforcementBody, plain: BodyInput) -> None:
    for name in (
        "kind",
        "name",
        "uscc",
        "authority",
        "scope",
        "confirmed_by",
        "announced_on",
        "valid_from",
        "valid_until",
    ):
        setattr(row, name, getattr(plain, name))


async def _mine(work: Work, body_id: UUID, version: int | None) -> EnforcementBody:
    seen = await repository.get_body(work, body_id)
    if seen is None:
        raise NotFound
    await authorize(work, "enforcement_body", "manage", Target(owner_id=seen.organ_id))
    query = (
        select(EnforcementBody)
        .where(
            EnforcementBody.city_id == work.city_id,
            EnforcementBody.organ_id == work.organ_id,
            EnforcementBody.id == body_id,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    row = (await work.session.scalars(query)).one_or_none()
    if row is None:
        raise NotFound
    if version is not None and row.row_version != version:
        raise Stale
    if row.ended_on is not None:
        raise IllegalTransition("该执法主体已终止，不再修改。", article=ARTICLE, remedy="恢复的，请重新登记。")
    return row


async def change_body(work: Work, body_id: UUID, entry: BodyInput, *, version: int | None = None) -> EnforcementBody:
    """Change a body that has not ended. Raises Invalid, Stale, IllegalTransition, NotFound, Denied."""
    row = await _mine(work, body_id, version)
    _fill(row, checks.body(entry))
    work.record("change_body", "enforcement_body", row.id, title=f"修改执法主体 {row.name}", article=ARTICLE)
    await work.session.flush()
    return row


async def end_body(work: Work, body_id: UUID, on: date, reason: str, *, version: int | None = None) -> EnforcementBody:
    """End a body from a day on. Raises Invalid, Stale, IllegalTransition, NotFound, Denied."""
    row = await _mine(work, body_id, version)
    found = checks.Found()
    said = found.line("reason", reason, 200, need="请写明终止原因。")
    found.when(on > work.today, "ended_on", "终止日期不能晚于今天。")
    found.when(on < row.valid_from, "ended_on", "终止日期不能早于起始日期。")
    found.done(ARTICLE)
    row.ended_on, row.ended_reason = on, said
    work.record("end_body", "enforcement_body", row.id, title=f"终止执法主体 {row.name}", note=said, article=ARTICLE)
    await work.session.flush()
    return row

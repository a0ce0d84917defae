"""A supervision body makes its plan, its leader approves and issues it; a change is a new version (Arts. 5, 11)."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from kernel.errors import FieldError, IllegalTransition, Invalid, NotFound, Stale
from kernel.ids import new_id
from kernel.work import Work
from supervision.deadlines import service as deadlines
from supervision.deadlines.notices import notify
from supervision.plans import repository
from supervision.plans.commands import ItemInput
from supervision.plans.models import PlanItem, SupervisionPlan
from supervision.plans.rules import ARTICLE, MACHINE, TEXT_MAX, YEARS, ItemFacts, PlanFacts, faults
from tenants.access import Target, authorize
from tenants.organs.directory import directory


async def start(work: Work, year: int) -> SupervisionPlan:
    """Begin the plan of a year. Raises Denied, Invalid, IllegalTransition when there is one already."""
    await authorize(work, "supervision_plan", "draft", Target(owner_id=work.organ_id))
    if year not in YEARS or abs(year - work.today.year) > 1:
        raise Invalid("请选择上一年、本年或者下一年。", field="year", article=ARTICLE)
    if await repository.versions(work, work.organ_id, year):
        raise IllegalTransition("这一年度的监督计划已经编制。", article=ARTICLE, remedy="需要改变的，调整原计划。")
    return await _enter(work, year, 1, "")


async def _enter(work: Work, year: int, version: int, reason: str) -> SupervisionPlan:
    tree = await directory(work)
    government = tree.government_of(work.organ_id)
    plan = SupervisionPlan(
        id=new_id(),
        city_id=work.city_id,
        organ_id=work.organ_id,
        year=year,
        version=version,
        state=MACHINE.initial,
        title=f"{tree.name(government) if government else tree.name(work.organ_id)}{year}年度行政执法监督计划",
        reason=reason,
        drafted_by=work.actor.person_id if work.actor else None,
        drafted_by_name=work.actor.name if work.actor else "系统",
        approved_by_name="",
    )
    work.session.add(plan)
    _note(work, plan, "draft", "编制", reason)
    await work.session.flush()
    return plan


def drafters_of(plan: SupervisionPlan) -> frozenset[UUID]:
    """Who may not approve the plan."""
    return frozenset() if plan.drafted_by is None else frozenset({plan.drafted_by})


async def locked(work: Work, plan_id: UUID, action: str, version: int | None) -> SupervisionPlan:
    """The plan of the work's organ, locked for an action. Raises NotFound, Denied, Stale."""
    seen = await repository.get(work, plan_id)
    if seen is None or seen.organ_id != work.organ_id:
        raise NotFound
    drafters = drafters_of(seen) if action == "approve" else frozenset[UUID]()
    await authorize(work, "supervision_plan", action, Target(owner_id=seen.organ_id, drafters=drafters))
    plan = await repository.lock(work, plan_id)
    if plan is None:
        raise NotFound
    if version is not None and plan.row_version != version:
        raise Stale
    return plan


async def save(work: Work, plan_id: UUID, items: Sequence[ItemInput], *, version: int | None = None) -> SupervisionPlan:
    """Write all items of a draft anew. Raises NotFound, Denied, Stale, IllegalTransition once it is approved, Invalid
    for an item that is not whole, or one of a key that the plan never had."""
    plan = await locked(work, plan_id, "draft", version)
    MACHINE.step(plan.state, "write", PlanFacts())
    book, tree = await deadlines.rulebook(work), await directory(work)
    rows = [ItemFacts(i.mode, i.field, i.area, i.from_month, i.until_month, i.office, i.planned) for i in items]
    errors = faults(rows, {mode.key for mode in book.modes})
    known = {
        i.item_key
        for v in await repository.versions(work, plan.organ_id, plan.year)
        for i in await repository.items(work, v.id)
    }
    keys = [i.item_key for i in items if i.item_key is not None]
    if not set(keys) <= known or len(set(keys)) < len(keys):
        errors.append(FieldError("items", "计划项目与原计划不一致，请重新打开页面。"))
    if any(organ not in tree.organs for i in items for organ in i.organ_ids):
        errors.append(FieldError("items", "请从名录中选择单位。"))
    if errors:
        raise Invalid(errors=errors, article=ARTICLE)
    await repository.clear_items(work, plan.id)
    work.session.add_all([_item(work, plan, n, item) for n, item in enumerate(items, 1)])
    plan.drafted_by = work.actor.person_id if work.actor else None
    plan.drafted_by_name = work.actor.name if work.actor else "系统"
    _note(work, plan, "draft", "修改")
    await work.session.flush()
    return plan


def _item(work: Work, plan: SupervisionPlan, no: int, item: ItemInput) -> PlanItem:
    return PlanItem(
        id=new_id(),
        city_id=work.city_id,
        organ_id=work.organ_id,
        plan_id=plan.id,
        item_key=item.item_key or new_id(),
        no=no,
        mode=item.mode,
        field=item.field.strip(),
        organ_ids=list(dict.fromkeys(item.organ_ids)),
        area=item.area.strip(),
        from_month=item.from_month,
        until_month=item.until_month,
        office=item.office.strip(),
        planned=item.planned,
    )


async def approve(work: Work, plan_id: UUID, *, version: int | None = None) -> SupervisionPlan:
    """Approve as the leader; never by the maker. Raises NotFound, Denied, Stale, IllegalTransition without items."""
    plan = await locked(work, plan_id, "approve", version)
    number = len(await repository.items(work, plan.id))
    plan.state = MACHINE.step(plan.state, "approve", PlanFacts(items=number)).target
    plan.approved_by_name = work.actor.name if work.actor else "系统"
    plan.approved_at = work.now
    _note(work, plan, "approve", "批准")
    await work.session.flush()
    return plan


async def take_back(work: Work, plan_id: UUID, *, version: int | None = None) -> SupervisionPlan:
    """Give an approved plan back for changes. Raises NotFound, Denied, Stale, IllegalTransition."""
    plan = await locked(work, plan_id, "publish", version)
    plan.state = MACHINE.step(plan.state, "return", PlanFacts()).target
    plan.approved_at, plan.approved_by_name = None, ""
    _note(work, plan, "return", "退回修改")
    await work.session.flush()
    return plan


async def publish(work: Work, plan_id: UUID, *, version: int | None = None) -> SupervisionPlan:
    """Issue the plan to the city; the version before is replaced in the same step. Raises NotFound, Denied, Stale,
    IllegalTransition."""
    plan = await locked(work, plan_id, "publish", version)
    MACHINE.step(plan.state, "publish", PlanFacts())
    for older in await repository.versions(work, plan.organ_id, plan.year):
        if older.state == "published":
            older.state = MACHINE.step(older.state, "supersede", PlanFacts()).target
    await work.session.flush()
    plan.state, plan.published_on = "published", work.today
    _note(work, plan, "publish", "印发")
    await work.session.flush()
    await _tell(work, plan)
    return plan


async def _tell(work: Work, plan: SupervisionPlan) -> None:
    """The government, and every organ that the plan names."""
    tree = await directory(work)
    government = tree.government_of(work.organ_id)
    named = {organ for item in await repository.items(work, plan.id) for organ in item.organ_ids}
    receivers = [(government, ("government_leader",))] if government and government != work.organ_id else []
    for organ_id, roles in [*receivers, *((o, ("organ_head", "contact")) for o in sorted(named))]:
        await notify(
            work,
            organ_id,
            kind="served",
            title=f"{plan.title}已印发" + (f"（第 {plan.version} 版）" if plan.version > 1 else ""),
            link=f"/plans/{plan.id}",
            roles=roles,
            article=ARTICLE,
        )


async def revise(work: Work, plan_id: UUID, reason: str) -> SupervisionPlan:
    """Begin a new version of the published plan with its items; the old one stays in force until the new one is issued.
    Raises NotFound, Denied, Invalid without a reason, IllegalTransition while a version is in hand."""
    said = reason.strip()
    if not 2 <= len(said) <= TEXT_MAX:
        raise Invalid(f"请写明调整的理由，不超过{TEXT_MAX}个字。", field="reason", article=ARTICLE)
    old = await locked(work, plan_id, "draft", None)
    MACHINE.step(old.state, "revise", PlanFacts())
    newest = (await repository.versions(work, old.organ_id, old.year))[0]
    if newest.id != old.id:
        raise IllegalTransition("已有正在编制的新版本。", article=ARTICLE, remedy="请先办完正在编制的版本。")
    plan = await _enter(work, old.year, old.version + 1, said)
    for item in await repository.items(work, old.id):
        entry = ItemInput(
            item.mode, item.field, item.area, item.from_month, item.until_month, item.office, item.planned,
            tuple(item.organ_ids), item.item_key,
        )  # fmt: skip
        work.session.add(_item(work, plan, item.no, entry))
    await work.session.flush()
    return plan


def _note(work: Work, plan: SupervisionPlan, action: str, verb: str, note: str = "") -> None:
    work.record(
        action,
        "supervision_plan",
        plan.id,
        title=f"{verb}{plan.title}" + (f"（第 {plan.version} 版）" if plan.version > 1 else ""),
        note=note,
        article=ARTICLE,
        thread_id=plan.id,
    )

"""An organ, or the officer himself, applies for a certificate at the justice department of its level (Art. 10(4))."""

from __future__ import annotations

from uuid import UUID

from kernel.errors import Denied, FieldError, IllegalTransition, Invalid, NotFound, Stale
from kernel.ids import new_id
from kernel.work import Work
from supervision.deadlines import notices
from supervision.licensing import repository
from supervision.licensing.bars import barred, heeding
from supervision.licensing.commands import ApplyInput
from supervision.licensing.conditions import conditions
from supervision.licensing.models import LicenceApplication
from supervision.licensing.rules import APPLICATION, ARTICLES, KINDS, PURPOSES, LicenceFacts
from tenants.access import Target, authorize
from tenants.organs.codes import BUSINESS_LINES
from tenants.organs.directory import directory
from tenants.registers.models import Officer

MOST_AREAS = 10
SELF_ONLY = frozenset({"enforcement_officer"})
KEEPERS = frozenset({"contact", "legal_officer", "organ_head", "supervisor", "supervision_leader"})


def target(application: LicenceApplication, *drafters: UUID | None) -> Target:
    """The application as policy sees it: decided on by the department, about the organ."""
    return Target(
        owner_id=application.department_id,
        supervised_id=application.organ_id,
        drafters=frozenset(d for d in drafters if d is not None),
    )


async def department_of(work: Work, organ_id: UUID) -> UUID:
    """The justice department of an organ's own level; of a vertical body, that of the smallest area in which it lies
    (Art. 2(3)). Raises IllegalTransition without one."""
    tree = await directory(work)
    government = tree.government_of(organ_id)
    areas = [area.id for area in tree.supervision.register.areas(tree.facts[organ_id])]
    own = [government] if government is not None else []
    order = [*areas, *own] if tree.facts[organ_id].is_upper_led else [*own, *areas]
    found = next((body for g in order if (body := tree.supervision_body_of(g)) is not None), None)
    if found is None:
        raise IllegalTransition(
            "没有找到本级司法行政部门，不能申请证件。", article="5", remedy="请联系系统管理员核对单位。"
        )
    return found


async def apply(work: Work, entry: ApplyInput) -> LicenceApplication:
    """Apply for an officer of the work's organ.

    Raises Invalid for a wrong field or an unmet condition (with the rule), Barred within two years of a cancellation
    in whatever tenant, IllegalTransition while another application for the same certificate is pending, NotFound for
    another organ's officer, Denied.
    """
    _check(entry)
    department_id = await department_of(work, work.organ_id)
    await authorize(work, "licence", "apply", Target(owner_id=department_id, supervised_id=work.organ_id))
    officer = await repository.officer(work, work.organ_id, entry.officer_id)
    if officer is None:
        raise NotFound
    _only_own(work, officer)
    found = await conditions(work, officer, entry.kind, entry.purpose)
    if found.barred_until is not None:
        raise barred(found.barred_until)
    if await repository.pending_of(work, officer.id, entry.kind) is not None:
        raise IllegalTransition(
            f"{officer.name}的{KINDS[entry.kind]}申请正在办理。",
            article=ARTICLES[entry.kind],
            remedy="请等待办理结果，或者先撤回原申请。",
        )
    if found.unmet:
        raise Invalid(
            errors=[FieldError("purpose" if r.rule == "purpose" else "officer_id", r.sentence) for r in found.unmet],
            article=found.unmet[0].article,
            remedy="请先在人员档案中补正。",
        )
    return await _enter(work, officer, entry, department_id)


def _check(entry: ApplyInput) -> None:
    errors = []
    if entry.kind not in KINDS:
        errors.append(FieldError("kind", f"请选择证件种类：{'、'.join(KINDS.values())}。"))
    if entry.purpose not in PURPOSES:
        errors.append(FieldError("purpose", f"请选择申请事由：{'、'.join(PURPOSES.values())}。"))
    if len(entry.areas) > MOST_AREAS or any(area not in BUSINESS_LINES for area in entry.areas):
        errors.append(FieldError("areas", f"请从列表中选择执法领域，不超过{MOST_AREAS}个。"))
    if errors:
        raise Invalid(errors=errors, article="10(4)")


def _only_own(work: Work, officer: Officer) -> None:
    actor = work.actor
    if actor is not None and not actor.roles & KEEPERS and officer.person_id != actor.person_id:
        raise Denied("行政执法人员只能为本人申请证件。", article="10(4)", remedy="由本单位联络员统一申请。")


async def _enter(work: Work, officer: Officer, entry: ApplyInput, department_id: UUID) -> LicenceApplication:
    actor = work.actor
    application = LicenceApplication(
        id=new_id(),
        city_id=work.city_id,
        organ_id=work.organ_id,
        department_id=department_id,
        officer_id=officer.id,
        officer_name=officer.name,
        citizen_hash=officer.citizen_hash,
        kind=entry.kind,
        purpose=entry.purpose,
        areas=list(dict.fromkeys(entry.areas or officer.areas)),
        state=APPLICATION.initial,
        applied_on=work.today,
        applied_by=actor.person_id if actor else None,
        applied_by_name=actor.name if actor else "系统",
    )
    async with heeding(work):
        work.session.add(application)
    what = f"{officer.name}的{KINDS[entry.kind]}（{PURPOSES[entry.purpose]}）"
    work.record(
        "apply_licence", "licence_application", application.id, title=f"申请{what}", article=ARTICLES[entry.kind]
    )
    await notices.notify(
        work,
        department_id,
        kind="approval",
        title=f"请审查{(await directory(work)).short(work.organ_id)}{what}申请",
        link=f"/licences/{application.id}",
        roles=("supervisor",),
        article=ARTICLES[entry.kind],
    )
    return application


async def withdraw(work: Work, application_id: UUID, *, version: int | None = None) -> LicenceApplication:
    """Take a pending application back. Raises NotFound, Denied, Stale, IllegalTransition."""
    application = await repository.get_application(work, application_id)
    if application is None:
        raise NotFound
    await authorize(work, "licence", "withdraw", target(application))
    if work.organ_id != application.organ_id:
        raise Denied("申请由申请单位撤回。", article="10(4)", remedy="司法行政部门可以不予批准。")
    application = await repository.lock_application(work, application_id)
    if application is None:
        raise NotFound
    if version is not None and application.row_version != version:
        raise Stale
    actor = work.actor
    if actor is not None and not actor.roles & KEEPERS and application.applied_by != actor.person_id:
        raise Denied("行政执法人员只能撤回本人的申请。", article="10(4)", remedy="由本单位联络员撤回。")
    APPLICATION.step(application.state, "withdraw", LicenceFacts())
    application.state = "withdrawn"
    application.decided_at = work.now
    work.record(
        "withdraw_licence",
        "licence_application",
        application.id,
        title=f"撤回{application.officer_name}的{KINDS[application.kind]}申请",
        article=ARTICLES[application.kind],
    )
    await work.session.flush()
    return application

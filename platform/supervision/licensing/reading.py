"""Lists and pages of licensing, for the organ that applies and for the justice department that decides."""

from __future__ import annotations

from uuid import UUID

from kernel.errors import Invalid, NotFound
from kernel.machine import Option
from kernel.work import Work
from supervision.licensing import repository, withholding
from supervision.licensing.applying import KEEPERS, SELF_ONLY, department_of, target
from supervision.licensing.conditions import Conditions, conditions, holder
from supervision.licensing.deciding import deciders
from supervision.licensing.models import LicenceApplication
from supervision.licensing.rules import APPLICATION, BAR_ARTICLE, PENDING, bar_sentence
from supervision.licensing.views import (
    BarView,
    LicencePage,
    LicenceView,
    bar_view,
    condition_view,
    held_certificate,
    licence_view,
    own_bar_view,
)
from supervision.matters.views import Page
from tenants.access import Target, authorize, consider
from tenants.organs.directory import directory
from tenants.registers.models import Officer

TABS = {"pending": PENDING, "issued": ("issued",), "refused": ("refused", "withdrawn"), "all": ()}


async def is_department(work: Work) -> bool:
    """Whether the work's organ decides on applications."""
    return (await directory(work)).get(work.organ_id).is_supervision_body


async def applications(
    work: Work, *, tab: str = "pending", before: UUID | None = None, limit: int = 50
) -> Page[LicenceView]:
    """Applications to the reader's department, or those of the reader's organ, the newest first. Raises Denied,
    Invalid for an unknown tab."""
    await authorize(work, "licence", "list", await _own_target(work))
    if tab not in TABS:
        raise Invalid("请选择待办、已发证、未批准或者全部。", field="tab")
    rows = await repository.applications(
        work,
        department=await is_department(work),
        states=TABS[tab],
        before=before,
        limit=limit + 1,
        person_id=work.actor.person_id if work.actor and _own_only(work) else None,
    )
    found = [await _view(work, row) for row in rows[:limit]]
    return Page(found, str(rows[limit - 1].id) if len(rows) > limit else None)


def _own_only(work: Work) -> bool:
    """Whether the reader is a certificate holder who keeps no files: he sees his own alone."""
    return work.actor is not None and bool(work.actor.roles & SELF_ONLY) and not work.actor.roles & KEEPERS


async def _own_target(work: Work) -> Target:
    if await is_department(work):
        return Target(owner_id=work.organ_id)
    return Target(owner_id=await department_of(work, work.organ_id), supervised_id=work.organ_id)


async def _view(work: Work, row: LicenceApplication) -> LicenceView:
    tree = await directory(work)
    return licence_view(row, tree.short(row.organ_id), tree.short(row.department_id))


async def application(work: Work, application_id: UUID) -> LicencePage:
    """One application: its conditions today while it is pending, and each step with why not.

    Raises NotFound, Denied; a certificate holder who keeps no files sees his own alone.
    """
    row = await repository.get_application(work, application_id)
    if row is None:
        raise NotFound
    await authorize(work, "licence", "read", target(row))
    officer = await holder(work, row.organ_id, row.officer_id)
    actor = work.actor
    if actor is not None and _own_only(work) and actor.person_id not in (officer.person_id, row.applied_by):
        raise NotFound
    shown: list[Option] = []
    found: Conditions | None = None
    if row.state in PENDING:
        found = await conditions(work, officer, row.kind, row.purpose, hold=False)
        shown = await _options(work, row, officer, found)
    held = await repository.get_certificate(work, row.certificate_id) if row.certificate_id else None
    return LicencePage(
        application=await _view(work, row),
        conditions=[condition_view(r) for r in (*found.requirements, found.purpose)] if found else [],
        options=shown,
        certificate=held_certificate(held) if held else None,
        certificate_options=await withholding.options(work, held, officer) if held else [],
    )


async def _options(work: Work, row: LicenceApplication, officer: Officer, found: Conditions) -> list[Option]:
    """Each step of the present state that concerns the reader's side, with policy's own refusal in front."""
    mine = work.organ_id == row.organ_id
    options = []
    for option in APPLICATION.options(row.state, found.facts()):
        if (option.action == "withdraw") != mine and work.organ_id != row.department_id:
            continue
        if option.action == "withdraw" and not mine:
            continue
        about = target(row) if option.action == "withdraw" else target(row, *deciders(row, officer))
        verdict, sentence = await consider(work, "licence", option.action, about)
        if not verdict.allowed:
            options.append(_refused(option, sentence, verdict.article))
        elif option.article and not option.allowed and found.barred_until is not None:
            options.append(_refused(option, bar_sentence(found.barred_until), BAR_ARTICLE))
        elif not option.allowed and found.unmet:
            options.append(_refused(option, found.unmet[0].sentence, found.unmet[0].article))
        else:
            options.append(option)
    return options


def _refused(option: Option, reason: str, article: str) -> Option:
    return Option(option.action, option.label, False, reason, article, option.remedy, option.hint)


async def applicable(work: Work) -> list[Officer]:
    """Officers of the reader's organ for whom he may apply, by name: all of them, or himself. Raises Denied."""
    department_id = await department_of(work, work.organ_id)
    await authorize(work, "licence", "apply", Target(owner_id=department_id, supervised_id=work.organ_id))
    found = await repository.officers_in_post(work)
    actor = work.actor
    return [o for o in found if o.person_id == actor.person_id] if actor is not None and _own_only(work) else found


async def may_apply(work: Work) -> bool:
    """Whether the reader may apply for somebody of his organ."""
    about = Target(owner_id=await department_of(work, work.organ_id), supervised_id=work.organ_id)
    return (await consider(work, "licence", "apply", about))[0].allowed


async def bars(work: Work, *, before: UUID | None = None, limit: int = 50) -> Page[BarView]:
    """Bars that the reader's department imposed; for another organ, its officers whose certificates a bar made void,
    with the last barred day alone. The newest first. Raises Denied."""
    await authorize(work, "qualification_bar", "list", Target(owner_id=work.organ_id))
    tree = await directory(work)
    if await is_department(work):
        imposed = await repository.bars(work, before=before, limit=limit + 1)
        items = [bar_view(row, tree.short(row.holder_organ_id), work.today) for row in imposed]
        last = [row.id for row in imposed]
    else:
        void = await repository.barred_certificates(work, before, limit + 1)
        items = [own_bar_view(c, c.barred_until, tree.short(c.organ_id), work.today) for c in void if c.barred_until]
        last = [row.id for row in void]
    return Page(items[:limit], str(last[limit - 1]) if len(last) > limit else None)

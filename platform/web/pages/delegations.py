"""Delegations of an organ: the security administrator proposes with a preview, the audit administrator approves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response, Template

from kernel.errors import FieldError, Invalid, NotFound
from kernel.wording import format_date, format_moment
from kernel.work import Work
from policy import articles
from policy.vocabulary import ROLE_LABELS
from tenants.access import Target, authorize
from tenants.delegations import service
from tenants.delegations.models import Delegation
from tenants.delegations.rules import lendable
from tenants.staff.models import Post
from web.delegation_steps import STEPS, take_step
from web.forms import Form, parse_id
from web.frame import duty, page
from web.turns import Req, reading, turn

HREF = "/delegations"
PAGE = 30


@get(HREF)
async def delegation_list(request: Req) -> Template:
    """Delegations of the organ, newest first."""
    async with reading(request) as work:
        await authorize(work, "delegation", "read", Target(owner_id=work.organ_id))
        before = parse_id(request.query_params.get("before", ""))
        rows, following = await service.listing(work, before, PAGE)
        return await page(
            request,
            work,
            "admin/delegations.html",
            title="代行授权",
            active=HREF,
            rows=[_row(row, work) for row in rows],
            proposes=_is(work, "security_admin"),
            first_href=HREF if before else "",
            next_href=f"{HREF}?before={following}" if following else "",
            size=PAGE,
        )


@get(f"{HREF}/new")
async def new_delegation(request: Req) -> Template:
    """The form of a proposal."""
    return await _form(request)


@post(f"{HREF}/preview", status_code=200)
async def preview_delegation(request: Req) -> Template:
    """What the proposal would change, before anything is stored."""
    try:
        async with reading(request) as work:
            await authorize(work, "delegation", "propose", Target(owner_id=work.organ_id))
            form = Form(await request.form(), work.today)
            proposal = read_proposal(form)
            made = await service.preview(work, proposal)
            return await page(
                request,
                work,
                "admin/delegation_preview.html",
                title="代行授权预览",
                active=HREF,
                crumbs=(("代行授权", HREF), "预览"),
                proposal=proposal,
                values=_kept(form),
                roles=[ROLE_LABELS[r] for r in proposal.roles],
                principal=_post_words(made.principal),
                delegate=_post_words(made.delegate),
                **_effects(made),
            )
    except Invalid as invalid:
        return await _form(request, invalid.errors)


@post(HREF, status_code=303)
async def propose_delegation(request: Req) -> Template | Response[bytes]:
    """Store the proposal; it waits for the audit administrator."""
    try:
        async with turn(request) as t:
            await authorize(t.work, "delegation", "propose", Target(owner_id=t.work.organ_id))
            form = Form(await request.form(), t.work.today)
            proposal = read_proposal(form)
            if not proposal.acts:
                raise Invalid("请至少保留一项代行的事项。", field="roles")
            row = await service.propose(t.work, proposal)
            return t.redirect(f"{HREF}/{row.id}")
    except Invalid as invalid:
        return await _form(request, invalid.errors)


def read_proposal(form: Form) -> service.Proposal:
    """The proposal that a form holds. Raises Invalid."""
    principal = form.id("principal", need="请选择被代行人。")
    delegate = form.id("delegate", need="请选择代行人。")
    valid_from = form.day("valid_from", need="请填写开始日期。")
    valid_to = form.day("valid_to", need="请填写截止日期。")
    reason = form.text("reason", need="请写明代行的理由。")
    roles = form.many("roles")
    if not roles:
        form.error("roles", "请至少选择一项代行的职责。")
    form.check()
    assert principal is not None
    assert delegate is not None
    assert valid_from is not None
    assert valid_to is not None
    return service.Proposal(
        principal_post_id=principal,
        delegate_post_id=delegate,
        roles=roles,
        acts=form.many("acts"),
        valid_from=valid_from,
        valid_to=valid_to,
        reason=reason,
    )


async def _form(request: Req, errors: list[FieldError] | None = None) -> Template:
    found = errors or []
    async with reading(request) as work:
        await authorize(work, "delegation", "propose", Target(owner_id=work.organ_id))
        form = Form(await request.form() if request.method == "POST" else {}, work.today)
        posts = await service.posts(work)
        held = {role for p in posts for role in lendable(p.roles)}
        return await page(
            request,
            work,
            "admin/delegation_new.html",
            title="新增代行授权",
            active=HREF,
            crumbs=(("代行授权", HREF), "新增"),
            status=422 if found else 200,
            post_options=[(str(p.id), _post_words(p)) for p in posts],
            role_options=[{"value": r, "label": ROLE_LABELS[r]} for r in ROLE_LABELS if r in held],
            values=_kept(form),
            errors=found,
            error_of={e.field: e.message for e in found},
        )


@get(f"{HREF}/{{delegation_id:uuid}}")
async def delegation_page(request: Req, delegation_id: FromPath[UUID]) -> Template:
    """One delegation: parties, days, what it opens, and the next step for the reader."""
    return await _delegation(request, delegation_id)


async def _delegation(request: Req, delegation_id: UUID, errors: list[FieldError] | None = None) -> Template:
    found = errors or []
    async with reading(request) as work:
        await authorize(work, "delegation", "read", Target(owner_id=work.organ_id))
        row = await service.get(work, delegation_id)
        state = service.state_of(row, work.today)
        return await page(
            request,
            work,
            "admin/delegation.html",
            title="代行授权",
            active=HREF,
            crumbs=(("代行授权", HREF), row.parties),
            status=422 if found else 200,
            row=row,
            state=state,
            facts=_facts(row),
            decides=row.state == "proposed" and _is(work, "audit_admin"),
            withdraws=row.state == "proposed" and _is(work, "security_admin"),
            ends=state in ("生效中", "未到期") and _is(work, "security_admin"),
            errors=found,
            error_of={e.field: e.message for e in found},
            **_effects(await service.effects(work, row)),
        )


@post(f"{HREF}/{{delegation_id:uuid}}/{{step:str}}", status_code=303)
async def change_delegation(
    request: Req, delegation_id: FromPath[UUID], step: FromPath[str]
) -> Template | Response[bytes]:
    """withdraw, end (security administrator), approve, reject (audit administrator)."""
    if step not in STEPS:
        raise NotFound
    try:
        async with turn(request) as t:
            form = Form(await request.form(), t.work.today)
            await take_step(t.work, delegation_id, step, form.text("reason"))
            return t.redirect(f"{HREF}/{delegation_id}")
    except Invalid as invalid:
        return await _delegation(request, delegation_id, invalid.errors)


def _effects(made: service.Preview) -> dict[str, Any]:
    return {
        "opened": [
            {
                "value": f.act,
                "label": f.label,
                "note": f"适用于：{f.where}",
                "articles": [articles.display(f.verdict.article)],
            }
            for f in made.opened
        ],
        "kept_back": [{"label": w.label, "reason": w.reason} for w in made.kept],
    }


def _kept(form: Form) -> Mapping[str, Any]:
    return {**form.values, "roles": form.many("roles"), "acts": form.many("acts")}


def _row(row: Delegation, work: Work) -> dict[str, Any]:
    return {
        "href": f"{HREF}/{row.id}",
        "principal": f"{row.principal_name}（{row.principal_title}）",
        "delegate": f"{row.delegate_name}（{row.delegate_title}）",
        "roles": "、".join(ROLE_LABELS[r] for r in row.roles),
        "days": f"{format_date(row.valid_from)}至{format_date(row.valid_to)}",
        "state": service.state_of(row, work.today),
        "acts": len(row.acts),
    }


def _facts(row: Delegation) -> list[tuple[str, str]]:
    found = [
        ("代行人", f"{row.delegate_name}（{row.delegate_title}）"),
        ("被代行人", f"{row.principal_name}（{row.principal_title}）"),
        ("职责", "、".join(ROLE_LABELS[r] for r in row.roles)),
        ("期间", f"{format_date(row.valid_from)}至{format_date(row.valid_to)}"),
        ("理由", row.reason),
        ("提出", f"{row.proposed_by_name} {format_moment(row.proposed_at)}"),
    ]
    if row.decided_at is not None:
        verb = "不予核准" if row.state == "rejected" else "核准"
        found.append((verb, f"{row.decided_by_name} {format_moment(row.decided_at)} {row.decision_reason}".strip()))
    if row.ended_at is not None:
        found.append(("终止", f"{row.ended_by_name} {format_moment(row.ended_at)} {row.end_reason}"))
    return found


def _post_words(row: Post) -> str:
    return f"{row.person_name}（{duty(row.unit, row.title)}）"


def _is(work: Work, role: str) -> bool:
    return work.actor is not None and role in work.actor.roles


ROUTES = [
    delegation_list,
    new_delegation,
    preview_delegation,
    propose_delegation,
    delegation_page,
    change_delegation,
]

"""Referrals: what the reader's post knows of, one referral, the form of each step (Arts. 18, 21)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response, Template

from kernel.errors import FieldError, Invalid, NotFound
from kernel.wording import format_moment
from kernel.work import Work
from supervision.referrals import repository
from supervision.referrals import service as referrals
from supervision.referrals.rules import DECIDERS, KINDS
from supervision.referrals.views import ReferralView
from tenants.access import Target, authorize, consider
from tenants.organs.directory import directory
from web import navigation
from web.api.shapes import file_answer
from web.forms import Form, parse_id
from web.frame import page
from web.organ_views import exact
from web.pages import referral_forms as forms
from web.turns import Req, identity, reading, turn

ACTIVE = "/referrals"
SECTIONS = (("移送", "/referrals"), ("对监督人员的反映", "/conduct"), ("表彰", "/commendations"))
LOOKS = {
    "draft": "waiting",
    "approved": "checking",
    "declined": "gone",
    "sent": "urging",
    "acknowledged": "urging",
    "resulted": "closed",
    "returned": "verify",
}
ICONS = {"overdue": "alert-circle", "seal": "shield-lock", "send": "mail", "transfer": "gavel", "decline": "gavel"}


async def sections(work: Work, roles: frozenset[str], current: str) -> list[dict[str, Any]]:
    """The three lists that share one place in the navigation; nothing for who has only one of them."""
    if not roles & navigation.FOLLOWING:
        return []
    praise, _ = await consider(work, "commendation", "list", Target(owner_id=work.organ_id))
    return [
        {"label": label, "href": href, "current": href == current}
        for label, href in SECTIONS
        if praise.allowed or href != "/commendations"
    ]


@get("/referrals")
async def referral_list(request: Req) -> Template:
    ended = request.query_params.get("view") == "ended"
    async with reading(request) as work:
        found = await referrals.listed(work, open_only=not ended, after=parse_id(request.query_params.get("after", "")))
        here = f"{ACTIVE}?view={'ended' if ended else 'open'}"
        return await page(
            request,
            work,
            "referrals/list.html",
            title="移送",
            active=ACTIVE,
            rows=found.items,
            looks=LOOKS,
            ended=ended,
            sections=await sections(work, identity(request).roles, ACTIVE),
            tabs_list=[
                {"label": "在办", "href": f"{ACTIVE}?view=open", "current": not ended},
                {"label": "已结束", "href": f"{ACTIVE}?view=ended", "current": ended},
            ],
            may_draft=bool(await _kinds(work)),
            next_href=f"{here}&after={found.next}" if found.next else "",
            first_href=here if request.query_params.get("after") else "",
        )


async def _kinds(work: Work) -> list[str]:
    """Kinds that the acting post may draft; urging rests on the relation to the organ, asked when it is known."""
    found = []
    for kind in KINDS:
        verdict, _ = await consider(work, f"referral:{kind}", "draft", Target(owner_id=work.organ_id))
        if verdict.allowed:
            found.append(kind)
    return found


@get("/referrals/new")
async def new_referral(request: Req) -> Template:
    async with reading(request) as work:
        query = request.query_params
        return await _new(request, work, {"secrecy": "internal", "matter": query.get("matter", "")}, [])


async def _new(request: Req, work: Work, values: dict[str, Any], errors: list[FieldError]) -> Template:
    kinds = await _kinds(work)
    if not kinds:
        await _refused(work)
    matter = await _matter(work, values.get("matter", ""))
    action = f"{ACTIVE}/new" + (f"?matter={matter.id}" if matter else "")
    deciders = {post.id: post for kind in kinds for post in await referrals.leaders(work, kind)}
    return await page(
        request,
        work,
        "referrals/form.html",
        title="起草移送",
        active=ACTIVE,
        crumbs=[("移送", ACTIVE), "起草移送"],
        status=422 if errors else 200,
        view=None,
        refusal=None,
        action=action,
        back=ACTIVE,
        multipart=True,
        fields=forms.draft(
            kinds, list(deciders.values()), matter.title if matter else "", urging="urge_transfer" in kinds
        ),
        values={"kind": kinds[0] if len(kinds) == 1 else "", **values},
        errors=errors,
        error_of={e.field: e.message for e in errors},
        step={
            "title": "起草移送",
            "article": "18",
            "act": "报请负责人决定",
            "safe": "暂不移送",
            "lines": [
                "只有您和决定的负责人知悉，本单位其他人员和涉及的单位看不到。",
                "内容加密保存，每次查看和下载留痕。",
            ],
        },
    )


async def _refused(work: Work) -> None:
    """Raise the reason why nothing may be drafted here."""
    await authorize(work, "referral:discipline", "draft", Target(owner_id=work.organ_id))


async def _matter(work: Work, text: str) -> Any:
    try:
        return await repository.matter(work, UUID(text))
    except ValueError:
        return None


@post("/referrals/new")
async def draft(request: Req) -> Template | Response[bytes]:
    sent = await request.form()
    matter_text = request.query_params.get("matter", "")
    try:
        async with turn(request) as t:
            form = Form(sent, t.work.today)
            leader = form.id("leader_post_id", need="请选择决定的负责人。")
            tree = await directory(t.work)
            addressee = form.id("addressee") or exact(tree, form.text("addressee_text"))
            matter = await _matter(t.work, matter_text)
            files = await forms.uploads(form)
            form.check()
            assert leader is not None
            kind = form.text("kind")
            command = referrals.DraftReferral(
                kind=kind,
                contents=forms.given(form),
                recipient=tree.name(addressee)
                if kind == "urge_transfer" and addressee in tree.organs
                else form.text("recipient"),
                leader_post_id=leader,
                secrecy=form.text("secrecy"),
                matter_id=matter.id if matter else None,
                addressee_id=addressee if kind == "urge_transfer" else None,
                files=files,
            )
            row = await referrals.draft(t.work, command)
            return t.redirect(f"{ACTIVE}/{row.id}")
    except Invalid as wrong:
        errors = [FieldError("addressee", e.message) if e.field == "addressee_id" else e for e in wrong.errors]
        async with reading(request) as work:
            values = {**Form(sent, work.today).values, "matter": matter_text}
            return await _new(request, work, values, errors or [FieldError("kind", wrong.message)])


@get("/referrals/{referral_id:uuid}")
async def referral_page(request: Req, referral_id: FromPath[UUID]) -> Template:
    async with reading(request) as work:
        view = await referrals.view(work, referral_id)
        return await page(
            request,
            work,
            "referrals/referral.html",
            title=view.kind_label,
            active=ACTIVE,
            crumbs=[("移送", ACTIVE), view.number or view.kind_label],
            view=view,
            look=LOOKS[view.state],
            now_text=format_moment(work.now),
            **await _acts(work, view),
            events=[
                {
                    "icon": ICONS.get(step.action, "note"),
                    "title": step.title,
                    "time": format_moment(step.at),
                    "articles": [step.article],
                    "body": f"{step.actor_name}{'：' + step.note if step.note else ''}",
                    "tone": "red" if step.action == "overdue" else "",
                }
                for step in view.steps
            ],
        )


async def _acts(work: Work, view: ReferralView) -> dict[str, Any]:
    """What can be done, the steps of the machine first, then what goes beside them."""
    base = f"{ACTIVE}/{view.id}"
    allowed = [
        {"label": c.label, "href": f"{base}/{c.action}", "articles": c.articles, "hint": c.hint, "next": n == 0}
        for n, c in enumerate(view.allowed)
    ]
    target = Target(owner_id=work.organ_id)
    if view.state == "draft":
        allowed += [
            {"label": "补充移送内容", "href": f"{base}/content", "articles": [view.article]},
            {"label": "补充移送材料", "href": f"{base}/material", "articles": [view.article]},
        ]
    names, _ = await consider(work, f"referral:{view.kind}", "name_reader", target)
    if names.allowed and view.state not in ("resulted", "declined"):
        allowed.append({"label": "增加知悉人员", "href": f"{base}/readers", "articles": ["规则:知悉范围"]})
    refused = [{"label": c.label, "reason": c.reason, "articles": c.articles, "remedy": c.remedy} for c in view.refused]
    return {"allowed": allowed, "refused": refused}


@get("/referrals/{referral_id:uuid}/files/{what:str}")
async def file(request: Req, referral_id: FromPath[UUID], what: FromPath[str]) -> Response[bytes]:
    """The letter, its Word file, the archive, or one file; each download is audited."""
    async with reading(request) as work:
        return file_answer(*await referrals.download(work, referral_id, what))


@get("/referrals/{referral_id:uuid}/{name:str}")
async def step_form(request: Req, referral_id: FromPath[UUID], name: FromPath[str]) -> Template:
    async with reading(request) as work:
        return await _step(request, work, referral_id, name)


async def _step(
    request: Req,
    work: Work,
    referral_id: UUID,
    name: str,
    *,
    values: dict[str, Any] | None = None,
    errors: Sequence[FieldError] = (),
) -> Template:
    if name not in forms.STEPS:
        raise NotFound
    view = await referrals.view(work, referral_id)
    title, act = forms.STEPS[name]
    people = await repository.posts_with(work, _roles(view.kind)) if name == "readers" else []
    known = {reader.post_id for reader in view.readers}
    filled = {
        n: getattr(view, n) for n in ("subject", "conduct", "discovered", "handled", "contact", "recipient", "secrecy")
    }
    return await page(
        request,
        work,
        "referrals/form.html",
        title=title,
        active=ACTIVE,
        crumbs=[("移送", ACTIVE), (view.number or view.kind_label, f"{ACTIVE}/{view.id}"), title],
        status=422 if errors else 200,
        view=view,
        refusal=None,
        action=f"{ACTIVE}/{view.id}/{name}",
        back=f"{ACTIVE}/{view.id}",
        multipart=name in ("material", "acknowledge", "record_result", "record_return"),
        fields=forms.fields_of(name, [post for post in people if post.id not in known]),
        values=filled if values is None else values,
        errors=errors,
        error_of={e.field: e.message for e in errors},
        step={
            "title": title,
            "article": view.article,
            "act": act,
            "safe": "返回移送",
            "lines": forms.LINES.get(name, []),
        },
    )


def _roles(kind: str) -> tuple[str, ...]:
    """Roles among which readers are looked for."""
    return (*DECIDERS[kind], "supervisor") if kind != "criminal" else ("organ_head", "contact", "legal_officer")


@post("/referrals/{referral_id:uuid}/{name:str}")
async def take_step(request: Req, referral_id: FromPath[UUID], name: FromPath[str]) -> Template | Response[bytes]:
    act = forms.ACTS.get(name)
    if act is None:
        raise NotFound
    sent = await request.form()
    try:
        async with turn(request) as t:
            await act(t.work, referral_id, Form(sent, t.work.today))
            return t.redirect(f"{ACTIVE}/{referral_id}")
    except Invalid as wrong:
        async with reading(request) as work:
            errors = wrong.errors or [FieldError("reason", wrong.message)]
            return await _step(request, work, referral_id, name, values=Form(sent, work.today).values, errors=errors)


ROUTES = [referral_list, new_referral, draft, referral_page, file, step_form, take_step]

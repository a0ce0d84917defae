"""The forms of a matter: each step has its page, its fields and its command. Works without script."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from litestar import get, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath
from litestar.response import Response, Template

from kernel.clock import local_time
from kernel.errors import FieldError, Invalid
from kernel.wording import format_date, format_time
from kernel.work import Work
from supervision.deadlines import service as deadlines
from supervision.matters import panel
from supervision.matters import service as matters
from supervision.matters.commands import Upload
from supervision.matters.facts import Choice
from supervision.matters.views import MatterView
from supervision.recusals import service as recusals
from tenants.access import Target, consider
from web.forms import Form
from web.frame import page
from web.pages.matter_catalog import STEPS
from web.pages.matter_sent import error_context, recusal_of, sent_form, values_of
from web.turns import Req, reading, turn

RECUSAL_STEPS: Final = {
    "recusal": ("recusal", "declare"),
    "recusal/order": ("recusal", "order"),
    "conflicts/clear": ("interest", "clear"),
}
ACTIONS: Final = {slug: action for action, slug in panel.PATHS.items()}


async def _uploads(form: Form) -> tuple[Upload, ...]:
    found: list[UploadFile] = form.files("files")
    return tuple([Upload(f.filename, await f.read(), form.text("origin")) for f in found])


def _slug(request: Req, matter_id: UUID) -> str:
    return request.url.path.split(f"/matters/{matter_id}/", 1)[1].rstrip("/")


PATHS: Final = [f"/matters/{{matter_id:uuid}}/{slug}" for slug in STEPS]


@get(PATHS)
async def step_form(request: Req, matter_id: FromPath[UUID]) -> Template:
    """The form of a step; what the reader may not do answers with the reason, as the command would."""
    slug = _slug(request, matter_id)
    async with reading(request) as work:
        return await _show(request, work, matter_id, slug=slug, values=_preset(request, work))


def _preset(request: Req, work: Work) -> dict[str, Any]:
    """What the address or the clock already knows."""
    names = ("finding", "recusal", "remedy", "act")
    given = {name: value for name in names if (value := request.query_params.get(name))}
    now = local_time(work.now)
    return {"on": format_date(now.date()), "time": format_time(work.now), **given}


async def _refusal(work: Work, view: MatterView, slug: str) -> Choice | None:
    """Why the step is not possible now: the reader's own recusal first, then what the record's panel knows."""
    barred = await recusal_of(work, view.id, STEPS[slug].title)
    if barred is not None:
        return barred
    if slug in RECUSAL_STEPS:
        return await _closed(work, view, slug)
    action = ACTIONS.get(slug)
    if action is None or any(c.action == action for c in view.allowed):
        return None
    held = next((c for c in view.refused if c.action == action), None)
    step = STEPS[slug]
    reason = f"事项处于“{view.state_label}”，或者这一步不由您的岗位办理。"
    return held or Choice(action=action, label=step.title, articles=[step.article], reason=reason)


async def _closed(work: Work, view: MatterView, slug: str) -> Choice | None:
    """Steps beside the machine of the matter: why policy does not let the reader take them, or nothing is to do."""
    step, target = STEPS[slug], Target(view.organ_id, view.supervised_id, view.relation)
    verdict, sentence = await consider(work, *RECUSAL_STEPS[slug], target)
    if not verdict.allowed:
        return Choice(action=slug, label=step.title, articles=[verdict.article], reason=sentence)
    if slug == "conflicts/clear" and all(c.settled for c in await recusals.matter_conflicts(work, view.id)):
        return Choice(action=slug, label=step.title, articles=["16"], reason="没有需要确认的利害关系申报。")
    return None


async def _show(
    request: Req, work: Work, matter_id: UUID, *, slug: str, values: dict[str, Any], errors: Sequence[FieldError] = ()
) -> Template:
    step = STEPS[slug]
    view = await matters.view(work, matter_id)
    book = await deadlines.rulebook(work, view.rulebook_key)
    refusal = await _refusal(work, view, slug)
    fields = [] if refusal else await step.fields(work, view, book, request)
    return await page(
        request,
        work,
        "matters/form.html",
        title=step.title,
        active="/matters",
        crumbs=[("监督事项", "/matters"), (view.number or view.title, f"/matters/{view.id}"), step.title],
        status=422 if errors else 200,
        step=step,
        action=f"/matters/{matter_id}/{slug}",
        back=f"/matters/{matter_id}",
        view=view,
        fields=fields,
        values=values,
        refusal=refusal,
        multipart=any(f["kind"] == "upload" for f in fields),
        **error_context(errors),
    )


@post(PATHS, status_code=303)
async def take_step(request: Req, matter_id: FromPath[UUID]) -> Response[bytes] | Template:
    """Take the step. What must be changed comes back in the same form, with everything that was typed."""
    slug = _slug(request, matter_id)
    step = STEPS[slug]
    try:
        async with turn(request) as taken:
            form = await sent_form(request, taken.work)
            await step.run(taken.work, matter_id, form, await _uploads(form))
            return taken.redirect(f"/matters/{matter_id}{f'?tab={step.tab}' if step.tab else ''}")
    except Invalid as invalid:
        async with reading(request) as work:
            values = values_of(await sent_form(request, work))
            shown = invalid.errors or [FieldError("", invalid.message)]
            return await _show(request, work, matter_id, slug=slug, values=values, errors=shown)


ROUTES = [step_form, take_step]

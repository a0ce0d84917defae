"""模型预警 and 畸轻畸重: what rule models found, one hit with its computation, what becomes of it (Arts. 11(5), 17)."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response, Template

from kernel.errors import FieldError, Invalid, NotFound
from kernel.work import Work
from supervision.checks import service as checks
from supervision.checks.commands import HitFilter
from supervision.checks.rules import MOST_AT_ONCE, REASON_MAX, REASONS, SEVERITIES, STATES, catalogue, yuan
from supervision.checks.views import HitView, LikeCases
from tenants.access import Target, authorize
from tenants.organs.directory import Directory, directory
from web.forms import Form
from web.frame import page
from web.turns import Req, reading, turn

ACTIVE: Final = "/checks"
OUTLIERS: Final = "/checks/outliers"
LOOKS: Final = {"A": "red", "B": "amber", "C": "outline", "D": "outline"}
ACTS: Final[dict[str, dict[str, Any]]] = {
    "clue": {
        "title": "转为线索",
        "safe": "暂不转为线索",
        "article": "17",
        "lines": (
            "每个案件登记一条线索，写明该案件的全部预警；已有线索的案件并入原线索。",
            "线索按规定期限受理和办理，被反映单位看不到预警。",
        ),
    },
    "matter": {
        "title": "提请立项",
        "safe": "暂不提请立项",
        "article": "11",
        "lines": (
            "就这一个案件提请立项，写明该案件的全部预警，监督方式为核查督办。",
            "由负责人审批；预警只是核查的起点，不等于认定问题，也不会制发文书。",
        ),
    },
    "dismiss": {
        "title": "排除预警",
        "safe": "暂不排除",
        "article": "17",
        "lines": ("案件数据没有新版本时，排除的预警不再出现。", "排除的理由计入模型的准确率。"),
    },
}


def _wanted(request: Req) -> HitFilter:
    query = request.query_params
    state = query.get("state", "open")
    try:
        organ = UUID(query.get("organ", ""))
    except ValueError:
        organ = None
    return HitFilter(
        state=state if state in STATES else "open",
        severity=query.get("severity", "") if query.get("severity") in SEVERITIES else "",
        rule=query.get("rule", "") if query.get("rule") in catalogue() else "",
        organ_id=organ,
    )


def address(wanted: HitFilter, **changes: str) -> str:
    """The list with other values."""
    held = {
        "state": wanted.state,
        "severity": wanted.severity,
        "rule": wanted.rule,
        "organ": str(wanted.organ_id or ""),
    } | changes
    return f"{ACTIVE}?{urlencode({name: value for name, value in held.items() if value})}"


def _pills(wanted: HitFilter, tree: Directory) -> list[dict[str, str]]:
    found = []
    if wanted.severity:
        found.append(
            {"label": f"{wanted.severity} {SEVERITIES[wanted.severity]}", "href": address(wanted, severity="")}
        )
    if wanted.rule:
        name = f"{wanted.rule} {catalogue()[wanted.rule].name}"
        found.append({"label": name, "href": address(wanted, rule="")})
    if wanted.organ_id in tree.organs:
        assert wanted.organ_id is not None
        found.append({"label": tree.short(wanted.organ_id), "href": address(wanted, organ="")})
    return found


@get(ACTIVE)
async def hit_list(request: Req) -> Template:
    """Hits by state, the gravest first."""
    wanted = _wanted(request)
    after = request.query_params.get("after", "")
    async with reading(request) as work:
        found = await checks.hits(work, wanted, after=after)
        tree = await directory(work)
        return await page(
            request,
            work,
            "checks/list.html",
            title="模型预警",
            active=ACTIVE,
            rows=found.items,
            wanted=wanted,
            looks=LOOKS,
            tabs_list=[
                {"label": name, "href": address(wanted, state=state), "current": state == wanted.state}
                for state, name in STATES.items()
            ],
            pills=_pills(wanted, tree),
            severities=[{"value": key, "label": f"{key}　{name}"} for key, name in SEVERITIES.items()],
            rules=[(rule.id, f"{rule.id} {rule.name}") for rule in catalogue().values()],
            clear_href=f"{ACTIVE}?state={wanted.state}",
            here=address(wanted, after=after),
            first_href=address(wanted) if after else "",
            next_href=address(wanted, after=found.next) if found.next else "",
        )


@get(OUTLIERS)
async def outlier_list(request: Req) -> Template:
    """Fines that stand out among like cases, the farthest first."""
    after = request.query_params.get("after", "")
    async with reading(request) as work:
        found = await checks.outliers(work, after=after)
        return await page(
            request,
            work,
            "checks/outliers.html",
            title="畸轻畸重",
            active=OUTLIERS,
            rows=found.items,
            first_href=OUTLIERS if after else "",
            next_href=f"{OUTLIERS}?after={found.next}" if found.next else "",
        )


@get(f"{ACTIVE}/{{hit_id:uuid}}")
async def hit_page(request: Req, hit_id: FromPath[UUID]) -> Template:
    """One hit: its computation, the steps of the record, like cases, what else was found there."""
    async with reading(request) as work:
        view = await checks.hit(work, hit_id)
        compared = await _compared(work, hit_id) if view.outlier else None
        return await page(
            request,
            work,
            "checks/hit.html",
            title=view.hit.rule_name,
            active=OUTLIERS if view.outlier else ACTIVE,
            crumbs=[("畸轻畸重", OUTLIERS) if view.outlier else ("模型预警", ACTIVE), view.hit.label],
            view=view,
            hit=view.hit,
            looks=LOOKS,
            allowed=_allowed(view) if view.may_judge else [],
            compared=compared,
        )


def _allowed(view: HitView) -> list[dict[str, Any]]:
    """The three steps, each with its confirmation, and the question before them."""
    hit = view.hit
    asking = {
        "label": "询问执法机关",
        "href": f"{ACTIVE}/{hit.id}/ask",
        "articles": ["13"],
        "hint": "先由对方在期限内说明情况，再决定排除或者转为线索。",
        "next": False,
    }
    steps = [
        {
            "label": known["title"],
            "href": f"{ACTIVE}/act?act={act}&chosen={hit.id}",
            "articles": [known["article"]],
            "hint": known["lines"][0],
            "next": act == "clue",
        }
        for act, known in ACTS.items()
    ]
    return [*steps, asking] if view.may_ask else steps


async def _compared(work: Work, hit_id: UUID) -> dict[str, Any] | None:
    """The like cases with their plot; None when the last run knows none."""
    try:
        found = await checks.comparison(work, hit_id)
    except NotFound:
        return None
    others, own = [c for c in found.cases if not c.this], [c for c in found.cases if c.this]
    names = [[" ".join(filter(None, (c.label, c.organ_name))) for c in group] for group in (others, own)]
    spec = {
        "kind": "strip",
        "labels": names,
        "mark": found.median_fen / 100,
        "series": [
            {"name": "同类案件", "values": [c.fine_fen / 100 for c in others]},
            {"name": "本案", "values": [c.fine_fen / 100 for c in own]},
        ],
    }
    return {"found": found, "spec": spec, "sentence": _sentence(found)}


def _sentence(found: LikeCases) -> str:
    low, high = found.cases[0].fine_fen, found.cases[-1].fine_fen
    own = next((c.fine_fen for c in found.cases if c.this), 0)
    return (
        f"{found.year} 年同类案件（{found.group}）{found.count} 件，罚款 {yuan(low)}至{yuan(high)}，"
        f"中位数 {yuan(found.median_fen)}，本案 {yuan(own)}。"
    )


@get(f"{ACTIVE}/act")
async def choose(request: Req) -> Template:
    """The confirmation of a step on the ticked hits."""
    query = request.query_params
    async with reading(request) as work:
        return await _confirm(request, work, query.get("act", ""), Form(query, work.today))


async def _confirm(request: Req, work: Work, act: str, form: Form, errors: list[FieldError] | None = None) -> Template:
    known = ACTS.get(act)
    if known is None:
        raise NotFound
    await authorize(work, "check", _ACTION[act], Target(owner_id=work.organ_id))
    rows = await checks.chosen(work, form.ids("chosen")[:MOST_AT_ONCE])
    values = dict(form.values)
    if form.checked("answered") and len(rows) == 1:
        # What the organ answered is the reason, for a person to look over.
        said = (await checks.reasons(work, [rows[0].id])).get(rows[0].id, "")
        values = {"reason": said, "note": said, **values}
    return await page(
        request,
        work,
        "checks/act.html",
        title=known["title"],
        active=ACTIVE,
        crumbs=[("模型预警", ACTIVE), known["title"]],
        status=422 if errors else 200,
        act=act,
        known=known,
        rows=rows,
        looks=LOOKS,
        reasons=[(reason.key, reason.name) for reason in REASONS],
        reason_max=REASON_MAX,
        values=values,
        errors=errors or [],
        error_of={e.field: e.message for e in errors or []},
    )


_ACTION: Final = {"clue": "to_clue", "matter": "to_matter", "dismiss": "dismiss"}


@post(f"{ACTIVE}/act", status_code=303)
async def take(request: Req) -> Template | Response[bytes]:
    """Take the confirmed step."""
    fields = await request.form()
    try:
        async with turn(request) as t:
            form = Form(fields, t.work.today)
            act, chosen = form.text("act"), form.ids("chosen")
            form.check()
            if act == "clue":
                made = await checks.to_clues(t.work, chosen, note=form.text("note"))
                return t.redirect(f"/clues/{made[0]}" if len(made) == 1 else f"{ACTIVE}?state=clue")
            if act == "matter":
                return t.redirect(f"/matters/{await checks.to_matter(t.work, chosen, note=form.text('note'))}")
            if act == "dismiss":
                await checks.dismiss(t.work, chosen, form.text("reason_code"), form.text("reason"))
                return t.redirect(ACTIVE)
            raise NotFound
    except Invalid as invalid:
        errors = list(invalid.errors) or [FieldError("hits", invalid.message)]
    async with reading(request) as work:
        form = Form(fields, work.today)
        return await _confirm(request, work, form.text("act"), form, errors)


ROUTES = [hit_list, outlier_list, choose, hit_page, take]

"""What the clue pages need besides the clue: the filter in the address, choices of forms, events, files."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from kernel.wording import format_moment
from kernel.work import Work
from supervision.clues import service as clues
from supervision.clues.commands import ClueFilter
from supervision.clues.views import ClueView
from supervision.deadlines import service as deadlines
from supervision.matters import service as matters
from supervision.matters.listing import MatterFilter
from tenants.organs.directory import Directory, directory
from web.organ_views import path_of
from web.turns import Req

STATES = (
    ("new", "待受理"),
    ("accepted", "已受理"),
    ("passed_on", "已转交"),
    ("in_matter", "已立为事项"),
    ("answered", "已答复"),
    ("dismissed", "不予办理"),
    ("merged", "已并入"),
    ("all", "全部"),
)
DUES = {"overdue": "逾期", "today": "今日到期", "near": "3个工作日内到期"}
LOOKS = {
    "new": "waiting",
    "accepted": "checking",
    "in_matter": "urging",
    "passed_on": "gone",
    "merged": "gone",
    "dismissed": "gone",
    "answered": "closed",
}
SIZES = (15, 50, 100)
FORMS = {
    "accept": "accept",
    "pass_on": "pass",
    "propose_dismissal": "dismissal",
    "dismiss": "dismiss",
    "merge": "merge",
    "open_matter": "matter",
    "extend": "extension",
    "answer": "answer",
}
"""Action → where its form lies under /clues/{id}/."""
ICONS = {
    "register": ("plus", ""),
    "received": ("inbox", ""),
    "accept": ("check", "green"),
    "pass_on": ("send", ""),
    "result_back": ("mail", "green"),
    "propose_dismissal": ("note", "amber"),
    "dismiss": ("x", ""),
    "merge": ("merge", ""),
    "merged_in": ("merge", ""),
    "open_matter": ("file-plus", ""),
    "in_matter": ("folders", "green"),
    "opening_rejected": ("x", ""),
    "extend": ("calendar", "amber"),
    "answer": ("send", "green"),
    "draft_answer": ("edit", ""),
    "read_source": ("eye", "amber"),
    "set_subject": ("building", ""),
    "urge": ("bell-ring", "amber"),
}
KINDS = {"image": ("photo", "照片"), "audio": ("audio", "录音"), "video": ("video", "视频")}
MIB = 1_048_576


def chosen(request: Req, origin: bool) -> tuple[ClueFilter, str, int]:
    """(filter, tab, page size) of the address."""
    query = request.query_params
    tab = query.get("state", "all" if origin else "new")
    tab = tab if tab in dict(STATES) else "all"
    month = query.get("month", "")
    size = query.get("size", "50")
    wanted = ClueFilter(
        state="" if tab == "all" else tab,
        source=query.get("source", "")[:40],
        subject_id=_id(query.get("subject", "")),
        due=query.get("due", "") if query.get("due", "") in DUES else "",
        q=query.get("q", "").strip()[:60],
        item=query.get("item", "") if re.fullmatch(r"\d{1,2}\(\d{1,2}\)", query.get("item", "")) else "",
        month=month if re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", month) else "",
        handler_id=_id(query.get("handler", "")),
    )
    return wanted, tab, int(size) if size in map(str, SIZES) else 50


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def address(wanted: ClueFilter, tab: str, size: int, **more: str) -> str:
    """The address of a list with some of its filter changed; an empty value leaves it out."""
    known: dict[str, Any] = {
        "state": tab,
        "source": wanted.source,
        "subject": wanted.subject_id,
        "due": wanted.due,
        "q": wanted.q,
        "item": wanted.item,
        "month": wanted.month,
        "handler": wanted.handler_id,
        "size": size if size != 50 else "",
        **more,
    }
    return "/clues?" + urlencode({k: v for k, v in known.items() if v})


def pills(wanted: ClueFilter, tab: str, size: int, names: dict[str, str]) -> list[dict[str, str]]:
    made = []
    if wanted.source:
        made.append(("来源：" + names.get(wanted.source, wanted.source), "source"))
    if wanted.subject_id:
        made.append(("被反映单位：" + names.get(str(wanted.subject_id), ""), "subject"))
    if wanted.due:
        made.append(("期限：" + DUES[wanted.due], "due"))
    if wanted.item:
        made.append(("监督内容：" + names.get(wanted.item, wanted.item), "item"))
    if wanted.month:
        made.append(("收到：" + wanted.month, "month"))
    if wanted.handler_id:
        made.append(("办理：" + names.get(str(wanted.handler_id), ""), "handler"))
    if wanted.q:
        made.append(("含：" + wanted.q, "q"))
    return [{"label": label, "href": address(wanted, tab, size, **{key: ""})} for label, key in made]


def events(view: ClueView) -> list[dict[str, Any]]:
    """The history as the timeline takes it."""
    return [
        {
            "icon": ICONS.get(e.action, ("note", ""))[0],
            "tone": ICONS.get(e.action, ("note", ""))[1],
            "title": e.title,
            "articles": e.articles,
            "time": format_moment(e.at),
            "body": f"{e.who}。{e.note}" if e.note else e.who,
        }
        for e in view.timeline
    ]


def tiles(view: ClueView) -> list[dict[str, Any]]:
    """The files as evidence tiles."""
    made = []
    for file in view.attachments:
        kind, label = KINDS.get(file.kind, ("other", "文件"))
        if file.media_type == "application/pdf":
            kind, label = "pdf", "PDF"
        size = f"{file.size / MIB:.1f} MB" if file.size >= MIB else f"{max(1, file.size // 1024)} KB"
        href = f"/clues/{view.id}/files/{file.id}"
        made.append({"type": kind, "type_label": label, "name": file.name, "note": size, "href": href})
    return made


def acts(view: ClueView) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """(possible, impossible) as the action panel takes them; the first possible one is the next."""
    allowed: list[dict[str, Any]] = []
    refused: list[dict[str, Any]] = []
    for act in view.acts:
        if act.allowed:
            href = f"/clues/{view.id}/{FORMS[act.action]}"
            allowed.append({"label": act.label, "href": href, "articles": act.article, "hint": act.hint})
        else:
            refused.append({"label": act.label, "reason": act.reason, "articles": act.article, "remedy": act.remedy})
    if allowed:
        allowed[0]["next"] = True
    return allowed, refused


def organ_choice(tree: Directory, organ_id: UUID, note: str = "") -> dict[str, Any]:
    organ = tree.get(organ_id)
    return {"value": str(organ_id), "label": organ.short_name or organ.name, "note": note or path_of(tree, organ)}


async def receivers(work: Work, clue: ClueView) -> list[dict[str, Any]]:
    """Organs to which the clue may be passed: other supervisors of the subject and the body one level up."""
    tree = await directory(work)
    found: dict[UUID, str] = {}
    if clue.subject_id is not None:
        for relation in tree.supervision.supervisors_of(clue.subject_id):
            found.setdefault(relation.through_id or relation.supervisor_id, relation.reason_zh)
    above = tree.upper_supervision_body(work.organ_id)
    if above is not None:
        found.setdefault(above, "上一级行政执法监督机构。")
    return [
        organ_choice(tree, organ_id, note)
        for organ_id, note in found.items()
        if organ_id != work.organ_id and clues.competent(tree, organ_id, clue.subject_id)
    ]


async def merge_targets(work: Work, view: ClueView) -> list[dict[str, Any]]:
    """Clues and matters that this one may be dealt with: likely duplicates, then those of the same subject."""
    made = [
        {"value": f"clue:{s.id}", "label": f"{s.number} {s.title}", "tag": f"相似 {s.score}%", "note": s.state_label}
        for s in view.duplicates
        if s.state in ("new", "accepted", "in_matter")
    ]
    known = {m["value"] for m in made}
    if view.subject_id is not None:
        wanted = ClueFilter(subject_id=view.subject_id)
        for row in (await clues.list_clues(work, wanted, limit=30)).rows:
            value = f"clue:{row.id}"
            if row.id != view.id and value not in known and row.state in ("new", "accepted", "in_matter"):
                made.append({"value": value, "label": f"{row.number} {row.title}", "note": row.state_label})
        chosen_matters = MatterFilter(view="active", supervised=(view.subject_id,))
        for matter in (await matters.list_matters(work, chosen_matters, limit=30)).items:
            label = f"{matter.number or '待立项'} {matter.title}"
            made.append({"value": f"matter:{matter.id}", "label": label, "tag": "监督事项", "note": matter.stage_label})
    return made


async def other_clues(work: Work, view: ClueView) -> list[dict[str, Any]]:
    """Accepted clues about the same organ that may feed the same matter."""
    if view.subject_id is None:
        return []
    rows = (await clues.list_clues(work, ClueFilter(state="accepted", subject_id=view.subject_id), limit=30)).rows
    return [{"value": str(r.id), "label": f"{r.number} {r.title}"} for r in rows if r.id != view.id]


async def form_context(work: Work, name: str, view: ClueView) -> dict[str, Any]:
    """What the form of one step offers to choose from."""
    book = await deadlines.rulebook(work)
    if name == "pass":
        return {"receivers": await receivers(work, view), "files": tiles_to_pass(view)}
    if name == "dismissal":
        return {"reasons": [{"value": r.key, "label": r.name} for r in book.dismissal_reasons]}
    if name == "merge":
        return {"targets": await merge_targets(work, view)}
    if name == "matter":
        return {
            "modes": [(m.key, m.name) for m in book.modes],
            "items": [{"value": i.code, "label": i.name, "articles": [i.code]} for i in book.content_items],
            "others": await other_clues(work, view),
        }
    if name == "extension":
        return {"length": book.deadline("clue.extension").length}
    return {}


def tiles_to_pass(view: ClueView) -> list[dict[str, Any]]:
    return [{"value": str(f.id), "label": f.name} for f in view.attachments]

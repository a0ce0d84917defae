"""The rules in our words, help, and the demo clock."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Response, Template

from kernel import demo_clock
from kernel.errors import NotFound
from kernel.work import Work
from policy import articles, entries
from policy.engine import default_policy
from policy.entries import UNIT_LABELS
from policy.lines import Line, among
from policy.rulebook import RuleBook
from policy.vocabulary import (
    ACTIONS,
    LABELS,
    ORGAN_CLASS_LABELS,
    RELATION_LABELS,
    ROLE_LABELS,
    STANDING_LABELS,
)
from supervision.deadlines import service as deadlines
from tenants.access import Target, authorize
from web import entry
from web.frame import page, part, settings
from web.rendering import article
from web.turns import Req, database, identity, reading

TABS = (("articles", "条文"), ("deadlines", "期限"), ("documents", "文书与决定"), ("powers", "谁可以办什么"))
SOURCES = {"article": "办法规定", "default": "系统默认", "tenant": "本单位调整"}
FORMS = {"letter": "信函格式", "standard": "公文格式", "upward": "上行文", "sheet": "表格"}
EFFECTS = {"allow": "可以", "deny": "不可以", "bar": "暂不可以", "refer": "由他人办理"}
KIND_LABELS = {
    "clue": "线索",
    "matter": "监督事项",
    "instrument:urging_letter": "督办函",
    "instrument:opinion": "意见书",
    "instrument:internal_notice": "督促整改通知",
    "delivery": "送达",
    "reply": "书面报告",
    "extension": "延期",
    "objection": "异议",
    "circular": "通报",
    "report": "向政府报告",
    "decision": "监督决定",
    "referral:discipline": "问题线索移送",
    "referral:criminal": "犯罪案件移送",
    "referral:urge_transfer": "督促移送",
    "conduct": "对监督人员的反映",
    "channel": "线索渠道",
    "commendation": "表彰",
    "deadline": "期限",
    "organ": "单位",
    "relation": "监督关系",
    "account": "账号",
    "rulebook": "规则",
    "calendar": "工作日历",
    "audit": "审计记录",
    "notice": "消息",
    "notice_channel": "通知渠道",
    "webhook": "网络回调",
    "api_key": "接口密钥",
    "dead_letter": "未完成任务",
    "system": "系统运行状态",
    "link": "对接系统",
    "evidence": "证据",
    "statistics": "统计",
    "overview": "一页概览",
}


@get("/rules")
async def rules(request: Req) -> Template:
    """Articles, deadlines, documents, powers: what the product goes by."""
    tab = request.query_params.get("tab", "articles")
    kind = request.query_params.get("kind", "instrument:urging_letter")
    kind = kind if kind in ACTIONS else "instrument:urging_letter"
    async with reading(request) as work:
        await authorize(work, "rulebook", "read", Target())
        book = await _book(work)
        return await page(
            request,
            work,
            "help/rules.html",
            title="依据与规则",
            active="/rules",
            book=book.header,
            tab=tab if tab in dict(TABS) else "articles",
            tabs_list=[{"label": label, "href": f"/rules?tab={key}", "current": key == tab} for key, label in TABS],
            articles_list=[{"code": a.code, "name": a.name, "summary": a.summary} for a in book.articles],
            deadlines=[_deadline(d) for d in book.deadlines],
            ladder=[_step(s) for s in book.ladder],
            limits=[*book.limits, *book.bars],
            instruments=[_instrument(i) for i in book.instruments],
            decisions=[_decision(d) for d in book.decisions],
            powers=powers(kind),
            kind=kind,
            kinds=[
                {"label": label, "href": "/rules?" + urlencode({"tab": "powers", "kind": key}), "current": key == kind}
                for key, label in KIND_LABELS.items()
            ],
            sources=SOURCES,
            units=UNIT_LABELS,
        )


async def _book(work: Work) -> RuleBook:
    """The reader's rule book with what the tenant changed."""
    return await deadlines.rulebook(work)


@get("/rules/articles/{code:str}")
async def article_page(request: Req, code: FromPath[str]) -> Template:
    """One article: our words, its deadlines and documents, the rules that rest on it; a card for htmx."""
    if not articles.is_valid(code):
        raise NotFound
    async with reading(request) as work:
        await authorize(work, "rulebook", "read", Target())
        card = article(code)
        if request.headers.get("hx-request") == "true":
            return part(request, "help/article_card.html", card=card)
        book = await _book(work)
        return await page(
            request,
            work,
            "help/article.html",
            title=card.text,
            active="/rules",
            crumbs=[("依据与规则", "/rules"), card.text],
            card=card,
            items=[{"code": i.code, "name": i.name} for i in book.content_items if _below(i.code, code)],
            deadlines=[_deadline(d) for d in book.deadlines if d.article == code],
            instruments=[_instrument(i) for i in book.instruments if i.article == code],
            powers=[_power(line) for line in default_policy().lines if code in line.article.split(";")],
            sources=SOURCES,
        )


def _below(item: str, code: str) -> bool:
    return item == code or item.startswith(f"{code}(")


def _deadline(entry_: entries.Deadline) -> dict[str, str]:
    return {
        "name": entry_.name,
        "length": entry_.length,
        "source": SOURCES[entry_.source],
        "article": entry_.article,
        "note": entry_.note,
        "change": "可以由本单位调整" if entry_.tenant_may_change else "固定",
    }


def _step(step: entries.Step) -> dict[str, str]:
    when = "期满当日" if step.offset == 0 else f"期满{'前' if step.offset < 0 else '后'} {abs(step.offset)} 个工作日"
    people = {"handler": "承办人", "upper_justice_department": "上一级司法行政部门", **ROLE_LABELS}
    to = "、".join(people[r] for r in step.to)
    return {"name": step.name, "when": when, "to": to, "article": step.article}


def _instrument(kind: entries.Instrument) -> dict[str, str]:
    return {
        "name": kind.name,
        "form": FORMS[kind.form],
        "signed_by": "、".join(ORGAN_CLASS_LABELS[c] for c in kind.signed_by),
        "relations": "、".join(RELATION_LABELS[r] for r in kind.relations),
        "aliases": "、".join(kind.aliases),
        "article": kind.article,
    }


def _decision(kind: entries.DecisionKind) -> dict[str, Any]:
    off = "、".join(RELATION_LABELS[r] for r in kind.off_for_relations)
    reasons = [r.name for r in kind.reasons]
    return {"name": kind.name, "when": kind.when, "article": kind.article, "off": off, "reasons": reasons}


def powers(kind: str) -> list[dict[str, Any]]:
    """The lines of the policy on each act of a kind, in the order of the procedure."""
    found = []
    for action in ACTIONS[kind]:
        lines = [
            _power(line) for line in default_policy().lines if among(kind, line.kind) and among(action, line.action)
        ]
        found.append({"label": LABELS[kind, action], "lines": lines})
    return found


def _power(line: Line) -> dict[str, str]:
    return {
        "id": line.id,
        "effect": EFFECTS[line.effect],
        "allowed": "yes" if line.effect == "allow" else "no",
        "who": _words(line.organ_class, ORGAN_CLASS_LABELS, "任何单位") + "的" + _words(line.role, ROLE_LABELS, "人员"),
        "relation": _words(line.relation, RELATION_LABELS, "不限"),
        "standing": _words(line.standing, STANDING_LABELS, ""),
        "sentence": line.sentence,
        "article": line.article,
    }


def _words(column: str, labels: Any, every: str) -> str:
    if column == "*":
        return every
    negated = column.startswith("!")
    text = "、".join(labels.get(word, word) for word in column.removeprefix("!").split("|"))
    return f"除{text}以外" if negated else text


@get("/help")
async def help_page(request: Req) -> Template:
    """How to use the product, for the reader's role."""
    async with reading(request) as work:
        return await page(request, work, "help/help.html", title="使用说明", roles=identity(request).roles)


@post("/demo/advance", status_code=303, include_in_schema=False)
async def demo_advance(request: Req) -> Response[bytes]:
    """Move the demo clock. The route exists in demo mode only."""
    text = str((await request.form()).get("days", ""))
    days = int(text) if text.isdigit() and len(text) < 4 else 0
    await demo_clock.advance(database(request), settings(request).city_id, days)
    back = request.headers.get("referer", "").split("/", 3)
    target = entry.safe_next("/" + back[3]) if len(back) == 4 else ""
    return Response(b"", status_code=303, headers={"location": target or "/"}, media_type="text/html")


ROUTES = [rules, article_page, help_page]

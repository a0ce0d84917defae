"""A brief on paper: one A4 page by Typst, and the same content as a Word file."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from kernel import settings
from kernel.typeset import Typesetter
from kernel.wording import format_date, format_moment, format_short
from reporting.leader.rules import LEAST_RANKED
from reporting.leader.views import Overview, PartView, WeekView
from supervision.instruments.documents.render import FACES

if TYPE_CHECKING:
    from kernel.wordchart import Chart

TEMPLATES: Final = Path(__file__).parent / "templates"
MOST_ROWS: Final = 12
"""Rows of the comparison that fit on the page."""
MOST_TITLE: Final = 26


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """What a brief is made of."""

    view: Overview
    week: WeekView | None
    issuer: str
    dated: date
    moment: datetime
    who: str
    regulation: str


@lru_cache(maxsize=1)
def typesetter() -> Typesetter:
    """The typesetter of this process for briefs, with the faces of official documents."""
    folder = settings.load().font_dir
    return Typesetter(TEMPLATES, FACES, Path(folder) if folder else None)


def pdf(draft: Draft) -> bytes:
    """One page, PDF/A-2b."""
    return typesetter().pdf("brief.typ", content(draft), created=draft.moment)


def content(draft: Draft) -> dict[str, Any]:
    """Everything on the page, in words."""
    view = draft.view
    return {
        "title": title(draft),
        "issuer": draft.issuer,
        "dated": format_date(draft.dated),
        "lead": sentences(draft),
        "figures": [list(row) for row in figures(view)],
        "compare_title": compare_title(view),
        "compare_heads": list(heads(view)),
        "compare": [list(line(part, view)) for part in view.parts[:MOST_ROWS]],
        "compare_note": compare_note(view),
        "worst": [list(row) for row in worst(view)],
        "months": [{"label": m.label, "opened": m.opened, "closed": m.closed} for m in view.months],
        "foot": f"依据：{draft.regulation}　制表人 {draft.who}　{format_moment(draft.moment)}　内部资料，不得外传",
    }


def title(draft: Draft) -> str:
    kind = f"监督周报（{draft.week.label}）" if draft.week else f"监督简报（{draft.view.period_label}）"
    return f"{draft.view.organ_name}行政执法{kind}"


def sentences(draft: Draft) -> list[str]:
    """The text of a brief: the week first, then the period, then what needs attention."""
    view, found = draft.view, []
    if draft.week is not None:
        week = draft.week
        found.append(
            f"{week.label}，立案监督事项 {week.opened} 件，结项 {week.closed} 件，"
            f"新发生逾期且仍未反馈 {week.fell_due} 件。"
        )
    rate = view.in_time
    told = f"，按期反馈率 {rate.text}" if rate.percent is not None else ""
    found.append(
        f"{view.period_label}立案监督事项 {view.opened} 件（上年同期 {view.opened_before} 件），"
        f"期末在办 {view.open} 件；"
        f"应反馈文书 {rate.whole} 份，按期反馈 {rate.part} 份{told}；向政府报告 {view.reports} 件，"
        f"作出监督决定 {view.decisions} 份，已执行 {view.executed} 份；收到线索 {view.clues} 条。"
    )
    if view.overdue:
        first = view.worst[0] if view.worst else None
        most = f"，其中最久的逾期 {first.text}，{first.holder}" if first else ""
        found.append(f"截至{format_date(draft.dated)}，逾期事项 {view.overdue} 件{most}。")
    else:
        found.append(f"截至{format_date(draft.dated)}，没有逾期事项。")
    if view.returns is not None and view.returns.expected:
        r = view.returns
        found.append(
            f"{r.period_label}{r.name}应报单位 {r.expected} 个，已报 {r.reported} 个，其中按期 {r.on_time} 个。"
        )
    return found


def figures(view: Overview) -> tuple[tuple[str, str, str], ...]:
    """Label, value and base of the figures that matter."""
    return (
        ("立案监督事项", f"{view.opened} 件", f"在办 {view.open} 件"),
        ("按期反馈率", view.in_time.text, f"按期 {view.in_time.part} / 应反馈 {view.in_time.whole}"),
        ("现在逾期", f"{view.overdue} 件", f"在办 {view.open} 件"),
        ("监督决定", f"{view.decisions} 份", f"已执行 {view.executed} 份"),
        ("整改完成率", view.rectified.text, f"已整改 {view.rectified.part} / 认定 {view.rectified.whole}"),
    )


def compare_title(view: Overview) -> str:
    return "各县（市、区）对比" if view.level == "city" else "被监督单位对比"


def compare_note(view: Overview) -> str:
    left = f"另有 {len(view.parts) - MOST_ROWS} 个单位未列。" if len(view.parts) > MOST_ROWS else ""
    return f"应反馈不足 {LEAST_RANKED} 份的不参与排名，列在后面。{left}"


def heads(view: Overview) -> tuple[str, ...]:
    if view.level == "city":
        return "单位", "按期反馈率", "按期 / 应反馈", "立案", "逾期 / 在办"
    return "单位", "按期反馈率", "按期 / 应反馈", "收到文书", "逾期事项"


def line(part: PartView, view: Overview) -> tuple[str, ...]:
    late = f"{part.overdue} / {part.open}" if view.level == "city" else str(part.overdue)
    return part.name, part.in_time.text, f"{part.in_time.part} / {part.in_time.whole}", str(part.opened), late


def worst(view: Overview) -> list[tuple[str, ...]]:
    """Matter, organ, how late, whose turn."""
    return [
        (_short(w.title), w.supervised_name, f"{format_short(w.due_on)}到期，逾期 {w.text}", w.holder)
        for w in view.worst
    ]


def _short(words: str) -> str:
    return words if len(words) <= MOST_TITLE else f"{words[: MOST_TITLE - 1]}…"


def _course(view: Overview) -> Chart:
    """Twelve months of matters opened and closed."""
    from kernel.wordchart import Chart

    opened, closed = [m.opened for m in view.months], [m.closed for m in view.months]
    told = f"近12个月立项{sum(opened)}件，结项{sum(closed)}件。"
    series = [("立项", opened), ("结项", closed)]
    return Chart(told, [m.label for m in view.months], series, kind="column", width=154, height=70)


def docx(draft: Draft) -> bytes:
    """The brief as a Word file with the fonts that GB/T 9704 names."""
    # Loaded with the first Word file: it would hold up every start.
    from kernel.wordfile import Look, Page, WordFile

    text = Look("仿宋_GB2312", 16, pitch=28, first_indent=32)
    head = Look("黑体", 16, pitch=28, first_indent=32, keep_with_next=True)
    cell, small = Look("仿宋_GB2312", 11, pitch=18, align="left"), Look("宋体", 9, pitch=14, align="left")
    page = Page(top=37, left=28, bottom=35, right=26, lines=22, footer_edge=25)
    file = WordFile(page, title=title(draft), author=draft.issuer, created=draft.dated, body=text)
    file.paragraph(title(draft), Look("方正小标宋简体", 20, pitch=32, align="center", after=12))
    file.paragraph(
        f"{draft.issuer}　{format_date(draft.dated)}", Look("楷体_GB2312", 14, pitch=24, align="center", after=12)
    )
    file.paragraph("一、基本情况", head)
    for words in sentences(draft):
        file.paragraph(words, text)
    file.paragraph(f"二、{compare_title(draft.view)}", head)
    rows = [line(part, draft.view) for part in draft.view.parts] or [("没有可以对比的单位", "", "", "", "")]
    file.table([heads(draft.view), *rows], cell, widths=(44, 26, 32, 24, 30))
    file.paragraph(compare_note(draft.view).partition("另有")[0], small)
    file.paragraph("三、逾期最久的事项", head)
    late = worst(draft.view)
    if late:
        file.table([("事项", "被监督机关", "逾期", "现在由谁办理"), *late], cell, widths=(48, 36, 36, 36))
    else:
        file.paragraph("没有逾期事项。", text)
    file.paragraph("四、线索来源", head)
    sources = "，".join(f"{c.name} {c.value} 条" for c in draft.view.channels)
    file.paragraph(f"收到线索 {draft.view.clues} 条{f'：{sources}' if sources else ''}。", text)
    file.paragraph("五、近12个月立项与结项", head)
    file.chart(_course(draft.view), text)
    file.foot(Look("宋体", 14), [content(draft)["foot"]], small)
    return file.data()

"""The justice department's own report to its government, drafted from what was sent in (Art. 12)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Final

from kernel import settings
from kernel.errors import IllegalTransition
from kernel.wording import format_date
from kernel.work import Work
from reporting.annual import repository
from reporting.annual.reading import board
from reporting.annual.rules import ARTICLE
from reporting.annual.views import AnnualRow, BoardView
from supervision.instruments.documents import Chapter, Frame, StatementDocument, Table, docx, render
from tenants.access import Target, authorize
from tenants.organs.directory import directory
from tenants.organs.letters import organ_letters

CHARTED: Final = "penalties"
"""The figure that is drawn as bars beside each organ."""
WORD: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


async def summary(work: Work, year: int, form: str) -> tuple[str, bytes, str]:
    """The draft of the report on a year as ``pdf`` or ``docx``: (file name, content, media type). It has no number and
    no seal: the department issues it by itself. Audited. Raises Denied, Invalid for an impossible year,
    IllegalTransition while nothing was sent in."""
    await authorize(work, "annual_paper", "roll_up", Target(owner_id=work.organ_id))
    document = await _document(work, year)
    name = f"{document.name}（草稿）.{form}"
    work.record("roll_up", "annual_paper", None, title=f"汇总起草{document.name}", article=ARTICLE)
    if form == "docx":
        return name, await asyncio.to_thread(docx, document), WORD
    return name, (await asyncio.to_thread(render, document)).pdf, "application/pdf"


async def _document(work: Work, year: int) -> StatementDocument:
    view = await board(work, "report", year)
    sent = [(p, s.content) for p, s in await repository.latest_submissions(work, "report", year)]
    if not sent:
        raise IllegalTransition("还没有单位报送这一年度的报告。", article=ARTICLE, remedy="有单位报送后再汇总。")
    tree = await directory(work)
    organ = tree.get(work.organ_id)
    government = tree.government_of(work.organ_id)
    named = tree.name(government) if government else organ.name
    reports = [(tree.short(p.organ_id), content) for p, content in sent]
    return StatementDocument(
        frame=Frame(
            issuer=organ.name,
            created=work.today,
            number_stem=f"{organ.letters or organ_letters(organ.name)}〔{work.today.year}〕",
            contact=work.actor.name if work.actor else "",
            demo=settings.load().demo_mode,
        ),
        name=f"{organ.name}关于{year}年度行政执法工作情况的报告",
        addressee=named,
        upward=True,
        opening=f"根据行政执法监督的有关规定，现将本级行政执法机关{year}年度行政执法工作情况汇总报告如下",
        chapters=(_timeliness(view), _totals(reports), _organs(reports), *_words(reports)),
    )


def _timeliness(view: BoardView) -> Chapter:
    words = (
        f"应当报送的单位{view.total}个，已报送{view.submitted}个，其中按期{view.in_time}个、逾期{view.late}个，"
        f"未报送{view.total - view.submitted}个；已向社会公开{view.published}个。"
    )
    rows = tuple((row.organ, _day(row), _standing(row)) for row in view.rows)
    return Chapter(
        heading="报送和公开情况", paragraphs=(words,), table=Table(heads=("单位", "报送", "情况"), rows=rows)
    )


def _day(row: AnnualRow) -> str:
    return format_date(row.submitted_on) if row.submitted_on else "未报送"


def _standing(row: AnnualRow) -> str:
    if row.submitted_on is None:
        return "逾期未报送" if row.overdue else "期限未到"
    return ("逾期" if row.late else "按期") + ("，已公开" if row.published_on else "，未公开")


def _totals(reports: Sequence[tuple[str, dict[str, Any]]]) -> Chapter:
    """The sums of what the organs stated, as they stated it."""
    sums: dict[str, tuple[str, str, int]] = {}
    for _, content in reports:
        for f in content["figures"]:
            before = sums.get(f["code"], (f["name"], f["unit"], 0))
            sums[f["code"]] = (f["name"], f["unit"], before[2] + f["value"])
    rows = tuple((name, f"{value:,}", unit) for name, unit, value in sums.values())
    words = f"以下数据由{len(reports)}个已报送单位的报告汇总，未报送的单位不在其内。"
    return Chapter(heading="主要数据", paragraphs=(words,), table=Table(heads=("数据项", "合计", "单位"), rows=rows))


def _organs(reports: Sequence[tuple[str, dict[str, Any]]]) -> Chapter:
    """Each organ beside the others, the largest first."""
    values = [(organ, _figure(content, CHARTED)) for organ, content in reports]
    values.sort(key=lambda pair: (-pair[1], pair[0]))
    largest = max(value for _, value in values) or 1
    table = Table(
        heads=("单位", "行政处罚（件）"),
        rows=tuple((organ, f"{value:,}") for organ, value in values),
        bars=tuple(round(100 * value / largest) for _, value in values),
        bar="对比",
        values=tuple(value for _, value in values),
    )
    return Chapter(heading="各单位行政处罚办理情况", table=table)


def _figure(content: dict[str, Any], code: str) -> int:
    return next((int(f["value"]) for f in content["figures"] if f["code"] == code), 0)


def _words(reports: Sequence[tuple[str, dict[str, Any]]]) -> list[Chapter]:
    """What the organs wrote of problems and of the next year, each under its name, for the department to condense."""
    parts = (("problems", "各单位反映的主要问题"), ("next_year", "下一年度工作打算"))
    return [
        Chapter(
            heading=heading,
            paragraphs=tuple(
                f"{organ}：{' '.join(content['sections'].get(key, '').split())}" for organ, content in reports
            ),
        )
        for key, heading in parts
    ]

"""Lists, pages and the completeness board of the yearly papers, and what everybody may read (Art. 12)."""

from __future__ import annotations

import re
from datetime import date
from typing import Final
from uuid import UUID

from kernel import blobs
from kernel.errors import Invalid, NotFound
from kernel.machine import Option
from kernel.work import Work
from reporting.annual import repository
from reporting.annual.duties import due_day, open_duties, owes
from reporting.annual.models import AnnualPaper, AnnualSubmission
from reporting.annual.rules import ARTICLE, KINDS, MACHINE, PaperFacts, due_year, missing
from reporting.annual.views import (
    AnnualPage,
    AnnualRow,
    BoardView,
    PublicPaper,
    PublicRow,
    figure_views,
    public_href,
    publication_view,
    round_view,
    row_view,
    section_views,
)
from reporting.annual.writing import content_of, seen, target
from reporting.returns.opening import level_body
from supervision.matters.views import Page
from tenants.access import Target, authorize, consider
from tenants.organs.directory import directory

MOST: Final = 400
"""Organs of one level."""
YEARS: Final = range(2000, 2101)
CODE: Final = re.compile(r"(report|plan)-\d{4}-[0-9a-f]{16}", re.ASCII)
ACTIONS: Final = {"write": "draft"}
OWN: Final = frozenset({"write", "approve", "return", "submit", "publish"})


async def is_department(work: Work) -> bool:
    """Whether papers are owed to the work's organ."""
    return (await directory(work)).get(work.organ_id).is_supervision_body


async def _own_target(work: Work) -> Target:
    tree = await directory(work)
    return Target(owner_id=level_body(tree, work.organ_id) or work.organ_id, supervised_id=work.organ_id)


async def papers(work: Work, *, before: UUID | None = None, limit: int = 50) -> Page[AnnualRow]:
    """Papers that the reader's organ owes or has sent in, the newest duty first. Raises Denied."""
    await authorize(work, "annual_paper", "list", await _own_target(work))
    rows = await repository.of_organ(work, before=before, limit=limit + 1)
    return Page([await _row(work, row) for row in rows[:limit]], str(rows[limit - 1].id) if len(rows) > limit else None)


async def start(work: Work) -> None:
    """Open this year's duties of the reader's organ, for one who comes before the daily job. Raises Denied, Invalid
    for an organ that owes nothing."""
    await authorize(work, "annual_paper", "draft", await _own_target(work))
    if not owes(await directory(work), work.organ_id):
        raise Invalid("本单位不需要报送年度报告和年度计划。", field="year", article=ARTICLE)
    await open_duties(work, work.today.year)


async def _row(work: Work, paper: AnnualPaper) -> AnnualRow:
    tree = await directory(work)
    return row_view(paper, tree.short(paper.organ_id), tree.short(paper.department_id), work.today)


async def paper(work: Work, paper_id: UUID) -> AnnualPage:
    """One paper: to its organ what is in hand, to the department what was sent in last, each step with why not.

    Raises NotFound, Denied.
    """
    found = await seen(work, paper_id, "read")
    mine = found.organ_id == work.organ_id
    sent = await repository.submissions(work, found)
    in_hand = mine and found.state in ("draft", "approved", "sent_back")
    content = await content_of(work, found) if in_hand else sent[0].content if sent else None
    held = await repository.publications(work, found)
    return AnnualPage(
        paper=await _row(work, found),
        sections=section_views(found.kind, content) if content else [],
        figures=figure_views(content) if content else [],
        draft=in_hand,
        drafted_by_name=found.drafted_by_name if mine else "",
        approved_by_name=found.approved_by_name if mine or sent else "",
        approved_at=found.approved_at,
        sent_back_reason=found.sent_back_reason,
        decided_by_name=found.decided_by_name,
        decided_at=found.decided_at,
        rounds=[round_view(row) for row in sent],
        publications=[publication_view(row) for row in held],
        options=await _options(work, found, content, published=bool(held and held[0].content_hash == _hash(sent))),
    )


def _hash(sent: list[AnnualSubmission]) -> str:
    return sent[0].content_hash if sent else ""


async def _options(work: Work, found: AnnualPaper, content: object, *, published: bool) -> list[Option]:
    """Steps of the present state that belong to the reader's side, with policy's own refusal in front."""
    mine = found.organ_id == work.organ_id
    sections = content["sections"] if isinstance(content, dict) else {}
    facts = PaperFacts(complete=not missing(found.kind, sections))
    options = []
    for option in MACHINE.options(found.state, facts):
        if (option.action in OWN) != mine or (option.action == "publish" and published):
            continue
        about = target(found, found.drafted_by) if option.action == "approve" else target(found)
        verdict, sentence = await consider(work, "annual_paper", ACTIONS.get(option.action, option.action), about)
        if verdict.allowed:
            options.append(option)
        else:
            refused = Option(option.action, option.label, False, sentence, verdict.article, "", option.hint)
            options.append(refused)
    return options


async def board(work: Work, kind: str, year: int) -> BoardView:
    """Who has sent in the report or plan about a year to the reader's department, and who has not. Raises Denied,
    Invalid."""
    await authorize(work, "annual_paper", "list", Target(owner_id=work.organ_id))
    if kind not in KINDS:
        raise Invalid("请选择年度报告或者年度计划。", field="kind", article=ARTICLE)
    if year not in YEARS:
        raise Invalid(f"年份应在 {YEARS[0]} 至 {YEARS[-1]} 之间。", field="year", article=ARTICLE)
    rows = [await _row(work, row) for row in await repository.board(work, kind, year, MOST)]
    order = {"overdue": 0, "unpublished": 1}
    rows.sort(key=lambda r: (order["overdue"] if r.overdue else order["unpublished"] if r.unpublished else 2, r.organ))
    return BoardView(
        kind=kind,
        kind_label=KINDS[kind],
        year=year,
        due_on=rows[0].due_on if rows else await _planned_day(work, kind, year),
        total=len(rows),
        submitted=sum(r.submitted_on is not None for r in rows),
        in_time=sum(r.submitted_on is not None and not r.late for r in rows),
        late=sum(r.late for r in rows),
        overdue=sum(r.overdue for r in rows),
        accepted=sum(r.state == "accepted" for r in rows),
        published=sum(r.published_on is not None for r in rows),
        rows=rows,
    )


async def _planned_day(work: Work, kind: str, year: int) -> date | None:
    """The day on which it would be due; None beyond the calendar."""
    days = due_year(kind, year)
    return await due_day(work, kind, days) if abs(days - work.today.year) <= 1 else None


async def evidence(work: Work, paper_id: UUID, version: int) -> tuple[str, bytes]:
    """The picture of the page on the organ's own site: name and content. Raises NotFound, Denied."""
    found = await seen(work, paper_id, "read")
    row = next((p for p in await repository.publications(work, found) if p.version == version), None)
    if row is None or not row.evidence_sha256:
        raise NotFound
    return row.evidence_name, await blobs.store().read(row.evidence_sha256)


async def public_paper(work: Work, code: str) -> PublicPaper:
    """A published paper, for anybody. Raises NotFound for whatever is not published."""
    row = await repository.public_paper(work, code) if CODE.fullmatch(code) else None
    if row is None:
        raise NotFound
    return PublicPaper(
        organ=row.organ_name,
        title=row.title,
        kind=row.kind,
        year=row.year,
        sections=section_views(row.kind, row.content),
        figures=figure_views(row.content),
        version=row.version,
        published_on=row.published_on,
        first_published_on=row.first_published_on,
        sha256=row.content_hash,
        href=public_href(code),
        pdf_href=f"{public_href(code)}/pdf",
    )


async def public_pdf(work: Work, code: str) -> tuple[str, bytes]:
    """The published paper as PDF/A: name and content. Raises NotFound."""
    row = await repository.public_paper(work, code) if CODE.fullmatch(code) else None
    if row is None:
        raise NotFound
    return f"{row.title}.pdf", await blobs.store().read(row.pdf_sha256)


async def public_papers(work: Work, year: int) -> list[PublicRow]:
    """Everything published about a year, by organ. Raises NotFound for an impossible year."""
    if year not in YEARS:
        raise NotFound
    found = [
        PublicRow(
            organ=row.organ_name,
            title=row.title,
            kind=row.kind,
            year=row.year,
            href=row.url or public_href(row.code),
            own_site=row.place == "own_site",
            published_on=row.published_on,
        )
        for row in await repository.public_papers(work, year)
    ]
    return sorted(found, key=lambda r: (r.organ, r.kind))

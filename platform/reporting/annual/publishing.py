"""Publication: a page of the product open to all, or the address of the organ's own site; and its check (Art. 12).

What is published is what was sent in, frozen: a corrected paper is published anew, as a further version under the same
address.
"""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any, Final
from uuid import UUID

from kernel import blobs
from kernel.errors import FieldError, IllegalTransition, Invalid, NotFound
from kernel.ids import new_id
from kernel.work import Work
from reporting.annual import repository
from reporting.annual.commands import SiteInput
from reporting.annual.models import AnnualPaper, AnnualPublication, AnnualSubmission
from reporting.annual.printing import public_document
from reporting.annual.rules import ARTICLE, KINDS, MACHINE, PaperFacts, address_fault, content_hash, title_of
from reporting.annual.writing import locked, seen
from supervision.instruments.documents import render
from tenants.organs.directory import directory

EARLIEST: Final = date(2000, 1, 1)
NOTE_MAX: Final = 1_000


def code_of(paper: AnnualPaper) -> str:
    """The end of the permanent address: report-2025-6f1c…"""
    return f"{paper.kind}-{paper.year}-{paper.id.hex[-16:]}"


async def publish(work: Work, paper_id: UUID, *, version: int | None = None) -> AnnualPublication:
    """Open what was sent in last as a page of the product with its PDF. Raises NotFound, Denied, Stale,
    IllegalTransition before it was sent in, or when this very text is open already."""
    paper, sent, number = await _ready(work, paper_id, version)
    tree = await directory(work)
    title = title_of(tree.name(work.organ_id), paper.kind, paper.year)
    made = await asyncio.to_thread(render, public_document(tree.name(work.organ_id), title, paper, sent, work.today))
    stored = await blobs.store().put(work, made.pdf, f"{title}.pdf")
    common = {"version": number, "organ_name": tree.name(work.organ_id), "title": title}
    row = _row(work, paper, sent, published_on=work.today, place="platform", pdf_sha256=stored.sha256, **common)
    return await _entered(work, paper, row, "在本系统公开")


async def record_site(work: Work, paper_id: UUID, entry: SiteInput, *, version: int | None = None) -> AnnualPublication:
    """Record the page on the organ's own site, with a picture of it as evidence where there is one. Raises Invalid for
    what is no address, or a day that is not past; else as `publish` does."""
    fault = address_fault(entry.url)
    errors = [FieldError("url", fault)] if fault else []
    if not EARLIEST <= entry.published_on <= work.today:
        errors.append(FieldError("published_on", "公开日期不能晚于今日。"))
    if errors:
        raise Invalid(errors=errors, article=ARTICLE)
    paper, sent, number = await _ready(work, paper_id, version)
    tree = await directory(work)
    title = title_of(tree.name(work.organ_id), paper.kind, paper.year)
    common = {"version": number, "organ_name": tree.name(work.organ_id), "title": title}
    row = _row(work, paper, sent, published_on=entry.published_on, place="own_site", url=entry.url, **common)
    if entry.evidence:
        stored = await blobs.store().put(work, entry.evidence, entry.evidence_name, field="evidence")
        row.evidence_sha256, row.evidence_name = stored.sha256, entry.evidence_name[:200]
    return await _entered(work, paper, row, f"登记在本单位网站公开：{entry.url}")


async def _ready(work: Work, paper_id: UUID, version: int | None) -> tuple[AnnualPaper, AnnualSubmission, int]:
    await seen(work, paper_id, "publish", own=True)
    paper = await locked(work, paper_id, version)
    MACHINE.step(paper.state, "publish", PaperFacts())
    sent = (await repository.submissions(work, paper))[0]
    held = await repository.publications(work, paper)
    if held and held[0].content_hash == sent.content_hash:
        raise IllegalTransition("这一内容已经公开。", article=ARTICLE, remedy="补正并重新报送后，可以公开新的版本。")
    return paper, sent, len(held) + 1


def _row(work: Work, paper: AnnualPaper, sent: AnnualSubmission, **more: Any) -> AnnualPublication:
    """A version of the work's organ, with the text as it was sent in. `more`: version, title, day, and the place."""
    return AnnualPublication(
        id=new_id(),
        city_id=work.city_id,
        organ_id=work.organ_id,
        department_id=paper.department_id,
        paper_id=paper.id,
        kind=paper.kind,
        year=paper.year,
        code=code_of(paper),
        content=sent.content,
        content_hash=sent.content_hash,
        recorded_by_name=work.actor.name if work.actor else "系统",
        **{"url": "", "pdf_sha256": "", "evidence_sha256": "", "evidence_name": "", **more},
    )


async def _entered(work: Work, paper: AnnualPaper, row: AnnualPublication, how: str) -> AnnualPublication:
    work.session.add(row)
    paper.published_on = paper.published_on or row.published_on
    work.record(
        "publish",
        "annual_paper",
        paper.id,
        title=f"公开{paper.year}{KINDS[paper.kind]}",
        note=how,
        article=ARTICLE,
        thread_id=paper.id,
        detail={"place": row.place, "version": row.version, "sha256": row.content_hash},
    )
    await work.session.flush()
    return row


async def record_publication_check(work: Work, paper_id: UUID, passed: bool, note: str = "") -> AnnualPublication:
    """Note the result of a look at the page: for the check over HTTP, which is above this part, and for the job below.
    The work acts as the organ. Raises NotFound while nothing was published."""
    paper = await repository.get(work, paper_id)
    held = await repository.publications(work, paper) if paper and paper.organ_id == work.organ_id else []
    if paper is None or not held:
        raise NotFound
    newest = held[0]
    changed = newest.check_passed is not passed
    newest.checked_at, newest.check_passed, newest.check_note = work.now, passed, note[:NOTE_MAX]
    if changed:
        what = f"{paper.year}{KINDS[paper.kind]}"
        title = f"核对{what}的公开页面：{'一致' if passed else '不一致'}"
        work.record("check_publication", "annual_paper", paper.id, title=title, note=note, article=ARTICLE)
    await work.session.flush()
    return newest


async def verify_pages(work: Work) -> int:
    """Read every page of the work's organ the way the public does, and compare it with what was sent in. Returns how
    many do not agree."""
    wrong = 0
    for paper in await repository.of_organ(work, before=None, limit=20):
        held = await repository.publications(work, paper)
        if not held or held[0].place != "platform":
            continue
        page = await repository.public_paper(work, held[0].code)
        sent = {row.content_hash for row in await repository.submissions(work, paper)}
        there = page is not None and content_hash(page.content) == held[0].content_hash and page.content_hash in sent
        await record_publication_check(work, paper.id, there, "" if there else "公开页面与报送内容不一致。")
        wrong += not there
    return wrong

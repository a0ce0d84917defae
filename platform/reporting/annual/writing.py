"""An enforcement organ writes, settles and sends in its report and its plan (Art. 12)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final
from uuid import UUID

from kernel.errors import FieldError, Invalid, NotFound, Stale
from kernel.ids import new_id
from kernel.work import Work
from reporting.annual import repository
from reporting.annual.commands import Figure, WriteInput
from reporting.annual.models import AnnualPaper, AnnualSubmission, AnnualText
from reporting.annual.prefilling import derived
from reporting.annual.rules import (
    ARTICLE,
    KINDS,
    MACHINE,
    SECTION_MAX,
    SECTIONS,
    PaperFacts,
    content_hash,
    missing,
)
from supervision.deadlines.notices import notify
from tenants.access import Target, authorize
from tenants.organs.directory import directory

NOTE_MAX: Final = 500
VALUE_MAX: Final = 10**12


def target(paper: AnnualPaper, *drafters: UUID | None) -> Target:
    """The paper as policy sees it: received by the department, about the organ."""
    return Target(
        owner_id=paper.department_id,
        supervised_id=paper.organ_id,
        drafters=frozenset(d for d in drafters if d is not None),
    )


async def seen(work: Work, paper_id: UUID, action: str, *, own: bool = False) -> AnnualPaper:
    """The paper, when the reader may take this action. Raises NotFound, Denied; NotFound too for another organ's when
    the act belongs to the organ itself."""
    paper = await repository.get(work, paper_id)
    if paper is None or (own and paper.organ_id != work.organ_id):
        raise NotFound
    drafters = (paper.drafted_by,) if action == "approve" else ()
    await authorize(work, "annual_paper", action, target(paper, *drafters))
    return paper


async def locked(work: Work, paper_id: UUID, version: int | None) -> AnnualPaper:
    """The paper of the work's organ, locked. Raises NotFound, Stale."""
    paper = await repository.lock(work, paper_id)
    if paper is None:
        raise NotFound
    if version is not None and paper.row_version != version:
        raise Stale
    return paper


@asynccontextmanager
async def _own(work: Work, paper_id: UUID, action: str, version: int | None) -> AsyncIterator[AnnualPaper]:
    await seen(work, paper_id, action, own=True)
    yield await locked(work, paper_id, version)
    await work.session.flush()


async def content_of(work: Work, paper: AnnualPaper) -> dict[str, Any]:
    """What is in hand: the organ's own text, or the empty sections with the figures of its records."""
    held = await repository.text_of(work, paper.id)
    if held is not None:
        return held.content
    return {"sections": dict.fromkeys(SECTIONS[paper.kind], ""), "figures": await derived(work, paper)}


async def write(work: Work, paper_id: UUID, entry: WriteInput, *, version: int | None = None) -> AnnualPaper:
    """Write sections and figures; what is left out stays as it is.

    Raises NotFound, Denied, Stale, IllegalTransition outside drafting, Invalid for an unknown section, a text that is
    too long, or a figure that differs from the records without a note.
    """
    async with _own(work, paper_id, "draft", version) as paper:
        MACHINE.step(paper.state, "write", PaperFacts())
        content = _merged(paper.kind, await content_of(work, paper), entry)
        held = await repository.text_of(work, paper.id)
        if held is None:
            held = AnnualText(
                id=new_id(), city_id=work.city_id, organ_id=work.organ_id, paper_id=paper.id, content=content
            )
            work.session.add(held)
        held.content = content
        paper.drafted_by = work.actor.person_id if work.actor else None
        paper.drafted_by_name = work.actor.name if work.actor else "系统"
        _note(work, paper, "write", "修改")
    return paper


def _merged(kind: str, content: Mapping[str, Any], entry: WriteInput) -> dict[str, Any]:
    errors = [
        FieldError(f"section_{key}", f"不超过{SECTION_MAX}个字。")
        for key, words in entry.sections.items()
        if key in SECTIONS[kind] and len(words) > SECTION_MAX
    ]
    errors += [FieldError("sections", "没有这个部分。")] if set(entry.sections) - set(SECTIONS[kind]) else []
    given = {figure.code: figure for figure in entry.figures}
    known = {figure["code"] for figure in content["figures"]}
    errors += [FieldError("figures", "没有这个数据项。")] if set(given) - known else []
    figures = [_figure(held, given.get(held["code"]), errors) for held in content["figures"]]
    if errors:
        raise Invalid(errors=errors, article=ARTICLE)
    sections = {key: entry.sections.get(key, content["sections"].get(key, "")).strip() for key in SECTIONS[kind]}
    return {"sections": sections, "figures": figures}


def _figure(held: Mapping[str, Any], given: Figure | None, errors: list[FieldError]) -> dict[str, Any]:
    if given is None:
        return dict(held)
    name = f"figure_{held['code']}"
    if not 0 <= given.value <= VALUE_MAX or len(given.note) > NOTE_MAX:
        errors.append(FieldError(name, f"请填写不小于 0 的整数，说明不超过{NOTE_MAX}个字。"))
    changed = held["derived"] is not None and given.value != held["derived"]
    if changed and not given.note.strip():
        errors.append(FieldError(name, f"{held['name']}与系统记录（{held['derived']}）不一致，请说明原因。"))
    return {**held, "value": given.value, "note": given.note.strip() if changed or held["derived"] is None else ""}


async def approve(work: Work, paper_id: UUID, *, version: int | None = None) -> AnnualPaper:
    """Settle the text as the organ's head; never by whoever wrote it. Raises NotFound, Denied, Stale,
    IllegalTransition while a section is missing."""
    async with _own(work, paper_id, "approve", version) as paper:
        content = await content_of(work, paper)
        whole = not missing(paper.kind, content["sections"])
        paper.state = MACHINE.step(paper.state, "approve", PaperFacts(complete=whole)).target
        paper.approved_by_name = work.actor.name if work.actor else "系统"
        paper.approved_at = work.now
        _note(work, paper, "approve", "审定")
    return paper


async def take_back(work: Work, paper_id: UUID, *, version: int | None = None) -> AnnualPaper:
    """Give a settled text back for changes. Raises NotFound, Denied, Stale, IllegalTransition once it was sent in."""
    async with _own(work, paper_id, "return", version) as paper:
        paper.state = MACHINE.step(paper.state, "return", PaperFacts()).target
        paper.approved_at, paper.approved_by_name = None, ""
        _note(work, paper, "return", "退回修改")
    return paper


async def submit(work: Work, paper_id: UUID, *, version: int | None = None) -> AnnualPaper:
    """Send the settled text to the justice department of the organ's level: frozen, and late for ever when the first
    time came after the day of the rule book. Raises NotFound, Denied, Stale, IllegalTransition."""
    async with _own(work, paper_id, "submit", version) as paper:
        paper.state = MACHINE.step(paper.state, "submit", PaperFacts()).target
        content = await content_of(work, paper)
        paper.round += 1
        if paper.submitted_on is None:
            paper.submitted_on = work.today
            paper.late = work.today > paper.due_on
        work.session.add(_submission(work, paper, content))
        late = "（逾期）" if paper.late and paper.round == 1 else ""
        _note(work, paper, "submit", f"报送{late}")
    tree = await directory(work)
    await notify(
        work,
        paper.department_id,
        kind="report",
        title=f"{tree.short(work.organ_id)}报送{paper.year}{KINDS[paper.kind]}",
        link=f"/annual/{paper.id}",
        roles=("supervisor", "supervision_leader"),
        article=ARTICLE,
    )
    return paper


def _submission(work: Work, paper: AnnualPaper, content: dict[str, Any]) -> AnnualSubmission:
    return AnnualSubmission(
        id=new_id(),
        city_id=work.city_id,
        organ_id=paper.organ_id,
        department_id=paper.department_id,
        paper_id=paper.id,
        round=paper.round,
        content=content,
        content_hash=content_hash(content),
        submitted_at=work.now,
        submitted_by_name=work.actor.name if work.actor else "系统",
    )


def _note(work: Work, paper: AnnualPaper, action: str, verb: str) -> None:
    work.record(
        action,
        "annual_paper",
        paper.id,
        title=f"{verb}{paper.year}{KINDS[paper.kind]}",
        article=ARTICLE,
        thread_id=paper.id,
    )

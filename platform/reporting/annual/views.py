"""Yearly papers as pages and the API show them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from kernel.machine import Option
from reporting.annual.models import AnnualPaper, AnnualPublication, AnnualSubmission
from reporting.annual.rules import HINTS, KINDS, SECTIONS, STATES, missing


class AnnualRow(msgspec.Struct, frozen=True, kw_only=True):
    """One duty: whose, what for, until when, and how it stands."""

    id: UUID
    version: int
    organ_id: UUID
    organ: str
    department: str
    kind: str
    kind_label: str
    year: int
    title: str
    due_on: date
    state: str
    state_label: str
    submitted_on: date | None
    late: bool
    """Was sent in after its day; stays so for ever."""
    overdue: bool
    """Its day is over and it was not sent in."""
    published_on: date | None
    unpublished: bool
    """Its day is over, it was sent in, and is not open to the public."""


class SectionView(msgspec.Struct, frozen=True, kw_only=True):
    key: str
    label: str
    hint: str
    text: str
    missing: bool


class FigureView(msgspec.Struct, frozen=True, kw_only=True):
    """`derived`: what the records say; null for what they do not hold."""

    code: str
    name: str
    unit: str
    derived: int | None
    value: int
    note: str


class RoundView(msgspec.Struct, frozen=True, kw_only=True):
    """One sending in."""

    round: int
    submitted_at: datetime
    submitted_by_name: str
    sha256: str


class PublicationView(msgspec.Struct, frozen=True, kw_only=True):
    """One published version: the address where everybody reads it, and what the last look at it found."""

    version: int
    place: str
    place_label: str
    href: str
    published_on: date
    recorded_by_name: str
    evidence_name: str
    checked_at: datetime | None
    check_passed: bool | None
    check_note: str


class AnnualPage(msgspec.Struct, frozen=True, kw_only=True):
    """One paper with the content that the reader may see, and each step with why not."""

    paper: AnnualRow
    sections: list[SectionView]
    figures: list[FigureView]
    draft: bool
    """The content is in hand, not yet sent in."""
    drafted_by_name: str
    approved_by_name: str
    approved_at: datetime | None
    sent_back_reason: str
    decided_by_name: str
    decided_at: datetime | None
    rounds: list[RoundView]
    publications: list[PublicationView]
    options: list[Option]


class BoardView(msgspec.Struct, frozen=True, kw_only=True):
    """Completeness of one level: of how many organs, how many have sent in, late, received, published."""

    kind: str
    kind_label: str
    year: int
    due_on: date | None
    total: int
    submitted: int
    in_time: int
    late: int
    overdue: int
    accepted: int
    published: int
    rows: list[AnnualRow]


class PublicPaper(msgspec.Struct, frozen=True, kw_only=True):
    """What everybody may read: a published paper and nothing else."""

    organ: str
    title: str
    kind: str
    year: int
    sections: list[SectionView]
    figures: list[FigureView]
    version: int
    published_on: date
    first_published_on: date
    sha256: str
    href: str
    pdf_href: str


class PublicRow(msgspec.Struct, frozen=True, kw_only=True):
    organ: str
    title: str
    kind: str
    year: int
    href: str
    own_site: bool
    published_on: date


PLACES = {"platform": "本系统公开页面", "own_site": "本单位网站"}


def row_view(paper: AnnualPaper, organ: str, department: str, today: date) -> AnnualRow:
    over = today > paper.due_on
    return AnnualRow(
        id=paper.id,
        version=paper.row_version,
        organ_id=paper.organ_id,
        organ=organ,
        department=department,
        kind=paper.kind,
        kind_label=KINDS[paper.kind],
        year=paper.year,
        title=f"{paper.year}{KINDS[paper.kind]}",
        due_on=paper.due_on,
        state=paper.state,
        state_label=STATES[paper.state],
        submitted_on=paper.submitted_on,
        late=paper.late,
        overdue=over and paper.submitted_on is None,
        published_on=paper.published_on,
        unpublished=over and paper.submitted_on is not None and paper.published_on is None,
    )


def section_views(kind: str, content: Mapping[str, Any]) -> list[SectionView]:
    sections = content["sections"]
    gaps = missing(kind, sections)
    return [
        SectionView(key=key, label=label, hint=HINTS.get(key, ""), text=sections.get(key, ""), missing=key in gaps)
        for key, label in SECTIONS[kind].items()
    ]


def figure_views(content: Mapping[str, Any]) -> list[FigureView]:
    return [msgspec.convert(figure, FigureView) for figure in content["figures"]]


def round_view(row: AnnualSubmission) -> RoundView:
    return RoundView(
        round=row.round,
        submitted_at=row.submitted_at,
        submitted_by_name=row.submitted_by_name,
        sha256=row.content_hash,
    )


def publication_view(row: AnnualPublication) -> PublicationView:
    return PublicationView(
        version=row.version,
        place=row.place,
        place_label=PLACES[row.place],
        href=row.url or public_href(row.code),
        published_on=row.published_on,
        recorded_by_name=row.recorded_by_name,
        evidence_name=row.evidence_name,
        checked_at=row.checked_at,
        check_passed=row.check_passed,
        check_note=row.check_note,
    )


def public_href(code: str) -> str:
    """The permanent address of a published page."""
    return f"/public/annual/{code}"

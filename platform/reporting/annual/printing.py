"""A yearly paper as an official document, for the public page's download."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from kernel import settings
from reporting.annual.models import AnnualPaper, AnnualSubmission
from reporting.annual.rules import SECTIONS
from supervision.instruments.documents import Chapter, Frame, StatementDocument, Table


def public_document(
    organ: str, title: str, paper: AnnualPaper, sent: AnnualSubmission, today: date
) -> StatementDocument:
    """The paper as its organ publishes it: standard form, no number, no seal."""
    return StatementDocument(
        frame=Frame(issuer=organ, created=today, number="", dated=today, demo=settings.load().demo_mode),
        name=title,
        chapters=chapters(paper.kind, sent.content),
    )


def chapters(kind: str, content: Mapping[str, Any]) -> tuple[Chapter, ...]:
    """One chapter a section in order; the figures stand in the first table."""
    sections = content["sections"]
    made = [Chapter(heading=label, paragraphs=lines(sections.get(key, ""))) for key, label in SECTIONS[kind].items()]
    if content["figures"]:
        made.insert(1, Chapter(heading="主要数据", table=figures_table(content["figures"])))
    return tuple(made)


def lines(words: str) -> tuple[str, ...]:
    """The paragraphs of a text."""
    return tuple(line.strip() for line in words.splitlines() if line.strip())


def figures_table(figures: Sequence[Mapping[str, Any]]) -> Table:
    rows = tuple((f["name"], f"{f['value']:,}", f["unit"], f["note"]) for f in figures)
    return Table(heads=("数据项", "数值", "单位", "说明"), rows=rows)

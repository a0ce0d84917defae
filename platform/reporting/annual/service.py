"""Yearly reports and plans (Art. 12): the only door. Each topic has a module of its own."""

from __future__ import annotations

from reporting.annual.duties import follow, follow_all
from reporting.annual.publishing import publish, record_publication_check, record_site
from reporting.annual.reading import (
    board,
    evidence,
    is_department,
    paper,
    papers,
    public_paper,
    public_papers,
    public_pdf,
    start,
)
from reporting.annual.receiving import accept, send_back
from reporting.annual.summary import summary
from reporting.annual.waiting import tally, waiting
from reporting.annual.writing import approve, submit, take_back, write

__all__ = [
    "accept",
    "approve",
    "board",
    "evidence",
    "follow",
    "follow_all",
    "is_department",
    "paper",
    "papers",
    "public_paper",
    "public_papers",
    "public_pdf",
    "publish",
    "record_publication_check",
    "record_site",
    "send_back",
    "start",
    "submit",
    "summary",
    "take_back",
    "tally",
    "waiting",
    "write",
]

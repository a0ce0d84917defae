"""Statutory returns: filled in, checked, approved, handed in upward, accepted, revised, rolled up (Arts. 11, 12)."""

from __future__ import annotations

from reporting.returns import records, sources
from reporting.returns.circulars import circular
from reporting.returns.circulars import discard as discard_circular
from reporting.returns.circulars import issue as issue_circular
from reporting.returns.completeness import board, remind_all, remind_below, reported, urge
from reporting.returns.exports import export
from reporting.returns.filling import draw_again, save
from reporting.returns.line import with_line
from reporting.returns.line_keeping import export as export_line
from reporting.returns.line_keeping import keep as keep_line
from reporting.returns.line_reading import drill as drill_line
from reporting.returns.line_reading import roll_up as line_roll_up
from reporting.returns.line_reading import view as line
from reporting.returns.opened import compare, drill, statistics
from reporting.returns.opening import open_all, open_below, open_return
from reporting.returns.reading import mine, received, view
from reporting.returns.receiving import accept, send_back
from reporting.returns.report import report
from reporting.returns.reviewing import approve, return_draft, revise, submit, validate
from reporting.returns.rollup import roll_up_again
from reporting.returns.waiting import tally, waiting

__all__ = [
    "accept",
    "approve",
    "board",
    "circular",
    "compare",
    "discard_circular",
    "draw_again",
    "drill",
    "drill_line",
    "export",
    "export_line",
    "issue_circular",
    "keep_line",
    "line",
    "line_roll_up",
    "mine",
    "open_all",
    "open_below",
    "open_return",
    "received",
    "remind_all",
    "remind_below",
    "report",
    "reported",
    "return_draft",
    "revise",
    "roll_up_again",
    "save",
    "send_back",
    "statistics",
    "submit",
    "tally",
    "urge",
    "validate",
    "view",
    "waiting",
    "with_line",
]

sources.register(records.figures)

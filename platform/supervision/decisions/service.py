"""Reports to the government and its decisions (Articles 20, 21(11)): the only door. Each topic has a module."""

from __future__ import annotations

from supervision.decisions import links
from supervision.decisions.commands import Decide, DecideItem, Proposal, ReturnReport, UpdateReport, VerifyExecution
from supervision.decisions.deciding import decide
from supervision.decisions.decision_reading import DECISION_VIEWS, decision_pdf, decision_view, list_decisions
from supervision.decisions.drafting import draft_report, reportable
from supervision.decisions.execution import verify_execution
from supervision.decisions.objections import decide_objection
from supervision.decisions.reading import (
    VIEWS,
    failed_instrument,
    list_reports,
    report_pages,
    report_pdf,
    report_preview,
    report_view,
    waiting,
)
from supervision.decisions.reports import decline, return_report, send_report, update_report, withdraw
from supervision.decisions.views import DecisionRow, DecisionView, ReportRow, ReportView

__all__ = [
    "DECISION_VIEWS",
    "VIEWS",
    "Decide",
    "DecideItem",
    "DecisionRow",
    "DecisionView",
    "Proposal",
    "ReportRow",
    "ReportView",
    "ReturnReport",
    "UpdateReport",
    "VerifyExecution",
    "decide",
    "decide_objection",
    "decision_pdf",
    "decision_view",
    "decline",
    "draft_report",
    "failed_instrument",
    "list_decisions",
    "list_reports",
    "report_pages",
    "report_pdf",
    "report_preview",
    "report_view",
    "reportable",
    "return_report",
    "send_report",
    "update_report",
    "verify_execution",
    "waiting",
    "withdraw",
]

links.connect()

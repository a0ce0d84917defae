"""Accountability (Art. 21): the only door. Each stage of a case has a module of its own."""

from __future__ import annotations

from supervision.accountability import provider
from supervision.accountability.answering import (
    accept_refusal,
    answer_proposal,
    close,
    insist,
    record_training,
)
from supervision.accountability.awards import RemovedFromAwards, removed_from_awards
from supervision.accountability.commands import Answer, Decide, DecideReview, Defence, OpenCase, Respondent
from supervision.accountability.deciding import decide, refer
from supervision.accountability.drafting import draft_from
from supervision.accountability.informing import not_uphold, notify, record_hearing, state_defence
from supervision.accountability.opening import amend, drop, form_choices, open_case
from supervision.accountability.reading import case_view, document, list_cases, of_matter
from supervision.accountability.received import notice_view, received
from supervision.accountability.receiving import file, open_notice
from supervision.accountability.reviewing import decide_review, request_review
from supervision.accountability.serving import due

__all__ = [
    "Answer",
    "Decide",
    "DecideReview",
    "Defence",
    "OpenCase",
    "RemovedFromAwards",
    "Respondent",
    "accept_refusal",
    "amend",
    "answer_proposal",
    "case_view",
    "close",
    "decide",
    "decide_review",
    "document",
    "draft_from",
    "drop",
    "due",
    "file",
    "form_choices",
    "insist",
    "list_cases",
    "not_uphold",
    "notice_view",
    "notify",
    "of_matter",
    "open_case",
    "open_notice",
    "received",
    "record_hearing",
    "record_training",
    "refer",
    "removed_from_awards",
    "request_review",
    "state_defence",
]

provider.connect()

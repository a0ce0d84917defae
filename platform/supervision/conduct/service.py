"""Complaints about supervisors (Art. 23): the only door."""

from __future__ import annotations

from supervision.conduct.commands import AnswerComplaint, Consequence, RegisterComplaint
from supervision.conduct.handling import answer, assign, close, examine, sweep
from supervision.conduct.intake import ask, competent_for, register
from supervision.conduct.reading import examiners, head, listed, reveal, view
from supervision.conduct.views import (
    ComplaintAnswer,
    ComplaintHead,
    ComplaintRow,
    ComplaintSource,
    ComplaintView,
    Registered,
)

__all__ = [
    "AnswerComplaint",
    "ComplaintAnswer",
    "ComplaintHead",
    "ComplaintRow",
    "ComplaintSource",
    "ComplaintView",
    "Consequence",
    "RegisterComplaint",
    "Registered",
    "answer",
    "ask",
    "assign",
    "close",
    "competent_for",
    "examine",
    "examiners",
    "head",
    "listed",
    "register",
    "reveal",
    "sweep",
    "view",
]

"""Rule models over enforcement records (Arts. 10(5)-(7), 11(5), 17): the only door. Each topic has its own module."""

from __future__ import annotations

from supervision.checks import limits
from supervision.checks.asking import answer, ask, late, may_answer, question, questions, reasons, waiting
from supervision.checks.benchmarks import import_table
from supervision.checks.judging import dismiss, to_clues, to_matter
from supervision.checks.limits import term
from supervision.checks.reading import (
    benchmark,
    benchmark_list,
    chosen,
    comparison,
    hit,
    hits,
    may_import,
    models,
    outliers,
)
from supervision.checks.running import check_body, check_records, check_stock, run
from supervision.checks.switching import set_accounts, switch

__all__ = [
    "answer",
    "ask",
    "benchmark",
    "benchmark_list",
    "check_body",
    "check_records",
    "check_stock",
    "chosen",
    "comparison",
    "dismiss",
    "hit",
    "hits",
    "import_table",
    "late",
    "may_answer",
    "may_import",
    "models",
    "outliers",
    "question",
    "questions",
    "reasons",
    "run",
    "set_accounts",
    "switch",
    "term",
    "to_clues",
    "to_matter",
    "waiting",
]

limits.connect()

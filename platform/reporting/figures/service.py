"""The door to figures: exact numbers of any organ and period, opened down to their records, kept and proved.

Other parts use `values` and `series` for numbers, `drill` and `records` to open them; a period comes from
`reporting.figures.periods`. All are exact at the moment of the transaction: a fact written by it is in them.
"""

from __future__ import annotations

from reporting.figures.distinct import connected, family
from reporting.figures.drilling import drill, records
from reporting.figures.export import export
from reporting.figures.keeping import fold, follow_tree, recount
from reporting.figures.permission import permit
from reporting.figures.reading import different, figures, home, indicators, series, series_view, values
from reporting.figures.repository import last_check

__all__ = [
    "connected",
    "different",
    "drill",
    "export",
    "family",
    "figures",
    "fold",
    "follow_tree",
    "home",
    "indicators",
    "last_check",
    "permit",
    "records",
    "recount",
    "series",
    "series_view",
    "values",
]

"""Figures of a yearly report that the records already hold (Art. 11(5))."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from kernel.work import Work
from reporting.annual.models import AnnualPaper
from reporting.figures import service as figures
from reporting.figures.periods import Period

LINES: Final[dict[str, tuple[str, str]]] = {
    "bodies.present": ("执法主体", "个"),
    "officers.present": ("在册执法人员", "人"),
    "certificates.valid": ("有效执法证件", "个"),
    "training.hours": ("培训学时", "学时"),
    "examinations.passed": ("资格考试合格", "人次"),
    "instruments.received": ("收到监督文书", "件"),
    "instruments.received.due": ("应当书面报告", "件"),
    "instruments.received.in_time": ("按期书面报告", "件"),
    "instruments.received.late": ("逾期或者未书面报告", "件"),
}
"""Indicators of a report, with the words and units in which it states them."""
BY_HAND: Final[dict[str, tuple[str, str]]] = {
    "penalties": ("行政处罚", "件"),
    "licences": ("行政许可", "件"),
    "inspections": ("行政检查", "次"),
    "coercion": ("行政强制", "次"),
    "reconsiderations": ("被申请行政复议", "件"),
    "litigations": ("被提起行政诉讼", "件"),
}
"""What the organ states by itself, until its enforcement records are connected."""
OF_SYSTEMS: Final[dict[str, str]] = {
    "penalties": "penalties.decided",
    "licences": "licences.decided",
    "inspections": "inspections.done",
    "coercion": "coercion.measures",
    "reconsiderations": "reconsiderations.filed",
    "litigations": "litigations.filed",
}
"""The indicators of those that connected systems send."""


async def derived(work: Work, paper: AnnualPaper) -> list[dict[str, Any]]:
    """The figures of a report on its year, exact at this moment, ready to be stated; a plan has none.

    They are the organ's own, so that whoever may write the report gets them, whether he reads statistics or not.
    """
    if paper.kind != "report":
        return []
    system = replace(work, actor=None, verdicts=[])
    found = await figures.values(system, paper.organ_id, Period(paper.year, "year"), list(LINES))
    counted = [
        {"code": code, "name": name, "unit": unit, "derived": found[code], "value": found[code], "note": ""}
        for code, (name, unit) in LINES.items()
    ]
    connected = await figures.connected(system, [paper.organ_id])
    asked = {code: indicator for code, indicator in OF_SYSTEMS.items() if figures.family(indicator) in connected}
    acts = await figures.values(system, paper.organ_id, Period(paper.year, "year"), list(asked.values()))
    sent = {code: acts[indicator] for code, indicator in asked.items()}
    stated = [
        {"code": code, "name": name, "unit": unit, "derived": sent.get(code), "value": sent.get(code, 0), "note": ""}
        for code, (name, unit) in BY_HAND.items()
    ]
    return counted + stated

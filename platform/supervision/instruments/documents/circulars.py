"""The wording of the circular on organs that owe a statistical return (Art. 11(8))."""

from __future__ import annotations

from itertools import groupby

from supervision.instruments.documents.models import ReturnsCircularDocument
from supervision.instruments.documents.sheet import Sheet, heading, sentence, text
from supervision.instruments.documents.wording import _sheet, compose


def _lines(document: ReturnsCircularDocument) -> list[str]:
    """Organs that owe since the same day in one paragraph: half a county on five pages would not be read."""
    groups = [
        (f"应当于{due}前报送，至{document.as_of}逾期{days}个工作日", [item.organ for item in items])
        for (due, days), items in groupby(document.items, key=lambda item: (item.due, item.overdue_workdays))
    ]
    return [
        f"{n}.{names[0]}：{owed}。" if len(names) == 1 else f"{n}.{'、'.join(names)}，共{len(names)}个单位：均{owed}。"
        for n, (owed, names) in enumerate(groups, 1)
    ]


@compose.register
def _returns_circular(document: ReturnsCircularDocument) -> Sheet:
    law, table = document.regulation, document.table
    warning = f"继续逾期不报或者报送不实的，依照{law.cite(law.circular, law.instruments)}的规定处理，"
    blocks = [
        text(f"下列单位应当报送{table}，期限届满后仍未报送。根据{law.cite(law.circular)}的规定，现予通报。"),
        heading(1, "逾期的单位"),
        *[text(line) for line in _lines(document)],
        heading(2, "要求"),
        text(sentence(document.requirement)),
        text(f"{warning}并向{document.government}报告。"),
    ]
    return _sheet("standard", document.frame, document.name, document.addressee, blocks)

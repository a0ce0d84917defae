"""Charts in a Word file: native ones, which Word draws, prints sharply and lets its reader restyle.

The numbers stand in the chart part itself; there is no workbook behind it. The table that a document shows beside its
chart is the text alternative, and `told` is what a screen reader says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal
from xml.sax.saxutils import escape, quoteattr

from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.shared import Mm

from kernel.typeset import clean

TYPE: Final = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
RELATION: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/chart"
COLOURS: Final = ("1D4F91", "8A96A3", "B3261E")
_DRAWING: Final = "http://schemas.openxmlformats.org/drawingml/2006"
_WORD: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_LINKS: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars that lie (``bar``, for names) or stand (``column``, for months), one or more series over the labels.

    `width` and `height` in millimetres; `face` is the Chinese face of all its text."""

    told: str
    labels: Sequence[str]
    series: Sequence[tuple[str, Sequence[float]]]
    kind: Literal["bar", "column"] = "bar"
    width: float = 150
    height: float = 80
    face: str = "宋体"


def inline(document: Any, chart: Chart, number: int) -> Any:
    """The element of a run that shows the chart; its part is added to the package. `number` counts from 1."""
    name = PackURI(f"/word/charts/chart{number}.xml")
    part = Part(name, TYPE, part_xml(chart).encode(), document.part.package)
    link = document.part.relate_to(part, RELATION)
    width, height = int(Mm(chart.width)), int(Mm(chart.height))
    return parse_xml(
        f'<w:drawing xmlns:w="{_WORD}"><wp:inline xmlns:wp="{_DRAWING}/wordprocessingDrawing" distT="0" distB="0"'
        f' distL="0" distR="0"><wp:extent cx="{width}" cy="{height}"/>'
        f'<wp:docPr id="{number + 1000}" name="图 {number}" descr={quoteattr(clean(chart.told))}/>'
        f'<a:graphic xmlns:a="{_DRAWING}/main"><a:graphicData uri="{_DRAWING}/chart">'
        f'<c:chart xmlns:c="{_DRAWING}/chart" xmlns:r="{_LINKS}" r:id="{link}"/>'
        "</a:graphicData></a:graphic></wp:inline></w:drawing>"
    )


def part_xml(chart: Chart) -> str:
    """The chart part."""
    lying = chart.kind == "bar"
    many = len(chart.series) > 1
    series = "".join(_series(chart, n, name, values) for n, (name, values) in enumerate(chart.series))
    legend = '<c:legend><c:legendPos val="b"/><c:overlay val="0"/></c:legend>' if many else ""
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        f'<c:chartSpace xmlns:c="{_DRAWING}/chart" xmlns:a="{_DRAWING}/main" xmlns:r="{_LINKS}">'
        '<c:roundedCorners val="0"/><c:chart><c:autoTitleDeleted val="1"/><c:plotArea><c:layout/>'
        f'<c:barChart><c:barDir val="{"bar" if lying else "col"}"/><c:grouping val="clustered"/>'
        f'<c:varyColors val="0"/>{series}<c:gapWidth val="{60 if many else 45}"/>'
        '<c:axId val="1"/><c:axId val="2"/></c:barChart>'
        f'<c:catAx><c:axId val="1"/><c:scaling><c:orientation val="{"maxMin" if lying else "minMax"}"/></c:scaling>'
        f'<c:delete val="0"/><c:axPos val="{"l" if lying else "b"}"/><c:majorTickMark val="none"/>'
        '<c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/>'
        '<c:spPr><a:ln w="6350"><a:solidFill><a:srgbClr val="8A96A3"/></a:solidFill></a:ln></c:spPr>'
        '<c:crossAx val="2"/><c:crosses val="autoZero"/></c:catAx>'
        '<c:valAx><c:axId val="2"/><c:scaling><c:orientation val="minMax"/><c:min val="0"/></c:scaling>'
        f'<c:delete val="1"/><c:axPos val="{"b" if lying else "l"}"/><c:numFmt formatCode="#,##0" sourceLinked="0"/>'
        '<c:majorTickMark val="none"/><c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/>'
        '<c:crossAx val="1"/><c:crosses val="autoZero"/></c:valAx></c:plotArea>'
        f'{legend}<c:plotVisOnly val="1"/><c:dispBlanksAs val="gap"/></c:chart>'
        f'<c:txPr><a:bodyPr/><a:p><a:pPr><a:defRPr sz="1000"><a:latin typeface="Times New Roman"/>'
        f'<a:ea typeface="{escape(chart.face)}"/></a:defRPr></a:pPr><a:endParaRPr lang="zh-CN"/></a:p></c:txPr>'
        "</c:chartSpace>"
    )


def _series(chart: Chart, n: int, name: str, values: Sequence[float]) -> str:
    labels = "".join(f'<c:pt idx="{i}"><c:v>{escape(clean(x))}</c:v></c:pt>' for i, x in enumerate(chart.labels))
    points = "".join(f'<c:pt idx="{i}"><c:v>{value:g}</c:v></c:pt>' for i, value in enumerate(values))
    count = f'<c:ptCount val="{len(chart.labels)}"/>'
    return (
        f'<c:ser><c:idx val="{n}"/><c:order val="{n}"/>'
        f'<c:tx><c:strRef><c:f>图!$B$1</c:f><c:strCache><c:ptCount val="1"/><c:pt idx="0"><c:v>{escape(clean(name))}'
        "</c:v></c:pt></c:strCache></c:strRef></c:tx>"
        f'<c:spPr><a:solidFill><a:srgbClr val="{COLOURS[n % len(COLOURS)]}"/></a:solidFill></c:spPr>'
        '<c:invertIfNegative val="0"/><c:dLbls><c:showLegendKey val="0"/><c:showVal val="1"/><c:showCatName val="0"/>'
        '<c:showSerName val="0"/><c:showPercent val="0"/><c:showBubbleSize val="0"/></c:dLbls>'
        f"<c:cat><c:strRef><c:f>图!$A$2</c:f><c:strCache>{count}{labels}</c:strCache></c:strRef></c:cat>"
        f"<c:val><c:numRef><c:f>图!$B$2</c:f><c:numCache><c:formatCode>#,##0</c:formatCode>{count}{points}"
        "</c:numCache></c:numRef></c:val></c:ser>"
    )

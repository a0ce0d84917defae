"""A Word file (.docx) built paragraph by paragraph, with Chinese faces, a fixed line pitch and page numbers.

Fonts are named, never embedded: Word takes them from the reader's machine.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import Any, Literal

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_COLOR_INDEX, WD_LINE_SPACING, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from kernel.typeset import clean
from kernel.wordchart import Chart, inline

Align = Literal["left", "center", "right", "justify"]

_POINTS = 72 / 25.4
_ALIGN = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
    "justify": WD_ALIGN_PARAGRAPH.JUSTIFY,
}


@dataclass(frozen=True, slots=True)
class Page:
    """An A4 page: margins in millimetres, and the lines of its grid.

    There is no character grid: programs disagree on it, so the width of a character is set run by run.
    """

    top: float
    left: float
    bottom: float
    right: float
    lines: int
    footer_edge: float


@dataclass(frozen=True, slots=True)
class Look:
    """How a paragraph looks: face (w:eastAsia and Latin); size, pitch, indents and letter spacing in points."""

    face: str
    size: float
    latin: str = "Times New Roman"
    pitch: float | None = None
    align: Align = "justify"
    colour: str | None = None
    spacing: float = 0
    first_indent: float = 0
    left_indent: float = 0
    right_indent: float = 0
    before: float = 0
    after: float = 0
    keep_with_next: bool = False
    rule_below: str | None = None
    rule_above: str | None = None
    right_tab: float | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text; `marked` gives it a yellow ground."""

    text: str
    marked: bool = False
    face: str | None = None


class WordFile:
    """Add paragraphs in reading order, then take the bytes. Not for sharing between threads."""

    def __init__(self, page: Page, *, title: str, author: str, created: date, body: Look) -> None:
        self._document = Document()
        self._charts = 0
        moment = datetime.combine(created, time.min, UTC)
        properties = self._document.core_properties
        properties.title, properties.author = clean(title), clean(author)
        properties.created = properties.modified = moment
        properties.last_modified_by, properties.comments = "", ""
        self._lay_out(page)
        style = self._document.styles["Normal"]
        style.font.size = Pt(body.size)
        _name_face(style.element.get_or_add_rPr(), body.face, body.latin)

    def paragraph(self, pieces: str | list[Piece], look: Look) -> None:
        """One paragraph; a tab in a piece goes to the right tab stop of the look."""
        added = self._document.add_paragraph()
        _shape(added.paragraph_format, look)
        added.alignment = _ALIGN[look.align]
        for side, rule in (("top", look.rule_above), ("bottom", look.rule_below)):
            if rule:
                _rule(added._p.get_or_add_pPr(), side, rule)
        if look.right_tab is not None:
            added.paragraph_format.tab_stops.add_tab_stop(Pt(look.right_tab), WD_TAB_ALIGNMENT.RIGHT)
        for piece in [Piece(pieces)] if isinstance(pieces, str) else pieces:
            run = added.add_run("\t".join(clean(part) for part in piece.text.split("\t")))
            run.font.size = Pt(look.size)
            _name_face(run._r.get_or_add_rPr(), piece.face or look.face, look.latin)
            if look.spacing:
                _space(run._r.get_or_add_rPr(), look.spacing)
            if look.colour:
                run.font.color.rgb = RGBColor.from_string(look.colour)
            if piece.marked:
                run.font.highlight_color = WD_COLOR_INDEX.YELLOW

    def table(self, rows: Sequence[Sequence[str]], look: Look, *, widths: Sequence[float]) -> None:
        """A table with lines between all cells; the first row is its head and repeats on every page. `widths` in
        millimetres."""
        made = self._document.add_table(rows=0, cols=len(widths), style="Table Grid")
        made.autofit = False
        for number, row in enumerate(rows):
            added = made.add_row()
            for cell, words, width in zip(added.cells, row, widths, strict=True):
                cell.width = Mm(width)
                paragraph = cell.paragraphs[0]
                _shape(paragraph.paragraph_format, look)
                paragraph.alignment = _ALIGN[look.align]
                run = paragraph.add_run(clean(words))
                run.font.size, run.font.bold = Pt(look.size), number == 0
                _name_face(run._r.get_or_add_rPr(), look.face, look.latin)
            properties = added._tr.get_or_add_trPr()
            properties.append(OxmlElement("w:cantSplit"))
            if number == 0:
                properties.append(OxmlElement("w:tblHeader"))

    def chart(self, chart: Chart, look: Look) -> None:
        """A chart that Word draws, alone in its line."""
        added = self._document.add_paragraph()
        _shape(added.paragraph_format, replace(look, pitch=None, first_indent=0))
        added.alignment = _ALIGN["center"]
        self._charts += 1
        added.add_run()._r.append(inline(self._document, chart, self._charts))

    def foot(self, number: Look, below: list[str], small: Look, *, hide_first: bool = False) -> None:
        """— 1 — at the foot, right on odd pages, left on even ones, one character from the edge.

        The lines of `below` follow on every page; `hide_first` leaves the first page without its number.
        """
        self._document.settings.odd_and_even_pages_header_footer = True
        section = self._document.sections[0]
        section.different_first_page_header_footer = hide_first
        _number(section.footer.paragraphs[0], number, "right")
        _number(section.even_page_footer.paragraphs[0], number, "left")
        _shape(section.first_page_footer.paragraphs[0].paragraph_format, number)
        for footer in (section.footer, section.even_page_footer, section.first_page_footer):
            for line in below:
                added = footer.add_paragraph()
                _shape(added.paragraph_format, small)
                run = added.add_run(clean(line))
                run.font.size = Pt(small.size)
                _name_face(run._r.get_or_add_rPr(), small.face, small.latin)

    def data(self) -> bytes:
        """The file."""
        target = io.BytesIO()
        self._document.save(target)
        return target.getvalue()

    def _lay_out(self, page: Page) -> None:
        section = self._document.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.top_margin, section.bottom_margin = Mm(page.top), Mm(page.bottom)
        section.left_margin, section.right_margin = Mm(page.left), Mm(page.right)
        section.footer_distance = Mm(page.footer_edge)
        grid = section._sectPr.find(qn("w:docGrid"))
        if grid is None:
            grid = OxmlElement("w:docGrid")
            section._sectPr.append(grid)
        pitch = (297 - page.top - page.bottom) / page.lines * _POINTS
        grid.set(qn("w:type"), "lines")
        grid.set(qn("w:linePitch"), str(round(pitch * 20)))


def _shape(layout: Any, look: Look) -> None:
    layout.first_line_indent = Pt(look.first_indent)
    layout.left_indent, layout.right_indent = Pt(look.left_indent), Pt(look.right_indent)
    layout.space_before, layout.space_after = Pt(look.before), Pt(look.after)
    layout.keep_with_next = look.keep_with_next
    layout.widow_control = False
    if look.pitch is not None:
        layout.line_spacing_rule = WD_LINE_SPACING.EXACTLY
        layout.line_spacing = Pt(look.pitch)


def _number(paragraph: Any, look: Look, side: Literal["left", "right"]) -> None:
    paragraph.alignment = _ALIGN[side]
    setattr(paragraph.paragraph_format, f"{side}_indent", Pt(look.size))
    for content in ("— ", "", " —"):
        run = paragraph.add_run(content)
        run.font.size = Pt(look.size)
        _name_face(run._r.get_or_add_rPr(), look.face, look.face)
        if not content:
            _field(run._r, "PAGE")


def _name_face(properties: Any, chinese: str, latin: str) -> None:
    fonts = properties.find(qn("w:rFonts"))
    if fonts is None:
        fonts = OxmlElement("w:rFonts")
        properties.insert(0, fonts)
    for name, value in (("eastAsia", chinese), ("ascii", latin), ("hAnsi", latin)):
        fonts.set(qn(f"w:{name}"), value)


def _space(properties: Any, points: float) -> None:
    spacing = OxmlElement("w:spacing")
    spacing.set(qn("w:val"), str(round(points * 20)))
    properties.insert_element_before(spacing, "w:w", "w:kern", "w:position", "w:sz", "w:highlight", "w:u")


def _rule(properties: Any, side: str, rule: str) -> None:
    """`rule` is "style size colour": single 12 FF0000, thickThinSmallGap 24 FF0000 (size in 1/8 pt)."""
    style, size, colour = rule.split()
    borders = properties.find(qn("w:pBdr"))
    if borders is None:
        borders = OxmlElement("w:pBdr")
        properties.insert_element_before(
            borders, "w:shd", "w:tabs", "w:snapToGrid", "w:spacing", "w:ind", "w:jc", "w:rPr"
        )
    edge = OxmlElement(f"w:{side}")
    for name, value in (("val", style), ("sz", size), ("space", "4"), ("color", colour)):
        edge.set(qn(f"w:{name}"), value)
    borders.append(edge)


def _field(run: Any, code: str) -> None:
    for kind in ("begin", "instr", "end"):
        element = OxmlElement("w:instrText" if kind == "instr" else "w:fldChar")
        if kind == "instr":
            element.text = code
        else:
            element.set(qn("w:fldCharType"), kind)
        run.append(element)

"""A composed document as a Word file with the faces that GB/T 9704 names and its margins and line pitch."""

from __future__ import annotations

from dataclasses import replace

from kernel.wordchart import Chart
from kernel.wordfile import Look, Page, Piece, WordFile
from kernel.wording import format_date
from supervision.instruments.documents.models import Frame
from supervision.instruments.documents.sheet import Block, Sheet, foot, note
from supervision.instruments.documents.statements import Table

TITLE, BODY, HEAD, SUBHEAD, SONG = "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312", "宋体"
RED = "D80000"
SIZE3, SIZE4 = 16.0, 14.0
PITCH = 28.95
PAGE = Page(top=37, left=28, bottom=35, right=26, lines=22, footer_edge=12)
TEXT_WIDTH = 156.0
"""Of the text, in millimetres."""
MOST_BARS = 20
"""In a chart of one page; the table has them all."""
WIDTH = 442.2  # the same in points
TIGHT = WIDTH / 28 - SIZE3  # 28 characters of 16 pt in a line

_text = Look(BODY, SIZE3, pitch=PITCH, spacing=TIGHT, first_indent=2 * SIZE3)
_flat = Look(BODY, SIZE3, pitch=PITCH, spacing=TIGHT)
_LOOKS = {
    "text": _text,
    "heading": Look(HEAD, SIZE3, pitch=PITCH, spacing=TIGHT, first_indent=2 * SIZE3, keep_with_next=True),
    "subheading": Look(SUBHEAD, SIZE3, pitch=PITCH, spacing=TIGHT, first_indent=2 * SIZE3, keep_with_next=True),
}


def word_file(sheet: Sheet) -> bytes:
    """The bytes of the .docx; the seal's place stays empty."""
    frame = sheet.frame
    word = WordFile(PAGE, title=sheet.name, author=frame.issuer, created=frame.created, body=_flat)
    _head(word, sheet)
    for n, line in enumerate(sheet.title):
        word.paragraph(line, Look(TITLE, 22, pitch=32, align="center", before=PITCH if n == 0 else 0))
    word.paragraph("", _flat)
    if sheet.addressee:
        word.paragraph(f"{sheet.addressee}：", _flat)
    for block in sheet.blocks:
        if block.table is not None:
            _table(word, block.table)
        else:
            word.paragraph(_pieces(block), _LOOKS[block.kind])
    _attachments(word, sheet.attachments)
    _signature(word, frame)
    _imprint(word, sheet)
    word.foot(
        Look(SONG, SIZE4, pitch=20),
        foot(frame),
        Look(SONG, 8, pitch=10, align="left"),
        hide_first=sheet.form == "letter",
    )
    return word.data()


def _table(word: WordFile, table: Table) -> None:
    """The rows, and below them the chart of what the PDF draws as bars beside them."""
    look = Look(BODY, 12, pitch=20)
    word.table([table.heads, *table.rows], look, widths=[TEXT_WIDTH / len(table.heads)] * len(table.heads))
    if not table.bars:
        return
    labels, values = [row[0] for row in table.rows[:MOST_BARS]], (table.values or table.bars)[:MOST_BARS]
    told = f"{table.heads[-1]}：" + "，".join(f"{label} {value}" for label, value in zip(labels, values, strict=True))
    height = min(200, 18 + 8 * len(labels))
    word.chart(Chart(told, labels, [(table.heads[-1], values)], width=TEXT_WIDTH - 6, height=height, face=SONG), look)


def _pieces(block: Block) -> list[Piece]:
    return [Piece(run.text, run.pending) for run in block.runs]


def _number(frame: Frame) -> list[Piece]:
    if frame.number is not None:
        return [Piece(frame.number)]
    return [Piece(frame.number_stem), Piece("　", marked=True), Piece("号")]


def _head(word: WordFile, sheet: Sheet) -> None:
    most = 40 if sheet.form == "letter" else 50
    size = min(most, 0.95 * WIDTH / len(sheet.mark))
    if sheet.form == "letter":
        rule = f"thickThinSmallGap 24 {RED}"
        word.paragraph(sheet.mark, Look(TITLE, size, align="center", colour=RED, rule_below=rule))
        word.paragraph(_number(sheet.frame), Look(BODY, SIZE3, pitch=PITCH, align="right", before=10))
        return
    word.paragraph(sheet.mark, Look(TITLE, size, align="center", colour=RED, before=90, after=PITCH))
    rule = f"single 16 {RED}"
    if sheet.form == "upward":
        signer = Piece(sheet.signer, face=SUBHEAD) if sheet.signer else Piece("　　　", marked=True)
        word.paragraph(
            [*_number(sheet.frame), Piece("\t签发人："), signer],
            Look(
                BODY,
                SIZE3,
                pitch=PITCH,
                align="left",
                rule_below=rule,
                first_indent=SIZE3,
                right_tab=WIDTH - SIZE3,
            ),
        )
        return
    word.paragraph(_number(sheet.frame), Look(BODY, SIZE3, pitch=PITCH, align="center", rule_below=rule))


def _attachments(word: WordFile, names: tuple[str, ...]) -> None:
    if not names:
        return
    word.paragraph("", _flat)
    for n, name in enumerate(names, 1):
        label = "附件：" if n == 1 else "　　　"
        number = f"{n}." if len(names) > 1 else ""
        word.paragraph(f"{label}{number}{name}", _text)


def _signature(word: WordFile, frame: Frame) -> None:
    """Signature centred over the date, the date four characters from the right edge."""
    dated = [Piece(format_date(frame.dated))] if frame.dated else [Piece("　　　年　月　日", marked=True)]
    date_width = sum(1.0 if ord(c) > 0x2E80 else 0.5 for p in dated for c in p.text) * SIZE3
    sign_width = len(frame.issuer) * SIZE3
    right = max(4 * SIZE3, (sign_width - date_width) / 2 + 2 * SIZE3)
    for _ in range(2):
        word.paragraph("", Look(BODY, SIZE3, pitch=PITCH, keep_with_next=True))
    sign_right = max(0.0, right + (date_width - sign_width) / 2)
    word.paragraph(
        frame.issuer,
        Look(BODY, SIZE3, pitch=PITCH, align="right", right_indent=sign_right, keep_with_next=True),
    )
    word.paragraph(dated, Look(BODY, SIZE3, pitch=PITCH, align="right", right_indent=right))
    contact = note(frame)
    if contact:
        word.paragraph(f"（{contact}）", _text)


def _imprint(word: WordFile, sheet: Sheet) -> None:
    frame = sheet.frame
    copies = f"抄送：{'，'.join(frame.copies)}。" if frame.copies else ""
    inner = Look(BODY, SIZE4, align="left", left_indent=SIZE4, right_indent=SIZE4)
    if sheet.form == "letter":
        if copies:
            word.paragraph(copies, replace(inner, before=PITCH))
    else:
        thick, thin = "single 8 000000", "single 6 000000"
        if copies:
            word.paragraph(copies, replace(inner, before=PITCH / 2, rule_above=thick, keep_with_next=True))
        printed = format_date(frame.dated) if frame.dated else "　　年　月　日"
        word.paragraph(
            f"{frame.printer or frame.issuer}\t{printed}印发",
            replace(inner, right_tab=WIDTH - SIZE4, rule_above=thin if copies else thick, rule_below=thick),
        )

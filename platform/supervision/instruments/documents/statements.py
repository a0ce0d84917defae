"""Reports and plans in chapters with tables (Art. 12)."""

from __future__ import annotations

import msgspec

from supervision.instruments.documents.models import Frame


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """A table in a document: every row has a cell for each head. `bars` gives one share of 100 a row, drawn as a bar in
    a column of its own under the head `bar`; in a Word file as a chart below the table, with the numbers `values`."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    bars: tuple[int, ...] = ()
    bar: str = ""
    values: tuple[int, ...] = ()


class Chapter(msgspec.Struct, frozen=True, kw_only=True):
    """A numbered chapter: its paragraphs, then its table."""

    heading: str
    paragraphs: tuple[str, ...] = ()
    table: Table | None = None


class StatementDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A report or a plan in chapters (Art. 12): to a government in the upward form with its signer, or to the public in
    the standard form without an addressee."""

    frame: Frame
    name: str
    chapters: tuple[Chapter, ...]
    opening: str = ""
    addressee: str | None = None
    signer: str | None = None
    upward: bool = False
    closing: str = ""

"""The form of official numbers: 建司执监〔2026〕17号. That a series has no gap is the database's part.

A series is the organ's letters and the words of the kind; it starts again at 1 each year and never reuses a
number (GB/T 9704-2012, 7.2.5: the year in full within hexagonal brackets, no leading zeros, no 第).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from tenants.organs.letters import USUAL_LETTERS, organ_letters

__all__ = [
    "USUAL_LETTERS",
    "DocumentNumber",
    "clashing_series",
    "document_number",
    "gaps",
    "organ_letters",
    "parse_number",
    "series",
]


class DocumentNumber(NamedTuple):
    """A number taken apart."""

    series: str
    year: int
    seq: int


_NUMBER: Final = re.compile(r"(?P<series>[^〔〕\s]+)〔(?P<year>[1-9]\d{3})〕(?P<seq>[1-9]\d*)号")


def series(pattern: str, letters: str) -> str:
    """The series for a rule-book pattern: `{organ}执监督` with 许司 gives 许司执监督.

    Raises ValueError when the pattern does not name the organ, for then two organs would share numbers.
    """
    if pattern.count("{organ}") != 1:
        raise ValueError(f"a series names the organ once: {pattern!r}")
    return pattern.replace("{organ}", letters)


def document_number(series_text: str, year: int, seq: int) -> str:
    """The number as printed. Raises ValueError for a year of other than four digits or a number below 1."""
    if not 1000 <= year <= 9999 or seq < 1:
        raise ValueError(f"not a document number: {series_text} {year} {seq}")
    return f"{series_text}〔{year}〕{seq}号"


def parse_number(text: str) -> DocumentNumber | None:
    """A printed number taken apart; None when the text is no document number."""
    match = _NUMBER.fullmatch(text.strip())
    return DocumentNumber(match["series"], int(match["year"]), int(match["seq"])) if match else None


def clashing_series(patterns: Mapping[str, str]) -> list[tuple[str, str]]:
    """Pairs of kinds whose patterns would give the same numbers; a rule book must have none."""
    kinds = sorted(patterns)
    return [
        (kinds[i], kinds[j])
        for i in range(len(kinds))
        for j in range(i + 1, len(kinds))
        if patterns[kinds[i]] == patterns[kinds[j]]
    ]


def gaps(numbers: list[int]) -> list[int]:
    """The numbers missing from a year's series that should run from 1 without a gap."""
    present = set(numbers)
    return [n for n in range(1, max(present, default=0)) if n not in present]

"""What organs send: text and figures, and where a paper was published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure as the organ states it; `note` says why it differs from the records."""

    code: str
    value: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class WriteInput:
    """Sections by key, and figures; what is left out stays as it is."""

    sections: Mapping[str, str] = field(default_factory=dict)
    figures: tuple[Figure, ...] = ()


@dataclass(frozen=True, slots=True)
class SiteInput:
    """The page on the organ's own site: its address, the day, and a picture of it as evidence."""

    url: str
    published_on: date
    evidence: bytes = b""
    evidence_name: str = ""

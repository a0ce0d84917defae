"""The indicators: versioned data beside this module, checked whole when it is read. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import cache
from importlib import resources
from typing import Final, Literal

import msgspec

from policy import articles
from policy.rulebook import RuleBook
from reporting.figures import periods

KEY: Final = "zhunsheng-2026"
"""The catalogue in use. An older one stays beside it for the returns that were made by it."""
ENFORCEMENT: Final = "enforcement"
"""The group of what other systems send, and of which nothing is known where none is connected."""
CELL: Final = "/"
"""Between an indicator and one value of its dimension: ``matters.opened/special``."""


class Slice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One value of a dimension."""

    key: str
    name: str


class Indicator(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is counted, and how.

    `kind`: ``flow`` what happened in the period; ``stock`` what there is at its end, the sum of all movements up to
    then; ``rate`` a hundred times one indicator by another, ``mean`` the one by the other; ``distinct`` how many
    different organs or persons, and ``asked`` what happened in the period by a rule that needs more than the record:
    both are counted when asked, of the organ itself, and never added up. `source`: ``derived`` from the records,
    ``manual`` filled into returns by hand. `counts_for`: whose figure it is, the organ that handles (``handling``) or
    the one that is supervised (``supervised``). `dimension` names the list that slices it.
    """

    code: str
    name: str
    group: str
    unit: str
    definition: str
    rule: str
    article: str
    kind: Literal["flow", "stock", "rate", "mean", "distinct", "asked"] = "flow"
    source: Literal["derived", "manual"] = "derived"
    counts_for: Literal["handling", "supervised"] = "handling"
    dimension: str = ""
    of: str = ""
    """Of a rate or mean: the numerator, an indicator or one slice of it."""
    by: str = ""
    """Of a rate or mean: the denominator. Below `Catalogue.least_base` it is not shown."""
    records: str = ""
    """The kinds of record that a figure opens down to, with blanks between them; empty: none."""

    @property
    def is_ratio(self) -> bool:
        """Whether it is made of two others, and so has no count of its own and is never added up."""
        return self.kind in ("rate", "mean")

    @property
    def when_asked(self) -> bool:
        """Whether it is counted when somebody asks, so that no counter keeps it."""
        return self.kind in ("distinct", "asked")


class Group(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    key: str
    name: str


class Dimension(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A list of values: its own (`slice`), or one of the rule book (`rulebook`: the name of the list there)."""

    key: str
    name: str
    rulebook: str = ""
    slices: tuple[Slice, ...] = msgspec.field(name="slice", default=())


class Catalogue(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One version of the indicators."""

    key: str
    version: str
    in_force_from: date
    least_base: int
    groups: tuple[Group, ...] = msgspec.field(name="group")
    dimensions: tuple[Dimension, ...] = msgspec.field(name="dimension")
    indicators: tuple[Indicator, ...] = msgspec.field(name="indicator")

    def find(self, code: str) -> Indicator | None:
        return next((i for i in self.indicators if i.code == code), None)

    def dimension(self, key: str) -> Dimension:
        return next(d for d in self.dimensions if d.key == key)

    def derived(self) -> list[Indicator]:
        """Indicators that are counted from records as they change."""
        return [i for i in self.indicators if i.source == "derived" and i.kind in ("flow", "stock")]


class CatalogueError(ValueError):
    """What is wrong with a catalogue, in Chinese."""


def read(text: str | bytes) -> Catalogue:
    """Read a catalogue. Raises CatalogueError: unknown or missing fields, doubles, dead references, wrong articles."""
    try:
        found = msgspec.toml.decode(text, type=Catalogue)
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        raise CatalogueError(str(error)) from error
    codes = [i.code for i in found.indicators]
    doubles = sorted({code for code in codes if codes.count(code) > 1})
    if doubles:
        raise CatalogueError(f"指标代码重复：{'、'.join(doubles)}")
    for indicator in found.indicators:
        _check(indicator, found, set(codes))
    return found


def _check(indicator: Indicator, book: Catalogue, codes: set[str]) -> None:
    wrong = ""
    try:
        articles.parse(indicator.article)
    except ValueError as error:
        wrong = str(error)
    if CELL in indicator.code:
        wrong = f"指标代码不能含“{CELL}”"
    elif indicator.group not in {g.key for g in book.groups}:
        wrong = f"没有分组“{indicator.group}”"
    elif indicator.dimension and indicator.dimension not in {d.key for d in book.dimensions}:
        wrong = f"没有维度“{indicator.dimension}”"
    elif indicator.is_ratio != bool(indicator.of and indicator.by):
        wrong = "比率应当并且只有比率应当有分子和分母"
    elif indicator.is_ratio and not {split(indicator.of)[0], split(indicator.by)[0]} <= codes:
        wrong = "分子或者分母不是指标"
    if wrong:
        raise CatalogueError(f"指标 {indicator.code}：{wrong}")


@cache
def load(key: str = KEY) -> Catalogue:
    """The catalogue of this key. Raises CatalogueError for an unknown key."""
    path = resources.files("reporting.figures") / "data" / f"{key}.toml"
    if not path.is_file():
        raise CatalogueError(f"没有指标目录“{key}”")
    return read(path.read_bytes())


def split(code: str) -> tuple[str, str]:
    """``matters.opened/special`` → indicator and slice; without a slice: the total over all of them."""
    indicator, _, part = code.partition(CELL)
    return indicator, part


def slices(indicator: Indicator, book: RuleBook, catalogue: Catalogue) -> list[Slice]:
    """The values of an indicator's dimension, in the order of their list; empty without a dimension."""
    if not indicator.dimension:
        return []
    dimension = catalogue.dimension(indicator.dimension)
    return list(dimension.slices) or list(_of_book(dimension.rulebook, book))


def _of_book(name: str, book: RuleBook) -> Iterable[Slice]:
    for entry in getattr(book, name):
        yield Slice(entry.key, entry.name)


def months_of(indicator: Indicator, period: periods.Period) -> tuple[int, int]:
    """The months whose counts make up the figure of a period: of a stock, all up to its end."""
    return (0 if indicator.kind == "stock" else period.first_month), period.last_month

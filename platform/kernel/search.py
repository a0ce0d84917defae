"""Terms for searching Chinese text without a dictionary: single characters and pairs of neighbours.

The same functions make the terms of a stored text and of a query, so both sides always agree. A stored text
keeps its single characters as well, because a query of one character has no pair to look for.
"""

from __future__ import annotations

import re
import unicodedata

_IDEOGRAPHS = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_RUN = re.compile(rf"[{_IDEOGRAPHS}]+|[^\W_{_IDEOGRAPHS}]+")
_IDEOGRAPH = re.compile(rf"[{_IDEOGRAPHS}]")


def fold(text: str) -> str:
    """`text` with full-width forms made half-width and letters made lower case."""
    return unicodedata.normalize("NFKC", text).casefold()


def _runs(text: str) -> list[str]:
    return _RUN.findall(fold(text))


def _pairs(run: str) -> list[str]:
    return [run[i : i + 2] for i in range(len(run) - 1)]


def bigrams(text: str) -> list[str]:
    """The terms under which `text` is indexed, without repetition, in order of first appearance.

    A run of Chinese characters gives each character and each pair of neighbours; a run of letters or digits
    is one term. Punctuation separates and gives nothing.
    """
    terms: dict[str, None] = {}
    for run in _runs(text):
        if _IDEOGRAPH.match(run):
            terms.update(dict.fromkeys(run))
            terms.update(dict.fromkeys(_pairs(run)))
        else:
            terms[run] = None
    return list(terms)


def query_terms(text: str) -> list[str]:
    """The terms that a text must all have to match the query `text`; empty when nothing can be searched.

    Every term is one that `bigrams` gives for any text that contains the query's words. A run of two or more
    Chinese characters asks for its pairs only, which select far better than single characters.
    """
    terms: dict[str, None] = {}
    for run in _runs(text):
        chinese = _IDEOGRAPH.match(run) is not None
        terms.update(dict.fromkeys(_pairs(run) if chinese and len(run) > 1 else [run]))
    return list(terms)

"""Codes of articles: read, displayed, summed up in our own words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy import articles


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("1", "第一条"),
        ("8(2)", "第八条（二）"),
        ("8(10)", "第八条（十）"),
        ("19", "第十九条"),
        ("21(12)", "第二十一条（十二）"),
        ("行政强制法:25", "行政强制法第二十五条"),
        ("行政处罚法:38(1)", "行政处罚法第三十八条（一）"),
        ("民事诉讼法:103", "民事诉讼法第一百零三条"),
        ("民事诉讼法:110", "民事诉讼法第一百一十条"),
        ("规则:分权", "规则 分权"),
        ("规则:3.4", "规则 3.4"),
        ("规则:3", "规则 3"),
        ("20;21(11)", "第二十条、第二十一条（十一）"),
    ],
)
def test_display(code: str, shown: str) -> None:
    assert articles.display(code) == shown


@pytest.mark.parametrize(
    "code", ["", "0", "25", "8(11)", "19(1)", "8(0)", "第八条", "8-2", "行政强制法:", "行政强制法:x"]
)
def test_what_is_no_article_is_refused(code: str) -> None:
    assert not articles.is_valid(code)
    with pytest.raises(ValueError, match="条款编号"):
        articles.display(code)


@given(st.integers(1, 24))
def test_every_article_has_a_sentence_of_our_own(number: int) -> None:
    sentence = articles.summary(str(number))
    assert sentence.endswith("。")
    assert sentence.count("。") == 1


def test_summaries_of_items() -> None:
    assert articles.summary("2(3)") != articles.summary("2")
    assert "案卷" in articles.summary("8(6)")
    assert "案卷评查" in articles.summary("11(4)")
    assert "督办函" in articles.summary("21(10)")
    with pytest.raises(ValueError, match="不是本办法的条款"):
        articles.summary("行政强制法:25")


@given(st.integers(1, 999))
def test_numerals_are_unique_and_short(number: int) -> None:
    text = articles.numeral(number)
    assert 0 < len(text) <= 5
    assert "一十" not in text or number > 100


@pytest.mark.parametrize("number", [0, 1000])
def test_numerals_outside_the_range_are_refused(number: int) -> None:
    with pytest.raises(ValueError, match="不在 1 至 999"):
        articles.numeral(number)

"""Search terms: what a text is indexed under, and what a query asks for."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kernel.search import bigrams, query_terms


def test_chinese_gives_characters_and_pairs_and_codes_stay_whole() -> None:
    assert bigrams("扣押，ＡＢ12") == ["扣", "押", "扣押", "ab12"]
    assert bigrams("建司执监〔2026〕17号")[-3:] == ["2026", "17", "号"]


def test_a_query_of_two_characters_asks_for_the_pair_and_one_for_itself() -> None:
    assert query_terms("扣押物") == ["扣押", "押物"]
    assert query_terms("水") == ["水"]
    assert query_terms("　，") == []


@given(st.text("扣押物品期满ABc12，。 ", max_size=12), st.text("扣押物品期满，。 ", max_size=4), st.text(max_size=8))
def test_a_text_has_every_term_of_any_whole_query_in_it(before: str, query: str, after: str) -> None:
    assert set(query_terms(query)) <= set(bigrams(f"{before}{query}{after}"))

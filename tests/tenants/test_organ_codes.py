"""Credit codes, division codes and identity numbers."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import Invalid
from tenants.organs.codes import check_division_code, check_uscc, uscc_with_check_digit
from tenants.staff.citizen_id import check_character, check_citizen_id

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
heads = st.builds(
    lambda a, b, c: a + b + c,
    st.text(ALPHABET, min_size=2, max_size=2),
    st.text("0123456789", min_size=6, max_size=6),
    st.text(ALPHABET, min_size=9, max_size=9),
)


@given(heads)
def test_a_made_code_passes_and_one_changed_character_is_noticed(head: str) -> None:
    code = uscc_with_check_digit(head)
    assert check_uscc(f" {code[:9].lower()}-{code[9:]} ") == code
    other = ALPHABET[(ALPHABET.index(code[17]) + 1) % 31]
    with pytest.raises(Invalid, match="校验码"):
        check_uscc(code[:17] + other)


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("9111000060003734", "应为18位，现为16位"),
        ("91110000600037341O", "第18位“O”.*不使用字母"),
        ("9111A000600037341L", "第3至8位"),
        ("91110000600037341M", "校验码"),
        ("", "现为0位"),
    ],
)
def test_a_wrong_credit_code_says_what_is_wrong(code: str, says: str) -> None:
    with pytest.raises(Invalid, match=says) as caught:
        check_uscc(code)
    assert caught.value.errors[0].field == "uscc"


@pytest.mark.parametrize(
    ("code", "system", "level"),
    [
        ("411000", "GB2260", "city"),
        ("410000", "GB2260", "province"),
        ("411003", "GB2260", "county"),
        ("４１１００２００１", "MCA", "township"),
        ("411071", "NBS", "county"),
        ("411002570000", "NBS", "township"),
        ("", "none", "city"),
    ],
)
def test_right_division_codes(code: str, system: str, level: str) -> None:
    assert check_division_code(code, system, level).isascii()


@pytest.mark.parametrize(
    ("code", "system", "level", "says"),
    [
        ("411071", "GB2260", "county", "统计用区划代码"),
        ("411003", "GB2260", "city", "不是市级"),
        ("411000", "GB2260", "county", "不是县级"),
        ("411003", "GB10114", "county", "乡级代码"),
        ("411003102", "GB2260", "township", "只编到县级"),
        ("411003000", "MCA", "township", "000"),
        ("991003", "GB2260", "county", "省级代码"),
        ("41100", "GB2260", "county", "6位数字"),
        ("411003", "none", "county", "留空"),
        ("", "GB2260", "county", "没有行政区划代码"),
        ("411003", "GB", "county", "代码体系"),
    ],
)
def test_wrong_division_codes(code: str, system: str, level: str, says: str) -> None:
    with pytest.raises(Invalid, match=says):
        check_division_code(code, system, level)


@given(
    st.sampled_from(["411003", "411025", "411082", "411023", "411071", "411002"]),
    st.dates(date(1930, 1, 1), date(2008, 12, 31)),
    st.integers(0, 999),
)
def test_identity_numbers_of_every_xuchang_code_are_taken(place: str, born: date, order: int) -> None:
    head = f"{place}{born:%Y%m%d}{order:03d}"
    number = head + check_character(head)
    assert check_citizen_id(number.lower(), today=date(2026, 11, 23)) == number
    wrong = head + ("0" if number[17] != "0" else "1")
    with pytest.raises(Invalid, match="校验码") as caught:
        check_citizen_id(wrong)
    assert head not in caught.value.message


@pytest.mark.parametrize(
    ("number", "says"),
    [
        ("411003990101123", "15位旧号码"),
        ("41100319990230001X", "出生日期"),
        ("41100319A90101001X", "前17位"),
        ("41100320300101001X", "合理范围"),
    ],
)
def test_wrong_identity_numbers(number: str, says: str) -> None:
    with pytest.raises(Invalid, match=says):
        check_citizen_id(number, today=date(2026, 11, 23))

"""Input that no field takes: each piece at every door is refused with its field in Chinese, and nothing is stored."""

from __future__ import annotations

from datetime import date

import pytest

from kernel.errors import Invalid
from web.field_names import NAMES, label
from web.forms import parse_day
from web.screening import _of_file_name, _of_text, _of_value


@pytest.mark.parametrize("text", ["a\x00b", "a\x1bb", "a\x85b", "a\u202egpj", "a\u2066b", "a\ud800b"])
def test_hidden_characters_are_named(text: str) -> None:
    (error,) = _of_text("title", text, 100)
    assert (error.field, error.message) == ("title", "“标题”中有看不见的控制字符，请删除后重新填写。")


@pytest.mark.parametrize("text", ["第一行\n第二行\t\r\n", "全角　空格", "emoji 🚲", "2026-10-09", "０９"])
def test_ordinary_text_passes(text: str) -> None:
    assert not list(_of_text("made_on", text, 100))


def test_days_numbers_lists_and_depth_have_bounds() -> None:
    wrong = {"made_on": "0001-01-01", "version": 10**30, "items": list(range(1001)), "title": "长" * 50_001}
    found = {e.field: e.message for e in _of_value("", wrong, 0)}
    assert set(found) == set(wrong)
    deep: object = "x"
    for _ in range(20):
        deep = [deep]
    assert list(_of_value("items", deep, 0))
    assert parse_day("0001-01-01", date(2026, 1, 1)) is None


@pytest.mark.parametrize("name", ["../../etc/passwd", "a\\b.pdf", "..", "a\x00.pdf", "x\u202efdp.exe", "长" * 201])
def test_names_of_files_are_no_paths(name: str) -> None:
    assert list(_of_file_name("files", name))


def test_a_file_named_by_people_passes() -> None:
    assert not list(_of_file_name("files", "扣押决定书（第3页）: 复印件.pdf"))


def test_every_name_says_what_it_names() -> None:
    assert all(name and chinese and "|" not in chinese for name, chinese in NAMES.items())
    assert label("facts") == "“事实”"
    assert label("finding-3") == "这一项"
    assert issubclass(Invalid, Exception)

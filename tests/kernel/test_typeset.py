"""The typesetter: user text stays text, the same input gives the same bytes, every character is printed."""

from __future__ import annotations

import io
import threading
from datetime import date
from pathlib import Path

import pytest
from pypdf import PdfReader

from kernel.typeset import Face, Typesetter, UnprintableText, clean, font_folders

TEMPLATE = """#let d = json(bytes(sys.inputs.data))
#let f = json(bytes(sys.inputs.faces)).body
#set page(width: 120mm, height: 60mm, margin: 5mm)
#set text(font: f.families, size: 9pt, lang: "zh", region: "cn")
#set par(justify: false)
#d.text
"""
DAY = date(2026, 11, 23)
FACES = {"body": Face(("没有的字体", "Noto Serif SC"))}


@pytest.fixture
def setter(tmp_path: Path) -> Typesetter:
    (tmp_path / "plain.typ").write_text(TEMPLATE, encoding="utf-8")
    (tmp_path / "secret.txt").write_text("机密内容", encoding="utf-8")
    return Typesetter(tmp_path, FACES)


def shown(pdf: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).replace("\n", "")


@pytest.mark.parametrize(
    "words",
    [
        '#read("/etc/passwd")',
        '#read("secret.txt")',
        '#import "secret.typ": *',
        '#eval("1+1")',
        "$x^2$ *粗* _斜_ `码` = 标题",
        "@引用 <标签> // 注释 /* 块 */",
        r"\u{41} \\ \# \n ]} {[",
        '"}); panic("x")',
    ],
)
def test_markup_in_user_text_is_printed_and_never_run(setter: Typesetter, words: str) -> None:
    text = shown(setter.pdf("plain.typ", {"text": words}, created=DAY))
    assert text.replace(" ", "") == words.replace(" ", "")


def test_what_cannot_be_seen_is_taken_out() -> None:
    assert clean("甲\x00乙\x1b丙\u202e丁\u200b戊\ufeff") == "甲乙丙丁戊"
    assert clean("一\r\n二\u2028三\t四") == "一\n二\n三 四"


def test_control_characters_do_not_reach_the_page(setter: Typesetter) -> None:
    assert shown(setter.pdf("plain.typ", {"text": "许\x00昌\u202e市"}, created=DAY)) == "许昌市"


def test_the_same_input_gives_the_same_bytes(setter: Typesetter, tmp_path: Path) -> None:
    first = setter.pdf("plain.typ", {"text": "许昌市"}, created=DAY)
    assert setter.pdf("plain.typ", {"text": "许昌市"}, created=DAY) == first
    assert Typesetter(tmp_path, FACES).pdf("plain.typ", {"text": "许昌市"}, created=DAY) == first
    assert setter.pdf("plain.typ", {"text": "许昌市"}, created=date(2026, 11, 24)) != first


def test_threads_get_the_same_bytes(setter: Typesetter) -> None:
    expected = setter.pdf("plain.typ", {"text": "许昌市"}, created=DAY)
    results: list[bytes] = []

    def work() -> None:
        results.append(setter.pdf("plain.typ", {"text": "许昌市"}, created=DAY))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [expected] * 4


def test_pdf_declares_archive_format(setter: Typesetter) -> None:
    pdf = setter.pdf("plain.typ", {"text": "许昌市"}, created=DAY)
    assert b"<pdfaid:part>2</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>" in pdf


def test_rare_names_are_printed(setter: Typesetter) -> None:
    assert "喆堃祎昇淏玥珺" in shown(setter.pdf("plain.typ", {"text": "喆堃祎昇淏玥珺"}, created=DAY))


@pytest.mark.parametrize("character", ["𠮷", "\U0001f600", "\ue000"])
def test_a_character_without_a_font_is_refused_by_name(setter: Typesetter, character: str) -> None:
    with pytest.raises(UnprintableText) as caught:
        setter.pdf("plain.typ", {"text": f"张{character}"}, created=DAY)
    assert caught.value.status == 422
    assert caught.value.detail["characters"] == character


def test_pictures(setter: Typesetter) -> None:
    assert setter.png("plain.typ", {"text": "许昌市"}).startswith(b"\x89PNG")
    assert b"<svg" in setter.svg("plain.typ", {"text": "许昌市"}, page=9)
    assert setter.page_count("plain.typ", {"text": "许昌市。" * 400}) > 1


def test_templates_stay_in_their_folder(setter: Typesetter) -> None:
    with pytest.raises(ValueError, match="outside"):
        setter.pdf("../other.typ", {"text": ""}, created=DAY)


def test_a_broken_template_is_a_programming_error(setter: Typesetter) -> None:
    with pytest.raises(RuntimeError, match="typst"):
        setter.pdf("plain.typ", {"missing": ""}, created=DAY)


def test_a_role_without_any_font_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no font for body"):
        Typesetter(tmp_path, {"body": Face(("没有的字体",))})


def test_a_thin_family_is_thickened(tmp_path: Path) -> None:
    title = Typesetter(tmp_path, {"title": Face(("Noto Serif SC",), weight=600)}).faces["title"]
    assert title["thicken"] is True


def test_the_configured_font_folder_comes_first(tmp_path: Path) -> None:
    assert font_folders(tmp_path)[0] == tmp_path
    assert len(font_folders(None)) >= 1

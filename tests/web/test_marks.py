"""What is written of values and of marks that are kept: the same text as by Jinja and MarkupSafe themselves."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup, escape

from supervision.deadlines.chips import Chip
from tests.web import samples
from web import rendering
from web.rendering import MARKS, shown

OURS = rendering.environment()
STOCK = Environment(loader=OURS.loader, autoescape=True, undefined=StrictUndefined)
STOCK.globals.update(OURS.globals)
HOSTILE = '<b onload="x">&\'</b>'


class Marked:
    def __html__(self) -> str:
        return "<i>marked</i>"


class Sly(str):
    """A text that says something else of itself than it holds."""

    __slots__ = ()

    def __str__(self) -> str:
        return HOSTILE


VALUES = st.one_of(
    st.text(), st.text(alphabet="<>&'\"a"), st.text().map(Markup), st.integers(), st.none(), st.booleans(), st.floats(),
    st.dates(), st.uuids(), st.lists(st.text(alphabet="<&a")), st.builds(Marked), st.text(alphabet="<&").map(Sly),
)  # fmt: skip


@given(VALUES)
def test_a_value_is_shown_as_markupsafe_escapes_it(value: object) -> None:
    assert shown(value) == str(escape(value))


@given(VALUES)
def test_a_template_of_ours_says_what_jinja_says(value: object) -> None:
    text = "{% macro m(x) %}<p>{{ x }}</p>{% endmacro %}{{ v }}|{{ m(v) }}|{% set c %}{{ v }}{% endset %}{{ c }}"
    assert OURS.from_string(text).render(v=value) == STOCK.from_string(text).render(v=value)


def arguments(text: Any) -> dict[str, tuple[tuple[Any, ...], dict[str, Any]]]:
    chip = Chip("near", text, "clock", "amber")
    return {
        "stage_badge": ((text, text), {}),
        "tag": ((text,), {"icon_name": "clock"}),
        "article_tag": (("19", text), {}),
        "article_chip": (("19",), {"text": text}),
        "number": ((text, True), {}),
        "keep": ((text,), {}),
        "brand_mark": ((), {}),
        "deadline_chip": ((chip, text), {}),
        "choose_cell": ((uuid4(), text), {"form": "bulk"}),
        "button": ((text,), {"small": True}),
        "button_link": ((text, "/matters"), {}),
    }


@pytest.mark.parametrize(("template", "name"), [(t, n) for t, names in MARKS.items() for n in names])
def test_a_kept_mark_is_what_its_macro_writes(template: str, name: str) -> None:
    kept = getattr(OURS.get_template(template).module, name)
    macro = getattr(STOCK.get_template(template).module, name)
    for text in ("监督", HOSTILE, Markup("<em>x</em>"), "监督"):
        plain, named = arguments(text)[name]
        written = kept(*plain, **named)
        assert written == macro(*plain, **named) == kept(*plain, **named)
        assert type(written) is Markup
        assert HOSTILE not in written


def test_escaped_and_plain_text_are_not_taken_for_each_other() -> None:
    """They are equal and hash alike: a mark that was kept for one would open the page to the other."""
    tag = getattr(OURS.get_template("components/marks.html").module, "tag")  # noqa: B009
    assert "<b>" in tag(Markup("<b>x</b>"))
    assert "<b>" not in tag("<b>x</b>")
    assert "&lt;b&gt;" in tag("<b>x</b>")
    assert "<b>" in tag(text=Markup("<b>x</b>"))
    assert "<b>" not in tag(text="<b>x</b>")


def test_the_words_of_a_chip_are_not_taken_for_each_other_either() -> None:
    """Two chips are equal when their words are, escaped or not."""
    chip = getattr(OURS.get_template("components/deadlines.html").module, "deadline_chip")  # noqa: B009
    for _ in range(2):
        assert "<b>" in chip(Chip("near", Markup("<b>x</b>"), "clock", "amber"))
        assert "<b>" not in chip(Chip("near", "<b>x</b>", "clock", "amber"))


def test_what_cannot_be_known_again_is_written_anew() -> None:
    button = getattr(OURS.get_template("components/buttons.html").module, "button")  # noqa: B009
    assert 'data-x="1"' in button("好", attrs={"data-x": "1"})
    assert 'data-x="2"' in button("好", attrs={"data-x": "2"})
    tag = getattr(OURS.get_template("components/marks.html").module, "tag")  # noqa: B009
    assert HOSTILE not in tag(Sly("监督"))


def test_the_gallery_is_letter_by_letter_what_jinja_alone_makes_of_it() -> None:
    expected = STOCK.get_template("gallery.html").render(**samples.gallery())
    assert len(expected) > 50_000
    for _ in range(2):
        assert OURS.get_template("gallery.html").render(**samples.gallery()) == expected

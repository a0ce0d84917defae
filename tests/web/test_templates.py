"""House rules of the templates: strict rendering, the content security policy, one place for colours, honest markup."""

from __future__ import annotations

import json
import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from typing import get_args

import pytest
from jinja2 import Environment, nodes

from kernel.errors import FieldError
from supervision.deadlines.chips import ChipState
from supervision.deadlines.strip import CellKind
from tests.web import samples
from tests.web.samples import STATIC, SYMBOLS, TEMPLATES, Refusal

SOURCES = sorted(TEMPLATES.rglob("*.html"))
SHEETS = sorted(STATIC.glob("*.css"))
SCRIPTS = sorted(STATIC.glob("*.js"))
ERRORS = (403, 404, 409, 412, 422, 429, 500)
COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgb|rgba|hsl|hsla|oklch|hwb|color-mix)\(")
MACRO = re.compile(r"{%-? macro ([a-z]\w*)\(")


def code_of(path: Path) -> str:
    """The template without its comments."""
    return re.sub(r"{#.*?#}", "", path.read_text(), flags=re.DOTALL)


def refusal(status: int) -> dict[str, object]:
    error = Refusal(
        status, "复议、诉讼期间，政府不对该行为作出监督决定。", errors=(FieldError("phone", "请填写区号和号码"),)
    )
    return samples.frame() | {"error": error, "request_id": "0192f9aa-71c3", "at": samples.moment(), "retry_after": 30}


def pages() -> dict[str, str]:
    """Every page that can be rendered without a controller."""
    env = samples.environment()
    made = {"gallery": env.get_template("gallery.html").render(**samples.gallery())}
    for status in ERRORS:
        made[f"error {status}"] = env.get_template(f"errors/{status}.html").render(**refusal(status))
    login = '{% extends "base_plain.html" %}{% block content %}<h1>登录</h1>{% endblock %}'
    made["login"] = env.from_string(login).render(scope_name="许昌市", notices_list=["10月10日（周六）调休上班。"])
    public = '{% extends "base_public.html" %}{% block content %}<h1>文书核验</h1>{% endblock %}'
    made["public"] = env.from_string(public).render()
    bare = '{% extends "base.html" %}{% block content %}<h1>空页</h1>{% endblock %}'
    made["bare frame"] = env.from_string(bare).render()
    return made


PAGES = pages()


class Reader(HTMLParser):
    """Collects what the rules below look at; `faults` are nestings that a browser would take apart."""

    VOID = frozenset(
        [
            "area",
            "base",
            "br",
            "col",
            "embed",
            "hr",
            "img",
            "input",
            "link",
            "meta",
            "source",
            "track",
            "wbr",
            "path",
            "rect",
            "circle",
            "use",
        ]
    )
    BLOCKS = frozenset(
        ["details", "div", "dl", "fieldset", "form", "h1", "h2", "h3", "nav", "ol", "p", "section", "table", "ul"]
    )

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.faults: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.BLOCKS and "p" in self.open:
            self.faults.append(f"<{tag}> inside <p>")
        if tag == "form" and "form" in self.open:
            self.faults.append("<form> inside <form>")
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if tag in self.VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes something else")

    def values(self, name: str) -> list[str]:
        return [attrs[name] for _, attrs in self.tags if name in attrs]


@pytest.fixture(params=sorted(PAGES))
def page(request: pytest.FixtureRequest) -> Reader:
    return Reader(PAGES[request.param])


def test_the_gallery_shows_every_macro() -> None:
    gallery = code_of(TEMPLATES / "gallery.html")
    parts = [path for path in (TEMPLATES / "components").glob("*.html") if path.name != "frame.html"]
    macros = {name for path in parts for name in MACRO.findall(path.read_text())}
    through_others = {
        "allowed_list", "refused_list", "evidence_tile", "day_strip", "day_calendar", "day_legend", "why_box", "empty",
        "organ_options", "tree_nodes", "brand_mark", "back_button", "keep", "file_row",
    }  # fmt: skip
    assert macros - through_others - set(re.findall(r"\b(\w+)\(", gallery)) == set()


def test_parts_for_fragments_render_alone() -> None:
    env = samples.environment()
    cells = samples.gallery()["cells"]
    text = env.from_string(
        '{% from "components/forms.html" import organ_options, file_row %}'
        '{% from "components/figures.html" import tree_nodes %}'
        '{% from "components/marks.html" import keep %}'
        '{% from "components/deadlines.html" import day_strip, day_calendar %}'
        '{{ organ_options([], "城管") }}{{ file_row({"name": "a.pdf", "state": "done"}) }}'
        '{{ tree_nodes([{"label": "魏都区", "href": "#"}]) }}{{ keep("31 件") }}'
        "{{ day_strip(cells) }}{{ day_calendar(cells) }}"
    ).render(cells=cells)
    assert "城管" in text
    assert "已上传" in text
    assert "魏都区" in text
    assert "31 件" in text
    assert text.count("逾期第4个工作日") == 2


@pytest.mark.parametrize("status", ERRORS)
def test_a_refusal_exists_as_a_page_and_as_a_notice(status: int) -> None:
    notice = samples.environment().get_template("errors/notice.html").render(**refusal(status))
    whole = PAGES[f"error {status}"]
    assert 'role="alert"' in notice
    assert "data-focus" in notice
    assert f"代码 {status}" in whole
    assert "0192f9aa-71c3" in whole
    assert notice.count("<html") == 0


def test_the_404_says_the_same_whatever_the_reason() -> None:
    hidden = refusal(404) | {"error": Refusal(404, "建监〔2026〕31号属于另一单位。", article=None, remedy=None)}
    for name in ("errors/404.html", "errors/notice.html"):
        text = samples.environment().get_template(name).render(**hidden)
        assert "该事项不存在，或者不在您所在单位的查看范围内。" in text
        assert "另一单位" not in text


def test_a_server_error_tells_nothing_of_its_cause() -> None:
    broken = refusal(500) | {"error": Refusal(500, "relation matters does not exist", article=None, remedy=None)}
    for name in ("errors/500.html", "errors/notice.html"):
        assert "relation" not in samples.environment().get_template(name).render(**broken)


def test_text_of_users_is_escaped() -> None:
    env = samples.environment()
    for call in ("text_field('a', '名称', evil)", "textarea_field('a', '名称', evil)", "known_field('单位', evil)"):
        name = call.split("(")[0]
        text = env.from_string('{% from "components/forms.html" import ' + name + " %}{{ " + call + " }}").render(
            evil='"><script>'
        )
        assert "<script>" not in text
        assert '"">' not in text


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_no_template_breaks_the_content_security_policy(path: Path) -> None:
    code = code_of(path)
    assert not re.search(r"\sstyle\s*=", code), "style attribute"
    assert not re.search(r"\son[a-z]+\s*=", code), "inline handler"
    assert not re.search(r"hx-on|js:|javascript:|<style", code), "needs eval or inline style"
    assert not re.search(r"<script(?![^>]*\ssrc=)", code), "inline script"
    assert not re.search(r'hx-trigger="[^"]*\[', code), "trigger filters need eval"
    assert not re.search(r"(?:https?:)?//[a-z0-9-]+\.", code), "external address"
    assert not COLOUR.search(re.sub(r'"#[^"]*"|url\(#', "", code)), "colour value"
    assert "！" not in code, "exclamation mark"
    opens_card = r"<p[ >](?:(?!</p>).)*\b(?:article_chip|articles|why)\("
    assert not re.search(opens_card, code, flags=re.DOTALL), "a browser ends the paragraph at <details>; use a div"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_every_icon_named_in_a_template_is_in_the_sprite(path: Path) -> None:
    code = code_of(path)
    named = re.findall(r"""\bicon\(\s*"([a-z0-9-]+)\"""", code) + re.findall(
        r"""icon(?:_name)?["']?\s*[=:]\s*"([a-z0-9-]+)\"""", code
    )
    assert set(named) <= set(SYMBOLS)


@pytest.mark.parametrize("path", [*SHEETS, *SCRIPTS], ids=lambda path: path.name)
def test_colours_live_in_the_token_file_only(path: Path) -> None:
    text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
    assert path.name == "tokens.css" or not COLOUR.search(text)
    assert not re.search(r"(?:https?:)?//[a-z0-9-]+\.", text)
    assert not re.search(r"\beval\(|new Function", text)


def test_every_token_in_use_is_defined() -> None:
    style = "".join(path.read_text() for path in [*SHEETS, *SCRIPTS])
    defined = set(re.findall(r"(--(?:zs|tblr)-[a-z0-9-]+):", style))
    used = set(re.findall(r"var\((--zs-[a-z0-9-]+)", style)) | set(re.findall(r'token\("(--zs-[a-z0-9-]+)', style))
    assert used <= defined


def test_the_sheet_knows_every_class_that_the_pages_use() -> None:
    style = "".join(path.read_text() for path in SHEETS)
    known = set(re.findall(r"\.(zs-[A-Za-z0-9_-]+)", style))
    used = {name for text in PAGES.values() for value in Reader(text).values("class") for name in value.split()}
    silent = {"zs-icon-16", "zs-notice-info", "zs-timeline-plain", "zs-step-next", "zs-rel-line-level"}
    states = ("zs-col-", "zs-day-provisional", "zs-evidence-", "zs-file-state-")
    assert {name for name in used if name.startswith("zs-") and not name.startswith(states)} - known - silent == set()


def test_every_state_of_the_rules_has_a_look() -> None:
    style = (STATIC / "components.css").read_text()
    assert all(f".zs-chip-{state}" in style for state in get_args(ChipState))
    assert all(f".zs-day-{kind}" in style for kind in get_args(CellKind))


def test_markup_nests_as_the_browser_reads_it(page: Reader) -> None:
    assert page.faults == []
    assert page.open == []


def test_ids_are_unique_and_references_lead_somewhere(page: Reader) -> None:
    ids = Counter(page.values("id"))
    assert [name for name, count in ids.items() if count > 1] == []
    wanted = [
        *page.values("for"),
        *page.values("aria-controls"),
        *page.values("aria-labelledby"),
        *page.values("aria-describedby"),
    ]
    assert {name for value in wanted for name in value.split()} - set(ids) == set()


def test_a_page_has_one_heading_and_a_way_past_the_navigation(page: Reader) -> None:
    tags = Counter(tag for tag, _ in page.tags)
    assert tags["main"] == 1
    assert tags["title"] == 1
    shows_a_confirmation_page = "issue-page-title" in page.values("id")
    assert tags["h1"] == 1 + shows_a_confirmation_page
    assert any(tag == "a" and attrs.get("href") == "#main" for tag, attrs in page.tags)


def test_every_control_has_a_name_and_every_form_a_target(page: Reader) -> None:
    labelled = set(page.values("for"))
    for tag, attrs in page.tags:
        if tag == "form":
            assert attrs.get("action")
            assert attrs.get("method") in {"get", "post"}
        if tag in {"select", "textarea"} or (
            tag == "input" and attrs.get("type") not in {"hidden", "radio", "checkbox"}
        ):
            assert attrs.get("id") in labelled or "aria-label" in attrs


def test_the_configuration_of_htmx_forbids_eval_and_swaps_refusals() -> None:
    config = next(
        attrs["content"] for tag, attrs in Reader(PAGES["gallery"]).tags if attrs.get("name") == "htmx-config"
    )
    settings = json.loads(config)
    assert settings["allowEval"] is False
    assert settings["includeIndicatorStyles"] is False
    assert settings["historyCacheSize"] == 0

    def swaps(status: int) -> bool:
        rule = next(rule for rule in settings["responseHandling"] if re.search(rule["code"], str(status)))
        return bool(rule["swap"])

    swapped = [200, 303, 403, 404, 409, 412, 422, 429]
    assert [status for status in (*swapped, 204, 400, 401, 500, 502) if swaps(status)] == swapped


def test_a_day_of_the_strip_is_spoken_once() -> None:
    text = PAGES["gallery"]
    assert "9月28日周一，第10日，到期日" in text
    strips = Reader(text)
    today = [attrs for tag, attrs in strips.tags if tag == "li" and "zs-day-today" in attrs.get("class", "")]
    assert today
    assert all(attrs.get("aria-current") == "date" for attrs in today)


def test_the_sprite_is_drawn_with_one_pen() -> None:
    sprite = (STATIC / "icons.svg").read_text()
    assert len(SYMBOLS) == len(set(SYMBOLS)) >= 50
    assert sprite.count('viewBox="0 0 24 24"') == len(SYMBOLS)
    assert sprite.count('stroke-width="1.75"') == len(SYMBOLS) - 1  # the three dots need a broader one to be seen
    assert "<image" not in sprite
    assert "href" not in sprite


def test_no_template_defines_a_macro_under_the_name_of_one_that_it_imports() -> None:
    for path in SOURCES:
        tree = Environment(autoescape=True).parse(code_of(path))
        imported = {
            name if isinstance(name, str) else name[1] for one in tree.find_all(nodes.FromImport) for name in one.names
        }
        defined = {macro.name for macro in tree.find_all(nodes.Macro)}
        assert not imported & defined, path.name

"""Templates: Jinja with strict undefined and escaping, and the few globals that every template may use."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date
from functools import cache, lru_cache
from operator import attrgetter
from pathlib import Path
from types import NoneType
from typing import Any
from urllib.parse import quote
from uuid import UUID

import markupsafe
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.environment import TemplateModule
from jinja2.runtime import Context
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.template.config import TemplateConfig
from markupsafe import Markup

from kernel import wording
from kernel.ids import new_id
from policy import articles, rulebook
from policy.engine import default_policy
from supervision.deadlines.chips import Chip

WEB = Path(__file__).parent
STATIC = WEB / "static"
ICON_SIZES = (14, 16, 18, 20, 24, 32)
MARKS = {
    "components/marks.html": ("stage_badge", "tag", "article_tag", "article_chip", "number", "keep", "brand_mark"),
    "components/deadlines.html": ("deadline_chip",),
    "components/tables.html": ("choose_cell",),
    "components/buttons.html": ("button", "button_link"),
}
"""Macros that a page calls for every line. What one of them writes depends on its arguments alone, so it is kept."""
MOST_MARKS = 2048
PLAIN = frozenset({str, Markup, int, bool, NoneType, date, UUID})
"""Types of arguments by which a mark is known again. Escaped and plain text are equal and must not be taken for each
other: the type of each argument counts, and of each word of a chip."""
WORDS = frozenset({str, bool})
_words = attrgetter(*(field.name for field in fields(Chip)))


@dataclass(frozen=True, slots=True)
class ArticleCard:
    """What an article chip shows when it is opened: the rule in our words and where it comes from."""

    code: str
    text: str
    summary: str = ""
    source: str = ""
    official: str = ""
    href: str = ""
    used_in: str = ""


@cache
def static(path: str) -> str:
    """Address of a file below static/, with the hash of its content: it may be kept in the browser for ever."""
    digest = hashlib.sha256((STATIC / path).read_bytes()).hexdigest()[:12]
    return f"/static/{path}?v={digest}"


@cache
def _symbols() -> frozenset[str]:
    return frozenset(re.findall(r'<symbol id="([a-z0-9-]+)"', (STATIC / "icons.svg").read_text()))


@cache
def icon(name: str, size: int = 16) -> Markup:
    """An outline icon of the sprite. Raises LookupError for a name that is not in it."""
    if name not in _symbols():
        raise LookupError(f"no icon {name!r} in the sprite")
    address = f"{static('icons.svg')}#{name}"
    mark = f'<svg class="zs-icon zs-icon-{size}" aria-hidden="true"><use href="{address}"></use></svg>'
    return Markup(mark)  # noqa: S704 - the name was checked against the sprite


def article_href(code: str) -> str:
    """The page of an article of the rule book."""
    return f"/rules/articles/{quote(code, safe='()')}"


@cache
def article(code: str) -> ArticleCard:
    """The card of an article code. Other laws and measures of the rule book have their name alone."""
    text = articles.display(code)
    reference = articles.parse(code)
    used = len({line.id for line in default_policy().lines if code in line.article.split(";")})
    used_in = f"本条用于 {used} 项权限规则" if used else ""
    if reference.law:
        return ArticleCard(code, text, used_in=used_in, href=article_href(code) if used else "")
    book = rulebook.default()
    return ArticleCard(code, text, book.summary(code), book.header.name, "", article_href(code), used_in)


def new_key() -> str:
    """A fresh idempotency key: every form of a page has its own, every rendering a new one."""
    return new_id().hex


_escaped: Callable[[str], str] = markupsafe._escape_inner  # type: ignore[attr-defined]
"""MarkupSafe's own escaping, without the object around its result."""


def shown(value: object) -> str:
    """What a page says of a value: as `markupsafe.escape`, which makes an object of every text that only goes into the
    page's. Text is escaped, marks stay as they are."""
    if type(value) is str:
        return _escaped(value)
    if type(value) is Markup:
        return value
    html: Callable[[], str] | None = getattr(value, "__html__", None)
    return _escaped(str(value)) if html is None else html()


class _Writing(CodeGenerator):
    """Compiles templates to write by `shown`."""

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo) -> None:
        if not frame.eval_ctx.autoescape or frame.eval_ctx.volatile or finalize.src is not None:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write("environment.shown(")


class _Template(Template):
    def _get_default_module(self, ctx: Context | None = None) -> TemplateModule:
        # Jinja compares the names of all globals at every import, for those given with one template alone. None are.
        return super()._get_default_module()


class _Templates(Environment):
    code_generator_class = _Writing
    template_class = _Template
    shown = staticmethod(shown)


def _kept(macro: Callable[..., Markup]) -> Callable[..., Markup]:
    """The macro, or what it wrote for the same arguments before."""
    remembered = lru_cache(maxsize=MOST_MARKS, typed=True)(macro)

    def mark(*args: Any, **named: Any) -> Markup:
        for value in (*args, *named.values()) if named else args:
            if type(value) not in PLAIN and not _plain_chip(value):
                return macro(*args, **named)
        return remembered(*args, **named)

    return mark


def _plain_chip(value: object) -> bool:
    return type(value) is Chip and all(type(word) in WORDS for word in _words(value))


def _keep_marks(made: Environment) -> None:
    for template, names in MARKS.items():
        module = made.get_template(template).module
        for name in names:
            setattr(module, name, _kept(getattr(module, name)))


def environment() -> Environment:
    """The Jinja environment of the product."""
    made = _Templates(
        loader=FileSystemLoader(WEB / "templates"),
        autoescape=True,
        # What is installed does not change under a running process: no look at the disk at every page.
        auto_reload=False,
        undefined=StrictUndefined,
    )
    made.globals.update(
        static=static,
        icon=icon,
        article=article,
        article_href=article_href,
        article_text=articles.display,
        new_key=new_key,
        fmt_date=wording.format_date,
        fmt_short=wording.format_short,
        fmt_due=wording.format_due,
        fmt_month=wording.format_month,
        fmt_time=wording.format_time,
        fmt_moment=wording.format_moment,
        fmt_when=wording.format_when,
        fmt_range=wording.format_range,
        fmt_number=wording.format_number,
        fmt_amount=wording.format_amount,
        fmt_count=wording.format_count,
        fmt_percent=wording.format_percent,
        fmt_weekday=wording.weekday,
    )
    _keep_marks(made)
    return made


def template_config() -> TemplateConfig[JinjaTemplateEngine]:
    """The application's template engine."""
    return TemplateConfig(instance=JinjaTemplateEngine.from_environment(environment()))

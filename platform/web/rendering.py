"""Templates: Jinja with strict undefined and escaping, and the few globals that every template may use."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.template.config import TemplateConfig
from markupsafe import Markup

from kernel import wording
from kernel.ids import new_id
from policy import articles, rulebook
from policy.engine import default_policy

WEB = Path(__file__).parent
STATIC = WEB / "static"
ICON_SIZES = (14, 16, 18, 20, 24, 32)


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


def environment() -> Environment:
    """The Jinja environment of the product."""
    made = Environment(
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
    return made


def template_config() -> TemplateConfig[JinjaTemplateEngine]:
    """The application's template engine."""
    return TemplateConfig(instance=JinjaTemplateEngine.from_environment(environment()))

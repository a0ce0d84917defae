"""The texts that go out, made from templates.toml. A name that a template does not know is an error, not a gap."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jinja2 import StrictUndefined
from jinja2.sandbox import SandboxedEnvironment

from integrations.notify.rules import Line, preference_kind
from kernel.wording import format_date
from policy.articles import display

FILE = Path(__file__).with_name("templates.toml")


@functools.cache
def _templates() -> dict[str, Any]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


@functools.cache
def _compiled(template: str, part: str) -> Any:
    plain = SandboxedEnvironment(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=False)
    return plain.from_string(_templates()[template][part].strip())


def sentence(kind: str) -> str:
    """What a line of this kind says outside the product."""
    return str(_templates()["kinds"][preference_kind(kind)])


def _due(line: Line) -> str:
    return format_date(line.due_on) if line.due_on else ""


def of_notice(channel: str, line: Line) -> tuple[str, str]:
    """Subject and text of one line."""
    article = display(line.article) if line.article else ""
    known = {
        "organ": line.organ, "line": sentence(line.kind), "due": _due(line), "article": article, "link": line.link,
    }  # fmt: skip
    return _made(channel, known)


def of_digest(channel: str, organ: str, lines: Sequence[Line]) -> tuple[str, str]:
    """Subject and text of what was held back together; a text message only counts it."""
    said = [sentence(line.kind) + (f"，期限为{_due(line)}" if line.due_on else "") for line in lines]
    known = {"organ": organ, "count": len(said), "lines": said}
    return _made("digest_short" if channel == "sms" else "digest", known)


def of_code(code: str) -> tuple[str, str]:
    return _made("code", {"code": code})


def of_test(organ: str) -> tuple[str, str]:
    return _made("test", {"organ": organ})


def _made(template: str, known: dict[str, Any]) -> tuple[str, str]:
    return str(_compiled(template, "subject").render(known)), str(_compiled(template, "text").render(known))

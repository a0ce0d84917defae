"""A composed document: its form and its text in reading order, before it becomes PDF, picture or Word file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

import msgspec

from kernel.wording import format_date
from policy.articles import numeral
from supervision.instruments.documents.models import Frame
from supervision.instruments.documents.statements import Table

Form = Literal["letter", "standard", "upward"]
Kind = Literal["heading", "subheading", "text", "table"]
TITLE_WIDTH = 20  # characters of 22 pt in a line of 156 mm


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of a paragraph; `pending` marks what issue or service may still change (yellow in a preview)."""

    text: str
    pending: bool = False


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """A paragraph: 一、 heading in 黑体, （一）subheading in 楷体, or text in 仿宋; or a table."""

    kind: Kind
    runs: tuple[Run, ...] = ()
    table: Table | None = None

    def data(self) -> dict[str, Any]:
        """The same for the Typst templates."""
        if self.table is not None:
            t = self.table
            return {"kind": self.kind, "heads": t.heads, "rows": t.rows, "bars": t.bars, "bar": t.bar}
        return {"kind": self.kind, "runs": [{"text": r.text, "pending": r.pending} for r in self.runs]}


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """Everything on the paper; `title` is already broken into lines."""

    form: Form
    name: str
    frame: Frame
    title: tuple[str, ...]
    addressee: str | None
    blocks: tuple[Block, ...]
    mark: str
    signer: str | None = None
    attachments: tuple[str, ...] = ()

    def data(self) -> dict[str, Any]:
        """The same for the Typst templates."""
        return {
            "form": self.form,
            "name": self.name,
            "mark": self.mark,
            "title": self.title,
            "addressee": self.addressee,
            "blocks": [b.data() for b in self.blocks],
            "signer": self.signer,
            "attachments": self.attachments,
            **frame_data(self.frame),
        }


def frame_data(frame: Frame) -> dict[str, Any]:
    """Number, signature, date, seal, note, copies and foot for the templates."""
    dated = format_date(frame.dated) if frame.dated else None
    return {
        "created": frame.created.isoformat(),
        "number": frame.number,
        "number-stem": frame.number_stem,
        "signature": frame.issuer,
        "dated": dated,
        "seal": frame.seal.value,
        "note": note(frame),
        "copies": frame.copies,
        "printer": frame.printer or frame.issuer,
        "printed": dated,
        "foot": foot(frame),
    }


def note(frame: Frame) -> str | None:
    """联系人：陈某某　电话：0374-0000000"""
    parts = [f"联系人：{frame.contact}"] if frame.contact else []
    parts += [f"电话：{frame.phone}"] if frame.phone else []
    return "　".join(parts) or None


def foot(frame: Frame) -> list[str]:
    """The short text at the foot of every page."""
    code = [f"核验码 {frame.code}　{frame.code_hint}"] if frame.code else []
    if not frame.code and frame.number is None:
        code = ["核验码在签发时生成。"]
    return [*code, *(["演示文书，不具有法律效力。"] if frame.demo else [])]


def text(*pieces: str | Run) -> Block:
    """A paragraph of text."""
    return Block(kind="text", runs=tuple(p if isinstance(p, Run) else Run(text=p) for p in pieces))


def heading(number: int, words: str) -> Block:
    """一、……"""
    return Block(kind="heading", runs=(Run(text=f"{numeral(number)}、{words}"),))


def subheading(number: int, words: str) -> Block:
    """（一）……"""
    return Block(kind="subheading", runs=(Run(text=f"（{numeral(number)}）{words}"),))


def sentence(words: str) -> str:
    """The words with a full stop, unless they already end in one."""
    words = words.strip()
    return words if not words or words.endswith(("。", "！", "？", "…", "；")) else f"{words}。"


def listed(words: Iterable[str]) -> str:
    """材料一；材料二 — without the full stops of the single entries."""
    return "；".join(w.strip().rstrip("。；") for w in words)


def broken(title: str) -> tuple[str, ...]:
    """The title in lines of about the same length, broken outside brackets where that is possible."""
    lines: list[str] = []
    rest = title
    while (count := -(-_width(rest) // TITLE_WIDTH)) > 1:
        cut = _cut(rest, _width(rest) / count)
        lines.append(rest[:cut])
        rest = rest[cut:]
    return (*lines, rest)


def _width(words: str) -> int:
    """In whole characters; figures and Latin letters take half of one."""
    halves = sum(1 if c.isascii() else 2 for c in words)
    return -(-halves // 2)


def _cut(words: str, ideal: float) -> int:
    depth, best, best_cost = 0, 0, float("inf")
    for n, character in enumerate(words[:-1], 1):
        depth += (character in "《（〔“") - (character in "》）〕”")
        if words[n] in "的了》〉）〕】”、，。：" or words[n].isascii():
            continue
        width = _width(words[:n])
        whole = 4 if words[n - 1] in "局府委办厅院队所》）" else 0
        cost = abs(width - ideal) - whole + 8 * depth + (100 if width > TITLE_WIDTH else 0)
        if cost < best_cost:
            best, best_cost = n, cost
    return best or min(TITLE_WIDTH, len(words))

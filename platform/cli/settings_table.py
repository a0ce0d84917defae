"""The table of settings, for the terminal and for docs/operations.md (a test keeps that one up to date)."""

from __future__ import annotations

from cli.console import table
from kernel import settings
from kernel.settings import FIELDS


def markdown() -> str:
    """The table of docs/operations.md."""
    lines = ["| variable | default | meaning |", "|---|---|---|"]
    for entry in FIELDS:
        default = f"`{entry.default}`" if entry.default else "–"
        lines.append(f"| `{entry.metadata['env']}` | {default} | {entry.metadata['doc']} |")
    return "\n".join(lines)


def print_table() -> int:
    """Every setting with its present value; secrets are shown as set or not."""
    known = settings.load()
    rows = [("variable", "value", "meaning")]
    for entry in FIELDS:
        value = getattr(known, entry.name)
        shown = ("(set)" if value else "") if entry.metadata["secret"] else value
        rows.append((entry.metadata["env"], shown or "–", entry.metadata["doc"]))
    print(table(rows))
    return 0

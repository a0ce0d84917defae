"""The present rule book as the work's organ changed it: validity, warning and hours of the registers."""

from __future__ import annotations

from kernel.work import Work
from policy import rulebook as books
from policy.rulebook import RuleBook
from tenants.organs.overrides import overrides


async def rulebook(work: Work) -> RuleBook:
    """The rule book in force, with the organ's own lengths."""
    book = books.default()
    return book.with_overrides(await overrides(work, book.key))

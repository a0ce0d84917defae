"""What came with a form, kept so that the page can be shown again with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from kernel.errors import FieldError
from kernel.work import Work
from web.forms import Form
from web.turns import Req

LISTS: Final = ("handlers", "participants", "content_items", "evidence", "findings")
"""Fields that hold several values."""


def error_context(errors: Sequence[FieldError]) -> dict[str, Any]:
    by_field: dict[str, str] = {}
    for error in errors:
        by_field.setdefault(error.field, error.message)
    return {"errors": list(errors), "error_of": by_field}


async def sent_form(request: Req, work: Work) -> Form:
    return Form(await request.form(), work.today)


def values_of(form: Form) -> dict[str, Any]:
    lists = {name: form.many(name) for name in LISTS}
    return {**form.values, **{name: found for name, found in lists.items() if found}}

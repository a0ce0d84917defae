"""What callers give to the steps of a return."""

from __future__ import annotations

from typing import Annotated

import msgspec


class CellInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One cell as typed: a number in the cell's unit, 0, — for no such duty, empty for not filled in; its note."""

    value: Annotated[str, msgspec.Meta(max_length=60)]
    note: Annotated[str, msgspec.Meta(max_length=1000)] = ""

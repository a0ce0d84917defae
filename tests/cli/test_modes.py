"""A demo and real work never share a database, whichever process asks."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from cli.console import Failed
from cli.installation import DEMO, STAMP
from cli.prepare import ensure_ready, refuse_other_mode
from kernel.settings import Settings


@dataclass
class Opened:
    """An installation as far as the check looks at it."""

    settings: Settings
    found: dict[str, int] | None

    def versions(self) -> dict[str, int] | None:
        return self.found


@pytest.mark.parametrize(
    ("demo", "versions", "said"),
    [
        ("1", {STAMP: 1}, "not a demo"),
        ("1", {"organs": 1}, "not a demo"),
        ("", {STAMP: 1, DEMO: 1}, "holds the demo city"),
    ],
)
def test_a_service_refuses_the_other_modes_database(demo: str, versions: dict[str, int], said: str) -> None:
    with pytest.raises(Failed, match=said):
        refuse_other_mode(Opened(Settings(demo=demo), versions))  # type: ignore[arg-type]


@pytest.mark.parametrize(("demo", "versions"), [("1", {STAMP: 1, DEMO: 1}), ("", {"calendar": 1}), ("", {STAMP: 1})])
def test_a_service_starts_on_a_database_of_its_mode(demo: str, versions: dict[str, int]) -> None:
    refuse_other_mode(Opened(Settings(demo=demo), versions))  # type: ignore[arg-type]


def test_a_start_refuses_it_before_it_changes_anything() -> None:
    with pytest.raises(Failed, match="not a demo"):
        ensure_ready(Opened(Settings(demo="1"), {STAMP: 1}))  # type: ignore[arg-type]

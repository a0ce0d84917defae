"""The golden file holds every decision that a rule makes; a change of the rules shows there, line by line."""

from __future__ import annotations

import os
from pathlib import Path

from policy.engine import default_policy
from tests.policy.golden_text import render

GOLDEN = Path(__file__).with_name("golden") / "decisions.md"


def test_decisions_are_those_that_were_reviewed() -> None:
    text = render(default_policy())
    if os.environ.get("ZHUNSHENG_UPDATE_GOLDEN") == "1":
        GOLDEN.parent.mkdir(exist_ok=True)
        GOLDEN.write_text(text, encoding="utf-8")
    assert text == GOLDEN.read_text(encoding="utf-8"), "ZHUNSHENG_UPDATE_GOLDEN=1 writes it anew; review the difference"

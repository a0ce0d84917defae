"""No request makes the API fail or answer with what it does not document (schemathesis over the whole OpenAPI)."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Iterator
from typing import Any

import pytest
from structlog.testing import capture_logs

from tests.databases import Cluster
from tests.web.fuzzed import Fuzzed
from tests.web.fuzzing import fuzz, repeat, wander

PARTS = 10
"""The full run in pieces that each take a few minutes; `-n` spreads them."""
EXAMPLES = 150
"""Good ones, and as many bad ones: 300 an operation."""
REPEATED = 12
"""Operations at least whose example does something for one of the people, and is then sent again under its key."""


@pytest.fixture
def fuzzed(cluster: Cluster) -> Iterator[Fuzzed]:
    with cluster.backend("embedded").lent() as url, asyncio.Runner() as runner, capture_logs() as logs:
        made = Fuzzed.open(url, runner)
        yield made
        made.close()
    assert made.calls
    assert not _failures(logs), "\n".join(_failures(logs))


def _failures(logs: Any) -> list[str]:
    """What failed inside, once for each sentence."""
    found = {str(line["exc_info"])[:80]: line["exc_info"] for line in logs if "exc_info" in line}
    return [
        "".join(traceback.format_exception(error, limit=-5)) for error in found.values() if isinstance(error, Exception)
    ]


def test_every_operation_answers_as_it_says(fuzzed: Fuzzed) -> None:
    wrong = fuzz(fuzzed, 1, modes=1)
    assert not wrong, "\n".join(wrong)
    assert 500 not in fuzzed.statuses


@pytest.mark.drill
@pytest.mark.long
@pytest.mark.parametrize("part", range(PARTS))
def test_three_hundred_requests_to_every_operation(fuzzed: Fuzzed, part: int) -> None:
    wrong = fuzz(fuzzed, EXAMPLES, part=part, of=PARTS)
    assert not wrong, "\n".join(wrong)
    few = {name: sent for name, sent in fuzzed.asked.items() if sent < 2 * EXAMPLES}
    assert not few, f"fewer than {2 * EXAMPLES} requests: {few}"


@pytest.mark.drill
def test_following_the_links_finds_nothing_undocumented(fuzzed: Fuzzed) -> None:
    wrong = wander(fuzzed, walks=150, steps=6)
    assert not wrong, "\n".join(wrong)
    assert fuzzed.calls > 300


@pytest.mark.drill
def test_every_changing_operation_has_one_effect_under_its_key(fuzzed: Fuzzed) -> None:
    wrong = repeat(fuzzed)
    assert not wrong, "\n".join(wrong)
    assert len(fuzzed.repeated) >= REPEATED, sorted(fuzzed.repeated)

"""The trail of the test's own database."""

from __future__ import annotations

import pytest

from tests.audit.sealed import HERE, THERE, Trail
from tests.databases import Backend
from tests.world import World


@pytest.fixture
def trail(world: World, backend: Backend) -> Trail:
    return Trail(world, backend)


@pytest.fixture
async def three_seals(trail: Trail) -> Trail:
    """Three seals with entries of two organs."""
    for number in (5, 3, 4):
        await trail.write(HERE, number)
        await trail.write(THERE, number + 1)
        trail.seal()
    return trail

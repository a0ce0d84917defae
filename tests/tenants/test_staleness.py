"""No answer is older than the last commit: revoked powers and moved organs count from the next transaction on."""

from __future__ import annotations

import pytest

from kernel.db import engine_for
from kernel.work import Database
from tests.tenants.staleness import hammer
from tests.world import World


def second_process(world: World) -> Database:
    """An engine of its own, as another process has; what is kept in memory is kept per engine."""
    return Database(engine_for(world.url), world.database.signer, demo=True)


async def test_no_stale_answer_while_powers_are_revoked_and_organs_move(world: World) -> None:
    second = second_process(world)
    found = await hammer(world, second, revocations=15, moves=4)
    await second.engine.dispose()
    assert found.decisions >= 100
    assert (found.stale_allows, found.stale_denials) == (0, 0)


async def test_a_process_that_trusted_its_memory_would_be_found(world: World) -> None:
    second = second_process(world)
    found = await hammer(world, second, revocations=0, moves=2, blind=True)
    await second.engine.dispose()
    assert found.stale_allows > 0


@pytest.mark.drill
@pytest.mark.long
async def test_a_thousand_revocations_and_two_hundred_moves(world: World) -> None:
    second = second_process(world)
    found = await hammer(world, second, revocations=1_000, moves=200, times=60)
    await second.engine.dispose()
    assert found.decisions >= 1_000_000
    assert (found.stale_allows, found.stale_denials) == (0, 0)

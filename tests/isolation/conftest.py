"""A connection as the superuser to the same database that the application uses."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest
from sqlalchemy import Connection, create_engine
from sqlalchemy.engine import make_url

from tests import stories
from tests.databases import Backend
from tests.world import World


@pytest.fixture
def catalogue(backend: Backend) -> Iterator[Connection]:
    """A fresh clone, seen by the superuser, in one transaction that is rolled back."""
    with backend.clone() as url:
        engine = create_engine(make_url(backend.admin_url).set(database=make_url(url).database))
        with engine.connect() as connection:
            yield connection
            connection.rollback()
        engine.dispose()


@pytest.fixture
async def matter_id(world: World) -> UUID:
    """A matter of HERE, with a handler, that THERE must never notice."""
    return (await stories.open_matter(world)).id

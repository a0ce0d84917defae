"""A connection as the superuser to the same database that the application uses."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, create_engine
from sqlalchemy.engine import make_url

from tests.databases import Backend


@pytest.fixture
def catalogue(backend: Backend) -> Iterator[Connection]:
    """A fresh clone, seen by the superuser, in one transaction that is rolled back."""
    with backend.clone() as url:
        engine = create_engine(make_url(backend.admin_url).set(database=make_url(url).database))
        with engine.connect() as connection:
            yield connection
            connection.rollback()
        engine.dispose()

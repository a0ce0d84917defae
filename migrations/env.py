"""Alembic's entry. The caller (kernel.provision) passes an open connection; every table belongs to the owner role."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

import tenants.delegations.models
import tenants.organs.models
import tenants.staff.models  # noqa: F401
from kernel.db import Base

OUR_SCHEMAS = {None, "public"}


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_type=True,
        transaction_per_migration=False,
        include_object=lambda _obj, name, kind, reflected, _to: (
            not (kind == "table" and reflected and str(name) not in Base.metadata.tables)
        ),
    )
    with context.begin_transaction():
        context.run_migrations()


run(context.config.attributes["connection"])

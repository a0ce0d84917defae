"""Row-level security in one place: each helper names who may read and who may write the rows of a table."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from alembic import op

from kernel.provision import Roles
from kernel.settings import load

TENANT = "(SELECT guard.tenant())"
CITY = "(SELECT guard.city())"
SYSTEM = "'00000000-0000-0000-0000-000000000000'::uuid"
IN_SCOPE = f"organ_id IN (SELECT s.organ_id FROM public.scope s WHERE s.viewer_id = {TENANT})"
OWN = f"organ_id = {TENANT} AND city_id = {CITY}"


def roles() -> Roles:
    return Roles(load().role_prefix)


def secure(table: str) -> None:
    """Row-level security on, for the owner too."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def policy(table: str, command: str, *, using: str | None = None, check: str | None = None, to: str = "") -> None:
    """One permissive policy a command and role."""
    role = to or roles().app
    name = f"{table.rsplit('.', maxsplit=1)[-1]}_{command}" + ("_definer" if role == roles().definer else "")
    parts = [f"CREATE POLICY {name} ON {table} FOR {command} TO {role}"]
    if using is not None:
        parts.append(f"USING ({using})")
    if check is not None:
        parts.append(f"WITH CHECK ({check})")
    op.execute(" ".join(parts))


def owned(table: str, *, read: str = IN_SCOPE, update: bool = True, delete: bool = False) -> None:
    """Rows of one tenant: its own transactions write, `read` says who reads."""
    secure(table)
    commands = ["SELECT", "INSERT"]
    policy(table, "select", using=read)
    policy(table, "insert", check=OWN)
    if update:
        commands.append("UPDATE")
        policy(table, "update", using=OWN, check=OWN)
    if delete:
        commands.append("DELETE")
        policy(table, "delete", using=OWN)
    op.execute(f"GRANT {', '.join(commands)} ON {table} TO {roles().app}")


def reference(table: str, *, read: str = f"{TENANT} IS NOT NULL", delete: bool = False, of_city: bool = False) -> None:
    """Reference data: every valid tenancy reads, the system tenancy alone writes, and `of_city` its own city's only."""
    secure(table)
    system = f"{TENANT} = {SYSTEM}" + (f" AND city_id = {CITY}" if of_city else "")
    policy(table, "select", using=read)
    policy(table, "insert", check=system)
    policy(table, "update", using=system, check=system)
    commands = ["SELECT", "INSERT", "UPDATE"]
    if delete:
        policy(table, "delete", using=system)
        commands.append("DELETE")
    op.execute(f"GRANT {', '.join(commands)} ON {table} TO {roles().app}")


def for_definer(table: str, *commands: str) -> None:
    """What the narrow security-definer functions need of a table, and nothing more."""
    definer = roles().definer
    for command in commands:
        using = None if command == "insert" else "true"
        check = "true" if command in ("insert", "update") else None
        policy(table, command, using=using, check=check, to=definer)
    op.execute(f"GRANT {', '.join(c.upper() for c in commands)} ON {table} TO {definer}")


def guard_functions(source: str, grantees: Mapping[str, str] | None = None) -> None:
    """Make the functions of an SQL text in the schema `guard`, owned by the definer, so that they run with its narrow
    rights. The application alone may call them, or the role (`owner`, `definer`) that `grantees` names for one."""
    r = roles()
    op.execute(f"GRANT CREATE ON SCHEMA guard TO {r.definer}")
    op.execute(f"SET LOCAL ROLE {r.definer}")
    op.execute("SET LOCAL check_function_bodies = off")
    for statement in re.split(r"(?m)^(?=CREATE FUNCTION)", source)[1:]:
        op.get_bind().exec_driver_sql(statement)
        name = re.match(r"CREATE FUNCTION (guard\.\w+)", statement)
        assert name is not None
        op.execute(f"REVOKE ALL ON FUNCTION {name[1]} FROM PUBLIC")
        grantee = (grantees or {}).get(name[1], "app")
        op.execute(f"GRANT EXECUTE ON FUNCTION {name[1]} TO {getattr(r, grantee)}")
    op.execute(f"SET LOCAL ROLE {r.owner}")
    op.execute(f"REVOKE CREATE ON SCHEMA guard FROM {r.definer}")


def guard_file(name: str, grantees: Mapping[str, str] | None = None) -> None:
    """`guard_functions` of a file of `migrations/sql`."""
    guard_functions((Path(__file__).parent / "sql" / name).read_text(), grantees)

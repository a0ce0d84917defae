"""The catalogue gate: what PostgreSQL's own catalogue must say, so that no tenant can see another's row.

Every check reads the catalogue as the superuser and returns its complaints; an empty list is a pass. The mutation
test breaks the schema in every way that it knows and expects a complaint for each, so a check that is too weak shows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

from sqlalchemy import Connection, text

from kernel.provision import Roles
from kernel.settings import load
from reporting.figures.sources import SOURCES
from tests.kernel.test_isolation import DEFINERS

OUTSIDE: Final = {"public.alembic_version", "dramatiq.queue", "dramatiq.result", "dramatiq.worker"}
"""Tables without row-level security: the migrations' own, which the application cannot read, and the default
broker's, which carry ids of outbox rows and nothing of a tenant."""
HIDDEN: Final = {"public.alembic_version"}
REFERENCE: Final = {
    "audit_check", "audit_head", "audit_seal", "calendar_day", "demo_clock", "explicit_relation", "figure_check",
    "figure_link", "figure_scope", "organ", "reference_version", "schedule_fire", "scope",
}  # fmt: skip
"""Tables of the city or the installation, not of a tenant: the system tenancy alone writes them."""
DEFINER_TABLES: Final = {
    "account", "accountability_case", "alembic_version", "annual_publication", "audit_check", "audit_entry",
    "audit_head", "audit_seal", "certificate", "circular_draft", "clue", "commendation_list", "conduct_complaint",
    "dead_letter", "deadline", "enforcement_record", "figure_check", "figure_counter", "figure_delta", "figure_link",
    "figure_scope", "idempotency_record", "instrument", "licence_application", "link", "login_attempt", "matter",
    "nomination", "officer",
    "organ", "outbox_message", "paper", "person", "post", "process_sign", "qualification", "qualification_bar",
    "record_search", "reference_version", "referral", "schedule_fire", "scope", "tenancy_key", "web_session", *SOURCES,
}  # fmt: skip
"""Tables that the security-definer functions read or write past the tenancy."""
CROSSING: Final = {
    "fk_post_city_id_person_id": "a person may hold posts in several organs; an account is bound to its person's",
}
"""Foreign keys of a tenant's table that may lead to another tenant's row, and why."""

_TENANT = "( SELECT guard.tenant() AS tenant)"
_CITY = "( SELECT guard.city() AS city)"
OWN: Final = f"((organ_id = {_TENANT}) AND (city_id = {_CITY}))"
SYSTEM: Final = f"({_TENANT} = '00000000-0000-0000-0000-000000000000'::uuid)"
SYSTEM_OF_CITY: Final = f"({SYSTEM} AND (city_id = {_CITY}))"
_OURS = "n.nspname not in ('pg_catalog', 'information_schema', 'pristine') and n.nspname !~ '^pg_(toast|temp)'"
"""Every schema but PostgreSQL's own; `pristine` is the test harness's, closed to all but the superuser."""

Check = Callable[[Connection], list[str]]


def roles() -> Roles:
    return Roles(load().role_prefix)


def rows(connection: Connection, query: str, **values: Any) -> list[Any]:
    return list(connection.execute(text(query), {"app": roles().app, "definer": roles().definer, **values}))


def every_table_forces_row_security(connection: Connection) -> list[str]:
    """ENABLE and FORCE on every table but the few named ones; those that are hidden stay hidden."""
    found = rows(
        connection,
        "select n.nspname || '.' || c.relname as name, c.relrowsecurity, c.relforcerowsecurity,"
        " has_table_privilege(:app, c.oid, 'select, insert, update, delete, truncate, references, trigger') as open"
        f" from pg_class c join pg_namespace n on n.oid = c.relnamespace where {_OURS} and c.relkind in ('r', 'p')",
    )
    unsafe = [r.name for r in found if not (r.relrowsecurity and r.relforcerowsecurity) and r.name not in OUTSIDE]
    return [f"{name}: row-level security is not forced" for name in unsafe] + [
        f"{r.name}: the application may touch it" for r in found if r.name in HIDDEN and r.open
    ]


def no_way_around_the_tables(connection: Connection) -> list[str]:
    """Views run as their reader; materialised views, foreign tables and partition children are closed; no rule
    rewrites a table."""
    found = rows(
        connection,
        "select n.nspname || '.' || c.relname as name, c.relkind::text as kind,"
        " coalesce(c.reloptions, '{}') @> '{security_invoker=true}' as invoker,"
        " c.relispartition or exists (select 1 from pg_inherits i where i.inhrelid = c.oid) as child,"
        " has_table_privilege(:app, c.oid, 'select, insert, update, delete, truncate') as open"
        f" from pg_class c join pg_namespace n on n.oid = c.relnamespace where {_OURS}"
        " and c.relkind in ('r', 'p', 'v', 'm', 'f')",
    )
    complaints = [f"{r.name}: a view that runs as its owner" for r in found if r.kind == "v" and not r.invoker]
    complaints += [f"{r.name}: open, and no policy can guard it" for r in found if r.kind in "mf" and r.open]
    complaints += [f"{r.name}: a child that is read past its parent's policies" for r in found if r.child and r.open]
    rules = rows(
        connection,
        "select r.rulename from pg_rewrite r join pg_class c on c.oid = r.ev_class join pg_namespace n"
        f" on n.oid = c.relnamespace where {_OURS} and r.rulename <> '_RETURN'",
    )
    return complaints + [f"rule {r.rulename} rewrites statements" for r in rules]


def definer_functions_are_listed_and_pinned(connection: Connection) -> list[str]:
    """SECURITY DEFINER only by name, owned by the narrow role, search_path pinned, one grantee; nothing leakproof."""
    found = rows(
        connection,
        "select n.nspname, p.proname, p.prosecdef, p.proleakproof, p.proowner::regrole::text as owner,"
        " coalesce(p.proconfig::text, '') as config, p.oid::regprocedure::text as signature,"
        " (select array_agg(a.grantee::regrole::text) from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner)))"
        "  a where a.grantee <> p.proowner) as grantees"
        f" from pg_proc p join pg_namespace n on n.oid = p.pronamespace where {_OURS} and n.nspname <> 'dramatiq'",
    )
    complaints = [f"{r.signature}: leakproof without proof" for r in found if r.proleakproof]
    complaints += [
        f"{r.signature}: its search_path is not pinned"
        for r in found
        if "search_path=pg_catalog, pg_temp" not in r.config
    ]
    definers = [r for r in found if r.prosecdef]
    listed = sorted(DEFINERS)
    if sorted(r.proname for r in definers) != listed or any(r.nspname != "guard" for r in definers):
        differ = {r.signature for r in definers if r.proname not in DEFINERS} | (
            DEFINERS - {r.proname for r in definers}
        )
        complaints.append(f"security-definer functions differ from the list: {sorted(differ) or 'one name twice'}")
    grantee = {"verified": None, "bar_over": None, "install_key": roles().owner} | dict.fromkeys(
        ("settings_changed", "application_barred", "bar_begins", "bar_kept", "bar_undone", "certificate_barred"),
        roles().owner,
    )
    grantee |= {f"figure_{source}_changed": roles().owner for source in SOURCES}
    for r in definers:
        wanted = grantee.get(r.proname, roles().app)
        if r.owner != roles().definer or (r.grantees or []) != ([wanted] if wanted else []):
            complaints.append(f"{r.signature}: owner {r.owner}, executed by {r.grantees}")
    return complaints


def one_permissive_policy_for_each_right(connection: Connection) -> list[str]:
    """Each privilege has one permissive policy for its command and role, each policy its privilege: a privilege
    without a policy is dead, a policy without its privilege or beside another is a right that nobody meant to give."""
    granted = rows(
        connection,
        "select n.nspname || '.' || c.relname as name, lower(a.privilege_type) as command,"
        " case a.grantee when 0 then 'public' else a.grantee::regrole::text end as role, a.is_grantable"
        " from pg_class c join pg_namespace n on n.oid = c.relnamespace, aclexplode(c.relacl) a"
        f" where {_OURS} and c.relkind in ('r', 'p') and a.grantee <> c.relowner",
    )
    ruled = rows(
        connection,
        "select schemaname || '.' || tablename as name, lower(cmd) as command, unnest(roles)::text as role,"
        " permissive from pg_policies where schemaname <> 'pristine'",
    )
    rights = sorted((r.name, r.command, r.role) for r in granted if r.name not in OUTSIDE)
    policies = sorted((r.name, r.command, r.role) for r in ruled)
    complaints = [f"{p}: a right without a policy" for p in rights if p not in policies]
    complaints += [f"{p}: a policy without its right" for p in policies if p not in rights]
    complaints += [f"{p}: more than one policy" for p in set(policies) if policies.count(p) > 1]
    complaints += [f"{(r.name, r.command)}: restrictive" for r in ruled if r.permissive != "PERMISSIVE"]
    known = {roles().app, roles().definer}
    complaints += [f"{p}: for an unknown role" for p in {*rights, *policies} if p[2] not in known]
    complaints += [f"{r.name}: {r.role} may hand {r.command} on" for r in granted if r.is_grantable]
    columns = rows(
        connection,
        "select c.relname, a.attname from pg_attribute a join pg_class c on c.oid = a.attrelid"
        f" join pg_namespace n on n.oid = c.relnamespace where {_OURS} and a.attacl is not null",
    )
    return complaints + [f"{r.relname}.{r.attname}: a privilege on one column" for r in columns]


def every_policy_asks_for_the_tenant(connection: Connection) -> list[str]:
    """Writing: own organ and own city, or the system tenancy for reference data. Reading: every alternative names
    the verified tenant, evaluated once a statement. The definer's blanket policies lie on listed tables."""
    complaints = []
    columns = {
        r.name: set(r.columns)
        for r in rows(
            connection,
            "select c.relname as name, array_agg(a.attname::text) as columns from pg_class c"
            " join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped"
            f" join pg_namespace n on n.oid = c.relnamespace where {_OURS} and c.relkind in ('r', 'p') group by 1",
        )
    }
    found = rows(
        connection,
        "select tablename as name, cmd as command, roles::text[] as roles, qual, with_check from pg_policies"
        " where schemaname <> 'pristine'",
    )
    for r in found:
        where = f"{r.name} {r.command} {r.roles}"
        using, check = _flat(r.qual), _flat(r.with_check)
        if r.roles == [roles().definer]:
            if r.name not in DEFINER_TABLES:
                complaints.append(f"{where}: the definer has no business here")
            continue
        wanted = OWN if r.name not in REFERENCE else SYSTEM_OF_CITY if "city_id" in columns[r.name] else SYSTEM
        if r.name not in REFERENCE and not {"organ_id", "city_id"} <= columns[r.name]:
            complaints.append(f"{where}: a table without tenant")
        if r.command in ("INSERT", "UPDATE") and not _at_least(check, wanted):
            complaints.append(f"{where}: writes {check or 'unchecked'}")
        if r.command in ("UPDATE", "DELETE") and not _at_least(using, wanted):
            complaints.append(f"{where}: changes {using}")
        if r.command == "SELECT":
            complaints += [f"{where}: reads {part}" for part in _alternatives(using) if not _asks(part, columns)]
        if "guard." in (using + check).replace(_TENANT, "").replace(_CITY, ""):
            complaints.append(f"{where}: asks for the tenant row by row")
    return complaints


def _flat(expression: str | None) -> str:
    """One line, without the table's own name and the names of aliases that PostgreSQL puts in."""
    return re.sub(r"\s+", " ", expression or "").strip()


def _at_least(expression: str, wanted: str) -> bool:
    """Whether an expression is the wanted one, alone or with further conditions."""
    return expression == wanted or expression.startswith(f"({wanted[1:-1]} AND ")


def _asks(part: str, columns: dict[str, set[str]]) -> bool:
    """Whether an alternative of a reading policy rests on the tenant, or on a row of another guarded table."""
    if _TENANT in part:
        return True
    through = re.search(r"_id IN \( SELECT (\w+)\.id FROM (\w+) \1\)", part)
    return through is not None and through[2] in columns and through[2] not in REFERENCE


def _alternatives(expression: str) -> Iterator[str]:
    """The parts of an expression that are joined by OR, through every level that is OR and nothing else."""
    inner = expression.strip()
    if not inner:
        yield "everything"
        return
    if not (inner.startswith("(") and _closing(inner, 0) == len(inner) - 1):
        yield inner
        return
    inner = inner[1:-1]
    parts, depth, start = [], 0, 0
    for place, letter in enumerate(inner):
        depth += (letter == "(") - (letter == ")")
        if depth == 0 and inner.startswith(" OR ", place):
            parts.append(inner[start:place])
            start = place + 4
    parts.append(inner[start:])
    if len(parts) == 1:
        yield expression.strip()
        return
    for part in parts:
        yield from _alternatives(part)


def _closing(expression: str, opening: int) -> int:
    depth = 0
    for place in range(opening, len(expression)):
        depth += (expression[place] == "(") - (expression[place] == ")")
        if depth == 0:
            return place
    return -1


def keys_stay_inside_the_tenant(connection: Connection) -> list[str]:
    """Every key of a city's table carries city_id, every key of a tenant's table organ_id as well: no constraint tells
    one tenant of another's row. The random primary key (city_id, id) is the one exception."""
    unique = rows(
        connection,
        "select c.relname as name, i.indexrelid::regclass::text as key, i.indisprimary,"
        " (select array_agg(a.attname::text order by k.n) from unnest(i.indkey::int[]) with ordinality k(attnum, n)"
        "  join pg_attribute a on a.attrelid = c.oid and a.attnum = k.attnum) as columns,"
        " (select array_agg(a.attname::text) from pg_attribute a where a.attrelid = c.oid and a.attnum > 0) as has"
        " from pg_index i join pg_class c on c.oid = i.indrelid join pg_namespace n on n.oid = c.relnamespace"
        f" where {_OURS} and n.nspname <> 'dramatiq' and i.indisunique",
    )
    complaints = []
    for r in unique:
        tenant = "organ_id" in r.has and r.name not in REFERENCE
        own = r.indisprimary and r.columns == ["city_id", "id"]
        if "city_id" in r.has and "city_id" not in (r.columns or []):
            complaints.append(f"{r.key}: unique across cities")
        if tenant and not own and "organ_id" not in r.columns:
            complaints.append(f"{r.key}: unique across tenants")
    return complaints + _foreign_keys(connection)


def _foreign_keys(connection: Connection) -> list[str]:
    keys = rows(
        connection,
        "select k.conname as name, c.relname as child, p.relname as parent,"
        " (select array_agg(array[a.attname::text, b.attname::text]) from unnest(k.conkey, k.confkey) u(x, y)"
        "  join pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.x"
        "  join pg_attribute b on b.attrelid = k.confrelid and b.attnum = u.y) as pairs,"
        " (select array_agg(a.attname::text) from pg_attribute a where a.attrelid = c.oid and a.attnum > 0) as has"
        " from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_class p on p.oid = k.confrelid"
        f" join pg_namespace n on n.oid = c.relnamespace where k.contype = 'f' and {_OURS}",
    )
    complaints = []
    for r in keys:
        if ["city_id", "city_id"] not in r.pairs:
            complaints.append(f"{r.name}: leads to another city")
        to_tenant = "organ_id" in r.has and not {r.child, r.parent} & REFERENCE
        if to_tenant and r.name not in CROSSING and not any(child == "organ_id" for child, _ in r.pairs):
            complaints.append(f"{r.name}: leads to another tenant's row")
    return complaints


def the_application_role_is_powerless(connection: Connection) -> list[str]:
    """Owns nothing, bypasses nothing, is nobody else, creates nothing outside its temporary schema."""
    r = roles()
    found = {
        x.rolname: x for x in rows(connection, "select * from pg_roles where rolname like :p", p=f"{r.prefix}\\_%")
    }
    complaints = [
        f"{name}: too much power"
        for name in (r.app, r.owner, r.definer)
        if found[name].rolsuper
        or found[name].rolbypassrls
        or found[name].rolcreaterole
        or found[name].rolcreatedb
        or found[name].rolreplication
    ]
    complaints += [f"{name}: may log in" for name in (r.owner, r.definer) if found[name].rolcanlogin]
    owned = rows(
        connection,
        "select classid::regclass::text as kind from pg_shdepend"
        " where deptype = 'o' and refobjid = cast(:app as regrole)",
    )
    complaints += [f"the application owns a {x.kind}" for x in owned]
    member = rows(
        connection, "select roleid::regrole::text as role from pg_auth_members where member = cast(:app as regrole)"
    )
    complaints += [f"the application may become {x.role}" for x in member]
    creates = rows(connection, "select nspname from pg_namespace n where has_schema_privilege(:app, n.oid, 'create')")
    complaints += [f"the application creates in {x.nspname}" for x in creates]
    later = rows(connection, "select defaclrole::regrole::text as role from pg_default_acl")
    return complaints + [f"{x.role}: default privileges open what is made later" for x in later]


CHECKS: Final[tuple[Check, ...]] = (
    every_table_forces_row_security,
    one_permissive_policy_for_each_right,
    every_policy_asks_for_the_tenant,
    keys_stay_inside_the_tenant,
    no_way_around_the_tables,
    definer_functions_are_listed_and_pinned,
    the_application_role_is_powerless,
)


def complaints(connection: Connection) -> list[str]:
    """What the gate finds, one sentence each; empty: the catalogue is as it must be."""
    return [complaint for check in CHECKS for complaint in check(connection)]


def first_complaint(connection: Connection) -> str | None:
    """The first complaint, without asking further."""
    return next((complaint for check in CHECKS for complaint in check(connection)), None)

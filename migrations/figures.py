"""Figures from records: one file of `migrations/sql/figures` a source table, and the functions and triggers made of it.

The file is a query over one row `r` of the table: organ, indicator, slice, day, amount. It may look at columns of `r`
and at what never changes elsewhere. `source` makes three things of it: statement triggers that write what a change
adds (new rows) and takes away (old rows) in the same transaction, a function that counts all rows anew, and the
deltas of the rows that are there already.
"""

from __future__ import annotations

from pathlib import Path

from alembic import op

from migrations.rls import SYSTEM, for_definer, guard_functions, roles

FOLDER = Path(__file__).parent / "sql" / "figures"
MONTH = "(extract(year FROM f.day) * 100 + extract(month FROM f.day))::int"
FACTS = "CROSS JOIN LATERAL (\n{facts}\n) AS f(organ_id, indicator, slice, day, amount)"
COUNTED = "f.organ_id IS NOT NULL AND f.day IS NOT NULL"
CHANGED = """
CREATE FUNCTION guard.figure_{table}_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF EXISTS (SELECT FROM new_rows OFFSET 1) THEN
{inserted};
        ELSE
{inserted_alone};
        END IF;
    ELSIF TG_OP = 'DELETE' THEN
        IF EXISTS (SELECT FROM old_rows OFFSET 1) THEN
{deleted};
        ELSE
{deleted_alone};
        END IF;
    ELSE
{updated};
    END IF;
    RETURN NULL;
END $$;
"""
WRITE = """
INSERT INTO public.figure_delta (city_id, organ_id, indicator, slice, month, amount)
SELECT r.city_id, f.organ_id, f.indicator, f.slice, {month}, sum({sign} * f.amount)
FROM {rows} AS r {facts}
WHERE {counted} GROUP BY 1, 2, 3, 4, 5 HAVING sum({sign} * f.amount) <> 0
"""
ALONE = """
INSERT INTO public.figure_delta (city_id, organ_id, indicator, slice, month, amount)
SELECT r.city_id, f.organ_id, f.indicator, f.slice, {month}, {sign} * f.amount
FROM {rows} AS r {facts} WHERE {counted} AND f.amount <> 0
"""
"""Of a single row: there is next to nothing to add up, and a hash table for it costs as much as the delta itself."""
BOTH = "(SELECT 1 AS sign, n.* FROM new_rows AS n UNION ALL SELECT -1, o.* FROM old_rows AS o)"
COUNT = """
CREATE FUNCTION guard.figure_{table}_facts()
RETURNS TABLE (organ_id uuid, indicator text, slice text, month int, amount bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT f.organ_id, f.indicator, f.slice, {month}, sum(f.amount)::bigint
    FROM public.{table} AS r {facts}
    WHERE (SELECT guard.tenant()) = {system} AND r.city_id = (SELECT guard.city()) AND {counted}
    GROUP BY 1, 2, 3, 4
$$;
"""


def facts_of(table: str) -> str:
    """The counting rules of a source, as they are applied everywhere."""
    return (FOLDER / f"{table}.sql").read_text("utf-8")


def functions(table: str, facts: str) -> tuple[str, str]:
    """The trigger function of a source, and the one that counts all its rows anew."""
    per_row = {"facts": FACTS.format(facts=facts), "month": MONTH, "counted": COUNTED}
    changed = CHANGED.format(
        table=table,
        inserted=WRITE.format(rows="new_rows", sign="1", **per_row),
        inserted_alone=ALONE.format(rows="new_rows", sign="1", **per_row),
        deleted=WRITE.format(rows="old_rows", sign="-1", **per_row),
        deleted_alone=ALONE.format(rows="old_rows", sign="-1", **per_row),
        updated=WRITE.format(rows=BOTH, sign="r.sign", **per_row),
    )
    return changed, COUNT.format(table=table, system=SYSTEM, **per_row)


def triggers(table: str) -> list[str]:
    """The statements that call the trigger function after every statement that changes rows."""
    return [
        f"CREATE TRIGGER figure_{table}_{event.lower()} AFTER {event} ON public.{table} REFERENCING {seen}"
        f" FOR EACH STATEMENT EXECUTE FUNCTION guard.figure_{table}_changed()"
        for event, seen in (
            ("INSERT", "NEW TABLE AS new_rows"),
            ("UPDATE", "OLD TABLE AS old_rows NEW TABLE AS new_rows"),
            ("DELETE", "OLD TABLE AS old_rows"),
        )
    ]


def present(table: str, facts: str, *, sign: int = 1) -> str:
    """The statement that writes the deltas of the rows that are there; with the sign -1 what takes them away."""
    return WRITE.format(
        rows=f"public.{table}", sign=str(sign), facts=FACTS.format(facts=facts), month=MONTH, counted=COUNTED
    )


def source(table: str) -> None:
    """Count the rows of a table: what is in it now, and every change from here on."""
    _readable(table)
    facts = facts_of(table)
    changed, counted = functions(table, facts)
    guard_functions(changed, {f"guard.figure_{table}_changed": "owner"})
    guard_functions(counted)
    for statement in triggers(table):
        op.execute(statement)
    op.execute(f"SET LOCAL ROLE {roles().definer}")
    op.get_bind().exec_driver_sql(present(table, facts))
    op.execute(f"SET LOCAL ROLE {roles().owner}")


def rewrite(table: str, added: str = "") -> None:
    """The triggers and the recount of a source do as the present rule and way say. `added`: the part of the rule that
    is new and touches no indicator that was counted before; of the rows there are, it alone is counted."""
    changed, counted = functions(table, facts_of(table))
    op.execute(f"GRANT CREATE ON SCHEMA guard TO {roles().definer}")
    op.execute(f"SET LOCAL ROLE {roles().definer}")
    op.execute("SET LOCAL check_function_bodies = off")
    for function in (changed, counted):
        op.get_bind().exec_driver_sql(function.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1))
    if added:
        op.get_bind().exec_driver_sql(present(table, added))
    op.execute(f"SET LOCAL ROLE {roles().owner}")
    op.execute(f"REVOKE CREATE ON SCHEMA guard FROM {roles().definer}")


def sources() -> list[str]:
    """The tables that are counted by triggers now."""
    found = op.get_bind().exec_driver_sql(
        "select c.relname from pg_trigger t join pg_class c on c.oid = t.tgrelid"
        " where t.tgname = 'figure_' || c.relname || '_insert' order by 1"
    )
    return [str(row[0]) for row in found]


def renew(table: str, old: str) -> None:
    """Count a table by a changed rule. `old` is the rule as it was: all that it counted is taken away again."""
    op.execute(f"SET LOCAL ROLE {roles().definer}")
    op.get_bind().exec_driver_sql(present(table, old, sign=-1))
    op.execute(f"SET LOCAL ROLE {roles().owner}")
    _stop(table)
    source(table)


def afresh(table: str, *prefixes: str) -> None:
    """Count a table by a changed rule, whatever the rule was before: everything counted under indicators that begin
    with one of `prefixes`, which no other source may use, is thrown away at every level and counted again."""
    op.execute(f"SET LOCAL ROLE {roles().definer}")
    for kept in ("figure_delta", "figure_counter"):
        op.get_bind().exec_driver_sql(
            f"DELETE FROM public.{kept} WHERE indicator ^@ any (%(prefixes)s::text[])", {"prefixes": list(prefixes)}
        )
    op.execute(f"SET LOCAL ROLE {roles().owner}")
    _stop(table)
    source(table)


def _stop(table: str) -> None:
    """The triggers and functions of a source go."""
    for event in ("insert", "update", "delete"):
        op.execute(f"DROP TRIGGER figure_{table}_{event} ON public.{table}")
    op.execute(f"SET LOCAL ROLE {roles().definer}")
    for name in ("changed", "facts"):
        op.execute(f"DROP FUNCTION guard.figure_{table}_{name}()")
    op.execute(f"SET LOCAL ROLE {roles().owner}")


def _readable(table: str) -> None:
    """The definer may read the table, if it may not already."""
    role = roles().definer
    known = "select 1 from pg_policies where tablename = %(table)s and cmd = 'SELECT' and %(role)s = any (roles)"
    if op.get_bind().exec_driver_sql(known, {"table": table, "role": role}).first() is None:
        for_definer(table, "select")

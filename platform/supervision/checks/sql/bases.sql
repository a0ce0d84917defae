-- Q12: the benchmark that a decision cites was in force neither on the day of the act nor on that of the decision.
-- The one in force at the act counts; one that came until the decision may be cited where it is milder to the party
-- (行政处罚法第三十七条; whether it is, Q01 and Q02 ask). A code that no table knows finds nothing.
with versions as materialized (
    select distinct t.code, b.name, b.in_force_on, coalesce(b.ended_on, 'infinity'::date) as ended_on
    from benchmark_tier t
    join benchmark b on b.city_id = t.city_id and b.organ_id = t.organ_id and b.id = t.benchmark_id
    where t.city_id = %(city)s and t.organ_id = any (%(issuers)s::uuid[])
), known as materialized (
    select code, min(name) as name, min(in_force_on) as first, max(ended_on) as last from versions group by code
), cited as (
    select r.*, coalesce(r.act_ended_on, r.discovered_on, r.filed_on, r.decided_on) as acted
    from enforcement_record r
    where {where}{batch} and r.kind = 'penalty' and r.benchmark_code <> '' and r.decided_on is not null
), found as materialized (
    select {subject}, 'Q12'::text as rule, null::text as grave,
        jsonb_build_object('code', r.benchmark_code, 'benchmark', k.name, 'acted', r.acted, 'decided', r.decided_on,
            'begun', case when k.first > r.decided_on then k.first end,
            'ended', case when k.last < r.acted then k.last end) as facts, null::bigint as score
    from cited r join known k on k.code = r.benchmark_code
    where not exists (select 1 from versions v where v.code = r.benchmark_code
        and (r.acted between v.in_force_on and v.ended_on or r.decided_on between v.in_force_on and v.ended_on))
)

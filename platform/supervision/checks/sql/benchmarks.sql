-- Q01 to Q06: a fine against the law's own range and the range of its tier. The benchmark in force on the day of the
-- act counts; one that came until the decision counts too where it is milder to the party (行政处罚法第三十七条), so a
-- fine is outside only when it lies in neither. A body's own table goes before that of the body above for its items.
with tiers as materialized (
    select t.*, b.name, b.in_force_on, coalesce(b.ended_on, 'infinity'::date) as ended_on, p.kind as party
    from benchmark_tier t
    join benchmark b on b.city_id = t.city_id and b.organ_id = t.organ_id and b.id = t.benchmark_id
    join unnest(%(issuers)s::uuid[]) with ordinality as i(organ_id, rank) on i.organ_id = t.organ_id
    cross join (values ('citizen'), ('organisation')) as p(kind)
    where t.city_id = %(city)s and t.measure = 'fixed' and t.party_kind in ('', p.kind)
      and not exists (select 1 from benchmark_tier o where o.city_id = t.city_id and o.item_code = t.item_code
                      and o.organ_id = %(body)s and t.organ_id <> %(body)s)
), law as materialized (
    select item_code, party, in_force_on, ended_on, min(name) as name, min(item_name) as item, min(basis) as basis,
        min(law_min_fen) as law_min, case when bool_and(law_max_fen is not null) then max(law_max_fen) end as law_max
    from tiers group by item_code, party, in_force_on, ended_on
), ranges as materialized (
    select code as key, party, in_force_on, ended_on, min(name) as name, min(min_fen) as low,
        case when bool_and(max_fen is not null) then max(max_fen) end as high,
        bool_or(min_inclusive) filter (where min_fen = lowest) as low_in,
        bool_or(max_inclusive) filter (where max_fen = highest) as high_in
    from (
        select c.code, t.party, t.in_force_on, t.ended_on, t.name, t.min_fen, t.max_fen, t.min_inclusive, t.max_inclusive,
            min(t.min_fen) over w as lowest, max(t.max_fen) over w as highest
        from tiers t cross join lateral (
            select t.code union select t.item_code || '|' || t.tier where t.tier <> ''
        ) as c(code)
        window w as (partition by c.code, t.party, t.in_force_on, t.ended_on)
    ) as each
    group by code, party, in_force_on, ended_on
), suspects as materialized (
    select f.*, l.law_min, l.law_max, l.item, l.basis as law_basis, l.name as law_name, g.name as tier_name, g.low, g.high,
        g.low_in, g.high_in, f.fine_fen > l.law_max or f.fine_fen < l.law_min as off_law,
        l.item_code is not null and f.told and f.benchmark_code = '' and f.tier = '' as uncited,
        f.fine_fen between l.law_max * {Q05.percent} / 100 and l.law_max and l.law_min < l.law_max
            and f.tier <> 'heavier' and f.grounds = 0 as topmost,
        f.fine_fen < g.low or f.fine_fen > g.high or (f.fine_fen = g.low and not g.low_in and g.low < g.high)
            or (f.fine_fen = g.high and not g.high_in and g.low < g.high) as off_tier
    from (
        select r.id, r.fine_fen, r.decided_on, r.tier, r.benchmark_code, r.item_code,
            r.filed_on is not null and coalesce(r.quality->>'benchmark_code', '') <> 'to_check'
                and coalesce(r.quality->>'tier', '') <> 'to_check' as told,
            coalesce(r.detail->>'remark', '') ~ '偏离基准|不适用基准' as departed,
            case when r.party_kind = 'citizen' then 'citizen' else 'organisation' end as party,
            coalesce(r.act_ended_on, r.discovered_on, r.filed_on, r.decided_on) as acted,
            case when r.benchmark_code <> '' then r.benchmark_code else r.item_code || '|' || r.tier end as key,
            coalesce(jsonb_array_length(r.detail->'tier_grounds'), 0) as grounds
        from enforcement_record r
        where {where}{batch} and r.kind = 'penalty' and r.fine_fen > 0 and r.decided_on is not null
        offset 0
    ) f
    left join law l on l.item_code = f.item_code and l.party = f.party and f.acted between l.in_force_on and l.ended_on
    left join ranges g on g.key = f.key and g.party = f.party and f.acted between g.in_force_on and g.ended_on
    where f.fine_fen > l.law_max or f.fine_fen < l.law_min
       or (l.item_code is not null and f.told and f.benchmark_code = '' and f.tier = '')
       or f.fine_fen between l.law_max * {Q05.percent} / 100 and l.law_max
       or f.fine_fen < g.low or f.fine_fen > g.high or (f.fine_fen = g.low and not g.low_in)
       or (f.fine_fen = g.high and not g.high_in)
), told as (
    select s.id, 'Q01'::text as rule, jsonb_build_object('fine_fen', s.fine_fen, 'law_min_fen', s.law_min,
        'law_max_fen', s.law_max, 'item', s.item, 'basis', s.law_basis) as facts
    from suspects s where s.off_law and (s.fine_fen > s.law_max or s.tier <> 'reduced') and not exists (
        select 1 from law n where n.item_code = s.item_code and n.party = s.party
          and s.decided_on between n.in_force_on and n.ended_on
          and s.fine_fen between n.law_min and coalesce(n.law_max, s.fine_fen))
    union all
    select s.id, 'Q02', jsonb_build_object('fine_fen', s.fine_fen, 'tier', s.tier, 'benchmark', s.tier_name,
        'min_fen', s.low, 'max_fen', s.high, 'min_inclusive', s.low_in, 'max_inclusive', coalesce(s.high_in, true))
    from suspects s where s.off_tier and not s.departed and not exists (
        select 1 from ranges n where n.key = s.key and n.party = s.party
          and s.decided_on between n.in_force_on and n.ended_on
          and (s.fine_fen > n.low or (s.fine_fen = n.low and (n.low_in or n.low = n.high)))
          and (n.high is null or s.fine_fen < n.high or (s.fine_fen = n.high and (n.high_in or n.low = n.high))))
    union all
    select s.id, 'Q03', jsonb_build_object('fine_fen', s.fine_fen, 'item', s.item, 'benchmark', s.law_name)
    from suspects s where s.uncited
    union all
    select s.id, 'Q05', jsonb_build_object('fine_fen', s.fine_fen, 'max_fen', s.law_max,
        'percent', s.fine_fen * 100 / s.law_max)
    from suspects s where s.topmost
    union all
    select s.id, 'Q06', jsonb_build_object('fine_fen', s.fine_fen, 'min_fen', s.law_min)
    from suspects s where s.off_law and s.fine_fen < s.law_min and s.tier = 'reduced' and s.grounds = 0
), found as materialized (
    select distinct on (t.id, t.rule) {subject}, t.rule, null::text as grave, t.facts, null::bigint as score
    from told t join enforcement_record r on r.city_id = %(city)s and r.id = t.id
    order by t.id, t.rule
)

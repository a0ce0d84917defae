-- Q04: a fine far from the median of like cases: the same cause, tier and kind of party, decided in the same year, as
-- far as the body may read. Fewer than five are not compared. The distance is measured by the median of the absolute
-- deviations; where all others are equal, any deviation is one. A fifth of a case's weight would move a mean; a median
-- stays where most cases are.
with cases as materialized (
    select r.id, r.organ_id, r.body_id, r.fine_fen, extract(year from r.decided_on)::int as year, r.tier,
        coalesce(nullif(r.item_code, ''), nullif(r.item_name, ''), nullif(array_to_string(r.basis, '；'), '')) as cause,
        r.party_kind = 'citizen' as citizen
    from enforcement_record r
    where r.city_id = %(city)s and r.kind = 'penalty' and r.fine_fen > 0 and r.decided_on is not null
      and coalesce(nullif(r.item_code, ''), nullif(r.item_name, ''), nullif(array_to_string(r.basis, '；'), '')) is not null
), middles as materialized (
    select cause, tier, citizen, year, count(*) as number, min(fine_fen) as least,
        percentile_cont(0.5) within group (order by fine_fen::float8) as middle
    from cases group by cause, tier, citizen, year having count(*) >= {Q04.least}
), far as materialized (
    select c.id, c.cause, c.tier, c.citizen, c.year, c.fine_fen, m.number, m.middle
    from cases c join middles m using (cause, tier, citizen, year)
    where c.body_id = %(body)s and abs(c.fine_fen - m.middle) * 100 >= m.middle * {Q04.percent}
      and abs(c.fine_fen - m.middle) >= {Q04.least_fen}
), deviations as materialized (
    select m.cause, m.tier, m.citizen, m.year,
        percentile_cont(0.5) within group (order by abs(c.fine_fen - m.middle)) as mad
    from (select distinct cause, tier, citizen, year, middle from far) as m
    join cases c using (cause, tier, citizen, year) group by 1, 2, 3, 4
), places as (
    select c.id, c.fine_fen, d.*, m.number, m.middle,
        row_number() over (partition by cause, tier, citizen, year order by c.fine_fen, c.id) as place
    from deviations d join cases c using (cause, tier, citizen, year) join middles m using (cause, tier, citizen, year)
), compared as (
    insert into check_group as g (city_id, organ_id, id, cause, tier, citizen, year, number, median_fen, mad_fen, members)
    select %(city)s, %(body)s, gen_random_uuid(), cause, tier, citizen, year, number, round(middle)::bigint,
        round(mad)::bigint, jsonb_agg(jsonb_build_array(id, fine_fen) order by place)
    from places where place %% (number / {Q04.shown} + 1) = 0 or place in (1, number)
    group by cause, tier, citizen, year, number, middle, mad
    on conflict (city_id, organ_id, cause, tier, citizen, year) do update
    set number = excluded.number, median_fen = excluded.median_fen, mad_fen = excluded.mad_fen,
        members = excluded.members
    where (g.number, g.median_fen, g.mad_fen, g.members)
       is distinct from (excluded.number, excluded.median_fen, excluded.mad_fen, excluded.members)
), found as materialized (
    select {subject}, 'Q04'::text as rule, null::text as grave,
        jsonb_build_object('fine_fen', f.fine_fen, 'median_fen', round(f.middle)::bigint, 'mad_fen', round(d.mad)::bigint,
            'count', f.number, 'year', f.year, 'cause', f.cause, 'item', r.item_name, 'tier', f.tier,
            'citizen', f.citizen, 'percent', round(abs(f.fine_fen - f.middle) * 100 / f.middle)::int,
            'z', case when d.mad > 0 then round((0.6745 * (f.fine_fen - f.middle) / d.mad)::numeric, 1) end) as facts,
        case when d.mad > 0 then least(round(67.45 * abs(f.fine_fen - f.middle) / d.mad), 1000000)::bigint
             else least(round(abs(f.fine_fen - f.middle) * 100 / f.middle), 1000000)::bigint end as score
    from far f join deviations d using (cause, tier, citizen, year)
    join enforcement_record r on r.city_id = %(city)s and r.id = f.id
    where d.mad = 0 or 0.6745 * abs(f.fine_fen - f.middle) / d.mad >= {Q04.z}
)

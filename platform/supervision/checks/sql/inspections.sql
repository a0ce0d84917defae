-- I01 and I06: how often one company is inspected, and whether by two at nearly the same time. Inspections that a
-- complaint, an accident or a case made necessary are not counted; a joint one is what the rule asks for.
with visits as materialized (
    select r.id, r.organ_id, r.body_id, r.business_line, r.item_code, r.done_on, r.yearly_cap, r.inspection_kind, r.result,
        r.follow_up, coalesce(encode(r.party_hash, 'hex'), r.party_uscc) as object
    from enforcement_record r
    where r.city_id = %(city)s and r.kind = 'inspection' and r.done_on is not null
      and r.inspection_kind not in ('single', 'joint') and coalesce(r.detail->>'linked_case', '') = ''
      and (r.party_hash is not null or r.party_uscc <> '') and r.party_kind <> 'citizen'
), counted as (
    select v.*, extract(year from v.done_on)::int as year,
        row_number() over (partition by v.organ_id, v.object, extract(year from v.done_on) order by v.done_on, v.id)
            as number
    from visits v
), followed as (
    select v.*, lag(v.organ_id) over w as before_organ, lag(v.business_line) over w as before_line,
        lag(v.done_on) over w as before_on, lag(v.result) over w as before_result
    from visits v where v.item_code <> ''
    window w as (partition by v.object, v.item_code order by v.done_on, v.id)
), hits as (
    select c.id, 'I01'::text as rule,
        jsonb_build_object('year', c.year, 'count', c.number, 'done', c.done_on, 'cap', c.yearly_cap) as facts
    from counted c where c.body_id = %(body)s and c.number > c.yearly_cap
    union all
    select f.id, 'I06', jsonb_build_object('done', f.done_on, 'previous', f.before_on, 'days', f.done_on - f.before_on,
        'within', {I06.within}, 'other', case when f.before_organ = f.organ_id then '本单位' else '其他单位' end)
    from followed f where f.body_id = %(body)s and f.done_on - f.before_on <= {I06.within}
      and not (f.before_organ = f.organ_id and (f.before_result = 'failed' or f.business_line = f.before_line))
), found as materialized (
    select {subject}, h.rule, null::text as grave, h.facts, null::bigint as score
    from hits h join enforcement_record r on r.city_id = %(city)s and r.id = h.id
)

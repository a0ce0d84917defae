-- O01, O03: certificates that run out or were issued under a bar; O08: an instrument to which nobody answered in time.
with held as materialized (
    select * from guard.certificates_held(%(reach)s::uuid[])
), unanswered as (
    select distinct on (d.instrument_id) d.* from delivery d
    where d.city_id = %(city)s and d.organ_id = %(body)s and d.role = 'main' and d.state = 'served'
      and d.due_on < %(today)s and not exists (
          select 1 from extension e where e.city_id = d.city_id and e.delivery_id = d.id and e.state = 'requested')
    order by d.instrument_id, d.due_on
), found as materialized (
    select 'certificate'::text as subject_kind, h.id as subject_id, h.organ_id as subject_organ_id,
        h.version::bigint as subject_version, '证件 ' || h.number as label, 'register'::text as kind, ''::text as line,
        x.rule, null::text as grave, x.facts, null::bigint as score
    from held h cross join lateral (
        select 'O01'::text as rule, jsonb_build_object('certificate', h.number, 'until', h.valid_until,
            'left', greatest(h.valid_until - today, 0), 'over', greatest(today - h.valid_until, 0)) as facts
        where h.status = 'valid' and h.valid_until - today <= {O01.before} and not h.renewing and h.left_on is null
        union all
        select 'O03', jsonb_build_object('certificate', h.number, 'issued', h.issued_on, 'barred', h.barred_until)
        where h.barred_until is not null and h.status <> 'cancelled'
    ) x
    union all
    select 'instrument', d.instrument_id, d.addressee_id, d.row_version::bigint, trim(d.number || ' ' || d.title),
        'register', '', 'O08', null, jsonb_build_object('instrument', d.title, 'due', d.due_on, 'today', today,
            'days', today - d.due_on), null
    from unanswered d
)

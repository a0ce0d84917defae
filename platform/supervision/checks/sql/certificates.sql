-- P15: an officer whose certificate was not valid on the day of the act. A number that no register of the organ knows
-- finds nothing.
with held as materialized (
    select * from guard.certificates_held(%(reach)s::uuid[])
), acts as (
    select r.*, c.number, case r.kind
            when 'penalty' then coalesce(r.survey_ended_on, r.filed_on, r.decided_on)
            when 'coercion' then coalesce((r.executed_at at time zone 'Asia/Shanghai')::date, r.held_from)
            else r.done_on end as acted
    from enforcement_record r cross join lateral unnest(r.officer_certs) as c(number)
    where {where}{batch} and r.kind in ('penalty', 'coercion', 'inspection')
      and r.business_line not in ('public_security', 'tax', 'customs', 'tobacco', '公安', '税务', '海关', '烟草专卖')
), judged as (
    select r.*, case
            when h.status in ('cancelled', 'returned') and h.status_on <= r.acted
                then '已于 ' || h.status_on || case h.status when 'cancelled' then ' 取消' else ' 收回' end
            when h.status = 'suspended' and h.status_on <= r.acted and coalesce(h.suspended_until, r.acted) >= r.acted
                then '自 ' || h.status_on || ' 起暂扣'
            -- What was asked for on the day counts, whether it went through meanwhile or not; what was asked later does not.
            when r.acted > h.valid_until and (h.renewal_on is null or h.renewal_on > r.acted) then '已于 ' || h.valid_until || ' 到期'
            when r.acted < h.valid_from then '自 ' || h.valid_from || ' 起才有效' end as why
    from acts r join held h on h.organ_id = r.organ_id and h.number = r.number
), found as materialized (
    select distinct on (r.id) {subject}, 'P15'::text as rule, null::text as grave,
        jsonb_build_object('acted', r.acted, 'certificate', r.number, 'why', r.why) as facts, null::bigint as score
    from judged r where r.why is not null
    order by r.id, r.number
)

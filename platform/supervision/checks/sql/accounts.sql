-- M03: a fine that was paid into an account of the wrong kind, or into none that is designated.
with known as materialized (
    select array_agg(a.account) as accounts from payee_account a where a.city_id = %(city)s and a.organ_id = %(body)s
), paid as (
    select r.*, case
            when r.payee_account ~ '个人|微信|支付宝|工会|食堂|往来|基本户|基本存款' then '属于不得收取罚款的账户种类'
            else '不是登记的指定账户' end as why
    from enforcement_record r
    where {where}{batch} and r.kind = 'penalty' and r.fine_fen > 0 and r.payee_account <> ''
      and r.payee_account <> all (coalesce((select accounts from known), '{}'))
      and ((select accounts from known) is not null
           or r.payee_account ~ '个人|微信|支付宝|工会|食堂|往来|基本户|基本存款')
), found as materialized (
    select {subject}, 'M03'::text as rule, null::text as grave,
        jsonb_build_object('fine_fen', r.fine_fen, 'account',
            case when r.payee_account ~ '^[0-9 ]{12,}$' then left(r.payee_account, 4) || '****' || right(r.payee_account, 4)
                 else r.payee_account end, 'why', r.why) as facts, null::bigint as score
    from paid r
)

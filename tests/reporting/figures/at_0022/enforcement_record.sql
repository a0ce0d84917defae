-- Enforcement acts by the counting rules of the yearly statistics: each by the day of its step, a penalty once under its
-- heaviest kind, a named kind before "other", money as decided; what is revoked later was decided all the same.
SELECT who, code, part, day, amount FROM (
    SELECT r.organ_id, f.code, f.part, f.day, 1::bigint FROM (
        VALUES ('penalties.filed', '', r.filed_on), ('penalties.closed', '', r.closed_on),
            ('penalties.transferred', '', r.transferred_on)
    ) AS f(code, part, day) WHERE r.kind = 'penalty'
    UNION ALL SELECT r.organ_id, 'penalties.refrained', '', coalesce(r.decided_on, r.closed_on), 1
        WHERE r.kind = 'penalty' AND r.close_kind = 'no_penalty'
    UNION ALL SELECT r.organ_id, f.code, f.part, r.decided_on, f.amount FROM (
        SELECT 'penalties.decided', (
            SELECT CASE WHEN k.kind <> 'confiscation' THEN k.kind
                        WHEN coalesce(r.illegal_gain_fen, 0) = 0 AND coalesce(r.goods_value_fen, 0) > 0
                        THEN 'confiscated_goods' ELSE 'confiscated_gain' END
            FROM unnest(r.penalty_kinds) AS k(kind)
            ORDER BY array_position(ARRAY['detention', 'closure', 'restriction', 'revocation', 'downgrade', 'suspension',
                'confiscation', 'fine', 'criticism', 'warning', 'other'], k.kind) LIMIT 1), 1::bigint
        UNION ALL SELECT 'penalties.money', '', coalesce(r.fine_fen, 0) + coalesce(r.confiscated_fen, 0)
        UNION ALL SELECT 'penalties.how', 'simple', 1 WHERE r.procedure = 'simple'
        UNION ALL SELECT 'penalties.how', 'heard', 1 WHERE r.hearing_held_on IS NOT NULL
        UNION ALL SELECT 'penalties.how', 'reviewed', 1 WHERE r.legal_review_on IS NOT NULL AND r.is_major
        UNION ALL SELECT 'penalties.how', 'reduced', 1 WHERE r.tier = 'reduced'
    ) AS f(code, part, amount)
        WHERE r.kind = 'penalty' AND r.close_kind NOT IN ('no_penalty', 'withdrawn') AND cardinality(r.penalty_kinds) > 0
    UNION ALL SELECT r.body_id, 'filings.received', '', r.filed_up_on, 1 WHERE r.kind = 'penalty' AND r.body_id IS NOT NULL
    UNION ALL SELECT r.organ_id, f.code, f.part, f.day, 1 FROM (
        VALUES ('licences.received', '', r.received_on),
            ('licences.accepted', '', CASE WHEN r.result <> 'not_accepted' THEN r.accepted_on END),
            ('licences.decided', r.result, CASE WHEN r.result IN ('granted', 'refused') THEN r.decided_on END)
    ) AS f(code, part, day) WHERE r.kind = 'licence'
    UNION ALL SELECT r.organ_id, 'coercion.measures', r.measure, CASE
            WHEN r.measure IN ('seal', 'seize', 'freeze', 'other')
            THEN coalesce(r.decided_on, r.held_from, (r.executed_at AT TIME ZONE 'Asia/Shanghai')::date)
            WHEN r.measure = 'court' THEN r.court_applied_on ELSE r.closed_on END, 1
        WHERE r.kind = 'coercion' AND r.measure <> ''
    UNION ALL SELECT r.organ_id, f.code, f.part, r.done_on, 1 FROM (
        SELECT 'inspections.done', r.inspection_kind WHERE r.follow_up NOT IN ('case', 'transfer')
        UNION ALL SELECT 'inspections.enterprises', ''
            WHERE r.follow_up NOT IN ('case', 'transfer') AND r.party_kind IN ('legal_person', 'individual_business')
        UNION ALL SELECT 'inspections.led_to', r.follow_up WHERE r.follow_up IN ('correct', 'case')
    ) AS f(code, part) WHERE r.kind = 'inspection'
    UNION ALL SELECT r.organ_id, f.code, '', coalesce(r.paid_on, r.closed_on), f.amount
        FROM (VALUES ('levies.completed', 1::bigint), ('levies.money', coalesce(r.collected_fen, 0))) AS f(code, amount)
        WHERE r.kind = 'collection'
) AS x(who, code, part, day, amount)

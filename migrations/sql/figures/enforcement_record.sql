-- Enforcement acts by the counting rules of the yearly statistics: each by the day of its step, a penalty once under its
-- heaviest kind, a named kind before "other", money as decided; what is revoked later was decided all the same.
SELECT who, code, part, day, amount FROM (
    SELECT r.organ_id, f.code, f.part, f.day, 1::bigint FROM (
        VALUES ('penalties.filed', '', r.filed_on), ('penalties.closed', '', r.closed_on),
            ('penalties.transferred', '', r.transferred_on)
    ) AS f(code, part, day) WHERE r.kind = 'penalty'
    UNION ALL SELECT r.organ_id, 'penalties.refrained', '', coalesce(r.decided_on, r.closed_on), 1
        WHERE r.kind = 'penalty' AND r.close_kind = 'no_penalty'
    UNION ALL SELECT r.organ_id, 'penalties.spared', '', coalesce(r.decided_on, r.closed_on),
            (r.detail ->> 'law_min_fen')::bigint
        WHERE r.kind = 'penalty' AND r.close_kind = 'no_penalty' AND r.detail ? 'law_min_fen'
    UNION ALL SELECT r.organ_id, f.code, f.part, r.decided_on, f.amount FROM (
        SELECT 'penalties.decided', (
            SELECT CASE WHEN k.kind <> 'confiscation' THEN k.kind
                        WHEN coalesce(r.illegal_gain_fen, 0) = 0 AND coalesce(r.goods_value_fen, 0) > 0
                        THEN 'confiscated_goods' ELSE 'confiscated_gain' END
            FROM unnest(r.penalty_kinds) AS k(kind)
            ORDER BY array_position(ARRAY['detention', 'practice_ban', 'shutdown', 'closure', 'restriction', 'revocation',
                'downgrade', 'suspension', 'confiscation', 'fine', 'criticism', 'warning', 'other'], k.kind) LIMIT 1), 1::bigint
        UNION ALL SELECT 'penalties.money', '', coalesce(r.fine_fen, 0) + coalesce(r.confiscated_fen, 0)
        UNION ALL SELECT 'penalties.how', 'simple', 1 WHERE r.procedure = 'simple'
        UNION ALL SELECT 'penalties.how', 'heard', 1 WHERE r.hearing_held_on IS NOT NULL
        UNION ALL SELECT 'penalties.how', 'reviewed', 1 WHERE r.legal_review_on IS NOT NULL AND r.is_major
        UNION ALL SELECT 'penalties.how', 'reduced', 1 WHERE r.tier = 'reduced'
        -- Above the lowest fine of the law nothing was lowered; where none is told, nothing is counted.
        UNION ALL SELECT 'penalties.lowered', '', greatest((r.detail ->> 'law_min_fen')::bigint - coalesce(r.fine_fen, 0), 0)
            WHERE r.tier = 'reduced' AND r.detail ? 'law_min_fen'
    ) AS f(code, part, amount)
        WHERE r.kind = 'penalty' AND r.close_kind NOT IN ('no_penalty', 'withdrawn') AND cardinality(r.penalty_kinds) > 0
    UNION ALL SELECT r.body_id, 'filings.received', '', r.filed_up_on, 1 WHERE r.kind = 'penalty' AND r.body_id IS NOT NULL
    UNION ALL SELECT r.organ_id, f.code, f.part, f.day, 1 FROM (
        VALUES ('licences.received', '', r.received_on),
            ('licences.accepted', '', CASE WHEN r.result <> 'not_accepted' THEN r.accepted_on END),
            ('licences.decided', r.result, CASE WHEN r.result IN ('granted', 'refused') THEN r.decided_on END),
            ('licences.revoked', '', (r.detail ->> 'revoked_on')::date)
    ) AS f(code, part, day) WHERE r.kind = 'licence'
    UNION ALL SELECT r.organ_id, 'coercion.measures', r.measure, CASE
            WHEN r.measure IN ('seal', 'seize', 'freeze', 'other', 'restrain')
            THEN coalesce(r.decided_on, r.held_from, (r.executed_at AT TIME ZONE 'Asia/Shanghai')::date)
            WHEN r.measure = 'court' THEN r.court_applied_on ELSE r.closed_on END, 1
        WHERE r.kind = 'coercion' AND r.measure <> ''
    UNION ALL SELECT r.organ_id, f.code, f.part, r.done_on, f.amount FROM (
        SELECT 'inspections.done', r.inspection_kind, 1::bigint WHERE r.follow_up NOT IN ('case', 'transfer')
        UNION ALL SELECT 'inspections.enterprises', '', 1
            WHERE r.follow_up NOT IN ('case', 'transfer') AND r.party_kind IN ('legal_person', 'individual_business')
        UNION ALL SELECT 'inspections.led_to', r.follow_up, 1 WHERE r.follow_up IN ('correct', 'case')
        UNION ALL SELECT 'inspections.problems', '', (r.detail ->> 'problems_found')::bigint
            WHERE r.detail ? 'problems_found'
    ) AS f(code, part, amount) WHERE r.kind = 'inspection'
    UNION ALL SELECT r.organ_id, f.code, '', coalesce(r.paid_on, r.closed_on), f.amount
        FROM (VALUES ('levies.completed', 1::bigint), ('levies.money', coalesce(r.collected_fen, 0))) AS f(code, amount)
        WHERE r.kind = 'collection'
    UNION ALL SELECT r.organ_id, f.code, '', f.day, f.amount FROM (
        VALUES ('requisitions.completed', r.closed_on, 1::bigint),
            ('requisitions.money', r.paid_on, coalesce((r.detail ->> 'compensated_fen')::bigint, 0))
    ) AS f(code, day, amount) WHERE r.kind = 'requisition'
    UNION ALL SELECT r.organ_id, 'other_acts.completed', r.detail ->> 'act_kind', coalesce(r.closed_on, r.decided_on), 1
        WHERE r.kind = 'other_act'
    -- Whatever kind of act: what was asked against it, what came of it.
    UNION ALL SELECT r.organ_id, f.code, '', (r.detail ->> f.day)::date, 1 FROM (
        VALUES ('reconsiderations.filed', 'review_filed_on', true), ('reconsiderations.ended', 'review_ended_on', true),
            ('reconsiderations.corrected', 'review_ended_on',
                r.detail ->> 'review_result' IN ('changed', 'revoked', 'unlawful', 'void', 'ordered')),
            ('litigations.filed', 'lawsuit_filed_on', true), ('litigations.ended', 'lawsuit_ended_on', true),
            ('litigations.lost', 'lawsuit_ended_on', r.detail ->> 'lawsuit_result' = 'lost')
    ) AS f(code, day, counted)
        -- Asked of the record before it is asked for each: hardly any record tells of one.
        WHERE r.detail ?| ARRAY['review_filed_on', 'review_ended_on', 'lawsuit_filed_on', 'lawsuit_ended_on']
            AND f.counted AND r.detail ? f.day
) AS x(who, code, part, day, amount)

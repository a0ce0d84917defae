-- Measures that a person's own organ imposed on a proposal (Art. 21), for the body that proposed and for the organ.
SELECT side.who, side.code, r.measure, coalesce(r.effective_on, (r.answered_at AT TIME ZONE 'Asia/Shanghai')::date), 1
FROM (VALUES (r.issuer_id, 'accountability.measures'), (r.organ_id, 'accountability.imposed')) AS side(who, code)
WHERE r.result IN ('imposed', 'other')
UNION ALL SELECT r.issuer_id, 'accountability.refused', '', (r.answered_at AT TIME ZONE 'Asia/Shanghai')::date, 1
    WHERE r.result = 'refused'

-- Accountability (Art. 21): what was decided, on which grounds, and the measures that the supervising side imposes itself.
-- What is only being drafted counts nowhere; a decision that is set aside later was made all the same.
SELECT r.organ_id, 'accountability.decided', r.against, (r.decided_at AT TIME ZONE 'Asia/Shanghai')::date, 1
    WHERE r.state IN ('decided', 'served', 'carried_out', 'closed', 'set_aside')
UNION ALL SELECT r.organ_id, 'accountability.grounds', ground, (r.decided_at AT TIME ZONE 'Asia/Shanghai')::date, 1
    FROM unnest(r.grounds) AS ground WHERE r.state IN ('decided', 'served', 'carried_out', 'closed', 'set_aside')
UNION ALL SELECT r.organ_id, 'accountability.measures', r.measure, r.served_on, 1
    WHERE r.served_on IS NOT NULL AND (r.against = 'organ' OR r.measure = 'qualification_cancellation')

-- Answers to documents: due, in time and late (Art. 19), for the organ that watches and for the one that is bound.
SELECT who, prefix || f.code, '', r.due_on, 1
FROM (VALUES (r.organ_id, 'instruments.'), (r.bound_id, 'instruments.received.')) AS side(who, prefix),
     LATERAL (
        SELECT 'due'
        UNION ALL SELECT 'in_time' WHERE r.state = 'met' AND r.ended_on <= r.due_on
        UNION ALL SELECT 'late' WHERE r.state = 'lapsed' OR (r.state = 'met' AND r.ended_on > r.due_on)
     ) AS f(code)
WHERE r.subject_kind = 'instrument' AND r.state <> 'cancelled'

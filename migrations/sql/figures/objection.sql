-- Objections to documents (Art. 19), for the issuer; for the organ that objects its own number.
SELECT r.issuer_id, 'objections.received', '', (r.requested_at AT TIME ZONE 'Asia/Shanghai')::date, 1
UNION ALL SELECT r.issuer_id, 'objections.decided', r.state, (r.decided_at AT TIME ZONE 'Asia/Shanghai')::date, 1
    WHERE r.state IN ('upheld', 'changed', 'revoked')
UNION ALL SELECT r.organ_id, 'objections.raised', '', (r.requested_at AT TIME ZONE 'Asia/Shanghai')::date, 1

-- Recusals (Art. 16).
SELECT r.organ_id, 'recusals.raised', r.origin, (r.declared_at AT TIME ZONE 'Asia/Shanghai')::date, 1
UNION ALL SELECT r.organ_id, 'recusals.granted', r.origin, (r.decided_at AT TIME ZONE 'Asia/Shanghai')::date, 1
    WHERE r.state IN ('granted', 'lifted')

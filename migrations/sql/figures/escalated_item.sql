-- What rose to this level (Art. 2(1)).
SELECT r.organ_id, 'escalations.raised', '', (r.raised_at AT TIME ZONE 'Asia/Shanghai')::date, 1
UNION ALL SELECT r.from_organ_id, 'escalations.left', '', (r.raised_at AT TIME ZONE 'Asia/Shanghai')::date, 1

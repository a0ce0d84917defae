-- What rose to this level (Art. 2(1)).
SELECT r.organ_id, 'escalations.raised', '', (r.raised_at AT TIME ZONE 'Asia/Shanghai')::date, 1

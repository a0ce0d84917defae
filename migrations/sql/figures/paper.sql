-- Circulars (Art. 11(8)).
SELECT r.organ_id, 'circulars.issued', '', (r.issued_at AT TIME ZONE 'Asia/Shanghai')::date, 1 WHERE r.kind = 'circular'

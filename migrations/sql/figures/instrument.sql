-- Documents issued by kind (Art. 19).
SELECT r.organ_id, 'instruments.issued', r.kind, (r.issued_at AT TIME ZONE 'Asia/Shanghai')::date, 1
UNION ALL SELECT r.organ_id, 'instruments.withdrawn', r.kind, (r.issued_at AT TIME ZONE 'Asia/Shanghai')::date, 1
    WHERE r.state = 'withdrawn'

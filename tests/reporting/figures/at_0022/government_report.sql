-- Reports to the government (Art. 20).
SELECT r.organ_id, 'reports.sent', r.ground, (r.sent_at AT TIME ZONE 'Asia/Shanghai')::date, 1
WHERE r.state NOT IN ('draft', 'withdrawn')

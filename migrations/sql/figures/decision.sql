-- Decisions of the government (Art. 20): one that is revoked later was made all the same.
SELECT r.organ_id, 'decisions.made', '', (r.decided_at AT TIME ZONE 'Asia/Shanghai')::date, 1
UNION ALL SELECT r.organ_id, 'decisions.executed', '', (r.decided_at AT TIME ZONE 'Asia/Shanghai')::date, 1
    WHERE r.state = 'executed'

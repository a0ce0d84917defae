-- Referrals sent and answered (Arts. 18, 21): their number and kind, and nothing of what they are about.
SELECT r.organ_id, 'referrals.sent', r.kind, (r.sent_at AT TIME ZONE 'Asia/Shanghai')::date, 1
    WHERE r.state IN ('sent', 'acknowledged', 'resulted', 'returned')
UNION ALL SELECT r.organ_id, 'referrals.resulted', r.kind, r.closed_on, 1 WHERE r.state = 'resulted'

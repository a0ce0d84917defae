-- Reviews and appeals against accountability (Art. 21), for the body whose case it is.
SELECT r.issuer_id, 'accountability.reviews', r.kind, (r.requested_at AT TIME ZONE 'Asia/Shanghai')::date, 1
UNION ALL SELECT r.issuer_id, 'accountability.reviewed', r.state, (r.decided_at AT TIME ZONE 'Asia/Shanghai')::date, 1
    WHERE r.state <> 'requested'

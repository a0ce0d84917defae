-- Applications for certificates (Art. 10(4)), for the justice department that decides on them.
SELECT r.department_id, 'applications.received', r.kind, r.applied_on, 1 WHERE r.state <> 'withdrawn'
UNION ALL SELECT r.department_id, 'applications.refused', r.kind, (r.decided_at AT TIME ZONE 'Asia/Shanghai')::date, 1
    WHERE r.state = 'refused'

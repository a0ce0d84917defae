-- Certificates (Arts. 6, 10(4), 21). The month after the last day of validity is the first without it.
SELECT r.organ_id, 'certificates.issued', r.kind, r.issued_on, 1
UNION ALL SELECT r.organ_id, 'certificates.cancelled', r.kind, r.status_on, 1 WHERE r.status = 'cancelled'
UNION ALL SELECT r.organ_id, 'certificates.valid', r.kind, r.valid_from, 1
UNION ALL SELECT r.organ_id, 'certificates.valid', r.kind,
    CASE WHEN r.status IN ('cancelled', 'returned') THEN greatest(r.status_on, r.valid_from)
         ELSE (r.valid_until + interval '1 month')::date END, -1
UNION ALL SELECT r.organ_id, 'certificates.expiring', r.kind, s.first, 1
    FROM (SELECT greatest(r.valid_from, (r.valid_until - interval '6 months')::date) AS first) AS s
UNION ALL SELECT r.organ_id, 'certificates.expiring', r.kind,
    CASE WHEN r.status IN ('cancelled', 'returned') THEN greatest(r.status_on, s.first)
         ELSE (r.valid_until + interval '1 month')::date END, -1
    FROM (SELECT greatest(r.valid_from, (r.valid_until - interval '6 months')::date) AS first) AS s
UNION ALL SELECT r.organ_id, 'certificates.suspended', r.kind, r.status_on, 1 WHERE r.status = 'suspended'
UNION ALL SELECT r.organ_id, 'certificates.suspended', r.kind, r.suspended_until + 1, -1
    WHERE r.status = 'suspended' AND r.suspended_until IS NOT NULL

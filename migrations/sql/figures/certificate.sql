-- Certificates (Arts. 6, 10(4), 21). The month after the last day of validity is the first without it.
SELECT r.organ_id, 'certificates.issued', r.kind, r.issued_on, 1
UNION ALL SELECT r.organ_id, 'certificates.cancelled', r.kind, r.status_on, 1 WHERE r.status = 'cancelled'
UNION ALL SELECT r.organ_id, 'certificates.valid', r.kind, r.valid_from, 1
UNION ALL SELECT r.organ_id, 'certificates.valid', r.kind,
    CASE WHEN r.status IN ('cancelled', 'returned') THEN greatest(r.status_on, r.valid_from)
         ELSE (r.valid_until + interval '1 month')::date END, -1

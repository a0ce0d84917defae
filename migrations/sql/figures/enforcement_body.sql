-- Enforcement bodies (Art. 8(10)). What ends within a month is not there at its end.
SELECT r.organ_id, 'bodies.present', r.kind, r.valid_from, 1
UNION ALL SELECT r.organ_id, 'bodies.present', r.kind,
    greatest(r.valid_from, coalesce(r.ended_on, (r.valid_until + interval '1 month')::date)), -1
    WHERE r.ended_on IS NOT NULL OR r.valid_until IS NOT NULL

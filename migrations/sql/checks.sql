-- What a supervision body's rule models have to know of certificates in organs whose records it supervises: numbers and
-- days, no name, no file. `renewal_on`: when a renewal that is on its way, or went through, was asked for. `barred_until`: the certificate was issued while its holder was barred, in whatever tenant.

CREATE FUNCTION guard.certificates_held(organs uuid[])
RETURNS TABLE (id uuid, organ_id uuid, version int, number text, issued_on date, valid_from date, valid_until date,
               status text, status_on date, suspended_until date, renewing boolean, renewal_on date, left_on date,
               barred_until date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT c.id, c.organ_id, c.row_version, c.number, c.issued_on, c.valid_from, c.valid_until, c.status, c.status_on,
           c.suspended_until,
           EXISTS (SELECT FROM public.licence_application a
                   WHERE a.city_id = c.city_id AND a.organ_id = c.organ_id AND a.officer_id = c.officer_id
                     AND a.kind = c.kind AND a.state IN ('applied', 'checked', 'approved')),
           (SELECT min(a.applied_on) FROM public.licence_application a
            WHERE a.city_id = c.city_id AND a.organ_id = c.organ_id AND a.officer_id = c.officer_id AND a.kind = c.kind
              AND a.purpose = 'renewal' AND a.applied_on > c.issued_on
              AND a.state IN ('applied', 'checked', 'approved', 'issued')),
           f.left_on,
           (SELECT max(b.barred_until) FROM public.qualification_bar b
            WHERE b.city_id = c.city_id AND b.citizen_hash = c.citizen_hash AND b.lifted_kind <> 'set_aside'
              AND c.issued_on BETWEEN b.effective_on AND b.barred_until)
    FROM public.certificate c
    JOIN public.officer f ON f.city_id = c.city_id AND f.organ_id = c.organ_id AND f.id = c.officer_id
    WHERE c.city_id = (SELECT guard.city()) AND c.kind = 'enforcement' AND c.organ_id IN (
        SELECT o.id FROM unnest(organs) AS o(id)
        WHERE o.id IN (SELECT s.organ_id FROM public.scope s WHERE s.viewer_id = (SELECT guard.tenant()))
           OR EXISTS (SELECT FROM public.enforcement_record r
                      WHERE r.city_id = (SELECT guard.city()) AND r.organ_id = o.id
                        AND r.body_id = (SELECT guard.tenant())))
$$;

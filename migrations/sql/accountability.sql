-- Removal from awards as others learn of it: see migrations/versions/0008_accountability.py.

-- The last day on which an organ is removed from awards within a period; null when it is not (Art. 21, 6).
CREATE FUNCTION guard.removed_from_awards(subject uuid, first_day date, last_day date) RETURNS date
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT max(c.awards_until) FROM public.accountability_case c
    WHERE c.city_id = (SELECT guard.city()) AND c.supervised_id = subject
        AND c.awards_until >= first_day AND c.awards_from <= last_day AND c.awards_lifted_on IS NULL
        AND c.state IN ('served', 'carried_out', 'closed')
$$;

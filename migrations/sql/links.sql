-- Whose a link is, for a message that comes from outside and for the jobs of the schedule: its organ, and nothing of it.

CREATE FUNCTION guard.link_organ(link uuid)
RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT l.organ_id FROM public.link l WHERE l.city_id = (SELECT guard.city()) AND l.id = $1
$$;

CREATE FUNCTION guard.links_enabled(kinds text[])
RETURNS TABLE (organ_id uuid, link_id uuid, kind text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT l.organ_id, l.id, l.kind FROM public.link l
    WHERE l.city_id = (SELECT guard.city()) AND l.state = 'enabled' AND l.kind = ANY ($1)
    ORDER BY l.id
$$;

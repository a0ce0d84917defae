-- Organs that keep files of officers: the daily warnings visit each of them in its own tenancy. Names nobody.

CREATE FUNCTION guard.register_organs()
RETURNS TABLE (city_id uuid, organ_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT DISTINCT o.city_id, o.organ_id FROM public.officer o
$$;

-- Records that hold every word, for those who may read them: full-text operators cannot use an index under row-level
-- security. `most` of them, the newest acts first.

CREATE FUNCTION guard.search_records(query text, most int) RETURNS TABLE (id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.id FROM public.record_search t
    JOIN public.enforcement_record r ON r.city_id = t.city_id AND r.id = t.id
    WHERE t.terms @@ query::tsquery AND r.city_id = (SELECT guard.city())
      AND (r.organ_id IN (SELECT s.organ_id FROM public.scope s WHERE s.viewer_id = (SELECT guard.tenant()))
           OR r.body_id = (SELECT guard.tenant()))
    ORDER BY r.acted_on DESC, r.id DESC LIMIT most
$$;

-- What anybody may read without a log-in: the newest published version of a yearly paper, and nothing else of it.

CREATE FUNCTION guard.public_paper(code text)
RETURNS TABLE (organ_id uuid, organ_name text, title text, kind text, year int, content jsonb, content_hash text,
               pdf_sha256 text, version int, published_on date, first_published_on date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT p.organ_id, p.organ_name, p.title, p.kind, p.year, p.content, p.content_hash, p.pdf_sha256, p.version,
           p.published_on,
           (SELECT min(f.published_on) FROM public.annual_publication f
            WHERE f.city_id = p.city_id AND f.code = p.code AND f.place = 'platform')
    FROM public.annual_publication p
    WHERE p.city_id = (SELECT guard.city()) AND p.code = $1 AND p.place = 'platform'
    ORDER BY p.version DESC LIMIT 1
$$;

CREATE FUNCTION guard.public_papers(about int)
RETURNS TABLE (code text, organ_name text, title text, kind text, year int, place text, url text, published_on date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT DISTINCT ON (p.code) p.code, p.organ_name, p.title, p.kind, p.year, p.place, p.url, p.published_on
    FROM public.annual_publication p
    WHERE p.city_id = (SELECT guard.city()) AND p.year = about
    ORDER BY p.code, p.version DESC LIMIT 2000
$$;

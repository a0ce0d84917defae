-- Referrals, complaints about supervisors, commendations: what has to cross tenants, and no more.

-- Ids of referrals whose limit has come; the job then works in the tenancy of each.

CREATE FUNCTION guard.referrals_due(moment timestamptz) RETURNS TABLE (city_id uuid, organ_id uuid, id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.city_id, r.organ_id, r.id FROM public.referral r WHERE r.wake_at <= moment ORDER BY r.wake_at LIMIT 1000
$$;

CREATE FUNCTION guard.conduct_due(moment timestamptz) RETURNS TABLE (city_id uuid, organ_id uuid, id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT c.city_id, c.organ_id, c.id FROM public.conduct_complaint c WHERE c.wake_at <= moment
    ORDER BY c.wake_at LIMIT 1000
$$;

-- The complainant's own question, by the keyed hash of the code that he alone has.

CREATE FUNCTION guard.conduct_answer(hash bytea)
RETURNS TABLE (number text, state text, received_at timestamptz, answered_at timestamptz, answer_cipher bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT c.number, c.state, c.received_at, c.answered_at,
           CASE WHEN c.state IN ('answered', 'closed') THEN c.answer_cipher END
    FROM public.conduct_complaint c WHERE c.receipt_hash = hash
$$;

-- What was published is for everybody (Art. 6); nothing else of a list.

CREATE FUNCTION guard.commendations_published()
RETURNS TABLE (id uuid, government_name text, year int, published_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT l.id, l.government_name, l.year, l.published_at FROM public.commendation_list l
    WHERE l.state = 'published' ORDER BY l.year DESC, l.id DESC LIMIT 200
$$;

CREATE FUNCTION guard.commendation_published(list uuid)
RETURNS TABLE (government_name text, year int, published_at timestamptz, approved_by_name text, kind text, field text,
               nominee_name text, officer_name text, merits text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT l.government_name, l.year, l.published_at, l.approved_by_name, n.kind, n.field, n.nominee_name,
           n.officer_name, n.merits
    FROM public.commendation_list l
    JOIN public.nomination n ON n.city_id = l.city_id AND n.organ_id = l.organ_id AND n.list_id = l.id
    WHERE l.id = list AND l.state = 'published' AND n.state = 'included'
    ORDER BY n.kind, n.id
$$;

-- The letter of a referral is verified like any other document; its title tells nothing of what it is about.

CREATE FUNCTION guard.verify_document(code text)
RETURNS TABLE (title text, number text, issued_at timestamptz, issuer text, pages int, sha256 text, state text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT i.title, i.number, i.issued_at, o.name, i.pages, i.pdf_sha256, i.state
    FROM public.instrument i JOIN public.organ o ON o.city_id = i.city_id AND o.id = i.organ_id
    WHERE i.verification_code = code AND i.issued_at IS NOT NULL
    UNION ALL
    SELECT p.title, p.number, p.issued_at, o.name, p.pages, p.pdf_sha256, 'issued'
    FROM public.paper p JOIN public.organ o ON o.city_id = p.city_id AND o.id = p.organ_id
    WHERE p.verification_code = code
    UNION ALL
    SELECT '移送文书', r.number, r.sent_at, o.name, r.pages, r.pdf_sha256, 'issued'
    FROM public.referral r JOIN public.organ o ON o.city_id = r.city_id AND o.id = r.organ_id
    WHERE r.verification_code = code AND r.verification_code <> '' AND r.sent_at IS NOT NULL
$$;

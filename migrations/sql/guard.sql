-- The guard: what the row-level policies and the few cross-tenant needs rest on.
-- {app}, {owner}, {definer} are filled in by the migration.

CREATE FUNCTION guard.verified() RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    raw text := current_setting('zs.tenancy', true);
    parts text[];
    inner_block bytea;
    outer_block bytea;
BEGIN
    IF raw IS NULL OR raw = '' THEN RETURN NULL; END IF;
    parts := string_to_array(raw, '|');
    IF array_length(parts, 1) IS DISTINCT FROM 4 OR parts[3] !~ '^[0-9]{1,12}$' THEN RETURN NULL; END IF;
    IF parts[3]::bigint < extract(epoch FROM clock_timestamp()) THEN RETURN NULL; END IF;
    SELECT k.inner_pad, k.outer_pad INTO inner_block, outer_block FROM guard.tenancy_key k;
    IF inner_block IS NULL THEN RETURN NULL; END IF;
    IF encode(sha256(outer_block || sha256(inner_block || convert_to(array_to_string(parts[1:3], '|'), 'UTF8'))), 'hex')
       IS DISTINCT FROM parts[4] THEN RETURN NULL; END IF;
    RETURN parts;
END $$;

CREATE FUNCTION guard.tenant() RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$ SELECT (guard.verified())[2]::uuid $$;

CREATE FUNCTION guard.city() RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$ SELECT (guard.verified())[1]::uuid $$;

CREATE FUNCTION guard.install_key(inner_block bytea, outer_block bytea) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO guard.tenancy_key (id, inner_pad, outer_pad) VALUES (1, inner_block, outer_block)
    ON CONFLICT (id) DO UPDATE SET inner_pad = excluded.inner_pad, outer_pad = excluded.outer_pad
$$;

-- Sessions: found by the hash of the cookie alone.

CREATE FUNCTION guard.session_read(hash bytea) RETURNS jsonb
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT s.data FROM public.web_session s WHERE s.token_hash = hash AND s.expires_at > now()
$$;

CREATE FUNCTION guard.session_write(hash bytea, content jsonb, idle_seconds int) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO public.web_session (token_hash, data, expires_at)
    VALUES (hash, content, now() + make_interval(secs => idle_seconds))
    ON CONFLICT (token_hash) DO UPDATE
    SET data = excluded.data, seen_at = now(), expires_at = excluded.expires_at
$$;

CREATE FUNCTION guard.session_renew(hash bytea, idle_seconds int) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    UPDATE public.web_session SET seen_at = now(), expires_at = now() + make_interval(secs => idle_seconds)
    WHERE token_hash = hash AND seen_at < now() - interval '30 seconds' AND expires_at > now()
$$;

CREATE FUNCTION guard.session_delete(hash bytea) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DELETE FROM public.web_session WHERE token_hash = hash
$$;

-- A changed password ends every session of the account, in whatever hands it is.

CREATE FUNCTION guard.session_delete_account(account uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DELETE FROM public.web_session s WHERE (s.data->>'account_id')::uuid = account
$$;

CREATE FUNCTION guard.session_sweep() RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH gone AS (DELETE FROM public.web_session WHERE expires_at < now() RETURNING 1) SELECT count(*) FROM gone
$$;

-- Log-in: what must be known before there is a tenancy.

CREATE FUNCTION guard.login_lookup(organ uuid, name text)
RETURNS TABLE (city_id uuid, account_id uuid, person_id uuid, person_name text, password_hash text,
               disabled boolean, must_change boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT a.city_id, a.id, a.person_id, p.name, a.password_hash, a.disabled_at IS NOT NULL, a.must_change
    FROM public.account a JOIN public.person p ON p.city_id = a.city_id AND p.id = a.person_id
    WHERE a.organ_id = login_lookup.organ AND a.username = login_lookup.name
$$;

-- A try is counted under the hash of the name, whether an account bears it or not, and under the hash of the address.
-- The count begins again when its window is over or its lock has ended; `lock_seconds` 0: counted, never locked.

CREATE FUNCTION guard.login_count(attempt bytea, most int, window_seconds int, lock_seconds int)
RETURNS TABLE (failures int, until timestamptz, locked boolean)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO public.login_attempt AS a (key, failures, started_at, locked_until, updated_at)
    VALUES (attempt, 1, clock_timestamp(), NULL, clock_timestamp())
    ON CONFLICT (key) DO UPDATE SET (failures, started_at, locked_until, updated_at) = (
        SELECT CASE WHEN x.goes_on THEN a.failures + 1 ELSE 1 END,
               CASE WHEN x.goes_on THEN a.started_at ELSE clock_timestamp() END,
               CASE WHEN NOT x.goes_on THEN NULL
                    WHEN a.locked_until IS NOT NULL THEN a.locked_until
                    WHEN lock_seconds > 0 AND a.failures + 1 >= most
                        THEN clock_timestamp() + make_interval(secs => lock_seconds) END,
               clock_timestamp()
        FROM (SELECT coalesce(a.locked_until > clock_timestamp(),
                              a.started_at > clock_timestamp() - make_interval(secs => window_seconds)) AS goes_on) x)
    RETURNING a.failures, coalesce(a.locked_until, a.started_at + make_interval(secs => window_seconds)),
              a.locked_until IS NOT NULL
$$;

CREATE FUNCTION guard.login_refund(attempt bytea) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    UPDATE public.login_attempt SET failures = greatest(failures - 1, 0) WHERE key = attempt
$$;

CREATE FUNCTION guard.login_clear(attempt bytea) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DELETE FROM public.login_attempt WHERE key = attempt
$$;

CREATE FUNCTION guard.login_locked(attempts bytea[]) RETURNS TABLE (key bytea, locked_until timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT a.key, a.locked_until FROM public.login_attempt a
    WHERE a.key = ANY (attempts) AND a.locked_until > clock_timestamp()
$$;

CREATE FUNCTION guard.login_sweep(keep_seconds int) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH gone AS (
        DELETE FROM public.login_attempt a
        WHERE a.started_at < clock_timestamp() - make_interval(secs => keep_seconds)
          AND coalesce(a.locked_until < clock_timestamp(), true) RETURNING 1)
    SELECT count(*) FROM gone
$$;

CREATE FUNCTION guard.login_succeeded(account uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    UPDATE public.account SET last_login_at = now() WHERE id = login_succeeded.account
$$;

CREATE FUNCTION guard.posts_of(person uuid, on_day date)
RETURNS TABLE (city_id uuid, organ_id uuid, organ_name text, organ_short_name text, post_id uuid, title text, unit text,
               kind text, roles text[], certificate_no text, certificate_until date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT p.city_id, p.organ_id, o.name, o.short_name, p.id, p.title, p.unit, p.kind, p.roles, p.certificate_no,
           p.certificate_until
    FROM public.post p JOIN public.organ o ON o.city_id = p.city_id AND o.id = p.organ_id
    WHERE p.person_id = person AND p.valid_from <= on_day AND (p.valid_to IS NULL OR p.valid_to >= on_day)
    ORDER BY p.kind <> 'main', o.sort_key, p.title
$$;

-- Answers kept under an Idempotency-Key: a day is promised, so nobody can have a younger one removed.

CREATE FUNCTION guard.idempotency_sweep(most int) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH old AS (
        SELECT r.city_id, r.id FROM public.idempotency_record r
        WHERE r.created_at < clock_timestamp() - interval '24 hours'
        ORDER BY r.created_at LIMIT most FOR UPDATE SKIP LOCKED),
    gone AS (
        DELETE FROM public.idempotency_record r USING old WHERE r.city_id = old.city_id AND r.id = old.id RETURNING 1)
    SELECT count(*) FROM gone
$$;

-- Outbox: the relay hands over what any tenant committed; a message not done in time is handed over again. Of each job
-- at most `most` at once, and no more than `ahead` may be under way: a flood of one job holds up no other, and what
-- waits long waits here, where nothing takes it for lost.

CREATE FUNCTION guard.outbox_claim(most int, ahead int)
RETURNS TABLE (city_id uuid, organ_id uuid, id uuid, job text, trace text)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH RECURSIVE jobs AS (
        (SELECT m.job FROM public.outbox_message m WHERE m.relayed_at IS NULL ORDER BY m.job LIMIT 1)
        UNION ALL
        SELECT (SELECT m.job FROM public.outbox_message m WHERE m.relayed_at IS NULL AND m.job > j.job
                ORDER BY m.job LIMIT 1)
        FROM jobs j WHERE j.job IS NOT NULL),
    room AS (
        SELECT j.job, ahead - (
            SELECT count(*) FROM (SELECT 1 FROM public.outbox_message m
                                  WHERE m.job = j.job AND m.relayed_at IS NOT NULL AND m.done_at IS NULL
                                  LIMIT ahead) AS under_way) AS free
        FROM jobs j WHERE j.job IS NOT NULL),
    due AS (
        SELECT c.city_id, c.id FROM room r CROSS JOIN LATERAL (
            SELECT m.city_id, m.id FROM public.outbox_message m
            WHERE m.relayed_at IS NULL AND m.job = r.job AND m.available_at <= clock_timestamp()
            ORDER BY m.available_at, m.id LIMIT least(most, r.free) FOR UPDATE SKIP LOCKED) AS c)
    UPDATE public.outbox_message m SET relayed_at = clock_timestamp()
    FROM due WHERE m.city_id = due.city_id AND m.id = due.id
    RETURNING m.city_id, m.organ_id, m.id, m.job, m.trace
$$;

-- A delivery is counted before its work begins. Rows that were delivered `below` times before are not counted but named.

CREATE FUNCTION guard.outbox_count(ids uuid[], below int)
RETURNS TABLE (id uuid, deliveries int, counted boolean)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH waiting AS (
        SELECT m.city_id, m.id, m.deliveries FROM public.outbox_message m
        WHERE m.city_id = (SELECT guard.city()) AND m.id = ANY (ids) AND m.done_at IS NULL
        ORDER BY m.id FOR UPDATE),
    counted AS (
        UPDATE public.outbox_message m SET deliveries = m.deliveries + 1 FROM waiting w
        WHERE m.city_id = w.city_id AND m.id = w.id AND w.deliveries < below RETURNING m.id, m.deliveries)
    SELECT w.id, coalesce(c.deliveries, w.deliveries), c.id IS NOT NULL FROM waiting w LEFT JOIN counted c ON c.id = w.id
$$;

CREATE FUNCTION guard.outbox_reclaim(after_seconds int) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH again AS (
        UPDATE public.outbox_message SET relayed_at = NULL
        WHERE relayed_at < clock_timestamp() - make_interval(secs => after_seconds) AND done_at IS NULL RETURNING 1)
    SELECT count(*) FROM again
$$;

CREATE FUNCTION guard.outbox_prune(keep_days int) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH gone AS (
        DELETE FROM public.outbox_message WHERE done_at < clock_timestamp() - make_interval(days => keep_days) RETURNING 1)
    SELECT count(*) FROM gone
$$;

CREATE FUNCTION guard.outbox_state() RETURNS TABLE (waiting bigint, running bigint, oldest_seconds double precision)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT w.number, r.number, coalesce(extract(epoch FROM clock_timestamp() - least(w.oldest, r.oldest)), 0)
    FROM (SELECT count(*) AS number, min(available_at) AS oldest FROM public.outbox_message
          WHERE relayed_at IS NULL AND done_at IS NULL) AS w,
         (SELECT count(*) AS number, min(available_at) AS oldest FROM public.outbox_message
          WHERE relayed_at IS NOT NULL AND done_at IS NULL) AS r
$$;

-- The status of the installation: signs of life of its processes, counts and ages. Nothing of any record.

CREATE FUNCTION guard.process_sign(
    process uuid, of_kind text, on_host text, of_pid int, of_version text, since timestamptz, said jsonb)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO public.process_sign AS p (id, kind, host, pid, version, started_at, seen_at, figures)
    VALUES (process, left(of_kind, 20), left(on_host, 200), of_pid, left(of_version, 40), since, clock_timestamp(), said)
    ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at, figures = excluded.figures;
    DELETE FROM public.process_sign WHERE seen_at < clock_timestamp() - interval '1 day';
$$;

CREATE FUNCTION guard.process_gone(process uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DELETE FROM public.process_sign WHERE id = process
$$;

CREATE FUNCTION guard.process_signs()
RETURNS TABLE (id uuid, kind text, host text, pid int, version text, started_at timestamptz, seen_at timestamptz,
               silent_seconds double precision, figures jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT p.id, p.kind, p.host, p.pid, p.version, p.started_at, p.seen_at,
           extract(epoch FROM clock_timestamp() - p.seen_at)::double precision, p.figures
    FROM public.process_sign p ORDER BY p.kind, p.started_at, p.id
$$;

CREATE FUNCTION guard.schema_revision() RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT v.version_num FROM public.alembic_version v
$$;

CREATE FUNCTION guard.system_state(today date) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH RECURSIVE jobs AS (
        (SELECT f.job FROM public.schedule_fire f ORDER BY f.job LIMIT 1)
        UNION ALL
        SELECT (SELECT f.job FROM public.schedule_fire f WHERE f.job > j.job ORDER BY f.job LIMIT 1)
        FROM jobs j WHERE j.job IS NOT NULL)
    SELECT jsonb_build_object(
        'queue', (
            SELECT jsonb_build_object(
                'waiting', count(*) FILTER (WHERE m.available_at <= clock_timestamp()),
                'oldest_seconds', greatest(0, coalesce(extract(epoch FROM clock_timestamp() - min(m.available_at)), 0)),
                'under_way', (SELECT count(*) FROM public.outbox_message u
                              WHERE u.relayed_at IS NOT NULL AND u.done_at IS NULL),
                'dead_letters', (SELECT count(*) FROM public.dead_letter d WHERE d.replayed_at IS NULL))
            FROM public.outbox_message m WHERE m.relayed_at IS NULL AND m.done_at IS NULL),
        'overdue', (
            SELECT jsonb_build_object('deadlines', count(*), 'matters', count(DISTINCT d.matter_id))
            FROM public.deadline d WHERE d.city_id = (SELECT guard.city()) AND d.state = 'running' AND d.due_on < today),
        'sealing', jsonb_build_object(
            'oldest_seconds', coalesce((
                SELECT extract(epoch FROM clock_timestamp() - e.created_at) FROM public.audit_entry e
                WHERE e.xid >= coalesce((SELECT s.to_xid FROM public.audit_seal s
                                         WHERE s.city_id = (SELECT guard.city()) ORDER BY s.number DESC LIMIT 1), 0)
                ORDER BY e.xid, e.seq LIMIT 1), 0),
            'checked_at', (SELECT max(c.created_at) FROM public.audit_check c WHERE c.city_id = (SELECT guard.city())),
            'findings', coalesce((SELECT jsonb_array_length(c.findings) FROM public.audit_check c
                                  WHERE c.city_id = (SELECT guard.city()) ORDER BY c.created_at DESC LIMIT 1), 0)),
        'fired', coalesce((
            SELECT jsonb_object_agg(j.job, (SELECT max(f.fire_at) FROM public.schedule_fire f WHERE f.job = j.job))
            FROM jobs j WHERE j.job IS NOT NULL), '{}'))
$$;

-- Deadlines: the sweep finds what is due in any tenant and locks it; the row itself is changed as its own tenant.

CREATE FUNCTION guard.due_deadlines(today date, most int)
RETURNS TABLE (city_id uuid, organ_id uuid, id uuid)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT d.city_id, d.organ_id, d.id FROM public.deadline d
    WHERE d.wake_on IS NOT NULL AND d.wake_on <= today
    ORDER BY d.wake_on, d.id LIMIT most FOR UPDATE SKIP LOCKED
$$;

-- What is due is handed to a job of each deadline, whose message commits with the mark that it was handed over. The
-- mark is the day after: what its job could not do is handed over again then. The ids are UUIDv7, like those of Python.

CREATE FUNCTION guard.hand_over_deadlines(today date, most int) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH due AS (
        SELECT d.city_id, d.id FROM public.deadline d
        WHERE d.wake_on IS NOT NULL AND d.wake_on <= today AND d.city_id = (SELECT guard.city())
        ORDER BY d.wake_on, d.id LIMIT most FOR UPDATE SKIP LOCKED),
    handed AS (
        UPDATE public.deadline d SET wake_on = today + 1 FROM due WHERE d.city_id = due.city_id AND d.id = due.id
        RETURNING d.city_id, d.organ_id, d.id, substring(uuid_send(gen_random_uuid()) FROM 7) AS chance,
                  substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3) AS milliseconds),
    sent AS (
        INSERT INTO public.outbox_message (city_id, organ_id, id, job, payload, available_at)
        SELECT h.city_id, h.organ_id,
               encode(h.milliseconds || set_byte(h.chance, 0, get_byte(h.chance, 0) & 15 | 112), 'hex')::uuid,
               'deadline_step', jsonb_build_object('deadline_id', h.id), clock_timestamp()
        FROM handed h RETURNING 1)
    SELECT count(*) FROM sent
$$;

CREATE FUNCTION guard.monthly_organs(month text)
RETURNS TABLE (city_id uuid, organ_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT DISTINCT d.city_id, d.organ_id FROM public.deadline d
    WHERE d.ladder AND d.state IN ('running', 'lapsed') AND d.due_on < (month || '-01')::date
      AND NOT EXISTS (SELECT 1 FROM public.circular_draft c
                      WHERE c.city_id = d.city_id AND c.organ_id = d.organ_id AND c.month = monthly_organs.month)
$$;

-- Search: text operators are not leakproof, so the search filters by scope itself and returns ids only.

CREATE FUNCTION guard.search_matters(query text, most int) RETURNS TABLE (id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    -- OFFSET 0: the hits are found once and then looked at, not once for every organ of the scope.
    SELECT hit.id
    FROM (SELECT m.id, m.organ_id FROM public.matter m WHERE m.search @@ query::tsquery OFFSET 0) hit
    WHERE hit.organ_id IN (SELECT s.organ_id FROM public.scope s WHERE s.viewer_id = (SELECT guard.tenant()))
    LIMIT most
$$;

-- The same over the few organs of a narrow scope, one by one: the vector of a matter holds its organ after a sign, and
-- an index finds the few of one organ among the many with a common word. (An organ's other indexes are kept out of it.)

CREATE FUNCTION guard.search_reach(query text, sign text, most int) RETURNS TABLE (id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT found.id
    FROM public.scope s CROSS JOIN LATERAL (
        SELECT m.id FROM public.matter m
        WHERE m.search @@ (query || ' & ' || quote_literal(sign || replace(s.organ_id::text, '-', '')))::tsquery
          AND m.organ_id IS NOT DISTINCT FROM s.organ_id
        LIMIT most) found
    WHERE s.viewer_id = (SELECT guard.tenant())
    LIMIT most
$$;

CREATE FUNCTION guard.search_clues(query text, most int) RETURNS TABLE (id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT c.id FROM public.clue c
    WHERE c.search @@ query::tsquery
      AND (c.organ_id IN (SELECT s.organ_id FROM public.scope s WHERE s.viewer_id = (SELECT guard.tenant()))
           OR c.origin_organ_id = (SELECT guard.tenant()))
    ORDER BY c.received_at DESC LIMIT most
$$;

-- Verification of a printed document by its code: what is printed on it anyway, and its hash.

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
$$;

-- The session's owner as he is now: a withdrawn post or a disabled account ends the session at once.

CREATE FUNCTION guard.session_identity(hash bytea, on_day date)
RETURNS TABLE (data jsonb, city_id uuid, organ_id uuid, organ_name text, organ_short_name text, account_id uuid,
               person_id uuid, person_name text, post_id uuid, title text, unit text, roles text[],
               account_organ_id uuid, must_change boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT s.data, p.city_id, p.organ_id, o.name, o.short_name, a.id, a.person_id, p.person_name, p.id, p.title, p.unit,
           p.roles, a.organ_id, a.must_change
    FROM public.web_session s
    JOIN public.account a ON a.id = (s.data->>'account_id')::uuid AND a.disabled_at IS NULL
    JOIN public.post p ON p.city_id = a.city_id AND p.id = (s.data->>'post_id')::uuid AND p.person_id = a.person_id
        AND p.valid_from <= on_day AND (p.valid_to IS NULL OR p.valid_to >= on_day)
    JOIN public.organ o ON o.city_id = p.city_id AND o.id = p.organ_id
        AND (o.ended_on IS NULL OR o.ended_on > on_day)
    WHERE s.token_hash = hash AND s.expires_at > now()
$$;

-- Audit: the siblings that an inclusion proof needs are other organs' heads; digests in tree order, nothing else.

CREATE FUNCTION guard.audit_siblings(city uuid, seal_number bigint) RETURNS TABLE (place bigint, head bytea, mine boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT row_number() OVER (ORDER BY h.organ_id) - 1, h.head, h.organ_id = (SELECT guard.tenant())
    FROM public.audit_head h
    WHERE h.city_id = city AND city = (SELECT guard.city()) AND h.seal = seal_number
    ORDER BY h.organ_id
$$;

-- What processes keep in memory of a table (the trigger's argument; settings without one): every change makes a new
-- version, which they compare in the transaction that they already have.

CREATE FUNCTION guard.settings_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO public.reference_version AS v (name, version) VALUES (coalesce(TG_ARGV[0], 'settings'), 1)
    ON CONFLICT (name) DO UPDATE SET version = v.version + 1;
    RETURN NULL;
END $$;

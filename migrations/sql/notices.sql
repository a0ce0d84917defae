-- API keys: the service account behind a secret, as it is now, with the call counted; a revoked or expired key, an
-- old secret after its grace and an organ that has ended open nothing. `over`: more calls in this minute than it may.

CREATE FUNCTION guard.api_key_call(hash bytea, address text, on_day date, moment timestamptz, counted boolean)
RETURNS TABLE (city_id uuid, organ_id uuid, organ_name text, organ_short_name text, key_id uuid, key_name text,
               scopes text[], per_minute int, calls int, wait_seconds int)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH found AS (
        SELECT k.city_id, k.organ_id, o.name, o.short_name, k.id, k.name AS key_name, k.scopes, k.per_minute
        FROM public.api_key_secret s
        JOIN public.api_key k ON k.city_id = s.city_id AND k.id = s.key_id
            AND k.revoked_at IS NULL AND k.expires_on >= on_day
        JOIN public.organ o ON o.city_id = k.city_id AND o.id = k.organ_id AND (o.ended_on IS NULL OR o.ended_on > on_day)
        WHERE s.token_hash = hash AND (s.valid_until IS NULL OR s.valid_until > moment)),
    used AS (
        UPDATE public.api_key_use u SET
            window_at = CASE WHEN u.window_at > clock_timestamp() - interval '1 minute' THEN u.window_at
                             ELSE clock_timestamp() END,
            calls = CASE WHEN u.window_at > clock_timestamp() - interval '1 minute' THEN u.calls + 1 ELSE 1 END,
            last_used_at = moment, last_used_from = left(address, 100)
        FROM found f WHERE counted AND u.city_id = f.city_id AND u.organ_id = f.organ_id AND u.key_id = f.id
        RETURNING u.key_id, u.calls, u.window_at)
    SELECT f.city_id, f.organ_id, f.name, f.short_name, f.id, f.key_name, f.scopes, f.per_minute, coalesce(u.calls, 0),
           greatest(1, ceil(extract(epoch FROM u.window_at + interval '1 minute' - clock_timestamp())))::int
    FROM found f LEFT JOIN used u ON u.key_id = f.id
$$;

-- The bell rings outside too: a new line of an organ where anybody has a verified address is handed to a job, whose
-- message commits with the line. Where nobody has one, a line costs this look-up. The ids are UUIDv7.

CREATE FUNCTION guard.notice_rings() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO public.outbox_message (city_id, organ_id, id, job, payload, available_at)
    SELECT n.city_id, n.organ_id, guard.outbox_id(), 'dispatch_notice', jsonb_build_object('notice_id', n.id),
           clock_timestamp()
    FROM fresh n
    WHERE EXISTS (SELECT 1 FROM public.notice_address a
                  WHERE a.city_id = n.city_id AND a.organ_id = n.organ_id AND a.verified_at IS NOT NULL);
    RETURN NULL;
END $$;

CREATE FUNCTION guard.outbox_id() RETURNS uuid
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT encode(substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3)
                  || set_byte(c.chance, 0, get_byte(c.chance, 0) & 15 | 112), 'hex')::uuid
    FROM (SELECT substring(uuid_send(gen_random_uuid()) FROM 7) AS chance) c
$$;

-- What waits in any organ of the city: texts that a gateway did not take, and the digests of nights that are over.
-- Each is put off for ten minutes in the same statement that hands it to its job: what that job cannot do comes again.

CREATE FUNCTION guard.wake_notices(moment timestamptz, most int) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH due AS (
        SELECT s.city_id, s.id FROM public.notice_sending s
        WHERE s.city_id = (SELECT guard.city()) AND s.wake_at <= moment
        ORDER BY s.wake_at, s.id LIMIT most FOR UPDATE SKIP LOCKED),
    again AS (
        UPDATE public.notice_sending s SET wake_at = moment + interval '10 minutes' FROM due
        WHERE s.city_id = due.city_id AND s.id = due.id RETURNING s.city_id, s.organ_id, s.id),
    over AS (
        SELECT d.city_id, d.id FROM public.notice_delivery d
        WHERE d.city_id = (SELECT guard.city()) AND d.held_until <= moment
        ORDER BY d.held_until, d.organ_id, d.person_id LIMIT most FOR UPDATE SKIP LOCKED),
    held AS (
        UPDATE public.notice_delivery d SET held_until = moment + interval '10 minutes' FROM over
        WHERE d.city_id = over.city_id AND d.id = over.id RETURNING d.city_id, d.organ_id, d.person_id, d.channel),
    jobs AS (
        SELECT a.city_id, a.organ_id, 'send_notice' AS job, jsonb_build_object('sending_id', a.id) AS payload FROM again a
        UNION ALL
        SELECT DISTINCT h.city_id, h.organ_id, 'send_digest',
               jsonb_build_object('person_id', h.person_id, 'channel', h.channel) FROM held h),
    sent AS (
        INSERT INTO public.outbox_message (city_id, organ_id, id, job, payload, available_at)
        SELECT j.city_id, j.organ_id, guard.outbox_id(), j.job, j.payload, clock_timestamp() FROM jobs j RETURNING 1)
    SELECT count(*) FROM sent
$$;

-- Webhooks: whose endpoints are to be told of something, and which tries are due in any organ of the city.

CREATE FUNCTION guard.webhook_organs() RETURNS TABLE (organ_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT DISTINCT e.organ_id FROM public.webhook_endpoint e
    WHERE e.city_id = (SELECT guard.city()) AND e.state = 'enabled'
$$;

CREATE FUNCTION guard.wake_webhooks(moment timestamptz, most int) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH due AS (
        SELECT m.city_id, m.id FROM public.webhook_message m
        WHERE m.city_id = (SELECT guard.city()) AND m.wake_at <= moment
        ORDER BY m.wake_at, m.id LIMIT most FOR UPDATE SKIP LOCKED),
    again AS (
        UPDATE public.webhook_message m SET wake_at = moment + interval '10 minutes' FROM due
        WHERE m.city_id = due.city_id AND m.id = due.id RETURNING m.city_id, m.organ_id, m.id),
    sent AS (
        INSERT INTO public.outbox_message (city_id, organ_id, id, job, payload, available_at)
        SELECT a.city_id, a.organ_id, guard.outbox_id(), 'send_webhook', jsonb_build_object('message_id', a.id),
               clock_timestamp() FROM again a RETURNING 1)
    SELECT count(*) FROM sent
$$;

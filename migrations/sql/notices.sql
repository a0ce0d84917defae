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


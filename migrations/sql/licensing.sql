-- The two-year bar of Article 21, kept by the database itself: for every role, in every tenant, at any concurrency.
--
-- What is written for a person (a certificate, an application, a bar) first counts up the person's row in
-- `qualification`. Of two transactions the second waits for the first and then sees what it wrote; under REPEATABLE
-- READ, where it could not see it, it fails with a serialisation error.

CREATE FUNCTION guard.bar_over(city uuid, hash bytea, first_day date, last_day date) RETURNS date
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    -- What the same transaction counted is locked already.
    INSERT INTO public.qualification AS q (city_id, id, citizen_hash, changes)
    VALUES (bar_over.city, gen_random_uuid(), hash, 1)
    ON CONFLICT (city_id, citizen_hash) DO UPDATE SET changes = q.changes + 1
    WHERE q.xmin <> pg_current_xact_id()::xid;
    -- A statement of its own, so that under READ COMMITTED it sees what was committed while the lock was waited for.
    -- A bar counts by its days, whoever notes that it ran out; only a decision that was set aside never was one.
    RETURN (SELECT max(b.barred_until) FROM public.qualification_bar b
            WHERE b.city_id = bar_over.city AND b.citizen_hash = hash AND b.lifted_kind <> 'set_aside'
              AND b.effective_on <= last_day AND b.barred_until >= first_day);
END $$;

-- What another tenant may know: the last barred day of a person whose file the asking organ or one that it supervises
-- keeps, or who applies to it, and nothing of the decision. `hold`: the person's row is held until the end of the
-- transaction, so that the answer stays true in it.

CREATE FUNCTION guard.bar_until(hash bytea, first_day date, last_day date, hold boolean) RETURNS date
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM public.officer o
                   WHERE o.city_id = (SELECT guard.city()) AND o.citizen_hash = hash AND o.organ_id IN (
                       SELECT s.organ_id FROM public.scope s WHERE s.viewer_id = (SELECT guard.tenant())))
       AND NOT EXISTS (SELECT FROM public.licence_application a
                       WHERE a.city_id = (SELECT guard.city()) AND a.citizen_hash = hash
                         AND a.department_id = (SELECT guard.tenant())) THEN
        RETURN NULL;
    END IF;
    IF hold THEN
        RETURN guard.bar_over((SELECT guard.city()), hash, first_day, last_day);
    END IF;
    RETURN (SELECT max(b.barred_until) FROM public.qualification_bar b
            WHERE b.city_id = (SELECT guard.city()) AND b.citizen_hash = hash AND b.lifted_kind <> 'set_aside'
              AND b.effective_on <= last_day AND b.barred_until >= first_day);
END $$;

-- Certificates: none is or becomes valid on a barred day. Returned, expired and cancelled ones are history.

CREATE FUNCTION guard.certificate_barred() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    last_barred date := guard.bar_over(
        NEW.city_id, NEW.citizen_hash, least(NEW.issued_on, NEW.valid_from), NEW.valid_until);
BEGIN
    IF last_barred IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'ZS021', MESSAGE = to_char(last_barred, 'YYYY-MM-DD');
    END IF;
    RETURN NEW;
END $$;

-- Applications: none is made or granted on a barred day, and none waits for the end of a bar.

CREATE FUNCTION guard.application_barred() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    last_barred date := guard.bar_over(
        NEW.city_id, NEW.citizen_hash, NEW.applied_on,
        CASE WHEN NEW.state = 'issued'
             THEN greatest(NEW.applied_on, (NEW.decided_at AT TIME ZONE 'Asia/Shanghai')::date)
             ELSE 'infinity' END);
BEGIN
    IF last_barred IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'ZS021', MESSAGE = to_char(last_barred, 'YYYY-MM-DD');
    END IF;
    RETURN NEW;
END $$;

-- Bars: never deleted, never changed but for the mark that they ended. `run_out` is only a record, for the days decide;
-- a decision that is set aside, even later, was none.

CREATE FUNCTION guard.bar_kept() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM guard.bar_over(NEW.city_id, NEW.citizen_hash, NEW.effective_on, NEW.effective_on);
        IF NEW.lifted_kind <> '' THEN
            RAISE EXCEPTION USING ERRCODE = 'ZS022', MESSAGE = 'a bar begins in force';
        END IF;
        RETURN NEW;
    END IF;
    IF TG_OP <> 'UPDATE' THEN
        RAISE EXCEPTION USING ERRCODE = 'ZS022', MESSAGE = 'bars are not deleted';
    END IF;
    PERFORM guard.bar_over(OLD.city_id, OLD.citizen_hash, OLD.effective_on, OLD.effective_on);
    IF to_jsonb(NEW) - '{lifted_on,lifted_kind,lifted_note}'::text[]
       IS DISTINCT FROM to_jsonb(OLD) - '{lifted_on,lifted_kind,lifted_note}'::text[] THEN
        RAISE EXCEPTION USING ERRCODE = 'ZS022', MESSAGE = 'bars are not changed';
    END IF;
    IF (OLD.lifted_kind, NEW.lifted_kind) NOT IN (('', 'run_out'), ('', 'set_aside'), ('run_out', 'set_aside'))
       OR (NEW.lifted_kind = 'run_out' AND NEW.lifted_on <= NEW.barred_until)
       OR NEW.lifted_on < NEW.effective_on
       OR (NEW.lifted_kind = 'set_aside' AND NEW.lifted_note = '') THEN
        RAISE EXCEPTION USING ERRCODE = 'ZS022', MESSAGE = 'a bar ends when it ran out or its decision was set aside';
    END IF;
    RETURN NEW;
END $$;

-- A bar begins: every certificate of the person is void, every application refused, whichever tenant they lie in.

CREATE FUNCTION guard.bar_begins() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE public.certificate c
    SET status = 'cancelled', status_before = c.status, suspended_before = c.suspended_until, suspended_until = NULL,
        cancelled_by_bar = NEW.id, barred_until = NEW.barred_until, status_on = NEW.effective_on,
        status_reason = '行政执法资格已被取消', status_article = '21', row_version = c.row_version + 1
    WHERE c.city_id = NEW.city_id AND c.citizen_hash = NEW.citizen_hash AND c.status IN ('valid', 'suspended');
    UPDATE public.licence_application a
    SET state = 'refused', barred_until = NEW.barred_until, reason = '行政执法资格已被取消',
        reason_article = '21', decided_at = NULL, decided_by = NULL, decided_by_name = '',
        row_version = a.row_version + 1
    WHERE a.city_id = NEW.city_id AND a.citizen_hash = NEW.citizen_hash
      AND a.state IN ('applied', 'checked', 'approved');
    RETURN NULL;
END $$;

-- A bar whose decision was set aside: what was void because of it alone is what it was before, as far as it still
-- runs and nothing took its place.

CREATE FUNCTION guard.bar_undone() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    held record;
    other record;
    becomes text;
BEGIN
    FOR held IN
        SELECT c.* FROM public.certificate c
        WHERE c.city_id = NEW.city_id AND c.citizen_hash = NEW.citizen_hash AND c.cancelled_by_bar = NEW.id
          AND c.status = 'cancelled' ORDER BY c.id
    LOOP
        SELECT b.id, b.barred_until INTO other FROM public.qualification_bar b
        WHERE b.city_id = NEW.city_id AND b.citizen_hash = NEW.citizen_hash AND b.lifted_kind <> 'set_aside'
          AND b.effective_on <= held.valid_until AND b.barred_until >= least(held.issued_on, held.valid_from)
        ORDER BY b.barred_until DESC LIMIT 1;
        IF FOUND THEN
            UPDATE public.certificate c
            SET cancelled_by_bar = other.id, barred_until = other.barred_until, row_version = c.row_version + 1
            WHERE c.city_id = held.city_id AND c.id = held.id;
            CONTINUE;
        END IF;
        becomes := CASE
            WHEN held.valid_until < NEW.lifted_on THEN 'expired'
            WHEN EXISTS (SELECT FROM public.certificate n
                         WHERE n.city_id = held.city_id AND n.officer_id = held.officer_id AND n.kind = held.kind
                           AND n.status IN ('valid', 'suspended')) THEN 'returned'
            WHEN held.status_before = 'suspended' AND held.suspended_before >= NEW.lifted_on THEN 'suspended'
            ELSE 'valid' END;
        UPDATE public.certificate c
        SET status = becomes, suspended_until = CASE becomes WHEN 'suspended' THEN held.suspended_before END,
            cancelled_by_bar = NULL, barred_until = NULL, status_before = '', suspended_before = NULL,
            status_on = NEW.lifted_on, status_reason = '取消行政执法资格的决定已被撤销', status_article = '21',
            row_version = c.row_version + 1
        WHERE c.city_id = held.city_id AND c.id = held.id;
    END LOOP;
    RETURN NULL;
END $$;

-- Where a person that the asking department itself barred has files and accounts: it carries its decision out there.

CREATE FUNCTION guard.barred_files(bar uuid)
RETURNS TABLE (organ_id uuid, officer_id uuid, person_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT f.organ_id, f.officer_id, f.person_id
    FROM public.qualification_bar b CROSS JOIN LATERAL (
        SELECT o.organ_id, o.id AS officer_id, o.person_id FROM public.officer o
        WHERE o.city_id = b.city_id AND o.citizen_hash = b.citizen_hash
        UNION
        SELECT p.organ_id, NULL::uuid, p.id FROM public.person p
        WHERE p.city_id = b.city_id AND p.citizen_hash = b.citizen_hash) f
    WHERE b.city_id = (SELECT guard.city()) AND b.organ_id = (SELECT guard.tenant()) AND b.id = bar
    ORDER BY f.organ_id, f.officer_id
$$;

-- Jobs of the system tenancy. Bars that ran out are marked so, a batch at a time, passing over what another holds.

CREATE FUNCTION guard.bars_run_out(today date, most int)
RETURNS TABLE (id uuid, organ_id uuid, person_name text, barred_until date, organs uuid[])
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH due AS (
        SELECT b.city_id, b.id FROM public.qualification_bar b
        WHERE b.city_id = (SELECT guard.city()) AND b.lifted_on IS NULL AND b.barred_until < today
          AND (SELECT guard.tenant()) = '00000000-0000-0000-0000-000000000000'::uuid
        ORDER BY b.barred_until, b.id LIMIT most FOR UPDATE SKIP LOCKED),
    ended AS (
        UPDATE public.qualification_bar b SET lifted_on = today, lifted_kind = 'run_out' FROM due
        WHERE b.city_id = due.city_id AND b.id = due.id RETURNING b.*)
    SELECT e.id, e.organ_id, e.person_name, e.barred_until, coalesce(
        (SELECT array_agg(DISTINCT o.organ_id) FROM public.officer o
         WHERE o.city_id = e.city_id AND o.citizen_hash = e.citizen_hash AND o.left_on IS NULL),
        ARRAY[e.holder_organ_id])
    FROM ended e
$$;

-- Applications still to be decided on, so that they can be looked at again, each in its own tenancy.

CREATE FUNCTION guard.pending_applications(after uuid, most int) RETURNS TABLE (organ_id uuid, id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT a.organ_id, a.id FROM public.licence_application a
    WHERE a.city_id = (SELECT guard.city()) AND a.state IN ('applied', 'checked', 'approved') AND a.id > after
      AND (SELECT guard.tenant()) = '00000000-0000-0000-0000-000000000000'::uuid
    ORDER BY a.id LIMIT most
$$;

-- Temporary withholdings whose last day is over.

CREATE FUNCTION guard.suspensions_over(today date, most int) RETURNS TABLE (organ_id uuid, id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT c.organ_id, c.id FROM public.certificate c
    WHERE c.city_id = (SELECT guard.city()) AND c.status = 'suspended' AND c.suspended_until < today
      AND (SELECT guard.tenant()) = '00000000-0000-0000-0000-000000000000'::uuid
    ORDER BY c.organ_id, c.id LIMIT most
$$;

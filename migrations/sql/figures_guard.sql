-- Figures: the fold that merges deltas into counters, the tree that they are counted along, repair.
-- All of it for the system tenancy alone; the application itself writes neither deltas nor counters.

-- Deltas become counters: the organ's own, and those of everybody above it, by the tree of their month. Folds run side
-- by side: none takes another's deltas, and all write counters in one order, so none waits in a circle. While the tree
-- is being changed they wait, for they would spread along the old one.

CREATE FUNCTION guard.figure_fold(most int) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    city uuid := guard.city();
    folded bigint;
BEGIN
    IF guard.tenant() IS DISTINCT FROM '00000000-0000-0000-0000-000000000000'::uuid THEN RETURN 0; END IF;
    PERFORM pg_advisory_xact_lock_shared(7203451);
    WITH taken AS (
        DELETE FROM public.figure_delta AS d
        USING (SELECT x.city_id, x.id FROM public.figure_delta AS x WHERE x.city_id = city
               ORDER BY x.id LIMIT most FOR UPDATE SKIP LOCKED) AS t
        WHERE d.city_id = t.city_id AND d.id = t.id
        RETURNING d.organ_id, d.indicator, d.slice, d.month, d.amount),
    own AS (
        SELECT t.organ_id, t.indicator, t.slice, t.month, sum(t.amount) AS amount
        FROM taken AS t GROUP BY 1, 2, 3, 4 HAVING sum(t.amount) <> 0),
    spread AS (
        SELECT o.organ_id, 'own' AS reach, o.month, o.indicator, o.slice, o.amount FROM own AS o
        UNION ALL
        SELECT l.ancestor_id, l.reach, o.month, o.indicator, o.slice, sum(o.amount)
        FROM own AS o JOIN public.figure_link AS l
            ON l.city_id = city AND l.organ_id = o.organ_id AND o.month >= l.from_month AND o.month < l.until_month
        GROUP BY 1, 2, 3, 4, 5),
    put AS (
        INSERT INTO public.figure_counter AS c (city_id, organ_id, reach, month, indicator, slice, amount)
        SELECT city, s.organ_id, s.reach, s.month, s.indicator, s.slice, s.amount FROM spread AS s
        WHERE s.amount <> 0 ORDER BY s.organ_id, s.reach, s.month, s.indicator, s.slice
        ON CONFLICT (city_id, organ_id, reach, month, indicator, slice)
        DO UPDATE SET amount = c.amount + excluded.amount)
    SELECT count(*) INTO folded FROM taken;
    RETURN folded;
END $$;

-- The figures of one organ, for a reader in whose tree or line it lies: what counters hold and what still waits, in the
-- snapshot of the statement that asks. A plan that is kept, where row-level security would plan anew each time.

CREATE FUNCTION guard.figure_totals(organ uuid, below text, codes text[], stocks text[], first int, last int)
RETURNS TABLE (indicator text, slice text, amount bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    city uuid := guard.city();
    viewer uuid := guard.tenant();
BEGIN
    IF viewer IS NULL OR (organ <> viewer AND viewer <> '00000000-0000-0000-0000-000000000000'::uuid AND NOT EXISTS (
        SELECT FROM public.figure_scope AS s WHERE s.city_id = city AND s.viewer_id = viewer AND s.organ_id = organ))
    THEN RETURN; END IF;
    IF cardinality(stocks) = 0 AND NOT EXISTS (SELECT FROM public.figure_delta AS d WHERE d.city_id = city) THEN
        RETURN QUERY
        SELECT x.indicator, x.slice, sum(x.amount)::bigint FROM (
            SELECT c.indicator, c.slice, c.amount FROM public.figure_counter AS c
            WHERE c.city_id = city AND c.organ_id = organ AND c.reach = 'own' AND c.month BETWEEN first AND last
            UNION ALL
            SELECT c.indicator, c.slice, c.amount FROM public.figure_counter AS c
            WHERE below <> 'own' AND c.city_id = city AND c.organ_id = organ AND c.reach = below
                AND c.month BETWEEN first AND last
        ) AS x
        WHERE x.indicator = ANY (codes) GROUP BY x.indicator, x.slice;
        RETURN;
    END IF;
    RETURN QUERY
    SELECT x.indicator, x.slice, sum(x.amount)::bigint FROM (
        SELECT c.indicator, c.slice, c.amount FROM public.figure_counter AS c
        WHERE c.city_id = city AND c.organ_id = organ AND c.reach IN ('own', below) AND c.month BETWEEN first AND last
            AND c.indicator = ANY (codes)
        UNION ALL
        SELECT c.indicator, c.slice, c.amount FROM public.figure_counter AS c
        WHERE c.city_id = city AND c.organ_id = organ AND c.reach IN ('own', below) AND c.month < first
            AND c.indicator = ANY (stocks)
        UNION ALL
        SELECT d.indicator, d.slice, d.amount FROM public.figure_delta AS d
        WHERE d.city_id = city AND d.month <= last AND (d.month >= first OR d.indicator = ANY (stocks))
            AND d.indicator = ANY (codes)
            AND (d.organ_id = organ OR EXISTS (
                SELECT FROM public.figure_link AS l WHERE l.city_id = city AND l.reach = below AND l.ancestor_id = organ
                    AND l.organ_id = d.organ_id AND d.month >= l.from_month AND d.month < l.until_month))
    ) AS x
    GROUP BY x.indicator, x.slice;
END $$;

-- Everything that is kept, for a recount.

CREATE FUNCTION guard.figure_kept()
RETURNS TABLE (organ_id uuid, reach text, indicator text, slice text, month int, amount bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT c.organ_id, c.reach, c.indicator, c.slice, c.month, c.amount FROM public.figure_counter AS c
    WHERE c.city_id = (SELECT guard.city()) AND (SELECT guard.tenant()) = '00000000-0000-0000-0000-000000000000'::uuid
    UNION ALL
    SELECT d.organ_id, 'delta', d.indicator, d.slice, d.month, d.amount FROM public.figure_delta AS d
    WHERE d.city_id = (SELECT guard.city()) AND (SELECT guard.tenant()) = '00000000-0000-0000-0000-000000000000'::uuid
$$;

-- The tree moved: bring the links to what is wanted, and the counters of the branches that differ with them. Every
-- count of the organs concerned goes from where it was counted to where it is counted now, month by month.

CREATE FUNCTION guard.figure_relink(links jsonb, readers jsonb) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    city uuid := guard.city();
    moved bigint;
BEGIN
    IF guard.tenant() IS DISTINCT FROM '00000000-0000-0000-0000-000000000000'::uuid THEN RETURN 0; END IF;
    PERFORM pg_advisory_xact_lock(7203451);
    WITH wanted AS (
        SELECT w.reach, w.ancestor_id, w.organ_id, w.from_month, w.until_month
        FROM jsonb_to_recordset(links) AS w(reach text, ancestor_id uuid, organ_id uuid, from_month int, until_month int)),
    gone AS (
        DELETE FROM public.figure_link AS l WHERE l.city_id = city AND NOT EXISTS (
            SELECT FROM wanted AS w WHERE (w.reach, w.ancestor_id, w.organ_id, w.from_month, w.until_month)
                = (l.reach, l.ancestor_id, l.organ_id, l.from_month, l.until_month))
        RETURNING l.reach, l.ancestor_id, l.organ_id, l.from_month, l.until_month),
    come AS (
        INSERT INTO public.figure_link (city_id, reach, ancestor_id, organ_id, from_month, until_month)
        SELECT city, w.reach, w.ancestor_id, w.organ_id, w.from_month, w.until_month FROM wanted AS w
        WHERE NOT EXISTS (
            SELECT FROM public.figure_link AS l WHERE l.city_id = city
                AND (w.reach, w.ancestor_id, w.organ_id, w.from_month, w.until_month)
                = (l.reach, l.ancestor_id, l.organ_id, l.from_month, l.until_month))
        RETURNING reach, ancestor_id, organ_id, from_month, until_month),
    differing AS (
        SELECT x.ancestor_id, x.reach, c.month, c.indicator, c.slice, sum(x.sign * c.amount) AS amount
        FROM (SELECT -1 AS sign, g.* FROM gone AS g UNION ALL SELECT 1, n.* FROM come AS n) AS x
        JOIN public.figure_counter AS c ON c.city_id = city AND c.organ_id = x.organ_id AND c.reach = 'own'
            AND c.month >= x.from_month AND c.month < x.until_month
        GROUP BY 1, 2, 3, 4, 5 HAVING sum(x.sign * c.amount) <> 0),
    put AS (
        INSERT INTO public.figure_counter AS c (city_id, organ_id, reach, month, indicator, slice, amount)
        SELECT city, d.ancestor_id, d.reach, d.month, d.indicator, d.slice, d.amount FROM differing AS d
        ORDER BY d.ancestor_id, d.reach, d.month, d.indicator, d.slice
        ON CONFLICT (city_id, organ_id, reach, month, indicator, slice)
        DO UPDATE SET amount = c.amount + excluded.amount
        RETURNING 1)
    SELECT count(*) INTO moved FROM put;
    WITH wanted AS (SELECT w.viewer_id, w.organ_id FROM jsonb_to_recordset(readers) AS w(viewer_id uuid, organ_id uuid)),
    gone AS (
        DELETE FROM public.figure_scope AS s WHERE s.city_id = city AND NOT EXISTS (
            SELECT FROM wanted AS w WHERE w.viewer_id = s.viewer_id AND w.organ_id = s.organ_id))
    INSERT INTO public.figure_scope (city_id, viewer_id, organ_id)
    SELECT city, w.viewer_id, w.organ_id FROM wanted AS w ON CONFLICT DO NOTHING;
    RETURN moved;
END $$;

-- Repair after a recount: what own counters lack comes as deltas, the counters above are summed up anew.

CREATE FUNCTION guard.figure_repair(lacking jsonb) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    city uuid := guard.city();
    written bigint;
BEGIN
    IF guard.tenant() IS DISTINCT FROM '00000000-0000-0000-0000-000000000000'::uuid THEN RETURN 0; END IF;
    PERFORM pg_advisory_xact_lock(7203451);
    DELETE FROM public.figure_counter AS c WHERE c.city_id = city AND c.reach <> 'own';
    INSERT INTO public.figure_counter (city_id, organ_id, reach, month, indicator, slice, amount)
    SELECT city, l.ancestor_id, l.reach, c.month, c.indicator, c.slice, sum(c.amount)
    FROM public.figure_counter AS c JOIN public.figure_link AS l ON l.city_id = city AND l.organ_id = c.organ_id
        AND c.month >= l.from_month AND c.month < l.until_month
    WHERE c.city_id = city AND c.reach = 'own' GROUP BY 2, 3, 4, 5, 6;
    INSERT INTO public.figure_delta (city_id, organ_id, indicator, slice, month, amount)
    SELECT city, x.organ_id, x.indicator, x.slice, x.month, x.amount
    FROM jsonb_to_recordset(lacking) AS x(organ_id uuid, indicator text, slice text, month int, amount bigint);
    GET DIAGNOSTICS written = ROW_COUNT;
    RETURN written;
END $$;

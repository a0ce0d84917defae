-- Channels of clues: what an author without a log-in may ask, and where a hotline's order lies. Nothing else crosses.

-- The author's own question, by the keyed hash of the code that he alone has: no text of the clue, no name, no officer.

CREATE FUNCTION guard.complaint_progress(hash bytea)
RETURNS TABLE (received_at timestamptz, organ_id uuid, state text, reason_code text, answer text, answered_at timestamptz,
               merged_ended boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT c.received_at, c.organ_id, c.state,
           CASE WHEN c.state = 'dismissed' THEN c.reason_code ELSE '' END,
           CASE WHEN c.state = 'answered' THEN c.answer ELSE '' END,
           CASE WHEN c.state = 'answered' THEN c.answered_at END,
           coalesce(m.state IN ('answered', 'dismissed'), false)
    FROM public.public_complaint p
    JOIN public.clue c ON c.city_id = p.city_id AND c.organ_id = p.organ_id AND c.id = p.clue_id
    LEFT JOIN public.clue m ON m.city_id = c.city_id AND m.organ_id = c.organ_id AND m.id = c.merged_into_id
    WHERE p.city_id = (SELECT guard.city()) AND p.code_hash = hash
$$;

-- A later version of an order goes to the organ that has the first one, whatever organ it names.

CREATE FUNCTION guard.hotline_order_at(door uuid, order_number text) RETURNS TABLE (organ_id uuid, id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT o.organ_id, o.id FROM public.hotline_order o
    WHERE o.city_id = (SELECT guard.city()) AND o.door_id = door AND o.number = order_number
      AND door = (SELECT guard.tenant())
$$;

-- The moment when an answer became overdue (Art. 19); whom a deadline binds never changes, nor what kind a document is.
SELECT side.who, side.code, side.part, r.due_for, 1
FROM public.deadline AS d, LATERAL (
    VALUES (r.organ_id, 'instruments.overdue', ''), (d.bound_id, 'instruments.received.overdue', '')
    UNION ALL SELECT r.organ_id, 'instruments.lapsed', i.kind FROM public.instrument AS i
        WHERE i.city_id = d.city_id AND i.id = d.subject_id) AS side(who, code, part)
WHERE r.step = 'overdue' AND d.city_id = r.city_id AND d.id = r.deadline_id AND d.subject_kind = 'instrument'

-- The moment when an answer became overdue (Art. 19); whom a deadline binds never changes.
SELECT side.who, side.code, '', r.due_for, 1
FROM public.deadline AS d,
     LATERAL (VALUES (r.organ_id, 'instruments.overdue'), (d.bound_id, 'instruments.received.overdue')) AS side(who, code)
WHERE r.step = 'overdue' AND d.city_id = r.city_id AND d.id = r.deadline_id AND d.subject_kind = 'instrument'

-- What was decided on each finding, by kind (Art. 20); when a decision was made never changes.
SELECT r.organ_id, 'decisions.items', r.kind, (d.decided_at AT TIME ZONE 'Asia/Shanghai')::date, 1
FROM public.decision AS d WHERE d.city_id = r.city_id AND d.id = r.decision_id

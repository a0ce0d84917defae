-- Findings on which nothing could be decided because of a remedy (Art. 20); when the decision was made never changes.
SELECT r.organ_id, 'decisions.blocked', r.remedy_kind, (d.decided_at AT TIME ZONE 'Asia/Shanghai')::date, 1
FROM public.decision AS d WHERE d.city_id = r.city_id AND d.id = r.decision_id

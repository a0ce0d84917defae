-- Reports to the government (Art. 20), and after which kind of document that lapsed; its kind never changes.
SELECT r.organ_id, f.code, f.part, (r.sent_at AT TIME ZONE 'Asia/Shanghai')::date, 1
FROM (SELECT 'reports.sent', r.ground
    UNION ALL SELECT 'reports.lapsed', i.kind FROM public.instrument AS i
        WHERE r.ground = 'lapsed' AND i.city_id = r.city_id AND i.id = r.instrument_id) AS f(code, part)
WHERE r.state NOT IN ('draft', 'withdrawn')

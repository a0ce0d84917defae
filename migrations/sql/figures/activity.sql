-- Measures taken (Art. 13) and obstruction met (Art. 14).
SELECT r.organ_id, 'activities.recorded', r.kind, (r.at AT TIME ZONE 'Asia/Shanghai')::date, 1
UNION ALL SELECT r.organ_id, 'activities.obstructed', '', (r.at AT TIME ZONE 'Asia/Shanghai')::date, 1
    WHERE r.obstruction <> ''

-- Measures taken (Art. 13), obstruction met (Art. 14), case files reviewed by their grade (Art. 11(4)).
SELECT r.organ_id, 'activities.recorded', r.kind, (r.at AT TIME ZONE 'Asia/Shanghai')::date, 1
UNION ALL SELECT r.organ_id, 'activities.obstructed', '', (r.at AT TIME ZONE 'Asia/Shanghai')::date, 1
    WHERE r.obstruction <> ''
UNION ALL SELECT r.organ_id, f.code, f.part, (r.at AT TIME ZONE 'Asia/Shanghai')::date, f.number
    FROM (VALUES ('file_reviews.files', 'good', r.files_good), ('file_reviews.files', 'passed', r.files_passed),
        ('file_reviews.files', 'failed', r.files_failed), ('file_reviews.vetoed', '', r.files_vetoed)) AS f(code, part, number)
    WHERE f.number > 0

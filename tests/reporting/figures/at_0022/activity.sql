-- Measures taken (Art. 13), obstruction met (Art. 14), case files reviewed by their grade (Art. 11(4)).
SELECT r.organ_id, 'activities.recorded', r.kind, (r.at AT TIME ZONE 'Asia/Shanghai')::date, 1
UNION ALL SELECT r.organ_id, 'activities.obstructed', '', (r.at AT TIME ZONE 'Asia/Shanghai')::date, 1
    WHERE r.obstruction <> ''
-- The grades are columns of later migrations than the first that applies this rule: they are read by name.
UNION ALL SELECT r.organ_id, f.code, f.part, (r.at AT TIME ZONE 'Asia/Shanghai')::date, (g.row ->> f.name)::bigint
    FROM (SELECT to_jsonb(r)) AS g(row), (VALUES ('file_reviews.files', 'good', 'files_good'),
        ('file_reviews.files', 'passed', 'files_passed'), ('file_reviews.files', 'failed', 'files_failed'),
        ('file_reviews.vetoed', '', 'files_vetoed')) AS f(code, part, name)
    WHERE (g.row ->> f.name)::bigint > 0

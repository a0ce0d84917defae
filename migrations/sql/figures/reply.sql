-- Written reports (Art. 19), for the organ that answers.
SELECT r.organ_id, 'replies.submitted', '', (r.submitted_at AT TIME ZONE 'Asia/Shanghai')::date, 1
UNION ALL SELECT r.organ_id, 'replies.refusing', '', (r.submitted_at AT TIME ZONE 'Asia/Shanghai')::date, 1
    WHERE r.refuses

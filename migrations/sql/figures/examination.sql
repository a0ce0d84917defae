-- Examinations passed (Art. 6).
SELECT r.organ_id, 'examinations.passed', r.kind, r.held_on, 1 WHERE r.passed

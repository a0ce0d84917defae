-- Cancelled qualifications (Art. 21), for the body that decided: how many, and who is barred at the end of a month.
SELECT r.organ_id, 'bars.imposed', '', r.effective_on, 1
UNION ALL SELECT r.organ_id, 'bars.running', '', r.effective_on, 1
UNION ALL SELECT r.organ_id, 'bars.running', '', greatest(r.effective_on, coalesce(r.lifted_on, r.barred_until + 1)), -1

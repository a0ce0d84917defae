-- Cancelled qualifications (Art. 21), for the body that decided.
SELECT r.organ_id, 'bars.imposed', '', r.effective_on, 1

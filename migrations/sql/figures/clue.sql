-- Clues by channel and outcome (Art. 17). One that was passed on is received once, where it was first registered.
SELECT r.organ_id, f.code, f.part, (r.received_at AT TIME ZONE 'Asia/Shanghai')::date, 1
FROM (
    SELECT CASE WHEN r.from_clue_id IS NULL THEN 'clues.received' ELSE 'clues.passed_in' END, r.source
    UNION ALL SELECT 'clues.outcome', r.state
    UNION ALL SELECT 'clues.opened', r.source WHERE r.state IN ('in_matter', 'answered') AND r.matter_id IS NOT NULL
    UNION ALL SELECT 'clues.concluded', r.source
        WHERE r.state IN ('dismissed', 'passed_on') OR (r.state IN ('in_matter', 'answered') AND r.matter_id IS NOT NULL)
) AS f(code, part)

-- Earlier turns of a conversation are looked at and fixed as the prompt and the answers are.
ALTER TABLE mend ADD COLUMN context VARCHAR;  -- JSON as in pair; NULL in rows from before: as imported

CREATE OR REPLACE VIEW current_mend AS
SELECT pair_id, rule, text_id, context, prompt, answer_1, answer_2, mended_by, mended FROM (
    SELECT * FROM mend QUALIFY row_number() OVER (PARTITION BY pair_id ORDER BY number DESC) = 1)
WHERE text_id IS NOT NULL;

-- What was measured without the earlier turns is measured again.
DELETE FROM text_fact WHERE pair_id IN (
    SELECT id FROM pair WHERE context <> '[]'
    UNION ALL SELECT m.text_id FROM mend AS m JOIN pair AS p ON p.id = m.pair_id WHERE p.context <> '[]');

-- The texts that a person saw when they decided: '' as imported, else the text_id of a mend; NULL where nobody said.
ALTER TABLE decision ADD COLUMN text_seen VARCHAR;

-- A pair that is set aside may leave its one answer with text to exports of single answers (the fix of rule V02).
ALTER TABLE placement ADD COLUMN for_kto BOOLEAN DEFAULT false;

CREATE OR REPLACE VIEW current_placement AS
SELECT pair_id, place, votes, reason, placed_by, placed, coalesce(for_kto, false) AS for_kto
FROM placement
QUALIFY row_number() OVER (PARTITION BY pair_id ORDER BY number DESC) = 1;

-- The journal's schema, one step for each version; a step that was released is never edited.

-- name: 1
-- The chain of records, with ways to find a key, an incident's history and a group.
CREATE TABLE journal (
    seq INTEGER PRIMARY KEY,
    recorded_at TEXT NOT NULL,
    kind TEXT NOT NULL,
    incident_id TEXT NOT NULL,
    grouping_key TEXT,
    idempotency_key TEXT,
    payload TEXT NOT NULL,
    hash TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX journal_idempotency_key ON journal (idempotency_key)
    WHERE idempotency_key IS NOT NULL;
CREATE INDEX journal_incident ON journal (incident_id);
CREATE INDEX journal_group ON journal (grouping_key) WHERE grouping_key IS NOT NULL;

-- name: 2
-- Marks: records about a subject that is no incident; their incident_id is empty. And room
-- for the digest of the request behind an idempotency key.
ALTER TABLE journal ADD COLUMN subject TEXT;
ALTER TABLE journal ADD COLUMN request_digest TEXT;
CREATE INDEX journal_mark ON journal (kind, subject) WHERE subject IS NOT NULL;

-- name: 3
-- The epoch: who took the journal over last may write. From here on pages have checksums.
CREATE TABLE epoch (number INTEGER NOT NULL) STRICT;
INSERT INTO epoch VALUES (0);

-- name: 4
-- What people decided is read alone, and often: operators' verdicts move thresholds.
CREATE INDEX journal_decision ON journal (seq) WHERE kind = 'status_changed';

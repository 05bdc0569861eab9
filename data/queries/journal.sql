-- name: append
-- Seal one record; the writer gives seq and hash.
INSERT INTO journal
    (seq, recorded_at, kind, incident_id, grouping_key, idempotency_key, payload,
     subject, request_digest, hash)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: head
-- Where the chain ends.
SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1;

-- name: read
-- What happened after a record, oldest first.
SELECT seq, recorded_at, kind, incident_id, grouping_key, idempotency_key, payload,
       subject, request_digest, hash
FROM journal WHERE seq > ? ORDER BY seq LIMIT ?;

-- name: history
-- Everything that happened to one incident, up to a record.
SELECT seq, recorded_at, kind, incident_id, grouping_key, idempotency_key, payload,
       subject, request_digest, hash,
       (SELECT hash FROM journal AS before WHERE before.seq = journal.seq - 1)
FROM journal WHERE incident_id = ? AND seq <= ? ORDER BY seq;

-- name: outcome_of
-- What was done under an idempotency key.
SELECT seq, recorded_at, kind, incident_id, grouping_key, idempotency_key, payload,
       subject, request_digest, hash,
       (SELECT hash FROM journal AS before WHERE before.seq = journal.seq - 1)
FROM journal WHERE idempotency_key = ?;

-- name: opened_under
-- The incidents last opened under a grouping key, newest first.
SELECT incident_id FROM journal WHERE grouping_key = ? ORDER BY seq DESC LIMIT ?;

-- name: last_opened
-- The incident opened last; its number is the highest ever given.
SELECT incident_id FROM journal WHERE kind = 'incident_opened' ORDER BY seq DESC LIMIT 1;

-- name: hash_at
-- The hash of one record.
SELECT hash FROM journal WHERE seq = ?;

-- name: marks
-- The records of one kind about what is no incident, of one subject or of all, oldest first.
SELECT seq, recorded_at, kind, incident_id, grouping_key, idempotency_key, payload,
       subject, request_digest, hash,
       (SELECT hash FROM journal AS before WHERE before.seq = journal.seq - 1)
FROM journal WHERE subject IS NOT NULL AND kind = ?1 AND (?2 IS NULL OR subject = ?2)
ORDER BY seq;

-- name: take_over
-- Begin an epoch of one's own.
UPDATE epoch SET number = number + 1 RETURNING number;

-- name: epoch
-- Whose turn it is to write.
SELECT number FROM epoch;

-- name: hashes
-- The chain's hashes after a record, oldest first.
SELECT hash FROM journal WHERE seq > ? ORDER BY seq LIMIT ?;

-- name: status_changes
-- What people decided after a record, oldest first.
SELECT seq, recorded_at, kind, incident_id, grouping_key, idempotency_key, payload,
       subject, request_digest, hash,
       (SELECT hash FROM journal AS before WHERE before.seq = journal.seq - 1)
FROM journal WHERE kind = 'status_changed' AND seq > ? ORDER BY seq LIMIT ?;

-- name: opening_of
-- The record that opened an incident.
SELECT seq, recorded_at, kind, incident_id, grouping_key, idempotency_key, payload,
       subject, request_digest, hash,
       (SELECT hash FROM journal AS before WHERE before.seq = journal.seq - 1)
FROM journal WHERE incident_id = ? AND kind = 'incident_opened' LIMIT 1;

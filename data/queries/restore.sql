-- name: last_until
-- The last record before the first one that was written after a moment.
SELECT coalesce(
    (SELECT nullif(min(seq) - 1, 0) FROM journal WHERE recorded_at > ?1),
    (SELECT max(seq) FROM journal WHERE recorded_at <= ?1)
);

-- name: cut
-- Forget what came after a record.
DELETE FROM journal WHERE seq > ?;

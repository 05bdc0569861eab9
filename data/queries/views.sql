-- The views of the journal in DuckDB. No index and no constraint on what is updated.

-- name: schema
-- One row for an incident: what is filtered and sorted, and the whole record as JSON.
CREATE TABLE incidents (
    number BIGINT,
    happened_at TIMESTAMP,
    created_at TIMESTAMP,
    type VARCHAR,
    severity VARCHAR,
    status VARCHAR,
    cameras VARCHAR[],
    confidence DOUBLE,
    evidence_path VARCHAR,
    text VARCHAR,
    record VARCHAR
);
-- How far the journal is folded, by which version of this schema.
CREATE TABLE progress (version INTEGER, seq BIGINT, hash VARCHAR);

-- name: progress
-- How far the journal is folded.
SELECT version, seq, hash FROM progress;

-- name: forget_progress
-- Make room for the new progress.
DELETE FROM progress;

-- name: note_progress
-- Say how far the journal is folded.
INSERT INTO progress VALUES ($version, $seq, $hash);

-- name: records_of
-- What is known of the incidents that new entries touch.
SELECT number, record FROM incidents WHERE list_contains($numbers::BIGINT[], number);

-- name: remove
-- Take out rows that are replaced or deleted.
DELETE FROM incidents WHERE list_contains($numbers::BIGINT[], number);

-- name: insert
-- Put in the rows of an Arrow table registered as `fresh`.
INSERT INTO incidents BY NAME SELECT * FROM fresh;

-- name: retire
-- Let go of the records of incidents that the archive has from now on.
UPDATE incidents SET record = NULL WHERE number IN (SELECT unnest($numbers::BIGINT[]));

-- name: get
-- One incident; an archived one has no record here.
SELECT record, number, happened_at FROM incidents WHERE number = $number;

-- name: count
-- How many incidents match; a filter that is NULL matches everything.
SELECT count(*) FROM incidents
WHERE ($statuses::VARCHAR[] IS NULL OR list_contains($statuses::VARCHAR[], status))
  AND ($severities::VARCHAR[] IS NULL OR list_contains($severities::VARCHAR[], severity))
  AND ($types::VARCHAR[] IS NULL OR list_contains($types::VARCHAR[], type))
  AND ($from_date::TIMESTAMP IS NULL OR happened_at >= $from_date::TIMESTAMP)
  AND ($to_date::TIMESTAMP IS NULL OR happened_at <= $to_date::TIMESTAMP)
  AND ($camera_id::VARCHAR IS NULL OR list_contains(cameras, $camera_id::VARCHAR))
  AND ($text::VARCHAR IS NULL OR contains(text, $text::VARCHAR));

-- name: page
-- The same incidents from a place in the order on: newest first, the higher number first.
-- The page is found on narrow columns first; only its own records are read.
SELECT record, number, happened_at FROM incidents WHERE rowid IN (
    SELECT rowid FROM incidents
    WHERE ($statuses::VARCHAR[] IS NULL OR list_contains($statuses::VARCHAR[], status))
      AND ($severities::VARCHAR[] IS NULL OR list_contains($severities::VARCHAR[], severity))
      AND ($types::VARCHAR[] IS NULL OR list_contains($types::VARCHAR[], type))
      AND ($from_date::TIMESTAMP IS NULL OR happened_at >= $from_date::TIMESTAMP)
      AND ($to_date::TIMESTAMP IS NULL OR happened_at <= $to_date::TIMESTAMP)
      AND ($camera_id::VARCHAR IS NULL OR list_contains(cameras, $camera_id::VARCHAR))
      AND ($text::VARCHAR IS NULL OR contains(text, $text::VARCHAR))
      AND ($after_time::TIMESTAMP IS NULL
           OR happened_at < $after_time::TIMESTAMP
           OR (happened_at = $after_time::TIMESTAMP AND number < $after_number::BIGINT))
    ORDER BY happened_at DESC, number DESC
    LIMIT $limit OFFSET $offset
)
ORDER BY happened_at DESC, number DESC;

-- name: totals
-- The figures over all incidents; day and week are given as bounds in UTC.
SELECT
    count(*),
    count(*) FILTER (status = 'active'),
    count(*) FILTER (list_contains($open_statuses::VARCHAR[], status)),
    count(*) FILTER (status = 'false_positive'),
    count(*) FILTER (happened_at >= $today::TIMESTAMP AND happened_at < $tomorrow::TIMESTAMP),
    count(*) FILTER (happened_at >= $week::TIMESTAMP AND happened_at < $next_week::TIMESTAMP),
    coalesce(favg(confidence), 0)
FROM incidents;

-- name: by_severity
-- How many incidents of each severity.
SELECT severity, count(*) FROM incidents GROUP BY severity;

-- name: by_type
-- How many incidents of each type.
SELECT type, count(*) FROM incidents GROUP BY type;

-- name: created_before
-- The incidents a cleanup forgets, oldest first.
SELECT number FROM incidents
WHERE created_at < $created_before::TIMESTAMP
  AND NOT ($keep_open::BOOLEAN AND list_contains($open_statuses::VARCHAR[], status))
  AND json_extract_string(record, '$.hold.placed_at') IS NULL
ORDER BY number;

-- name: evidence_of_day
-- The paths of pictures in one day's folder, the small ones included.
SELECT evidence_path FROM incidents WHERE starts_with(evidence_path, $folder)
UNION ALL
SELECT unnest(json_extract_string(record, '$.evidence_strip[*].path')) FROM incidents
WHERE starts_with(evidence_path, $folder);

-- name: evictable
-- The closed incidents without a hold that have pictures, oldest first.
SELECT number FROM incidents
WHERE evidence_path IS NOT NULL
  AND NOT list_contains($open_statuses::VARCHAR[], status)
  AND json_extract_string(record, '$.hold.placed_at') IS NULL
ORDER BY happened_at, number
LIMIT $limit;

-- name: archived_in_folder
-- The archived incidents that have pictures in one day's folder.
SELECT number FROM incidents WHERE record IS NULL AND starts_with(evidence_path, $folder);

-- name: archivable_days
-- The days before a moment on which closed incidents without a hold are not archived yet.
SELECT DISTINCT happened_at::DATE AS day FROM incidents
WHERE record IS NOT NULL
  AND happened_at < $before::TIMESTAMP
  AND NOT list_contains($open_statuses::VARCHAR[], status)
  AND json_extract_string(record, '$.hold.placed_at') IS NULL
ORDER BY day;

-- name: archivable_of_day
-- The closed incidents of a day, but for those under a hold; archived ones without a record.
SELECT number, record FROM incidents
WHERE happened_at::DATE = $day::DATE
  AND NOT list_contains($open_statuses::VARCHAR[], status)
  AND (record IS NULL OR json_extract_string(record, '$.hold.placed_at') IS NULL)
ORDER BY number;

-- name: archived_days
-- How many incidents of each day are in the archive.
SELECT happened_at::DATE AS day, count(*) FROM incidents WHERE record IS NULL
GROUP BY day ORDER BY day;

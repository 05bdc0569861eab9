-- The views of the journal in DuckDB. No index and no constraint on what is updated.

-- name: schema
-- One row for an incident: what is filtered and sorted, and the whole record as JSON.
CREATE TABLE base (
    number BIGINT,
    happened_at TIMESTAMP,
    created_at TIMESTAMP,
    type VARCHAR,
    severity VARCHAR,
    status VARCHAR,
    cameras VARCHAR[],
    confidence DOUBLE,
    evidence_path VARCHAR,
    is_held BOOLEAN,
    text VARCHAR,
    record VARCHAR
);
-- How far the journal is folded.
CREATE TABLE progress (seq BIGINT, hash VARCHAR);
-- Of which version all this is.
CREATE TABLE version (number INTEGER);

-- name: set_version
-- Say of which version the file is.
INSERT INTO version VALUES ($version);

-- name: version
-- Of which version the file is.
SELECT number FROM version;

-- name: memory
-- What is new since the file was written: changed rows, and the rows of `base` they replace.
CREATE OR REPLACE TEMP TABLE fresh AS SELECT * FROM base LIMIT 0;
CREATE OR REPLACE TEMP TABLE stale (number BIGINT);

-- name: incidents_merged
-- All incidents, when nothing is new.
CREATE OR REPLACE TEMP VIEW incidents AS SELECT * FROM base;

-- name: incidents_grown
-- All incidents, when some are new.
CREATE OR REPLACE TEMP VIEW incidents AS SELECT * FROM base UNION ALL SELECT * FROM fresh;

-- name: incidents_masked
-- All incidents, when some of the file have changed.
CREATE OR REPLACE TEMP VIEW incidents AS
    SELECT * FROM base ANTI JOIN stale USING (number) UNION ALL SELECT * FROM fresh;

-- name: progress
-- How far the journal is folded, and the highest number there is.
SELECT seq, hash, (SELECT coalesce(max(number), 0) FROM base) FROM progress;

-- name: forget_progress
-- Make room for the new progress.
DELETE FROM progress;

-- name: note_progress
-- Say how far the journal is folded.
INSERT INTO progress VALUES ($seq, $hash);

-- name: tally
-- How many incidents of each kind lie in the file, with their confidence in millionths.
SELECT type, severity, status, count(*),
       sum(floor(confidence * 1000000 + 0.5)::BIGINT)::BIGINT
FROM base GROUP BY ALL;

-- name: camera_tally
-- The same for every camera that saw them.
SELECT type, severity, status, camera_id, count(*)
FROM (SELECT type, severity, status, unnest(cameras) AS camera_id FROM base) GROUP BY ALL;

-- name: quarters
-- How many incidents happened in each quarter of an hour since 1970.
SELECT floor(epoch_us(happened_at) / 900000000)::BIGINT, count(*) FROM base GROUP BY ALL;

-- name: records_of
-- What is known of the incidents that new entries touch; the bounds spare most of the table.
SELECT number, record FROM incidents
WHERE number BETWEEN $least AND $most
  AND number IN (SELECT unnest($numbers::BIGINT[]));

-- name: remove
-- Take out new rows that are replaced or deleted.
DELETE FROM fresh WHERE number IN (SELECT unnest($numbers::BIGINT[]));

-- name: mask
-- Hide rows of the file that are replaced or deleted.
INSERT INTO stale SELECT unnest($numbers::BIGINT[]);

-- name: retire_known
-- Bring into memory, without their records, the incidents that the archive has from now on.
INSERT INTO fresh BY NAME
SELECT * REPLACE (NULL AS record) FROM base ANTI JOIN stale USING (number)
WHERE number IN (SELECT unnest($numbers::BIGINT[]));

-- name: retire
-- Let go of their records where they are in memory already.
UPDATE fresh SET record = NULL WHERE number IN (SELECT unnest($numbers::BIGINT[]));

-- name: insert
-- Put in the rows of an Arrow table registered as `arrived`.
INSERT INTO fresh BY NAME SELECT * FROM arrived;

-- name: changes
-- Everything new since the file was written, deletions too.
SELECT *, false AS is_gone FROM fresh
UNION ALL BY NAME
SELECT number, true AS is_gone FROM stale ANTI JOIN fresh USING (number)
ORDER BY happened_at, number;

-- name: merge_remove
-- Take out of the file what is replaced or deleted.
DELETE FROM base WHERE number IN (SELECT number FROM stale);

-- name: merge_insert
-- Put what is new into the file, in the order of time, so that its blocks can be skipped.
INSERT INTO base BY NAME SELECT * FROM fresh ORDER BY happened_at, number;

-- name: take_in_remove
-- Take out what a part of the snapshot replaces.
DELETE FROM base WHERE number IN (SELECT number FROM read_parquet($part));

-- name: take_in_insert
-- Put in what it brings; it is in the order of time already.
INSERT INTO base BY NAME
SELECT * EXCLUDE (is_gone) FROM read_parquet($part) WHERE NOT is_gone;

-- name: everything
-- The file as the first part of a snapshot.
SELECT *, false AS is_gone FROM base;

-- name: two_parts
-- Two parts of a snapshot as one: the later says what became of a number.
SELECT * FROM older ANTI JOIN newer USING (number) UNION ALL BY NAME SELECT * FROM newer;

-- name: get
-- One incident; an archived one has no record here.
SELECT record, number, happened_at FROM incidents WHERE number = $number;

-- name: records
-- The records of a page, in its order.
SELECT record, number, happened_at FROM incidents
WHERE number BETWEEN $least AND $most
  AND number IN (SELECT unnest($numbers::BIGINT[]))
ORDER BY happened_at DESC, number DESC;

-- name: page
-- Numbers of the incidents that match, from a place in the order on: newest first, the higher
-- number first; a filter that is NULL matches everything. Narrow columns only, and only the blocks of the time between the two dates.
SELECT number FROM incidents
WHERE happened_at BETWEEN $from_date AND $to_date
  AND ($statuses::VARCHAR[] IS NULL OR list_contains($statuses::VARCHAR[], status))
  AND ($severities::VARCHAR[] IS NULL OR list_contains($severities::VARCHAR[], severity))
  AND ($types::VARCHAR[] IS NULL OR list_contains($types::VARCHAR[], type))
  AND ($camera_id::VARCHAR IS NULL OR list_contains(cameras, $camera_id::VARCHAR))
  AND ($text::VARCHAR IS NULL OR contains(text, $text::VARCHAR))
  AND ($after_time::TIMESTAMP IS NULL
       OR happened_at < $after_time::TIMESTAMP
       OR (happened_at = $after_time::TIMESTAMP AND number < $after_number::BIGINT))
ORDER BY happened_at DESC, number DESC
LIMIT $limit OFFSET $offset;

-- name: search
-- The same page with the count of all that match, for filters whose matches are not counted
-- already; one look at the table for both.
WITH hits AS MATERIALIZED (
    SELECT number, happened_at FROM incidents
    WHERE happened_at BETWEEN $from_date AND $to_date
      AND ($statuses::VARCHAR[] IS NULL OR list_contains($statuses::VARCHAR[], status))
      AND ($severities::VARCHAR[] IS NULL OR list_contains($severities::VARCHAR[], severity))
      AND ($types::VARCHAR[] IS NULL OR list_contains($types::VARCHAR[], type))
      AND ($camera_id::VARCHAR IS NULL OR list_contains(cameras, $camera_id::VARCHAR))
      AND ($text::VARCHAR IS NULL OR contains(text, $text::VARCHAR))
), place AS (
    SELECT number, happened_at FROM hits
    WHERE $after_time::TIMESTAMP IS NULL
       OR happened_at < $after_time::TIMESTAMP
       OR (happened_at = $after_time::TIMESTAMP AND number < $after_number::BIGINT)
    ORDER BY happened_at DESC, number DESC
    LIMIT $limit OFFSET $offset
)
SELECT total, number
FROM (SELECT count(*) AS total FROM hits) LEFT JOIN place ON true
ORDER BY happened_at DESC, number DESC;

-- name: created_before
-- The incidents a cleanup forgets, oldest first.
SELECT number FROM incidents
WHERE created_at < $created_before::TIMESTAMP
  AND NOT ($keep_open::BOOLEAN AND list_contains($open_statuses::VARCHAR[], status))
  AND NOT is_held
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
  AND NOT is_held
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
  AND NOT is_held
ORDER BY day;

-- name: archivable_of_day
-- The closed incidents of a day, but for those under a hold; archived ones without a record.
SELECT number, record FROM incidents
WHERE happened_at >= $day::DATE AND happened_at < $day::DATE + INTERVAL 1 DAY
  AND NOT list_contains($open_statuses::VARCHAR[], status)
  AND NOT is_held
ORDER BY number;

-- name: archived_days
-- How many incidents of each day are in the archive.
SELECT happened_at::DATE AS day, count(*) FROM incidents WHERE record IS NULL
GROUP BY day ORDER BY day;

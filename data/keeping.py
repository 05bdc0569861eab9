"""How long, where and how much is kept."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Keeping:
    """Ages in days, None: for ever.

    archive_uri: a folder, or any URI that pyarrow knows (`file:`, `s3:`, `gs:`, `hdfs:`);
    None: the folder `archive` beside the journal. archive_after_days: so old an incident's
    day is when it leaves the hot view for the archive. evidence_quota_bytes: when the
    pictures take more, those of the oldest closed incidents go.
    """

    archive_uri: str | None = None
    archive_after_days: int | None = 7
    incident_days: int | None = None
    evidence_days: int | None = None
    observation_days: int | None = 30
    evidence_quota_bytes: int | None = None

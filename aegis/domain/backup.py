"""What a backup consists of, and what restoring it gave."""

from aegis.domain.value import UtcDatetime, Value


class BackedUpFile(Value):
    """One file of a backup; sha256: of its bytes."""

    sha256: str
    size_bytes: int


class BackupManifest(Value):
    """Everything in a backup; written last, so that a backup without it is none.

    records: of the journal; head_hash: of the last one. missing: pictures that the journal
    speaks of and that were not there to be copied.
    """

    version: int = 1
    made_at: UtcDatetime
    records: int
    head_hash: str
    files: dict[str, BackedUpFile]
    missing: tuple[str, ...] = ()


class RestoreReport(Value):
    """What was restored. replaced: pictures that later ones had taken the place of.

    last_record_at: when the journal's last record was written; None when it has none.
    """

    records: int
    pictures: int
    observation_files: int
    replaced: int = 0
    last_record_at: UtcDatetime | None = None

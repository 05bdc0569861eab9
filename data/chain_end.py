"""The end of the journal's chain, and whose turn it is to go on from there."""

from collections.abc import Iterable, Sequence

from aegis.errors import AegisError, StorageDamaged, StoreFenced
from data.entry import GENESIS, Entry, Row
from data.journal_head import Head, JournalHead
from data.mark import MarkEntry
from data.sql import load_queries
from data.sqlite_file import SqliteFile

_QUERIES = load_queries("journal")
Entries = Sequence[Entry | MarkEntry]


class ChainEnd:
    """Appends to the chain, for one thread.

    Whoever leads has an epoch of its own, one higher than all before; it is compared within
    every commit, so the first commit after another store took over fails, and every one
    after it. Raises StorageDamaged when the journal is shorter than it was.
    """

    def __init__(self, file: SqliteFile) -> None:
        self._file = file
        self._witness = JournalHead(file.path)
        self._epoch: int | None = None
        self._seq, self._hash = 0, GENESIS
        self._is_known = False
        self._check_witness()
        self.find()

    @property
    def seq(self) -> int:
        """The number of the last record, 0 when there is none."""
        return self._seq

    def lead(self) -> int:
        """Take over from whoever wrote before; the epoch that begins."""
        with self._file.transaction() as connection:
            (epoch,) = connection.execute(_QUERIES["take_over"]).fetchone() or (0,)
        self._epoch = int(epoch)
        self.find()
        return self._epoch

    def append(self, entries: Entries) -> None:
        """Seal the entries in one transaction: all are on disk, or none is.

        An error of SQLite is not "did not happen": a commit may be durable although it
        raised. So the end of the chain is looked up, and says which it was. Raises
        StoreFenced when another leads.
        """
        if self._epoch is None:
            self.lead()
        if not self._is_known:
            self.find()
        rows = self._seal(entries)
        self._is_known = False
        try:
            self._insert(rows)
        except StoreFenced:
            raise
        except AegisError:
            self.find()
            if self._hash != rows[-1].hash:
                raise
        self._seq, self._hash = rows[-1].seq, rows[-1].hash
        self._is_known = True
        self._witness.write(Head(self._seq, self._hash))

    def probe(self) -> None:
        """Write something that changes nothing; raises as `append` does."""
        with self._file.transaction() as connection:
            self._check_epoch(connection.execute(_QUERIES["epoch"]).fetchall()[0][0])
            # An UPDATE to the value that is there would write nothing: SQLite leaves it out.
            connection.pragma("user_version", connection.pragma("user_version"))
        self.find()

    def find(self) -> None:
        """Look up where the chain ends."""
        self._is_known = False
        rows = self._file.ask(_QUERIES["head"])
        self._seq, self._hash = rows[0] if rows else (0, GENESIS)
        self._is_known = True

    def close(self) -> None:
        """Let go of the witness."""
        self._witness.close()

    def _insert(self, rows: Iterable[Row]) -> None:
        with self._file.transaction() as connection:
            self._check_epoch(connection.execute(_QUERIES["epoch"]).fetchall()[0][0])
            connection.executemany(_QUERIES["append"], (row.values for row in rows))

    def _check_epoch(self, epoch: object) -> None:
        if self._epoch not in (None, epoch):
            raise StoreFenced(
                f"Another store has taken over {self._file.path.name} (epoch {epoch}, this one "
                f"had {self._epoch}): this one writes no more"
            )

    def _check_witness(self) -> None:
        """The witness is read first: by then the journal is there and only grows."""
        seen = self._witness.read()
        if seen is None or not seen.seq:
            return
        rows = self._file.ask(_QUERIES["hash_at"], (seen.seq,))
        if rows != [(seen.hash,)]:
            self.find()
            raise StorageDamaged(
                f"{self._file.path.name} ends at record {self._seq}, but record {seen.seq} was "
                "committed: its -wal file is damaged or gone, or it is an older copy. Put a "
                f"backup in its place, or remove {self._witness.name} to go on without the rest"
            )

    def _seal(self, entries: Iterable[Entry | MarkEntry]) -> list[Row]:
        seq, previous, rows = self._seq, self._hash, list[Row]()
        for entry in entries:
            seq += 1
            rows.append(Row.seal(entry, seq, previous))
            previous = rows[-1].hash
        return rows

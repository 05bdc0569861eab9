"""What shows to an outsider that an incident is as it was recorded: a ZIP that verifies offline."""

import io
import json
import threading
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from aegis.domain.incident import Incident
from aegis.domain.proof import ProofHead
from aegis.errors import IncidentNotFound, ServiceUnavailable, ValidationFailed
from data.entry import Row
from data.fold import fold_all
from data.journal import Journal
from data.merkle import MerkleLog

FORMAT = "aegis-evidence/1"
_CHUNK = 50_000
_README = """Evidence of one incident, issued by Aegis.

  incident.json   the incident as it stood when this file was issued
  pictures/       the JPEGs that belong to it
  proof.json      the journal's records of the incident, and where they lie in the journal

`aegis verify FILE` checks it without a network. It shows that
  - every record is unchanged (SHA-256 over its fields and the hash of the record before it),
  - they are in order and none of the incident's records in between was left out,
  - each lies at its place in a journal with the Merkle root given in proof.json (RFC 6962),
  - the incident, its decisions, policy version, operator steps and action receipts are what
    the records make, and the pictures have the hashes that the records name.

What it does not show: that nothing happened to the incident after the last record given; and,
by itself, that whoever keeps the journal did not write the whole
journal anew before issuing this file. That takes the root, or a later one, written down
elsewhere in time: a newspaper, a notary, another company. `GET /api/proof/head` gives the root
to write down; `aegis verify FILE --root ROOT` then checks against it. With `?tree_size=N` this
file is issued for the journal as it was with N records.
"""


class ProofOffice:
    """Issues proofs; holds 64 bytes a record from the first one on. Any thread.

    picture: the JPEG at an evidence path; clock: UTC now.
    """

    def __init__(
        self, journal: Journal, picture: Callable[[str], bytes], clock: Callable[[], datetime]
    ) -> None:
        self._journal = journal
        self._picture = picture
        self._clock = clock
        self._log = MerkleLog()
        self._one_at_a_time = threading.Lock()

    def head(self, tree_size: int | None = None) -> ProofHead:
        """The root of the journal, now or when it had so many records.

        Raises ValidationFailed when it never had.
        """
        with self._one_at_a_time:
            size = self._grow(tree_size)
            return ProofHead(
                tree_size=size,
                root=self._log.root(size),
                head_hash=self._journal.hash_at(size) or "",
                timestamp=self._clock(),
            )

    def issue(self, incident_id: str, tree_size: int | None = None) -> bytes:
        """The ZIP; raises IncidentNotFound, ValidationFailed, ServiceUnavailable."""
        head = self.head(tree_size)
        rows = self._journal.history(incident_id, head.tree_size)
        incident = fold_all(row.entry for row in rows)
        if incident is None:
            raise IncidentNotFound(f"There is no incident {incident_id}")
        proof = {
            "format": FORMAT,
            "incident_id": incident_id,
            "head": head.model_dump(mode="json"),
            "head_inclusion": self._inclusion(head.tree_size, head.tree_size),
            "records": [self._prove(row, head.tree_size) for row in rows],
        }
        return self._pack(incident, proof)

    def _grow(self, tree_size: int | None) -> int:
        last = self._journal.head_seq
        if tree_size is not None and not 1 <= tree_size <= last:
            told = {"field": "tree_size", "expected_format": f"1 to {last}"}
            raise ValidationFailed(f"The journal has {last} records, not {tree_size}", told)
        while self._log.size < last:
            hashes = self._journal.hashes(self._log.size, min(_CHUNK, last - self._log.size))
            if not hashes:
                raise ServiceUnavailable("The journal is damaged: restore a backup")
            self._log.extend(hashes)
        return tree_size or last

    def _prove(self, row: Row, tree_size: int) -> dict[str, Any]:
        previous = self._journal.hash_at(row.seq - 1)
        if previous is None or row.hash != row.hash_after(previous):
            raise ServiceUnavailable(
                f"The journal is damaged at record {row.seq}: restore a backup"
            )
        return asdict(row) | {
            "previous_hash": previous,
            "inclusion": self._inclusion(row.seq, tree_size),
        }

    def _inclusion(self, seq: int, tree_size: int) -> list[str]:
        with self._one_at_a_time:
            return self._log.inclusion(seq - 1, tree_size)

    def _pack(self, incident: Incident, proof: dict[str, Any]) -> bytes:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("README.txt", _README)
            archive.writestr("proof.json", json.dumps(proof, indent=1))
            archive.writestr("incident.json", incident.model_dump_json(indent=1))
            for path in sorted(incident.pictures):
                archive.writestr(file_of(path), self._picture(path), zipfile.ZIP_STORED)
        return buffer.getvalue()


def file_of(evidence_path: str) -> str:
    """The name in the ZIP of the picture at a path."""
    return f"pictures/{evidence_path.rsplit('/', 1)[-1]}"


def rows_of(records: Sequence[dict[str, Any]]) -> list[Row]:
    """The journal's rows in a proof; raises KeyError or TypeError for anything else."""
    names = Row.__dataclass_fields__
    return [Row(**{name: record[name] for name in names}) for record in records]

"""Checks an evidence ZIP offline; trusts nothing in it."""

import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from pydantic import ValidationError

from aegis.domain.incident import Incident
from aegis.domain.proof import ProofCheck, ProofHead, ProofVerdict
from data.entry import Row
from data.fold import fold_all
from data.merkle import leads_to_root
from data.proof import FORMAT, file_of, rows_of

_MOST_FILES = 100
_MOST_BYTES = 200 * 2**20
# Everything that a file made by somebody else may make json, zlib and pydantic raise.
_DAMAGED = (
    ArithmeticError,
    KeyError,
    LookupError,
    NotImplementedError,
    OSError,
    RecursionError,
    RuntimeError,
    TypeError,
    ValidationError,
    ValueError,
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
)


def verify_evidence(content: bytes, root: str | None = None) -> ProofVerdict:
    """The verdict on an evidence ZIP; never raises for what is in it.

    root: one that was written down elsewhere, for the same number of records.
    """
    try:
        files = _unpack(content)
        proof = json.loads(files["proof.json"])
        return _check(proof, files, root)
    except _DAMAGED as error:
        reason = f"{type(error).__name__}: {error}"[:300]
        failed = ProofCheck(name="file", holds=False, detail=f"It cannot be read ({reason})")
        return ProofVerdict(incident_id="", checks=(failed,))


def _unpack(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = archive.infolist()
        names = [member.filename for member in members]
        if len(members) > _MOST_FILES or len(set(names)) < len(names):
            raise ValueError("it has too many files, or one twice")
        if sum(member.file_size for member in members) > _MOST_BYTES:
            raise ValueError("it is too large")
        return {name: archive.read(name) for name in names}


def _check(proof: dict[str, Any], files: dict[str, bytes], root: str | None) -> ProofVerdict:
    if proof["format"] != FORMAT:
        raise ValueError(f"its format is not {FORMAT}")
    head = ProofHead.model_validate(proof["head"])
    records = list[dict[str, Any]](proof["records"])
    rows = rows_of(records)
    incident_id = str(proof["incident_id"])
    folded = _fold(rows)
    checks = [
        _check_records(rows, records),
        _check_order(rows, records, incident_id),
        _check_place(rows, records, head, proof["head_inclusion"]),
        _check_incident(folded, files),
        _check_pictures(folded, files),
    ]
    if root is not None:
        is_same = root.strip().lower() == head.root
        detail = "The root is the one given" if is_same else f"The file's root is {head.root}"
        checks.append(ProofCheck(name="anchor", holds=is_same, detail=detail))
    return ProofVerdict(incident_id=incident_id, head=head, checks=tuple(checks))


def _fold(rows: Sequence[Row]) -> Incident | None:
    try:
        return fold_all(row.entry for row in rows)
    except (ValidationError, LookupError, ValueError):
        return None


def _verdict(name: str, problems: Iterator[str], good: str) -> ProofCheck:
    problem = next(problems, None)
    return ProofCheck(name=name, holds=problem is None, detail=problem or good)


def _check_records(rows: Sequence[Row], records: Sequence[dict[str, Any]]) -> ProofCheck:
    def problems() -> Iterator[str]:
        if not rows:
            yield "There are no records"
        for row, record in zip(rows, records, strict=True):
            if row.hash != row.hash_after(str(record["previous_hash"])):
                yield f"Record {row.seq} ({row.kind}) does not match its hash"

    return _verdict("records", problems(), f"{len(rows)} records match their hashes")


def _check_order(
    rows: Sequence[Row], records: Sequence[dict[str, Any]], incident_id: str
) -> ProofCheck:
    """A record names the one before it in the journal, and its number within the incident."""

    def problems() -> Iterator[str]:
        for row in rows:
            if row.incident_id != incident_id or row.is_mark:
                yield f"Record {row.seq} belongs to another incident"
        for number, row in enumerate(rows, 1):
            revision = json.loads(row.payload).get("revision", 0)
            if revision not in {0, number}:
                yield f"Record {row.seq} is the incident's number {revision}, not {number}"
        for (row, _), (later, record) in pairwise(zip(rows, records, strict=True)):
            if later.seq <= row.seq or later.recorded_at < row.recorded_at:
                yield f"Record {later.seq} does not come after record {row.seq}"
            if later.seq == row.seq + 1 and record["previous_hash"] != row.hash:
                yield f"Record {later.seq} does not follow record {row.seq}"

    return _verdict("order", problems(), "In order, none between them left out")


def _check_place(
    rows: Sequence[Row],
    records: Sequence[dict[str, Any]],
    head: ProofHead,
    head_inclusion: Sequence[str],
) -> ProofCheck:
    def problems() -> Iterator[str]:
        size, root = head.tree_size, head.root
        for row, record in zip(rows, records, strict=True):
            if not leads_to_root(row.hash, row.seq - 1, size, record["inclusion"], root):
                yield f"Record {row.seq} does not lie in the journal with root {root}"
        if not leads_to_root(head.head_hash, size - 1, size, head_inclusion, root):
            yield "The head is not the last record of that journal"

    good = f"All lie at their places in a journal of {head.tree_size} records"
    return _verdict("journal", problems(), good)


def _check_incident(folded: Incident | None, files: dict[str, bytes]) -> ProofCheck:
    def problems() -> Iterator[str]:
        if folded is None:
            yield "The records make no incident"
        elif Incident.model_validate_json(files["incident.json"]) != folded:
            yield "incident.json is not what the records make"

    good = "Decisions, policy, operator steps and receipts are those of the records"
    return _verdict("incident", problems(), good)


def _check_pictures(folded: Incident | None, files: dict[str, bytes]) -> ProofCheck:
    shown = folded.pictures if folded else {}

    def problems() -> Iterator[str]:
        wanted = {file_of(path): sha256 for path, sha256 in shown.items()}
        given = {name for name in files if name.startswith("pictures/")}
        for name in sorted(wanted.keys() - given):
            yield f"{name} is missing"
        for name in sorted(files.keys() - wanted.keys() - _OWN):
            yield f"{name} is not of this incident"
        for name, sha256 in wanted.items():
            if hashlib.sha256(files[name]).hexdigest() != sha256:
                yield f"{name} is not the picture that was recorded"

    return _verdict("pictures", problems(), f"{len(shown)} pictures are those recorded")


_OWN = frozenset({"README.txt", "proof.json", "incident.json"})

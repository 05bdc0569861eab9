"""A disk as a power cut may leave it, made from a recording of what a process did to it."""

import random
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

_SECTOR = 512


@dataclass(frozen=True, slots=True)
class Operation:
    """One record of recorder.c.

    kind: Created, Truncated, Written, Synced, Renamed, Unlinked, or Made a folder. offset: of
    a write; the length after a truncation; what a sync had seen when it began.
    """

    kind: str
    seq: int
    inode: int
    offset: int
    name: str
    data: bytes

    @classmethod
    def read_all(cls, log: Path) -> "list[Operation]":
        """Every whole record, in order."""
        return list(_records(log.read_bytes()))


def _records(raw: bytes) -> Iterator[Operation]:
    at = 0
    while (end := raw.find(b"\n", at)) >= 0:
        kind, seq, inode, offset, length, name = raw[at:end].decode().split(" ", 5)
        begin, at = end + 1, end + 1 + int(length)
        if at > len(raw):
            return
        yield Operation(kind, int(seq), int(inode), int(offset), name, raw[begin:at])


@dataclass
class _File:
    """What was done to one file, and up to which operation that is on the platter."""

    changes: list[Operation] = field(default_factory=list)
    synced: int = 0

    def content(self, dice: random.Random | None, kept: float) -> bytes:
        """What it holds; unsynced changes are kept, dropped or torn, as the dice have it."""
        content = bytearray()
        for change in self.changes:
            if dice is None or change.seq <= self.synced or dice.random() < kept:
                _apply(content, change, change.data)
            elif change.kind == "W" and dice.random() < 0.5:
                sectors = dice.randrange(len(change.data) // _SECTOR + 1)
                _apply(content, change, change.data[: sectors * _SECTOR])
        return bytes(content)


def _apply(content: bytearray, change: Operation, data: bytes) -> None:
    end = change.offset + len(data)
    if change.kind == "T":
        del content[change.offset :]
        end = change.offset
    content.extend(bytes(max(0, end - len(content))))
    content[change.offset : change.offset + len(data)] = data


class RecordedDisk:
    """The recording, to be cut anywhere.

    What was synced before the cut is there. Of the rest any write may be there, missing or
    torn at a sector, whatever came later. Names (creations, renames, removals) are kept in
    the order in which they were given, as file systems with a journal do: up to the last
    sync of a folder, and perhaps some further. One without such a journal is worse: a new
    folder whose parent was not synced since may be gone, with all that is in it.
    """

    def __init__(self, operations: list[Operation]) -> None:
        self._operations = operations

    def acknowledged(self, name: str, cut: int) -> str:
        """What a file held, synced or not, when the power went."""
        files, _, _ = self._replay(cut)
        names = self._names(cut, cut)
        return files[names[name]].content(None, 1).decode("ascii") if name in names else ""

    def cuts_after(self, name: str) -> list[int]:
        """Places right after each write to a file."""
        inode = next(it.inode for it in self._operations if it.kind == "C" and it.name == name)
        return [
            place + 1
            for place, it in enumerate(self._operations)
            if it.kind == "W" and it.inode == inode
        ]

    def lay_out(self, cut: int, folder: Path, dice: random.Random) -> None:
        """Write what the power cut left into a folder."""
        files, named, synced_names = self._replay(cut)
        further = dice.choice((0, dice.randrange(named - synced_names + 1), named - synced_names))
        names = self._names(cut, synced_names + further)
        for gone in self._unsynced_folders(cut):
            if dice.random() < 0.5:
                names = {it: at for it, at in names.items() if not f"{it}/".startswith(f"{gone}/")}
        kept = dice.choice((0.0, 0.3, 0.9))
        for name, file in names.items():
            path = folder / name.lstrip("/")
            if file < 0:
                path.mkdir(parents=True, exist_ok=True)
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(files[file].content(dice, kept))

    def _replay(self, cut: int) -> tuple[dict[int, _File], int, int]:
        """Files by the operation that made them; names given, and how many are synced."""
        files, by_inode = dict[int, _File](), dict[int, int]()
        named = synced_names = 0
        seqs: list[int] = []
        for it in self._operations[:cut]:
            if it.kind in "CRUM":
                named += 1
                seqs.append(it.seq)
            if it.kind == "C":
                by_inode[it.inode] = it.seq
                files[it.seq] = _File()
            elif it.kind in "WT" and it.inode in by_inode:
                files[by_inode[it.inode]].changes.append(it)
            elif it.kind == "S":
                if it.inode in by_inode:
                    file = files[by_inode[it.inode]]
                    file.synced = max(file.synced, it.offset)
                else:
                    synced_names = max(synced_names, bisect_right(seqs, it.offset))
        return files, named, synced_names

    def _unsynced_folders(self, cut: int) -> list[str]:
        """Folders that their parents may have forgotten, in the order in which they were made."""
        made = dict[str, int]()
        for it in self._operations[:cut]:
            if it.kind == "M":
                made[it.name] = it.seq
            elif it.kind == "S":
                made = {
                    name: seq
                    for name, seq in made.items()
                    if name.rpartition("/")[0] != it.name or seq > it.offset
                }
        return list(made)

    def _names(self, cut: int, most: int) -> dict[str, int]:
        """The files by name after the first so many naming operations; folders are -1."""
        names: dict[str, int] = {}
        for it in self._operations[:cut]:
            if it.kind not in "CRUM":
                continue
            if most <= 0:
                break
            most -= 1
            if it.kind == "C":
                names[it.name] = it.seq
            elif it.kind == "M":
                names[it.name] = -1
            elif it.kind == "U":
                names.pop(it.name, None)
            elif it.name in names:
                names[it.data.decode()] = names.pop(it.name)
        return names

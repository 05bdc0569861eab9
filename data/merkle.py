"""A Merkle tree over the journal's hashes, as RFC 6962 defines it.

A chain shows that records follow each other only to who has them all; a tree shows with some
twenty hashes that one record is among a million, and tells nothing about the others.
"""

import hashlib
from collections.abc import Iterable, Sequence

_LEAF, _NODE = b"\x00", b"\x01"
_WIDTH = 32


class MerkleLog:
    """Grows leaf by leaf and answers for every size it ever had; 64 bytes a leaf."""

    def __init__(self) -> None:
        self._levels: list[bytearray] = [bytearray()]

    @property
    def size(self) -> int:
        """How many leaves there are."""
        return len(self._levels[0]) // _WIDTH

    def extend(self, leaves: Iterable[str]) -> None:
        """Add leaves; each the text of a record's hash."""
        for leaf in leaves:
            self._levels[0] += hash_leaf(leaf)
            self._close_subtrees()

    def root(self, size: int) -> str:
        """The root, hexadecimal, when the tree had so many leaves."""
        return self._subtree(0, size).hex() if size else hashlib.sha256().hexdigest()

    def inclusion(self, index: int, size: int) -> list[str]:
        """The hashes that lead from leaf `index`, from 0, to the root of that size."""
        path: list[str] = []
        low, high = 0, size
        while high - low > 1:
            middle = low + _split(high - low)
            if index < middle:
                path.insert(0, self._subtree(middle, high).hex())
                high = middle
            else:
                path.insert(0, self._subtree(low, middle).hex())
                low = middle
        return path

    def _close_subtrees(self) -> None:
        level, count = 0, self.size
        while count % 2 == 0:
            nodes = self._levels[level]
            if level + 1 == len(self._levels):
                self._levels.append(bytearray())
            self._levels[level + 1] += _join(nodes[-2 * _WIDTH : -_WIDTH], nodes[-_WIDTH:])
            level, count = level + 1, count // 2

    def _subtree(self, low: int, high: int) -> bytes:
        size = high - low
        level = size.bit_length() - 1
        if size == 1 << level and low % size == 0:
            at = (low >> level) * _WIDTH
            return bytes(self._levels[level][at : at + _WIDTH])
        middle = low + _split(size)
        return _join(self._subtree(low, middle), self._subtree(middle, high))


def hash_leaf(leaf: str) -> bytes:
    """What stands for a record in the tree."""
    return hashlib.sha256(_LEAF + leaf.encode("ascii")).digest()


def leads_to_root(leaf: str, index: int, size: int, path: Sequence[str], root: str) -> bool:
    """Whether the leaf is number `index` of the `size` leaves below this root."""
    if not 0 <= index < size:
        return False
    node, last = hash_leaf(leaf), size - 1
    for step in map(bytes.fromhex, path):
        if last == 0:
            return False
        if index % 2 or index == last:
            node = _join(step, node)
            while index % 2 == 0 and index:
                index, last = index // 2, last // 2
        else:
            node = _join(node, step)
        index, last = index // 2, last // 2
    return last == 0 and node.hex() == root


def _join(left: bytes | bytearray, right: bytes | bytearray) -> bytes:
    return hashlib.sha256(_NODE + left + right).digest()


def _split(size: int) -> int:
    """The largest power of two below a size."""
    return 1 << ((size - 1).bit_length() - 1)

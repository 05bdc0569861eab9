"""The tree over the journal's hashes."""

import hashlib

import pytest

from data.merkle import MerkleLog, leads_to_root

LEAVES = [hashlib.sha256(str(number).encode()).hexdigest() for number in range(70)]


def tree_head(leaves: list[bytes]) -> bytes:
    """The definition of RFC 6962, section 2.1, word by word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    joined = b"\x01" + tree_head(leaves[:k]) + tree_head(leaves[k:])
    return hashlib.sha256(joined).digest()


@pytest.fixture(scope="module")
def log() -> MerkleLog:
    log = MerkleLog()
    log.extend(LEAVES[:13])
    log.extend(LEAVES[13:])
    return log


@pytest.mark.parametrize("size", range(71))
def test_the_root_of_every_size_is_the_one_of_the_rfc(log: MerkleLog, size: int) -> None:
    assert log.root(size) == tree_head([leaf.encode() for leaf in LEAVES[:size]]).hex()


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 9, 64, 65, 70])
def test_every_leaf_leads_to_the_root_and_no_other_leaf_or_place_does(
    log: MerkleLog, size: int
) -> None:
    root = log.root(size)
    for index in range(size):
        path = log.inclusion(index, size)
        assert leads_to_root(LEAVES[index], index, size, path, root)
        assert not leads_to_root(LEAVES[(index + 1) % 70], index, size, path, root)
        assert not leads_to_root(LEAVES[index], index + 1, size, path, root)
        assert not leads_to_root(LEAVES[index], index, size, [*path, root], root)
        if path:
            assert not leads_to_root(LEAVES[index], index, size, path[:-1], root)

"""What can be written down elsewhere, and what a check of evidence found."""

from aegis.domain.value import UtcDatetime, Value


class ProofHead(Value):
    """The journal in one hash: whoever knows it can tell later whether history was rewritten.

    tree_size: number of records; root: Merkle root (RFC 6962) over their hashes; head_hash:
    of the last of them. Both in hexadecimal.
    """

    tree_size: int
    root: str
    head_hash: str
    timestamp: UtcDatetime


class ProofCheck(Value):
    """One thing that was checked: what, whether it holds, and in detail."""

    name: str
    holds: bool
    detail: str = ""


class ProofVerdict(Value):
    """Everything that was checked of one evidence file."""

    incident_id: str
    head: ProofHead | None = None
    checks: tuple[ProofCheck, ...] = ()

    @property
    def is_intact(self) -> bool:
        """Whether all of it holds."""
        return bool(self.checks) and all(check.holds for check in self.checks)

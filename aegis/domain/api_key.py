"""What a key of the API is and what it may do."""

from enum import StrEnum


class KeyScope(StrEnum):
    """What a key allows; no scope contains another."""

    READ = "read"
    """See incidents, evidence, figures and the stream."""
    ANALYZE = "analyze"
    """Send frames."""
    OPERATE = "operate"
    """Decide about incidents: status, notes, feedback."""
    ACTUATE = "actuate"
    """Carry out actions: alarms, doors, alerts."""
    ADMIN = "admin"
    """Delete, change rules, administrate."""


ALL_SCOPES = frozenset(KeyScope)

"""Named moments in the store's work at which a test ends the process with SIGKILL.

The seam is the store's own methods: a child process wraps one of them before it opens the
store. The code that ships knows nothing of it and pays nothing for it.
"""

import os
import signal
from collections.abc import Callable
from typing import Any

from data.chain_end import ChainEnd
from data.evidence import EvidenceFolder
from data.journal_head import JournalHead
from data.view_snapshot import SnapshotFolder
from data.view_tables import ViewTables

FAIL_POINTS: dict[str, tuple[type, str, bool]] = {
    "before a picture is staged": (EvidenceFolder, "_stage_one", False),
    "after a picture is staged": (EvidenceFolder, "_stage_one", True),
    "after all pictures are staged": (EvidenceFolder, "stage", True),
    "before the commit": (ChainEnd, "_insert", False),
    "within the transaction": (ChainEnd, "_check_epoch", True),
    "after the commit": (ChainEnd, "_insert", True),
    "before the witness": (JournalHead, "write", False),
    "before a picture is shown": (EvidenceFolder, "publish", False),
    "after a picture is shown": (EvidenceFolder, "publish", True),
    "before pictures are deleted": (EvidenceFolder, "delete", False),
    "after a part of the snapshot is written": (SnapshotFolder, "_write", True),
    "before a snapshot is published": (SnapshotFolder, "_publish", False),
    "before a merge into the views": (ViewTables, "merge", False),
    "within a merge into the views": (ViewTables, "_set_progress", True),
    "after a merge into the views": (ViewTables, "merge", True),
}
"""By name: the class, its method, and whether after it rather than before."""


def arm(name: str, after_times: int) -> None:
    """Have this process killed when it reaches the point for the so many-th time."""
    owner, method, is_after = FAIL_POINTS[name]
    original: Callable[..., Any] = getattr(owner, method)
    reached = 0

    def wrapped(*arguments: Any, **named: Any) -> Any:
        nonlocal reached
        reached += 1
        is_due = reached >= after_times
        if is_due and not is_after:
            os.kill(os.getpid(), signal.SIGKILL)
        answer = original(*arguments, **named)
        if is_due:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    setattr(owner, method, wrapped)

"""The versions of the policies, on the side of the store."""

import asyncio
import threading
from concurrent.futures import Executor

import structlog

from actors.policy_files import PolicyFiles, next_draft
from aegis.domain.policy import KeptPolicy, PolicyDraft, PolicyHistory, PolicyState
from aegis.errors import ConfigurationError, NotFound
from data.group_commit import GroupCommit
from data.journal import Journal
from data.policy_ledger import AcceptPolicy, PolicyLedger, describe_policy
from data.verdict_book import VerdictBook
from policies.policy_set import digest_of

_SEED_S = 30.0
_log = structlog.get_logger(__name__)


class PolicyRegistry:
    """Keeps what is in force, durable before it answers, and tells whoever asks.

    It takes texts as they come: who writes them has checked them.
    """

    def __init__(self, journal: Journal, commits: GroupCommit, readers: Executor) -> None:
        self._commits = commits
        self._readers = readers
        self._ledger = PolicyLedger(journal)
        self._verdicts = VerdictBook(journal)
        self._one_at_a_time = threading.Lock()

    async def state(self, known: str | None = None) -> PolicyState | None:
        """What judges now; None when that is what the caller knows, or nothing is kept yet."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._readers, self._state, known)

    async def accept(self, draft: PolicyDraft) -> KeptPolicy | None:
        """The draft as a version; None when it does not follow the newest one."""
        loop = asyncio.get_running_loop()
        command = await loop.run_in_executor(self._readers, self._command, draft)
        if isinstance(command, KeptPolicy):
            return command
        kept = await asyncio.wrap_future(self._commits.submit(command))
        return None if kept is None else await self.version(kept.number)

    async def versions(self) -> PolicyHistory:
        """Every version, the newest first."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._history)

    async def version(self, number: int) -> KeptPolicy:
        """One version with its texts; raises NotFound."""
        loop = asyncio.get_running_loop()
        kept = await loop.run_in_executor(self._readers, self._ledger.get, number)
        if kept is None:
            raise NotFound(f"There is no policy version {number}")
        return kept

    def seed(self, files: PolicyFiles) -> None:
        """Let files that changed on the disk since the last start win; before anybody asks.

        Files that are wrong change nothing: what was accepted last stays in force, aloud.
        """
        with self._one_at_a_time:
            newest = self._ledger.newest
        before = describe_policy(newest.mark, newest.recorded_at) if newest else None
        try:
            draft = next_draft(files, before, newest.mark.file_digests if newest else {})
        except ConfigurationError as error:
            _log.error("policy_files_refused", problem=error.message)
            return
        if draft is None:
            return
        command = self._command(draft)
        if isinstance(command, AcceptPolicy):
            self._commits.submit(command).result(_SEED_S)
            _log.info("policy_from_files", number=draft.follows + 1, version=draft.policy_version)

    def _state(self, known: str | None) -> PolicyState | None:
        with self._one_at_a_time:
            newest, verdicts = self._ledger.newest, self._verdicts.verdicts()
            mark = f"{newest.mark.number if newest else 0}.{self._verdicts.seq}"
        if newest is None or mark == known:
            return None
        return PolicyState(
            mark=mark,
            policy=describe_policy(newest.mark, newest.recorded_at),
            file_digests=newest.mark.file_digests,
            verdicts=verdicts,
        )

    def _history(self) -> PolicyHistory:
        with self._one_at_a_time:
            return PolicyHistory(versions=self._ledger.versions())

    def _command(self, draft: PolicyDraft) -> AcceptPolicy | KeptPolicy:
        """How to keep the draft; or the version that the same request made before."""
        with self._one_at_a_time:
            kept = self._ledger.kept_for(draft)
            digest = digest_of(draft.texts.model_dump_json())
            return kept or AcceptPolicy(self._ledger.make(draft, digest))

"""The policy files on the disk, and when they win over what was put into force since."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from aegis.domain.policy import (
    POLICY_PARTS,
    KeptPolicy,
    PolicyDraft,
    PolicyPart,
    PolicyTexts,
)
from aegis.errors import ConfigurationError
from aegis.located_yaml import MAX_BYTES
from aegis.settings import Settings
from policies.policy_set import compile_texts, digest_of


@dataclass(frozen=True, slots=True)
class PolicyFiles:
    """Where each part is read from; None for the shipped one, or for no site at all."""

    rules: Path | None = None
    site: Path | None = None
    playbooks: Path | None = None

    @classmethod
    def of(cls, settings: Settings) -> "PolicyFiles":
        """Those that the settings name."""
        return cls(settings.rules_file, settings.site_file, settings.playbooks_file)

    def is_named(self, part: PolicyPart) -> bool:
        """Whether somebody chose this file."""
        return getattr(self, part) is not None

    def read(self) -> PolicyTexts:
        """Raises ConfigurationError for a file that cannot be read."""
        shipped_rules = Path(str(files("policies.threat") / "rules.yaml"))
        shipped_playbooks = Path(str(files("policies.response") / "playbooks.yaml"))
        return PolicyTexts(
            rules=_read(self.rules or shipped_rules),
            site="" if self.site is None else _read(self.site),
            playbooks=_read(self.playbooks or shipped_playbooks),
        )


def next_draft(
    files: PolicyFiles, before: KeptPolicy | None, digests_before: Mapping[PolicyPart, str]
) -> PolicyDraft | None:
    """What the files on the disk put into force at a start; None when they say nothing new.

    A named file that changed since the last start wins. One that did not leaves what was put
    since. A shipped file that changed with the product wins only over the shipped one before.
    Raises ConfigurationError when what would be in force is wrong.
    """
    on_disk = files.read()
    digests = {part: digest_of(on_disk.text_of(part)) for part in POLICY_PARTS}
    if before is None:
        texts = on_disk
    else:
        chosen = {
            part: (on_disk if _wins(part, files, before, digests, digests_before) else before.texts)
            for part in POLICY_PARTS
        }
        texts = PolicyTexts(**{part: source.text_of(part) for part, source in chosen.items()})
        if texts == before.texts and digests == digests_before:
            return None
        if texts == before.texts and not any(files.is_named(part) for part in POLICY_PARTS):
            return None
    return PolicyDraft(
        follows=before.number if before else 0,
        texts=texts,
        author="start",
        source="files",
        note="The files at the first start" if before is None else "Files changed on the disk",
        policy_version=compile_texts(texts).version,
        file_digests=digests,
        request_key=f"start:{(before.number if before else 0) + 1}",
    )


def _wins(
    part: PolicyPart,
    files: PolicyFiles,
    before: KeptPolicy,
    digests: Mapping[PolicyPart, str],
    digests_before: Mapping[PolicyPart, str],
) -> bool:
    if digests[part] == digests_before.get(part):
        return False
    is_as_shipped = digest_of(before.texts.text_of(part)) == digests_before.get(part)
    return files.is_named(part) or is_as_shipped


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1).decode("utf-8-sig")
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{path}: cannot be read: {error}") from error

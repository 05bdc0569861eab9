"""Holds and evidence from the command line, over the real store."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from actors.incident_store import IncidentStore
from aegis.cli.main import app
from aegis.client.aegis_client import AegisClient
from aegis.ports import Runtime
from aegis.testing.doubles import ScriptedVision, in_memory_runtime
from aegis.vision.decoding.image_codec import encode_jpeg
from tests.integration.cli.scripted_verdicts import Verdicts


@pytest.fixture
def url(tmp_path: Path, serve: Callable[[Runtime], str], verdicts: Verdicts) -> Iterator[str]:
    store = IncidentStore(tmp_path / "data")
    vision = ScriptedVision(verdicts.intrusion)
    address = serve(in_memory_runtime(vision=vision, store=store, vault=store.vault))
    with AegisClient(address) as client:
        client.analyze(encode_jpeg(np.zeros((8, 8, 3), np.uint8)))
    yield address
    store.close()


def run(*command: str) -> Result:
    return CliRunner().invoke(app, list(command))


def test_evidence_is_taken_along_and_verifies_offline(url: str, tmp_path: Path) -> None:
    file = tmp_path / "case.zip"
    assert run("incidents", "evidence", "1", "--to", str(file), "--url", url).exit_code == 0
    with AegisClient(url) as client:
        root = client.proof_head().root
    verified = run("verify", str(file), "--root", root)
    assert verified.exit_code == 0, verified.output
    assert "anchor" in verified.output
    touched = bytearray(file.read_bytes())
    touched[len(touched) // 2] ^= 1
    file.write_bytes(touched)
    refused = run("verify", str(file))
    assert refused.exit_code == 1
    assert "NO" in refused.output


def test_a_hold_is_placed_and_released(url: str) -> None:
    placed = run("incidents", "hold", "1", "--reason", "Case 7", "--url", url)
    assert "incident_1 is under a hold" in placed.output
    released = run("incidents", "hold", "1", "--release", "--url", url)
    assert "under no hold" in released.output
    assert run("incidents", "hold", "9", "--url", url).exit_code == 2

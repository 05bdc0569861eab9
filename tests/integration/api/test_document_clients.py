"""The API document's own clients, run as they stand there but for the address."""

import base64
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from aegis.api.app import create_app
from aegis.domain.rate_limit import Lease
from aegis.testing.doubles import InMemoryLimits, ScriptedVision, in_memory_runtime
from aegis.vision.decoding.image_codec import decode_image
from tests.integration.api.serving import serving
from tests.unit.api.api_double import jpeg_bytes, make_settings, threat

HERE = Path(__file__).parent
DOCUMENT = HERE.parents[3] / "shared" / "spec" / "api-2.5.0.txt"
BROWSER_PAGE = HERE.parents[2] / "docs" / "examples" / "browser.html"
# The document's text lost the indentation of its Python example; here it is, line by line.
LEVELS = "000011223434455433222001110"

pytestmark = pytest.mark.skipif(
    not DOCUMENT.exists(), reason="the API document lies beside the project, not in it"
)


class Seeing(ScriptedVision):
    """Decodes each frame, so that what arrived was really a picture."""

    async def analyze(self, frame: Any) -> Any:
        decode_image(frame.image)
        return await super().analyze(frame)


class ShortWindows(InMemoryLimits):
    """Windows of two seconds instead of a minute, so that a test can wait for the next."""

    async def lease(self, caller: str, limit: int, window_s: int, wanted: int) -> Lease:
        return await super().lease(caller, limit, window_s // 30, wanted)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    settings = make_settings(requests_per_minute=100_000)
    runtime = in_memory_runtime(vision=Seeing(threat()))
    with serving(create_app(runtime, settings)) as address:
        yield address


def _part(start: str, end: str) -> list[str]:
    """The document's lines from the one that begins like this to before that."""
    lines = DOCUMENT.read_text().splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith(start))
    last = next(
        number for number, line in enumerate(lines) if number > first and line.startswith(end)
    )
    return lines[first:last]


def _readdressed(lines: list[str], url: str) -> str:
    code = "\n".join(lines)
    return code.replace("http://localhost:8000", url).replace(
        "ws://localhost:8000", url.replace("http", "ws", 1)
    )


def _run_node(folder: Path, url: str, code: str) -> dict[str, Any]:
    if shutil.which("node") is None:
        pytest.skip("node is not installed")
    shutil.copy(HERE / "browser_shims.mjs", folder)
    imports = "import { address, tell, told } from './browser_shims.mjs';\n"
    script = folder / "client.mjs"
    script.write_text(imports + code)
    done = subprocess.run(
        # Newer ones have a WebSocket without being told.
        ["node", "--no-warnings", "--experimental-websocket", str(script)],
        env=os.environ
        | {"AEGIS_ADDRESS": url, "AEGIS_FRAME": base64.b64encode(jpeg_bytes()).decode()},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said: dict[str, Any] = json.loads(done.stdout)
    return said


def test_the_complete_workflow_sees_reads_and_acts(tmp_path: Path, url: str) -> None:
    workflow = _readdressed(_part("// 1. Check system health", "import asyncio"), url)
    told = _run_node(
        tmp_path, url, f"async function workflow() {{\n{workflow}\n}}\nawait workflow();\ntell();\n"
    )
    assert told["logged"] == [["Incident detected: suspicious_behavior"]]
    assert told["displayed"]["subtype"] == "loitering"
    assert [it["action"] for it in told["executed"]] == [
        "Increase camera focus on subject",
        "Alert security personnel",
    ]
    assert {(it["status"], it["result"]["simulated"]) for it in told["executed"]} == {
        ("completed", True)
    }


def test_the_retry_client_waits_for_the_reset_and_goes_on(tmp_path: Path) -> None:
    retry = "\n".join(_part("async function analyzeWithRetry", "// 1. Check system health"))
    runtime = in_memory_runtime(vision=Seeing(), limits=ShortWindows())
    settings = make_settings(requests_per_minute=2)
    code = (
        f"{retry}\nconst results = [];\n"
        "for (let n = 0; n < 5; n++) "
        "results.push(await analyzeWithRetry(process.env.AEGIS_FRAME));\n"
        "told.results = results;\ntell();\n"
    )
    with serving(create_app(runtime, settings)) as address:
        told = _run_node(tmp_path, address, code)
    assert [it["type"] for it in told["results"]] == ["normal"] * 5


def test_the_socket_example_receives_the_result_of_a_frame(tmp_path: Path, url: str) -> None:
    stream = _readdressed(_part("const ws = new WebSocket(", "Message Format:"), url)
    code = f"""
function connect() {{
{stream}
return ws;
}}
const socket = connect();
const has = (word) => told.logged.some((words) => words[0] === word);
const results = () => told.logged.filter((words) => words[1]?.type === 'analysis_result');
const until = async (claim) => {{
  while (!claim()) await new Promise((resolve) => setTimeout(resolve, 10));
}};
await until(() => told.logged.some((words) => words[1]?.type === 'system_status'));
await fetch('/api/analyze', {{
  method: 'POST', body: JSON.stringify({{ image: process.env.AEGIS_FRAME }}),
}});
await until(() => results().length > 0);
socket.close();
await until(() => has('Disconnected from stream'));
tell();
"""
    told = _run_node(tmp_path, url, code)
    assert ["Connected to analysis stream"] in told["logged"]
    (result,) = [
        words[1] for words in told["logged"] if words[1:] and words[1]["type"] == "analysis_result"
    ]
    assert result["data"]["incident"] is True
    assert {"type", "severity", "confidence", "timestamp"} <= result["data"].keys()


def test_the_python_example_analyzes_three_frames_at_once(tmp_path: Path, url: str) -> None:
    lines = [*_part("import asyncio", "]))"), "]))"]
    assert len(lines) == len(LEVELS)
    indented = [4 * int(level) * " " + line for level, line in zip(LEVELS, lines, strict=True)]
    code = _readdressed(indented, url) + "\nimport json\nprint(json.dumps(results))\n"
    for number in (1, 2, 3):
        (tmp_path / f"frame{number}.jpg").write_bytes(jpeg_bytes())
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    results = json.loads(done.stdout)
    assert [it["frame_number"] for it in results] == [0, 1, 2]
    assert {it["incident"] for it in results} == {True}


def test_the_browser_example_parses_and_loads_nothing_from_elsewhere(tmp_path: Path) -> None:
    page = BROWSER_PAGE.read_text()
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    addresses = set(re.findall(r"\b(?:https?|wss?)://[^\s'\"`<]+", page))
    assert addresses == {"http://localhost:8000"}
    assert "innerHTML" not in page
    if shutil.which("node") is None:
        pytest.skip("node is not installed")
    (tmp_path / "page.mjs").write_text(script)
    subprocess.run(["node", "--check", str(tmp_path / "page.mjs")], check=True, timeout=60)

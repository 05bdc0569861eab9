"""`/asyncapi.json` against the AsyncAPI project's own JSON schema, which npm carries."""

import json
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.unit.api.api_double import ApiDouble

PACKAGE = "@asyncapi/specs@6.11.1"
SCHEMA = "package/schemas/3.0.0.json"


@pytest.fixture
def schema(tmp_path: Path) -> dict[str, Any]:
    if shutil.which("npm") is None:
        pytest.skip("npm, which carries the schema, is not installed")
    try:
        subprocess.run(
            ["npm", "pack", "--silent", PACKAGE],
            cwd=tmp_path,
            check=True,
            capture_output=True,
            timeout=60,
        )
    except subprocess.SubprocessError as error:
        pytest.skip(f"npm cannot fetch {PACKAGE}: {error}")
    (archive,) = tmp_path.glob("*.tgz")
    with tarfile.open(archive) as package:
        member = package.extractfile(SCHEMA)
        assert member is not None
        loaded: dict[str, Any] = json.load(member)
    return loaded


def test_the_document_is_valid_asyncapi_3(schema: dict[str, Any]) -> None:
    validator = jsonschema.Draft7Validator(schema)
    for key in (None, "correct-horse"):
        with ApiDouble(api_key=key) as api:
            document = api.get("/asyncapi.json").json()
        assert [error.message for error in validator.iter_errors(document)] == []
    assert not validator.is_valid(document | {"channels": {"analysis": {"messages": []}}})

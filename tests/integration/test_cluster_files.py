"""`serve.yaml` and `ray_cluster.yaml` are what Ray itself accepts, and name what exists."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from aegis.settings import Settings

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def serve_config() -> dict[str, Any]:
    config: dict[str, Any] = yaml.safe_load((ROOT / "deployments" / "serve.yaml").read_text())
    return config


def test_serve_yaml_passes_serves_own_schema(serve_config: dict[str, Any]) -> None:
    from ray.serve.schema import ServeDeploySchema

    schema = ServeDeploySchema.model_validate(serve_config)
    assert [app.name for app in schema.applications] == ["aegis"]


def test_serve_yaml_overrides_deployments_that_exist(serve_config: dict[str, Any]) -> None:
    names = {it["name"] for it in serve_config["applications"][0]["deployments"]}
    assert names == {"Ingress", "VisionAgent", "PlannerAgent"}


def test_serve_yaml_settings_are_settings(serve_config: dict[str, Any]) -> None:
    assert set(serve_config["applications"][0]["args"]) <= set(Settings.model_fields)


def test_every_agent_and_the_ingress_scale_between_bounds(serve_config: dict[str, Any]) -> None:
    for deployment in serve_config["applications"][0]["deployments"]:
        bounds = deployment["autoscaling_config"]
        assert 1 <= bounds["min_replicas"] < bounds["max_replicas"]


def test_ray_cluster_yaml_passes_the_cluster_launchers_schema() -> None:
    from ray.autoscaler._private.util import prepare_config, validate_config

    config = yaml.safe_load((ROOT / "ray_cluster.yaml").read_text())
    validate_config(prepare_config(config))

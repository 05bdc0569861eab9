"""Wires the agents and the ingress into one Serve application."""
# No `from __future__ import annotations` here: Serve reads the builder's type at run time.

from typing import Any, cast

from ray import serve
from ray.serve import Application
from ray.serve.config import RequestRouterConfig
from ray.serve.experimental.consistent_hash_router import ConsistentHashRouter

from actors.handles import CoordinatorHandle, StoreHandle
from actors.policy_handle import PolicyHandle
from aegis.settings import Settings
from deployments.ingress import Ingress
from deployments.planner_agent import PlannerAgent
from deployments.vision_agent import VisionAgent

_BY_CAMERA = RequestRouterConfig(request_router_class=cast(Any, ConsistentHashRouter))


def build_app(settings: Settings) -> Application:
    """The application for these settings; Serve's typed builder (`serve run`, `serve deploy`).

    What a cluster has more of than a laptop, replicas, CPUs and GPUs, is overridden by
    deployment name in `serve.yaml`.
    """
    coordinator = CoordinatorHandle()
    ask = PolicyHandle(StoreHandle(settings)).state
    vision = serve.deployment(
        num_replicas=settings.vision_replicas,
        max_ongoing_requests=settings.vision_queue,
        max_queued_requests=4 * settings.vision_queue,
        request_router_config=_BY_CAMERA,
        ray_actor_options={"num_cpus": settings.vision_threads, "num_gpus": settings.vision_gpus},
        graceful_shutdown_timeout_s=10,
    )(VisionAgent).bind(settings, coordinator.report, coordinator, ask)
    planner = serve.deployment(
        num_replicas=settings.planner_replicas,
        max_ongoing_requests=100,
        ray_actor_options={"num_cpus": 0.1},
        graceful_shutdown_timeout_s=5,
    )(PlannerAgent).bind(settings, coordinator.report, ask)
    return serve.deployment(
        name="Ingress",
        num_replicas=settings.ingress_replicas,
        max_ongoing_requests=settings.ingress_requests,
        ray_actor_options={"num_cpus": 0.2},
        graceful_shutdown_timeout_s=10,
    )(serve.ingress()(Ingress)).bind(settings, vision, planner)

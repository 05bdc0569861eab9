"""The ports over handles: what the ingress and callers inside the cluster stand on."""

from typing import Any

from ray.serve.handle import DeploymentHandle

from actors.action_dispatcher import ActionDispatcher
from actors.handles import CoordinatorHandle, StoreHandle
from actors.policy_desk import PolicyDesk
from actors.policy_handle import PolicyHandle
from actors.replay_tasks import run_as_tasks
from actors.simulator import Simulator
from actors.vault_handle import VaultHandle
from aegis.ports import Runtime
from aegis.settings import Settings
from deployments.component_probes import ComponentProbes
from deployments.handles import PlannerHandle, VisionHandle


def compose_runtime(
    settings: Settings, vision_agent: DeploymentHandle[Any], planner_agent: DeploymentHandle[Any]
) -> Runtime:
    """Every port; store and coordinator are started if nobody did before."""
    timeout_s = settings.request_timeout_s
    vision = VisionHandle(vision_agent, timeout_s)
    planner = PlannerHandle(planner_agent, timeout_s)
    store, coordinator = StoreHandle(settings), CoordinatorHandle()
    policies = PolicyHandle(store)
    probes = ComponentProbes(
        {
            "database": store.health,
            "vision_agent": vision.health,
            "planner_agent": planner.health,
        },
        coordinator.agent_statistics,
    )
    return Runtime(
        vision=vision,
        planner=planner,
        store=store,
        dispatcher=ActionDispatcher(store, coordinator),
        events=coordinator,
        monitor=probes,
        limits=coordinator,
        vault=VaultHandle(store),
        simulator=Simulator(settings, store, run_as_tasks, policies.state),
        policies=PolicyDesk(policies),
    )

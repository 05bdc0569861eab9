"""The door: composes the runtime over handles and serves the API."""

from typing import Any

from ray.serve.handle import DeploymentHandle
from starlette.types import ASGIApp

from actors.action_dispatcher import ActionDispatcher
from actors.handles import CoordinatorHandle, StoreHandle
from actors.vault_handle import VaultHandle
from aegis.api.app import create_app
from aegis.api.key_ring import KeyRing
from aegis.exposure import refuse_open_door
from aegis.log import configure_logging
from aegis.ports import Runtime
from aegis.settings import Settings
from deployments.component_probes import ComponentProbes
from deployments.handles import PlannerHandle, VisionHandle


class Ingress:
    """REST and WebSocket; keeps nothing that matters. Raises what refuse_open_door does."""

    def __init__(
        self, settings: Settings, vision: DeploymentHandle[Any], planner: DeploymentHandle[Any]
    ) -> None:
        configure_logging(settings.log_level)
        refuse_open_door(settings, demands_key=KeyRing(settings).demands_key)
        self._settings = settings
        self._vision = vision
        self._planner = planner

    def __serve_build_asgi_app__(self) -> ASGIApp:
        """The application of this replica."""
        return create_app(self._compose(), self._settings)

    def _compose(self) -> Runtime:
        timeout_s = self._settings.request_timeout_s
        vision = VisionHandle(self._vision, timeout_s)
        planner = PlannerHandle(self._planner, timeout_s)
        store, coordinator = StoreHandle(self._settings), CoordinatorHandle()
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
        )

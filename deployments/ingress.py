"""The door: composes the runtime over handles and serves the API."""

import threading
from typing import Any

from ray.serve.handle import DeploymentHandle
from starlette.types import ASGIApp

from actors.handles import start_store
from aegis.api.app import create_app
from aegis.api.key_ring import KeyRing
from aegis.exposure import refuse_open_door
from aegis.log import configure_logging
from aegis.settings import Settings
from deployments.runtime import compose_runtime


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
        # The store opens its files while the agents load theirs, not with the first question.
        threading.Thread(target=start_store, args=(self._settings,), daemon=True).start()
        runtime = compose_runtime(self._settings, self._vision, self._planner)
        return create_app(runtime, self._settings)

"""Every setting, read once and passed down.

From the environment and `.env` with the prefix `AEGIS_`, then from the YAML file that
`AEGIS_CONFIG` names. `API_KEY` and `REQUIRE_API_KEY` are names of their own, as the API
document has them.
"""

import os
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AliasChoices,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
)
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    YamlConfigSettingsSource,
)

from aegis.errors import ConfigurationError

Port = Annotated[int, Field(ge=1, le=65535)]


class Settings(BaseSettings):
    """What an administrator can turn; `aegis settings` prints them with their values."""

    model_config = SettingsConfigDict(
        env_prefix="AEGIS_", env_file=".env", extra="ignore", frozen=True, populate_by_name=True
    )

    # Where it lives
    host: str = Field("127.0.0.1", description="address the API listens on")
    port: Port = Field(8000, description="port of the API")
    dashboard_port: Port = Field(8265, description="port of the Ray dashboard")
    data_dir: Path = Field(Path("var"), description="journal, views and evidence")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    # Who may call
    api_key: SecretStr | None = Field(
        None,
        validation_alias=AliasChoices("API_KEY", "AEGIS_API_KEY", "api_key"),
        description="the key that callers send as X-API-Key",
    )
    require_api_key: bool | None = Field(
        None,
        validation_alias=AliasChoices(
            "REQUIRE_API_KEY", "AEGIS_REQUIRE_API_KEY", "require_api_key"
        ),
        description="refuse callers without the key; by default exactly when a key is set",
    )
    keys_file: Path | None = Field(
        None, description="keys with scopes, of `aegis keys`; by default keys.json in data_dir"
    )
    insecure: bool = Field(False, description="listen beyond loopback without a key")  # noqa: FBT003
    cors_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="origins of other sites whose pages may call, a JSON list or commas"
    )
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="addresses whose X-Forwarded-For counts"
    )

    # How much they may ask
    requests_per_minute: int = Field(100, ge=1, description="for an address without a key")
    keyed_requests_per_minute: int = Field(6000, ge=1, description="for a key: 16 cameras at 5 Hz")
    sockets_per_caller: int = Field(10, ge=1)
    max_body_bytes: int = Field(16 * 2**20, ge=1024)
    held_body_bytes: int = Field(
        256 * 2**20, ge=1024, description="of all bodies one ingress replica holds at once"
    )
    body_timeout_s: float = Field(20.0, gt=0, description="for a request's whole body to arrive")
    request_timeout_s: float = Field(30.0, gt=0, description="for an answer, whatever callers say")
    max_image_pixels: int = Field(40_000_000, ge=1)

    # How it sees
    vision_model: str = Field("aegis-small", description="or a torchvision detection model's name")
    vision_weights: Path | None = Field(None, description="a local weights file for that model")
    vision_weights_sha256: str | None = Field(
        None, description="what the SHA-256 of that file must be, in hexadecimal"
    )
    fight_weights: Path | None = Field(
        None, description="fight classifier of `aegis train fights`; None: the shipped one"
    )
    vision_device: str = Field("auto", description="auto, cpu, cuda or cuda:N")
    vision_half: bool = Field(
        default=True, description="multiply in 16 bits where hardware does and the answers agree"
    )
    vision_graphs: bool = Field(
        default=True, description="on a card: replay recorded work where the answers agree"
    )
    vision_card_decode: bool = Field(
        default=False, description="on a card: decode JPEGs there; read docs/models.md first"
    )
    vision_threads: int = Field(1, ge=1, description="CPU threads of each vision replica")
    vision_batch: int = Field(8, ge=1, description="frames the detector takes at once, at most")
    vision_queue: int = Field(64, ge=1, description="frames that may wait in one replica")
    score_threshold: float | None = Field(None, ge=0, le=1, description="None: the model's own")

    # How it judges
    site_file: Path | None = Field(None, description="cameras, zones and hours (YAML)")
    rules_file: Path | None = Field(None, description="threat rules (YAML); None: the shipped ones")
    playbooks_file: Path | None = Field(None, description="response playbooks (YAML)")
    timezone: str = Field("UTC", description="for `today` and `this week` in the statistics")

    # How long it remembers
    archive_uri: str | None = Field(
        None, description="folder or pyarrow URI (s3://...) of closed days; None: in data_dir"
    )
    archive_after_days: int = Field(
        7, ge=0, description="age at which closed incidents leave the view; 0: never"
    )
    incident_retention_days: int = Field(
        0, ge=0, description="age at which closed incidents are deleted; 0: never"
    )
    evidence_retention_days: int = Field(
        0, ge=0, description="age at which closed incidents lose their pictures; 0: never"
    )
    evidence_quota_mb: int = Field(
        0, ge=0, description="room for pictures, the oldest closed ones go first; 0: no limit"
    )
    observation_sample_s: float = Field(
        1.0, ge=0, description="archive what a camera shows this often, for replay; 0: never"
    )
    observation_retention_days: int = Field(30, ge=0, description="0: for ever")

    # How much of it runs on one machine
    ingress_replicas: int = Field(1, ge=1)
    vision_replicas: int = Field(1, ge=1)
    planner_replicas: int = Field(1, ge=1)
    ingress_requests: int = Field(
        2000, ge=1, description="requests and sockets one ingress replica holds at once"
    )
    store_resource: str | None = Field(
        None, description="custom Ray resource of the node whose disk holds the incident store"
    )
    vision_gpus: float = Field(0.0, ge=0, description="GPU share of one vision replica")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments first, then the environment, `.env`, secrets, and the YAML file."""
        config = YamlConfigSettingsSource(settings_cls, os.environ.get("AEGIS_CONFIG"))
        return init_settings, env_settings, dotenv_settings, file_secret_settings, config

    @field_validator("cors_origins", "trusted_proxies", mode="before")
    @classmethod
    def _split_commas(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(
                part.strip()
                for part in value.strip("[] ").replace('"', "").split(",")
                if part.strip()
            )
        return value

    @field_validator(
        "data_dir",
        "keys_file",
        "vision_weights",
        "fight_weights",
        "site_file",
        "rules_file",
        "playbooks_file",
    )
    @classmethod
    def _make_absolute(cls, path: Path | None) -> Path | None:
        return path.expanduser().absolute() if path else None

    @property
    def archive_place(self) -> str:
        """Where closed days are."""
        return self.archive_uri or str(self.data_dir / "archive")

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the API."""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def keys_path(self) -> Path:
        """Where the keys are kept, whether there are any or not."""
        return self.keys_file or self.data_dir / "keys.json"

    @property
    def names_own_models(self) -> bool:
        """Whether any other model than the shipped ones is asked for."""
        own = (self.vision_weights, self.fight_weights, self.vision_weights_sha256)
        return self.vision_model != "aegis-small" or any(it is not None for it in own)


def load_settings(**given: Any) -> Settings:
    """Read every source once, `given` first; raises ConfigurationError that names the setting."""
    try:
        return Settings(**given)
    except ValidationError as error:
        lines = [
            f"{'.'.join(map(str, item['loc'])) or 'settings'}: {item['msg']}"
            for item in error.errors(include_url=False, include_input=False)
        ]
        raise ConfigurationError("\n".join(lines)) from error

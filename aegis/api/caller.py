"""Who calls: a key, or an address without one."""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from starlette.datastructures import Headers
from starlette.types import Scope

from aegis.api.key_ring import KeyRing
from aegis.domain.api_key import ALL_SCOPES, KeyScope
from aegis.errors import Forbidden, InvalidApiKey
from aegis.settings import Settings

_SUBPROTOCOL = "aegis.key."
_Address = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class Caller:
    """name: `key:...` or `address:...`, the same for all that one caller sends.

    scopes: what it may do; all there is, where no key is demanded.
    requests_per_minute: its own limit, None for the setting's.
    cameras: whose frames it may send, with the most a second of each; empty: any.
    """

    name: str
    has_key: bool
    scopes: frozenset[KeyScope] = ALL_SCOPES
    requests_per_minute: int | None = None
    cameras: tuple[tuple[str, float | None], ...] = ()

    def require(self, scope: KeyScope | None) -> None:
        """Raises Forbidden unless the caller may do this."""
        if scope is not None and scope not in self.scopes:
            raise Forbidden(
                f"This needs a key with the scope {scope.value}", {"required_scope": scope.value}
            )

    @property
    def trust_domain(self) -> str:
        """Callers without a key are not told apart: they may all do and read the same."""
        return self.name if self.has_key else "anonymous"


class Doorman:
    """Tells callers apart, and who may not come in."""

    def __init__(self, settings: Settings, ring: KeyRing) -> None:
        self._ring = ring
        self._proxies = tuple(ip_network(it, strict=False) for it in settings.trusted_proxies)

    def caller_by_address(self, scope: Scope) -> Caller:
        """Who it is without regard to a key."""
        return Caller(f"address:{self._address(scope)}", has_key=False)

    def identify(self, scope: Scope, key: str | None) -> Caller:
        """Raises InvalidApiKey when the key is wrong, or missing where one is demanded."""
        if key is None and self._ring.demands_key:
            raise InvalidApiKey("An API key is required: send it as X-API-Key")
        if key is None or not self._ring.has_keys:
            return self.caller_by_address(scope)
        grant = self._ring.find(key)
        return Caller(
            grant.name,
            has_key=True,
            scopes=grant.scopes,
            requests_per_minute=grant.requests_per_minute,
            cameras=grant.cameras,
        )

    def _address(self, scope: Scope) -> str:
        """The nearest address that is no proxy of ours; an IPv6 site counts as one."""
        nearest = _parse_address((scope.get("client") or ("",))[0])
        forwarded = Headers(scope=scope).getlist("x-forwarded-for")
        hops = [hop.strip() for line in forwarded for hop in line.split(",")]
        while hops and nearest is not None and self._is_proxy(nearest):
            hop = _parse_address(hops.pop())
            if hop is None:
                break
            nearest = hop
        return _site_of(nearest) if nearest else "unknown"

    def _is_proxy(self, address: _Address) -> bool:
        return any(address in network for network in self._proxies)


def key_of_header(scope: Scope) -> str | None:
    """The key in `X-API-Key`."""
    return Headers(scope=scope).get("x-api-key")


def key_of_socket(scope: Scope, query_key: str | None, subprotocols: Sequence[str]) -> str | None:
    """The key of a WebSocket: header, `aegis.key.<key>` as a subprotocol, or `?api_key=`."""
    offered = (it.removeprefix(_SUBPROTOCOL) for it in subprotocols if it.startswith(_SUBPROTOCOL))
    return key_of_header(scope) or next(offered, None) or query_key


def choose_subprotocol(subprotocols: Sequence[str]) -> str | None:
    """Browsers want one of theirs back: a plain `aegis` rather than the one with the key."""
    ours = [it for it in subprotocols if it == "aegis" or it.startswith(_SUBPROTOCOL)]
    return min(ours, key=len, default=None)


def _parse_address(text: str) -> _Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _site_of(address: _Address) -> str:
    if isinstance(address, IPv4Address):
        return str(address)
    return str(ip_network((address, 64), strict=False))

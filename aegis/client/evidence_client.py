"""Holds, proofs and evidence files over HTTP."""

from aegis.api.schemas import HoldAnswer
from aegis.client.aegis_client import AegisClient
from aegis.domain.proof import ProofHead


class EvidenceClient:
    """What makes an incident evidence, over a connection of AegisClient; errors as there."""

    def __init__(self, client: AegisClient) -> None:
        self._client = client

    def place_hold(
        self, incident_id: str, *, reason: str | None = None, placed_by: str | None = None
    ) -> HoldAnswer:
        """Forbid that the incident or its pictures are deleted; raises IncidentNotFound."""
        said = {"reason": reason, "placed_by": placed_by}
        body = {name: value for name, value in said.items() if value is not None}
        answer = self._client.send("POST", f"/api/incidents/{incident_id}/hold", json=body)
        return HoldAnswer.model_validate_json(answer)

    def release_hold(self, incident_id: str) -> HoldAnswer:
        """Let the incident age like any other again; raises IncidentNotFound."""
        answer = self._client.send("DELETE", f"/api/incidents/{incident_id}/hold")
        return HoldAnswer.model_validate_json(answer)

    def evidence_zip(self, incident_id: str, *, tree_size: int | None = None) -> bytes:
        """What `aegis verify` checks offline; raises IncidentNotFound."""
        path = f"/api/incidents/{incident_id}/evidence.zip"
        return self._client.send("GET", path, params=_of(tree_size))

    def proof_head(self, *, tree_size: int | None = None) -> ProofHead:
        """The root to write down elsewhere."""
        answer = self._client.send("GET", "/api/proof/head", params=_of(tree_size))
        return ProofHead.model_validate_json(answer)


def _of(tree_size: int | None) -> dict[str, int]:
    return {} if tree_size is None else {"tree_size": tree_size}

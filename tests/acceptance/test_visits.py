"""One visit is one incident, however many frames show it."""

from datetime import UTC, datetime, timedelta

import httpx

from aegis.testing.scenes.visits import render_clip
from tests.acceptance.opened_incident import send_frame


def test_three_visitors_are_three_incidents(api: httpx.Client) -> None:
    start = datetime.now(UTC) - timedelta(minutes=10)
    clip = list(render_clip("visits", seed=2, fps=4, start=start))
    answers = [send_frame(api, frame, "CAM_02") for frame in clip]
    assert not any(answer["incident"] for answer in answers), "CAM_02 has no zone"

    answers = [send_frame(api, frame, "CAM_03") for frame in clip]
    opened = [answer["incident_id"] for answer in answers if answer["new_incident"]]
    visitors = {box.track_id for frame in clip for box in frame.truth}
    assert len(opened) == len(visitors) == 3

    for incident_id in opened:
        incident = api.get(f"/api/incidents/{incident_id}").json()
        assert incident["type"] == "intrusion"
        assert incident["frame_count"] > 1
        assert api.get(incident["evidence_path"]).content[:2] == b"\xff\xd8"


def test_an_empty_room_is_no_incident(api: httpx.Client) -> None:
    start = datetime.now(UTC) - timedelta(minutes=30)
    clip = render_clip("empty", seed=3, fps=2, start=start)
    assert not any(send_frame(api, frame, "CAM_04")["incident"] for frame in clip)

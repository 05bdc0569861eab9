"""What can be drawn into a camera's picture, and what is refused."""

from typing import Any

import pytest
from pydantic import ValidationError

from aegis.domain.site import Camera, Tripwire, Zone

SQUARE = ((0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.1, 0.9))


def test_camera_with_everything_drawn_survives_the_way_to_disk() -> None:
    camera = Camera(
        zones=(Zone(name="till", polygon=SQUARE, kind="protected"),),
        tripwires=(Tripwire(name="gate", line=((0, 0.5), (1, 0.5)), direction="forward"),),
        privacy=(SQUARE,),
    )
    assert Camera.model_validate_json(camera.model_dump_json()) == camera


def test_zone_is_a_plain_area_and_a_tripwire_counts_both_ways_unless_told() -> None:
    assert Zone(name="yard", polygon=SQUARE).kind == "area"
    wire = Tripwire(name="gate", line=((0, 0.5), (1, 0.5)))
    assert (wire.kind, wire.direction) == ("tripwire", "both")


@pytest.mark.parametrize(
    "drawn",
    [
        {"tripwires": [{"name": "gate", "line": [[0, 0.5]]}]},
        {"tripwires": [{"name": "gate", "line": [[0, 0.5], [1.2, 0.5]]}]},
        {"tripwires": [{"name": "gate", "line": [[0, 0], [1, 1]], "kind": "wall"}]},
        {"tripwires": [{"name": "gate", "line": [[0, 0], [1, 1]]}] * 2},
        {"zones": [{"name": "yard", "polygon": SQUARE}] * 2},
        {"zones": [{"name": "yard", "polygon": SQUARE, "kind": "moat"}]},
        {"privacy": [[[0, 0], [1, 1]]]},
    ],
)
def test_what_cannot_be_drawn_is_refused(drawn: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Camera.model_validate(drawn)

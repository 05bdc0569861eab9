"""What a site knows of its cameras."""

import pickle

from aegis.domain.site import Camera, Site

SITE = Site(
    cameras={
        "A": Camera(adjacent={"B": 20, "C": 90}),
        "B": Camera(adjacent={"A": 30}),
        "C": Camera(),
    }
)


def test_walking_times_hold_both_ways_and_the_shorter_one_counts() -> None:
    assert SITE.nearby("A") == {"B": 20, "C": 90}
    assert SITE.nearby("B") == {"A": 20}
    assert SITE.nearby("C") == {"A": 90}
    assert SITE.nearby(None) == SITE.nearby("elsewhere") == {}


def test_the_version_follows_what_is_said_and_travels() -> None:
    again = Site.model_validate_json(SITE.model_dump_json())
    assert again.version == SITE.version == pickle.loads(pickle.dumps(SITE)).version
    assert Site().version != SITE.version
    assert again == SITE

"""All plays by their kind: what needs reporting, and what only looks like it."""

from collections.abc import Callable, Mapping

from aegis.testing.scenes.attack_plays import climbing, crowd, fight, running, tailgating
from aegis.testing.scenes.everyday_plays import (
    bag_pause,
    children_playing,
    cleaner,
    delivery,
    group_chat,
    hurry,
    passing_a_door,
    queue,
    shift_change,
    waiting_for_a_lift,
    walking_past,
)
from aegis.testing.scenes.lurking_plays import (
    casing,
    left_bag,
    loitering,
    package_theft,
    trying_doors,
)
from aegis.testing.scenes.play import Play
from aegis.testing.scenes.tampering_plays import frozen_feed, tamper
from aegis.testing.scenes.weather_plays import (
    camera_bump,
    car_arrives,
    headlights,
    lights_change,
    quiet_night,
    rain,
)

ALARMING: Mapping[str, Callable[[int], Play]] = {
    play.__name__: play
    for play in (
        loitering,
        casing,
        tailgating,
        package_theft,
        trying_doors,
        climbing,
        left_bag,
        crowd,
        fight,
        tamper,
        frozen_feed,
        running,
    )
}
HARMLESS: Mapping[str, Callable[[int], Play]] = {
    play.__name__: play
    for play in (
        waiting_for_a_lift,
        delivery,
        walking_past,
        queue,
        children_playing,
        headlights,
        rain,
        camera_bump,
        group_chat,
        bag_pause,
        shift_change,
        cleaner,
        hurry,
        lights_change,
        car_arrives,
        quiet_night,
        passing_a_door,
    )
}


def stage_play(kind: str, seed: int) -> Play:
    """One variant; raises KeyError for an unknown kind."""
    return {**ALARMING, **HARMLESS}[kind](seed)

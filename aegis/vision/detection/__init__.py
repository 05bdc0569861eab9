"""From pixels to boxes: the detectors, and how they run on what device."""

"""From the newest two seconds of a camera to the chance that they show a fight."""

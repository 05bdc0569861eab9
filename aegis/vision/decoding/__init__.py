"""From encoded bytes to upright pixels, with private places black."""

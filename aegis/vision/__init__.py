"""From encoded bytes to an observed scene."""

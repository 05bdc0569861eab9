"""Who and what is followed through a scene, and what is remembered of each."""

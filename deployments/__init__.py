"""Ray Serve deployments and how they are wired."""

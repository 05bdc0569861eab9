"""One camera's memory: everything that is known of it, frame after frame."""

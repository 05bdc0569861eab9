"""What a camera's picture looks like, and what differs: things left and taken, tampering."""

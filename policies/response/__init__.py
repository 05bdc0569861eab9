"""What to do about it: an incident and playbooks to a plan."""

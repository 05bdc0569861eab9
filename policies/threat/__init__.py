"""What is going on: facts and rules to an assessment."""

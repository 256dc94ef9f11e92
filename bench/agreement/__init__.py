"""Whether other tools see the same times for the same work."""

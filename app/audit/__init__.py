"""The audit of a rule base: what the engine makes of the rules as a whole, rather than of one project's answers."""

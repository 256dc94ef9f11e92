"""Seen from outside: logs, figures and traces of requests and runs, which say nothing about visitors."""

"""Logs, metrics and traces of requests and runs. They contain nothing about visitors."""

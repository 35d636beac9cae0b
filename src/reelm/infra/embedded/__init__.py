"""Servers this package brings along and runs as children: PostgreSQL and nginx, each from a wheel.

Owns how they are configured, whom they run as, how they start, are watched and stop.
Promises: nothing here imports more than the standard library, so that the supervisor stays small.
"""

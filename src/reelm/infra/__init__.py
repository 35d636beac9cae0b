"""The outside world behind plain functions: database, blobs, jobs, settings, telemetry, embedded servers."""

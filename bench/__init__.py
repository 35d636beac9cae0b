"""Benchmarks: each module here measures one promise, prints one table and writes one file of results.

A benchmark is a module with `measure() -> Report`; `python -m bench [NAME …]` runs all of them or those named.
"""

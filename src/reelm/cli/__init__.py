"""Operator commands: `reelm --help` lists them."""

"""What does somebody see whom an organisation has suspended Reelm for? One page, which needs no script."""

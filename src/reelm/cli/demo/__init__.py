"""Demo content: generated clips worth looking at, by three invented people, posted through the product itself."""

"""The shapes of answers, one file a subject."""

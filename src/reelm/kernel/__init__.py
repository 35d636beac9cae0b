"""Words everyone shares: ids, time, errors, cursors, data classes. Imports nothing of ours."""

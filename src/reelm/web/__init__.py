"""HTTP: the only importer of FastAPI. An endpoint is a signature and a call."""

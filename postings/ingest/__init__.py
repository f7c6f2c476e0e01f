"""The write path, one verb a file; see docs/architecture.md."""

"""Postings of jobs, as schema.org describes them."""

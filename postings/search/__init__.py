"""From criteria to postings: what a search asks for and what it finds."""

"""Where a search looks, offline: towns, regions, countries and circles around points."""

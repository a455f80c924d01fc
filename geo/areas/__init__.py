"""Derives the default areas, postal codes and place names from packages. Build time only: see requirements/areas.txt."""

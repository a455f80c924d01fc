"""Derives the default areas, postal codes and place names from the packages of requirements/areas.txt.

Build time only: nothing that serves pages imports it.
"""

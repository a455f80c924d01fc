"""Reads of the coordinator's day, by page; each list has a fixed number of statements."""

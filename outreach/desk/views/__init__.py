"""The coordinator's pages, a file a topic."""

"""What the office writes, page by page."""

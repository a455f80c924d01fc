"""Lists as files that Excel opens."""

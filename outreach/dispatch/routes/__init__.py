"""Which page answers at which address, a topic a file."""

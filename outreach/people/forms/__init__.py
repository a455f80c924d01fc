"""What people and staff write about people."""

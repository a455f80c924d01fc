"""Pages of the room, a topic a file."""

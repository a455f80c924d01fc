"""出前講座: a school asks on the web; staff turn what it asks for into a session in one step."""

"""Reading the files that people can download or are sent: boundaries, population, shops, the ministry's survey.

Each reader streams a table or a layer, refuses single rows with a reason, and raises `WrongFile` only where the file
as a whole isn't what the command takes. Writing is idempotent: the same file again changes nothing.
"""

"""What people and timetables make tasks do: each use case is one transaction."""

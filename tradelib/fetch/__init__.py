"""The newest official files and the archive of past releases, fetched politely, with when and from where."""

"""Download the newest official files and the archive of past releases, with a record of when and from where."""

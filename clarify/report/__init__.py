"""report.html: one file that opens offline, for a reviewer."""

"""The report: one HTML file, section by section."""

"""What users bring of their own."""

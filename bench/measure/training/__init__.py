"""Training: whole trainings, and one of a million layers."""

"""Advice: what is known of each implementation, and which one to use."""

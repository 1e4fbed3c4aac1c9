"""The breakdown: where the time of a step goes, measured by leaving parts of it out."""

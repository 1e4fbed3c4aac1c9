"""Short studies that a run makes beside its passes."""

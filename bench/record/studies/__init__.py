"""Records of short studies that a run makes beside its passes."""

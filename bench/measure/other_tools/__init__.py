"""Other tools on the same work: what each reads of functions whose true ratios are known."""

"""Verbs: what each command of the command line does, step by step."""

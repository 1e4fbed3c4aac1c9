"""Where things lie in the checkout, for tests."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
FIXTURES = Path(__file__).parent / "fixtures"
MISCHIEF = FIXTURES / "mischief.py"

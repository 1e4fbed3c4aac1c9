"""What stands at the end of the report: trust, the machine, the data, the glossary."""

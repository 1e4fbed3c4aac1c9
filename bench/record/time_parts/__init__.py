"""The rows of time once they outgrow a CSV file: Parquet parts beside time.csv, and one way to read both."""

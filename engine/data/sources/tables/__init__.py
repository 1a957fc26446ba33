"""Tables: CSV, TSV, JSON lines, Parquet and Excel, by pandas."""

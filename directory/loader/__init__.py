"""Master data from a folder of CSV or XLSX files: parse (files to cells), check (cells to values), write.

Only `write` touches tables, and it is called by `directory.actions` alone.
"""

"""Jobs from a CSV file: read it, judge every row, then load all of them or none."""

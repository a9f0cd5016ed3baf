"""Where the rows of a table begin and end in a file or a sheet, and what divides their cells."""

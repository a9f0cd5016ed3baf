"""When rows were: columns of times, of numbers that mean some, and of their parts."""

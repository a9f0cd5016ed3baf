"""Unstructured data: a folder of texts or images as one table with a row a file, and the rules that its files keep."""

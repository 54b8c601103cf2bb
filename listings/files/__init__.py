"""Files of the catalog: reading and writing tables; knows fields, not the database."""

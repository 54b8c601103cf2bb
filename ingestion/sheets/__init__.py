"""A sheet of one car's parts: its columns, its car, and what each row says. Pure, without writes."""

"""What runs beneath the tables: the database's connections and file, who leads, and the guard before Redis."""

"""How often one client may call: whose call it is, and how many are left."""

"""The gateway as real processes: a sandbox, a gateway that may be killed, and the calls a shop and a buyer make."""

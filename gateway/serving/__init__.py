"""How the gateway runs: uvicorn's servers and protocols, every byte bounded, and several processes on one socket."""

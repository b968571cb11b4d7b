"""Where Stripe sends its events: the route, and what `doctor` looks for at Stripe and `dev` tells its sandbox."""

WEBHOOK_PATH = "/api/stripe/webhook"

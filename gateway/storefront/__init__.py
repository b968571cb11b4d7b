"""The demo shop: a page of packages, a success page that watches its payment, a cancel page that offers to resume.

It is also the example people copy, so it uses only what every front end has: GraphQL by POST, a subscription, and the
browser's own storage. It holds no state, opens no service and decides nothing about a payment.
"""

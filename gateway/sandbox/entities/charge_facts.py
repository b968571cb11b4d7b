"""What a charge says about the card network: its outcome and its 3-D Secure result."""

from gateway.sandbox.cards import Behaviour, Card
from gateway.sandbox.store import Object


def charge_outcome(card: Card) -> Object:
    declined = card.behaviour is Behaviour.DECLINE
    network = "not_sent_to_network" if card.blocked else "declined_by_network" if declined else "approved_by_network"
    seller = (
        "Stripe blocked this payment as too risky."
        if card.blocked
        else "The bank returned the decline code `" + card.decline_code + "`."
        if declined
        else "Payment complete."
    )
    return {
        "advice_code": None,
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": network,
        "reason": "highest_risk_level" if card.blocked else card.decline_code if declined else None,
        "risk_level": "highest" if card.blocked else "normal",
        "risk_score": 92 if card.blocked else 12,
        "seller_message": seller,
        "type": "blocked" if card.blocked else "issuer_declined" if declined else "authorized",
    }


def three_d_secure() -> Object:
    return {
        "authentication_flow": "challenge",
        "electronic_commerce_indicator": "05",
        "exemption_indicator": None,
        "result": "authenticated",
        "result_reason": None,
        "transaction_id": None,
        "version": "2.2.0",
    }

// What a Relay shop would write. Its compiler makes artifacts of it, and checks/relay.mjs buys and watches with them.

import { graphql } from "relay-runtime";

export const status = graphql`
  fragment payment_status on Payment {
    sessionId
    status
    isFinal
    version
  }
`;

export const mutation = graphql`
  mutation paymentMutation($input: CreateCheckoutSessionInput!) {
    createCheckoutSession(input: $input) {
      __typename
      ... on CheckoutSession {
        sessionId
        url
      }
      ... on Refusal {
        code
        message
      }
    }
  }
`;

export const query = graphql`
  query paymentQuery($sessionId: ID!) {
    paymentStatus(sessionId: $sessionId) {
      ...payment_status
      status
    }
  }
`;

export const subscription = graphql`
  subscription paymentSubscription($sessionId: ID!, $sinceVersion: Int) {
    paymentStatus(sessionId: $sessionId, sinceVersion: $sinceVersion) {
      ...payment_status
      sessionId
      status
      isFinal
      version
    }
  }
`;

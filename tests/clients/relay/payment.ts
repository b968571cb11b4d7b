// What a Relay shop would write; only its compiler runs here.

import { graphql } from "relay-runtime";

export const status = graphql`
  fragment payment_status on Payment {
    sessionId
    status
    isFinal
    version
  }
`;

export const query = graphql`
  query paymentQuery($sessionId: ID!) {
    paymentStatus(sessionId: $sessionId) {
      ...payment_status
    }
  }
`;

export const subscription = graphql`
  subscription paymentSubscription($sessionId: ID!, $sinceVersion: Int) {
    paymentStatus(sessionId: $sessionId, sinceVersion: $sinceVersion) {
      ...payment_status
    }
  }
`;

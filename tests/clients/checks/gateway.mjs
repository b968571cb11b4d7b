// What every check is given: where the gateway answers, and a way to make things happen to a session.

export const STARTER = "price_1QlYNRHVMy0i1BlJA1y0DxB2";
export const UNKNOWN = "cs_test_nobodyKnowsThisSession";

export const WATCH = `subscription Watch($id: ID!, $since: Int) {
  paymentStatus(sessionId: $id, sinceVersion: $since) { sessionId status isFinal version }
}`;
export const READ = "query Read($id: ID!) { paymentStatus(sessionId: $id) { sessionId status isFinal version } }";
export const CREATE = `mutation Create($input: CreateCheckoutSessionInput!) {
  createCheckoutSession(input: $input) {
    ... on CheckoutSession { sessionId url payment { sessionId status isFinal version } }
    ... on Refusal { code message }
  }
}`;

/** A session nobody has paid yet, made by a plain POST. */
export async function newSession({ url }) {
  const response = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ query: CREATE, variables: { input: { priceId: STARTER } } }),
  });
  const { data } = await response.json();
  return data.createCheckoutSession.sessionId;
}

/** Demands what every watcher is promised: growing versions, from unpaid to paid, the final one last. */
export function expectWatchedToTheEnd(seen) {
  const statuses = seen.map(({ status }) => status);
  expect(statuses[0] === "UNPAID", `it began with ${statuses[0]}`);
  expect(statuses.at(-1) === "PAID", `it ended with ${statuses.at(-1)}`);
  expect(seen.at(-1).isFinal && seen.slice(0, -1).every(({ isFinal }) => !isFinal), "a final status was not the last");
  expect(seen.every(({ version }, index) => index === 0 || version > seen[index - 1].version), "a version went back");
}

export function expect(holds, otherwise) {
  if (!holds) throw new Error(otherwise);
}

export function codeOf(reason) {
  const error = [reason, ...(reason?.graphQLErrors ?? []), ...(reason?.errors ?? [])].flat().find((one) => one?.extensions?.code);
  return error?.extensions.code;
}

/** Why a promise was rejected; an error if it was not. */
export async function refused(promise) {
  try {
    await promise;
  } catch (reason) {
    return reason;
  }
  throw new Error("It was not refused.");
}

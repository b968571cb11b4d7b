// EventSource, which opens its address again whenever a stream ends: it resumes by itself, and is sent away at the end.

import { expect, expectWatchedToTheEnd, newSession, UNKNOWN, WATCH } from "./gateway.mjs";

const CLOSED = 2;

export const eventSource = {
  "watches to the end, comes back, and is sent away for good": async (gateway) => {
    const id = await newSession(gateway);
    const source = new EventSource(addressOf(gateway, id));
    const seen = [];
    let opened = 0;
    let completed = 0;
    source.onopen = () => (opened += 1);
    source.addEventListener("complete", () => (completed += 1));
    source.addEventListener("next", ({ data, lastEventId }) => {
      const payment = JSON.parse(data).data.paymentStatus;
      seen.push(payment);
      expect(lastEventId === String(payment.version), `${lastEventId} is no version`);
      if (seen.length === 1) gateway.pay(id);
    });
    await closed(source);
    expectWatchedToTheEnd(seen);
    expect(opened === 1 && completed === 1, `opened ${opened} times, completed ${completed} times`);
  },

  "does not come back to a session that nobody knows": async (gateway) => {
    const source = new EventSource(addressOf(gateway, UNKNOWN));
    let refusals = 0;
    source.addEventListener("next", ({ data }) => (refusals += JSON.parse(data).errors.length));
    await closed(source);
    expect(refusals === 1, `${refusals} refusals`);
  },
};

function addressOf({ url }, id) {
  return `${url}?${new URLSearchParams({ query: WATCH, variables: JSON.stringify({ id }) })}`;
}

/** Resolves when it has given up; an error while it is still connecting is only a stream's end. */
function closed(source) {
  // The package for Node waits in a way that does not keep Node running.
  const running = setInterval(() => {}, 1000);
  return new Promise((resolve) => {
    source.onerror = () => {
      if (source.readyState !== CLOSED) return;
      clearInterval(running);
      resolve();
    };
  });
}

// The page of another origin that runs every check in a real browser. `window.pay` is the test's: a page holds no key.

import { CHECKS } from "../checks/all.mjs";

const url = `${window.GATEWAY_URL}/graphql`;
const gateway = { url, socketUrl: url.replace(/^http/, "ws"), pay: (sessionId) => window.pay(sessionId) };

window.runChecks = async () => {
  const reported = {};
  for (const [client, checks] of Object.entries(CHECKS)) {
    for (const [name, check] of Object.entries(checks)) {
      reported[`${client} ${name}`] = await check(gateway).then(
        () => "ok",
        (reason) => `${reason} ${JSON.stringify(reason)}`,
      );
    }
  }
  return reported;
};

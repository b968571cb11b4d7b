// A page of another origin that is watched by Sentry and by OpenTelemetry: both add their headers to every call.

import { registerInstrumentations } from "@opentelemetry/instrumentation";
import { FetchInstrumentation } from "@opentelemetry/instrumentation-fetch";
import { WebTracerProvider } from "@opentelemetry/sdk-trace-web";
import { browserTracingIntegration, init } from "@sentry/browser";

import { createCheckout, watchPayment } from "../../../gateway/client/v1.js";

new WebTracerProvider().register();
registerInstrumentations({
  // A string would have to be the whole address.
  instrumentations: [new FetchInstrumentation({ propagateTraceHeaderCorsUrls: [/.*/] })],
});
init({
  dsn: "https://nobody@sentry.invalid/1",
  integrations: [browserTracingIntegration()],
  tracesSampleRate: 1,
  tracePropagationTargets: [window.GATEWAY_URL],
  transport: () => ({ send: async () => ({}), flush: async () => true }),
});

/** Buys, and watches by plain calls alone, so that every step carries the headers. `window.pay` is the test's. */
window.buyAndWatch = async () => {
  const where = { gateway: window.GATEWAY_URL, transports: ["polling"] };
  const { sessionId } = await createCheckout({ priceId: "price_1QlYNRHVMy0i1BlJA1y0DxB2" }, where);
  const seen = [];
  const onPayment = ({ status }) => {
    seen.push(status);
    if (seen.length === 1) window.pay(sessionId);
  };
  await watchPayment(sessionId, { ...where, onPayment });
  return seen;
};

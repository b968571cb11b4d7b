// The payment's history as the gateway keeps it: what happened when, by Stripe's clock where Stripe said so, and how
// the gateway learned of it. Nothing here is the browser's own memory, so a reload shows the same story.

const locale = document.documentElement.lang;
const today = new Intl.DateTimeFormat(locale, { timeStyle: "medium" });
const otherDay = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "medium" });

export function showTimeline(list, { history, createdAt }, words) {
  list.replaceChildren(...history.filter(isTold).map((change) => entry(change, createdAt, words)));
}

/** A change without a change of status is shown where it is news to the buyer: another decline, a refund, a dispute. */
function isTold({ from, to }) {
  return from !== to || to === "FAILED" || to === "PAID";
}

function entry(change, createdAt, words) {
  const status = change.to.toLowerCase();
  const line = document.createElement("li");
  line.dataset.status = status;
  const when = change.from === null ? createdAt : (change.occurredAt ?? change.at);
  line.append(timeOf(when), titled(change, words), caused(change, words));
  return line;
}

function timeOf(moment) {
  const time = document.createElement("time");
  time.dateTime = moment;
  time.textContent = shown(moment);
  return time;
}

function titled({ from, to, cause }, words) {
  const title = document.createElement("strong");
  if (cause.startsWith("delivery ")) {
    title.textContent = words.event_delivery;
    return title;
  }
  const same = from === to && to !== "FAILED";
  title.textContent = words[from === null ? "event_begun" : same ? "event_changed" : `event_${to.toLowerCase()}`];
  return title;
}

function caused({ from, cause, at }, words) {
  const line = document.createElement("span");
  const kind = from === null && cause === "api" ? "begun" : cause.split(" ")[0];
  const sentence = words[`cause_${kind}`] ?? words.cause_other;
  line.textContent = sentence.replace("{time}", () => shown(at));
  return line;
}

function shown(moment) {
  const date = new Date(moment);
  return (date.toDateString() === new Date().toDateString() ? today : otherDay).format(date);
}

/** The live page: a model that messages change, and views that show it. */
import { apply, type Model } from "../model.ts";
import { trafficView } from "./chart.ts";
import { html, part, say } from "./dom.ts";
import { type Faults, faultsView } from "./faults.ts";
import { keyOf, listen, send } from "./link.ts";
import { logView } from "./log.ts";
import { pictureView } from "./picture.ts";
import { headline, past } from "./sight.ts";
import { timelineView } from "./timeline.ts";
import { clock } from "./words.ts";

const key = keyOf();
const picture = pictureView();
const toFaults = (): void => part("faults").focus();
const views = [picture, logView(), timelineView(part("failover-title"), toFaults), trafficView()];
["picture", "said", "failover", "traffic"].forEach((id, index) => {
  const view = views[index];
  if (view !== undefined) part(id).append(view.element);
});
const title = html("h1");
const detail = html("p");
part("now").append(title, detail);
// The same in small, while the headline itself is out of sight; only drawn, so read but once.
const barTitle = html("b");
const barDetail = html("span");
part("bar").append(barTitle, barDetail);
new IntersectionObserver(([seen]) => {
  part("bar").classList.toggle("shown", seen?.isIntersecting === false);
}).observe(title);

let model: Model | undefined;
let aheadMs = 0;
let faults: Faults | undefined;
let isDirty = false;

/** From when on nothing more comes in. */
let cut: { readonly link: "lost" | "ended"; readonly at: number } | undefined;

/** What is not told any more does not grow old, nor well. */
const now = (): number => cut?.at ?? Date.now() + aheadMs;

function show(): void {
  isDirty = false;
  if (model === undefined) return;
  const seen = headline(model, now());
  const { tone, title: text, detail: more } = cut === undefined ? seen : past(seen, cut.link);
  for (const id of ["now", "bar"]) part(id).dataset.tone = tone;
  say(title, text);
  say(detail, more);
  barTitle.dataset.text = text;
  barDetail.dataset.text = more;
  for (const view of views) view.update(model, now());
  faults?.update(model);
}

/** At most once a frame, however much comes in. */
function soon(): void {
  if (isDirty) return;
  isDirty = true;
  requestAnimationFrame(show);
}

function begin(given: Model): void {
  const isSame = JSON.stringify(model?.facts) === JSON.stringify(given.facts);
  model = given;
  const { stack, simulation } = given.facts;
  say(part("stack"), simulation ? `${stack}, a simulation` : stack);
  document.title = `${stack}: baton`;
  part("what").hidden = !simulation;
  // Buttons stay as they are, so that the focus does.
  if (isSame && faults !== undefined) return;
  faults = faultsView(given, (words) => send(key, words), key === "" ? locked : undefined);
  const section = part("faults");
  section.querySelector(".faults")?.remove();
  faults.element.classList.add("faults");
  section.append(faults.element);
}

const locked = "To press these, open the address that the terminal shows, to the last letter.";

const said = {
  connected: key === "" ? "watching; buttons need the address that the terminal shows" : "live",
  lost: "connection lost; trying again",
  ended: "the lab has ended; this is the last of it",
} as const;

listen({
  model: (given, ahead) => {
    aheadMs = ahead;
    cut = undefined;
    begin(given);
    soon();
  },
  message: (message) => {
    if (model === undefined) return;
    apply(model, message);
    picture.pulse(message);
    soon();
  },
  state: (state) => {
    // The moment that it was lost stays, however often it is tried again.
    if (state !== "connected") cut = { link: state, at: cut?.at ?? now() };
    const since = state === "connected" ? "" : ` (${clock(now())})`;
    say(part("link"), said[state] + since);
    document.body.dataset.link = state;
  },
});

// Time alone changes what there is to see.
setInterval(soon, 500);
new ResizeObserver(soon).observe(part("picture"));
part("skip").addEventListener("click", toFaults);

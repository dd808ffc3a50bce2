/** The live page: a model that messages change, and views that show it. */
import { apply, type Model } from "../model.ts";
import { trafficView } from "./chart.ts";
import { html, part, say } from "./dom.ts";
import { type Faults, faultsView } from "./faults.ts";
import { keyOf, listen, send } from "./link.ts";
import { logView } from "./log.ts";
import { pictureView } from "./picture.ts";
import { headline } from "./sight.ts";
import { timelineView } from "./timeline.ts";
import { clock } from "./words.ts";

const key = keyOf();
const picture = pictureView();
const views = [picture, logView(), timelineView(part("failover-title")), trafficView()];
["picture", "said", "failover", "traffic"].forEach((id, index) => {
  const view = views[index];
  if (view !== undefined) part(id).append(view.element);
});
const title = html("h1");
const detail = html("p");
part("now").append(title, detail);

let model: Model | undefined;
let aheadMs = 0;
let faults: Faults | undefined;
let isDirty = false;

const now = (): number => Date.now() + aheadMs;

function show(): void {
  isDirty = false;
  if (model === undefined) return;
  const { tone, title: text, detail: more } = headline(model, now());
  part("now").className = tone;
  say(title, text);
  say(detail, more);
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
  faults = faultsView(given, (words) => send(key, words));
  const section = part("faults");
  section.querySelector(".faults")?.remove();
  faults.element.classList.add("faults");
  section.append(faults.element);
}

const said = {
  connected: key === "" ? "watching; buttons need the address that the terminal shows" : "live",
  lost: "connection lost; trying again",
  ended: "the lab has ended; this is the last of it",
} as const;

listen({
  model: (given, ahead) => {
    aheadMs = ahead;
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
    const since = state === "connected" ? "" : ` (${clock(now())})`;
    say(part("link"), said[state] + since);
    document.body.dataset.link = state;
  },
});

// Time alone changes what there is to see.
setInterval(soon, 500);
new ResizeObserver(soon).observe(part("picture"));
part("skip").addEventListener("click", () => part("faults").focus());

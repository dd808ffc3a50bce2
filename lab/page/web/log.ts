/** What agents, cloud and people said, the newest first. */
import type { Model, Said } from "../model.ts";
import type { View } from "./chart.ts";
import { html } from "./dom.ts";
import { clock } from "./words.ts";

/** More than anybody reads; the model has the rest. */
const shownMax = 150;

export function logView(): View {
  const list = html("ol", {
    class: "log",
    role: "log",
    tabindex: "0",
    "aria-label": "What they say",
  });
  let shown: readonly Said[] = [];
  let rows = new Map<Said, HTMLElement>();
  return {
    element: list,
    update: ({ said }: Model) => {
      if (said === shown) return;
      shown = said;
      const wanted = said.slice(-shownMax).reverse();
      rows = new Map(wanted.map((one) => [one, rows.get(one) ?? row(one)]));
      // What is there stays as it is: it may be selected, or just be read.
      const kept = new Set<Element>(rows.values());
      for (const old of [...list.children]) if (!kept.has(old)) old.remove();
      [...rows.values()].forEach((element, index) => {
        const there = list.children[index];
        if (there !== element) list.insertBefore(element, there ?? null);
      });
    },
  };
}

const row = ({ at, who, tone, text }: Said): HTMLElement =>
  html(
    "li",
    { class: tone },
    html("time", {}, clock(at)),
    html("b", {}, who),
    html("span", {}, text),
  );

/** What agents, cloud and people said, the newest first. */
import type { Model, Said } from "../model.ts";
import type { View } from "./chart.ts";
import { html } from "./dom.ts";
import { clock } from "./words.ts";

/** More than anybody reads; the model has the rest. */
const shownMax = 150;

export function logView(): View {
  const rows = html("ol", {
    class: "log",
    role: "log",
    tabindex: "0",
    "aria-label": "What they say",
  });
  let newest: Said | undefined;
  return {
    element: rows,
    update: ({ said }: Model) => {
      const last = said.at(-1);
      if (last === newest) return;
      const known = newest === undefined ? -1 : said.lastIndexOf(newest);
      // After a new beginning nothing of what is shown is known any more.
      if (known < 0) rows.replaceChildren();
      for (const one of said.slice(known + 1).slice(-shownMax)) rows.prepend(row(one));
      while (rows.children.length > shownMax) rows.lastElementChild?.remove();
      newest = last;
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

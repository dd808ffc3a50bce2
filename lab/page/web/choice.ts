/** Which address is looked at, where several have moved: the latest, or the one that was picked. */
import type { Failover } from "../message.ts";
import type { Model } from "../model.ts";
import { html } from "./dom.ts";
import { chosen } from "./sight.ts";

export function addressChoice() {
  const element = html("div", { class: "range", role: "group", "aria-label": "Address" });
  const buttons = new Map<string, HTMLButtonElement>();
  let picked: string | undefined;
  const add = (ip: string): void => {
    const button = html("button", { type: "button" }, ip);
    button.addEventListener("click", () => {
      picked = ip;
    });
    buttons.set(ip, button);
    element.append(button);
  };
  return {
    element,
    of: (model: Pick<Model, "failovers">): Failover | undefined => {
      const { failovers } = model;
      const ips = Object.keys(failovers);
      // A stack with one address has nothing to pick.
      if (ips.length > 1) for (const ip of ips) if (!buttons.has(ip)) add(ip);
      const shown = chosen(model, picked);
      for (const [ip, button] of buttons)
        button.setAttribute("aria-pressed", String(ip === shown?.ip));
      return shown;
    },
  };
}

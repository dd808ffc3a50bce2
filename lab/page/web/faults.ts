/** A button for every fault, and beside each load balancer what its agent says. */
import type { FaultButton, FaultGroup } from "../message.ts";
import type { Model } from "../model.ts";
import { html, say } from "./dom.ts";
import { sightOf } from "./sight.ts";

export type Faults = {
  readonly element: HTMLElement;
  readonly update: (model: Model) => void;
};

export type Order = (words: readonly string[]) => Promise<void>;

/**
 * @param order carries words out; it fails with what is to be shown
 * @param locked why nobody may press a button here
 */
export function faultsView(model: Model, order: Order, locked?: string): Faults {
  const { facts } = model;
  const shown = html("p", { class: "told", role: "status" }, locked ?? "");
  const press = async (button: HTMLButtonElement, words: readonly string[]): Promise<void> => {
    button.setAttribute("aria-busy", "true");
    shown.className = "told";
    say(shown, `${words.join(" ")} …`);
    try {
      await order(words);
      say(shown, `${words.join(" ")}: done`);
    } catch (error) {
      shown.classList.add("bad");
      say(shown, error instanceof Error ? error.message : String(error));
    } finally {
      button.removeAttribute("aria-busy");
    }
  };
  const heal = html("button", { type: "button", class: "heal" }, "Heal everything");
  heal.addEventListener("click", () => void press(heal, ["heal"]));
  const cards = Object.entries(facts.faults)
    .filter(([, { faults }]) => faults.length > 0)
    .map(([name, group]) => card(name, group, press));
  const rank = (kind: FaultGroup["of"]): HTMLElement =>
    html(
      "div",
      { class: `cards ${kind}` },
      ...cards.filter((one) => one.kind === kind).map((one) => one.element),
    );
  const element = html(
    "div",
    {},
    html("div", { class: "act" }, heal, shown),
    rank("balancer"),
    rank("all"),
    rank("backend"),
  );
  if (locked !== undefined)
    for (const button of element.querySelectorAll("button")) {
      button.disabled = true;
      button.title = locked;
    }
  return {
    element,
    update: (now) => {
      for (const one of cards) one.update(now);
    },
  };
}

type Press = (button: HTMLButtonElement, words: readonly string[]) => Promise<void>;

function card(name: string, { title, of, faults }: FaultGroup, press: Press) {
  const isNode = of === "balancer";
  const role = html("span", { class: "role" });
  const why = html("p", { class: "why" });
  const problems = html("ul", { class: "problems" });
  const buttons = faults.map((fault) => toggle(fault, press));
  const element = html(
    "article",
    { class: "card", "aria-label": title },
    html("h3", {}, title, " ", role),
    ...(isNode ? [why, problems] : []),
    html("div", { class: "buttons" }, ...buttons.map((one) => one.element)),
  );
  const update = (model: Model): void => {
    for (const one of buttons) one.update(model);
    if (!isNode) {
      say(role, model.off.includes(name) ? "off" : "");
      return;
    }
    const sight = sightOf(model, name);
    element.dataset.tone = sight.tone;
    say(role, [sight.role, sight.health].filter(Boolean).join(" · "));
    say(why, sight.why === "" ? "Its agent says nothing." : `“${sight.why}”`);
    const wrong = model.off.includes(name) ? [] : (model.agents[name]?.problems ?? []);
    const texts = wrong.map(({ text, fix }) => `${text}. ${fix}`);
    if (texts.join() !== [...problems.children].map((one) => one.textContent).join())
      problems.replaceChildren(...texts.map((text) => html("li", {}, text)));
  };
  return { kind: of, element, update };
}

/** Pressed while its fault is in force; then it ends it. */
function toggle(fault: FaultButton, press: Press) {
  const { label, does, words, undo } = fault;
  const element = html("button", { type: "button", title: does }, label);
  if (undo !== undefined) element.setAttribute("aria-pressed", "false");
  element.addEventListener("click", () => {
    const isOn = element.getAttribute("aria-pressed") === "true";
    void press(element, isOn && undo !== undefined ? undo : words);
  });
  const update = (model: Model): void => {
    if (undo === undefined) return;
    const isOn = isInForce(fault, model);
    element.setAttribute("aria-pressed", String(isOn));
    if (element.disabled) return;
    element.title = isOn
      ? `in force; again ends it: ${undo.join(" ")}`
      : `${does}: ${words.join(" ")}`;
  };
  return { element, update };
}

/** A host that is off and was not stopped has lost its power, whoever did that. */
function isInForce({ words }: FaultButton, { inForce, off }: Model): boolean {
  const [verb, host = ""] = words;
  if (verb === "kill" && off.includes(host)) return !inForce.includes(`stop ${host}`);
  return inForce.includes(words.join(" "));
}

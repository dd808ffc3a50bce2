/** The stack as a live picture: who stands where, where traffic goes, and who hears whom. */
import type { Message } from "../message.ts";
import type { Model } from "../model.ts";
import { html, say, svg } from "./dom.ts";
import { type Box, beatPath, curve, type Layout, layoutFor, type Point, side } from "./layout.ts";
import { addressesOf, apiFaults, hearing, isBad, lately, sightOf, total } from "./sight.ts";
import { count, list } from "./words.ts";

export type Picture = {
  readonly element: HTMLElement;
  readonly update: (model: Model, now: number) => void;
  /** Shows what happens this moment. */
  readonly pulse: (message: Message) => void;
};

const rateS = 3;

export function pictureView(): Picture {
  const element = html("div", { class: "picture" });
  const text = html("p", { class: "hidden" });
  element.append(text);
  let drawn = "";
  let canvas: SVGSVGElement | undefined;
  let rates = new Map<string, SVGTextElement>();
  const isCalm = matchMedia("(prefers-reduced-motion: reduce)");

  const update = (model: Model, now: number): void => {
    const layout = layoutFor(model.facts, ipsOf(model), Math.max(300, element.clientWidth));
    const state = stateOf(model, now);
    const signature = JSON.stringify([layout.width, state]);
    if (signature !== drawn) {
      drawn = signature;
      const made = draw(layout, model, state);
      canvas?.remove();
      canvas = made.canvas;
      rates = made.rates;
      element.append(canvas);
    }
    tellRates(model, now, rates);
    say(text, inWords(model, state));
  };

  const pulse = (message: Message): void => {
    if (canvas === undefined || isCalm.matches || document.hidden) return;
    if (message.kind === "beat")
      travel(canvas, `beat-${message.from}-${message.to}`, message.arrived ? "beat" : "lost");
    if (message.kind === "calls")
      for (let nth = 0; nth < Math.min(3, message.count); nth += 1)
        travel(canvas, `call-${message.node}`, "call", nth * 160);
  };
  return { element, update, pulse };
}

/** The addresses; before the cloud shows any, a box for what is to come. */
function ipsOf({ holders }: Model): readonly string[] {
  const ips = Object.keys(holders);
  return ips.length > 0 ? ips : ["no address yet"];
}

/** All that changes how the picture is drawn; numbers are written into it. */
function stateOf(model: Model, now: number) {
  const { facts, inForce } = model;
  const { balancers } = facts;
  const isCut = (from: string, to: string) =>
    [`cut ${from} ${to}`, `cut ${to} ${from}`, `cut ${from} ${to} one-way`].some((words) =>
      inForce.includes(words),
    ) || inForce.includes("drop-heartbeats");
  return {
    balancers: balancers.map((name) => ({ name, ...sightOf(model, name), why: "" })),
    off: model.off,
    holders: model.holders,
    beats: hearing(model, now).map((one) => ({
      ...one,
      isCut: isCut(one.from, one.to) && !one.isHeard,
    })),
    inForce,
    // Nothing fails before the first request that counts.
    failing:
      model.seconds.length === 0
        ? []
        : addressesOf(model, now).flatMap((one) => (isBad(one) ? one.ip : [])),
    api: apiFaults(model),
  };
}

type State = ReturnType<typeof stateOf>;

function inWords({ facts }: Model, { api, balancers, beats, holders, off }: State): string {
  const backends = facts.backends.map((name) => (off.includes(name) ? `${name} (off)` : name));
  const unheard = beats.filter(({ isHeard }) => !isHeard);
  const silent = unheard.filter(({ isKnown }) => isKnown).map(({ from, to }) => `${from} to ${to}`);
  return [
    ...Object.entries(holders).map(
      ([ip, by]) => `The client asks ${ip}, which leads to ${list(by)}.`,
    ),
    ...balancers.map(({ name, role, health }) => `${name}: ${role} ${health}.`),
    silent.length > 0
      ? `No heartbeat arrives from ${silent.join(", ")}.`
      : unheard.length > 0
        ? "No heartbeat has arrived yet."
        : "All heartbeats arrive.",
    ...(api.length > 0 ? [`The cloud's API ${list(api)}.`] : []),
    ...(facts.backends.length > 0 ? [`Behind them: ${backends.join(", ")}.`] : []),
  ].join(" ");
}

function draw(layout: Layout, model: Model, state: State) {
  const { isWide, width, height } = layout;
  const addresses = Object.entries(layout.addresses);
  const isOne = addresses.length === 1;
  const rates = new Map<string, SVGTextElement>();
  const rate = (name: string, at: Point, anchor: string): SVGTextElement => {
    const made = svg("text", { x: at.x, y: at.y, "text-anchor": anchor, class: "rate" });
    rates.set(name, made);
    return made;
  };
  const canvas = svg(
    "svg",
    { width, height, viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" },
    ...lines(layout, model, state),
    ...boxes(layout, model, state),
    plain(layout.client, "client", "box client", ["Client", ""], 18),
    ...addresses.map(([ip, box]) => {
      const look = `box address${state.failing.includes(ip) ? " bad" : ""}`;
      return plain(box, "address", look, [ip, isOne ? "failover address" : ""], 23);
    }),
    plain(
      layout.api,
      "api",
      `box api${state.api.length > 0 ? " bad" : ""}`,
      [isWide ? "Cloud API" : "API", ""],
      18,
    ),
  );
  const { client, api } = layout;
  // One address alone has what the client has.
  if (!isOne)
    for (const [ip, box] of addresses)
      canvas.append(rate(`at ${ip}`, { x: side(box, "top").x, y: box.y + 40 }, "middle"));
  canvas.append(
    ...beatLabel(layout, model.facts.balancers),
    rate("client", { x: side(client, "top").x, y: client.y + 35 }, "middle"),
    rate("api", { x: side(api, "top").x, y: api.y + 33 }, "middle"),
  );
  for (const [name, box] of Object.entries(layout.balancers))
    canvas.append(rate(`to ${name}`, { x: box.x + box.width - 12, y: box.y + 23 }, "end"));
  for (const [name, box] of Object.entries(layout.backends))
    canvas.append(rate(name, { x: box.x + box.width - 12, y: box.y + 28 }, "end"));
  return { canvas, rates };
}

/** Where there is room: beside the first two. */
function beatLabel({ isWide, balancers }: Layout, [first = "", second = ""]: readonly string[]) {
  const [one, other] = [balancers[first], balancers[second]];
  if (!isWide || one === undefined || other === undefined) return [];
  const { x, y } = side(one, "bottom");
  const middle = (y + side(other, "top").y) / 2;
  return [svg("text", { x: x + 20, y: middle + 4, class: "below" }, "heartbeats")];
}

function plain(
  box: Box,
  name: string,
  look: string,
  [title, below]: readonly [string, string],
  firstY: number,
): SVGGElement {
  const x = box.x + box.width / 2;
  return svg(
    "g",
    { class: look, "data-box": name },
    svg("rect", { ...box, rx: name === "address" ? box.height / 2 : 8 }),
    svg("text", { x, y: box.y + firstY, "text-anchor": "middle", class: "name" }, title),
    svg("text", { x, y: box.y + firstY + 17, "text-anchor": "middle", class: "below" }, below),
  );
}

function boxes(layout: Layout, { inForce }: Model, state: State): SVGGElement[] {
  const balancers = state.balancers.map(({ name, tone, role, health, holds }) => {
    const box = layout.balancers[name] ?? layout.api;
    const marks = marksOf(inForce, name);
    const look = `box balancer ${tone}${role === "off" ? " off" : holds.length > 0 ? " holds" : ""}`;
    return svg(
      "g",
      { class: look, "data-box": name, "data-role": role, "data-health": health },
      svg("rect", { ...box, rx: 10 }),
      svg("circle", { cx: box.x + 17, cy: box.y + 19, r: 4.5, class: "dot" }),
      svg("text", { x: box.x + 29, y: box.y + 23, class: "name" }, name),
      svg("text", { x: box.x + 14, y: box.y + 43, class: "role" }, roleLine(role, health)),
      svg(
        "text",
        { x: box.x + 14, y: box.y + 61, class: "below" },
        marks ?? heldLine(holds, Object.keys(state.holders).length, layout.isWide),
      ),
    );
  });
  const backends = Object.entries(layout.backends).map(([name, box]) => {
    const isOff = state.off.includes(name);
    return svg(
      "g",
      { class: `box backend${isOff ? " off bad" : ""}`, "data-box": name },
      svg("rect", { ...box, rx: 8 }),
      svg("text", { x: box.x + 14, y: box.y + 28, class: "name" }, isOff ? `${name} off` : name),
    );
  });
  return [...balancers, ...backends];
}

function heldLine(held: readonly string[], all: number, isWide: boolean): string {
  if (held.length === 0) return "";
  if (all === 1) return "holds the address";
  return `holds ${held.length === 1 && isWide ? held.join() : `${held.length} of ${all}`}`;
}

/** Several roles leave no room for the health; the card below has both. */
function roleLine(role: string, health: string): string {
  if (role.includes(" and ")) return health === "healthy" ? role : health;
  return health === "" ? role : `${role} · ${health}`;
}

/** Faults that the box itself does not show otherwise. */
function marksOf(inForce: readonly string[], host: string): string | undefined {
  const words: Readonly<Record<string, string>> = {
    impair: "loses packets",
    "api-cut": "cut from API",
    "metadata-cut": "cut from metadata",
    "agent-stop": "agent stopped",
    "cut client": "cut from clients",
  };
  const marks = Object.entries(words).flatMap(([fault, mark]) =>
    inForce.some((one) => one.startsWith(`${fault} ${host}`)) ? [mark] : [],
  );
  return marks[0] && (marks.length > 1 ? `${marks[0]}, …` : marks[0]);
}

function lines(layout: Layout, { facts }: Model, state: State): SVGElement[] {
  const { isWide, client, addresses, api, balancers, backends } = layout;
  const [begin, end] = isWide ? (["right", "left"] as const) : (["bottom", "top"] as const);
  const path = (d: string, look: string, id?: string) => svg("path", { d, class: look, id });
  const ways = Object.entries(addresses).map(([ip, box]) => ({
    box,
    holders: state.holders[ip] ?? [],
    fails: state.failing.includes(ip) ? " failing" : "",
  }));
  return [
    ...ways.map(({ box, fails }) =>
      path(curve(side(client, begin), side(box, end), isWide), `flow${fails}`),
    ),
    ...Object.entries(balancers).flatMap(([name, box]) => {
      const isOn = !state.off.includes(name);
      const flows =
        isOn && ways.some(({ holders, fails }) => holders.includes(name) && fails === "");
      const toApi = isWide
        ? curve(side(box, "left"), side(api, "right"), true)
        : curve(side(box, "top"), side(api, "bottom"), false);
      return [
        path(toApi, "way call", `call-${name}`),
        ...ways.map(({ box: from, holders, fails }) =>
          path(
            curve(side(from, begin), side(box, end), isWide),
            holders.includes(name) ? `flow${isOn ? fails : " failing"}` : "way",
          ),
        ),
        ...Object.entries(backends).map(([backend, other]) =>
          path(
            curve(side(box, begin), side(other, end), isWide),
            flows && !state.off.includes(backend) ? "flow thin" : "way thin",
          ),
        ),
      ];
    }),
    ...state.beats.flatMap(({ from, to, isHeard, isKnown, isCut }) => {
      const d = beatPath(layout, facts.balancers, from, to);
      const look = `heartbeat${isHeard ? "" : isKnown ? " silent" : " unknown"}`;
      const made = path(d, look, `beat-${from}-${to}`);
      made.setAttribute("data-heard", isKnown ? String(isHeard) : "unknown");
      if (!isCut) return [made];
      const { x, y } = made.getPointAtLength(made.getTotalLength() / 2);
      return [made, path(`M${x - 5} ${y - 5} l10 10 m0 -10 l-10 10`, "cross")];
    }),
  ];
}

const each = (value: number): string => `${Math.round(value / rateS)}/s`;

function tellEnds(element: SVGTextElement, good: number, failed: number): void {
  say(element, failed > 0 ? `${each(good)}, ${count(failed)} failed` : each(good));
  element.classList.toggle("bad", failed > 0);
}

/** What is wrong with it by its own faults, else how much it is asked; a cut from it is a node's. */
function tellApi(
  element: SVGTextElement,
  [fault, ...more]: readonly string[],
  calls: number,
): void {
  say(element, fault === undefined ? `${calls} calls/min` : fault + (more.length > 0 ? ", …" : ""));
  element.classList.toggle("bad", fault !== undefined);
}

function tellRates(model: Model, now: number, rates: ReadonlyMap<string, SVGTextElement>): void {
  const { answered, routed, failed, good } = lately(model, now, rateS);
  const calls = Object.values(model.calls)
    .flat()
    .filter(({ at }) => at > now - 60_000)
    .reduce((sum, one) => sum + one.count, 0);
  for (const [name, element] of rates) {
    const balancer = name.startsWith("to ") ? name.slice(3) : undefined;
    const ip = name.startsWith("at ") ? name.slice(3) : undefined;
    if (name === "client") tellEnds(element, total(good), total(failed));
    else if (ip !== undefined) tellEnds(element, good[ip] ?? 0, failed[ip] ?? 0);
    else if (name === "api") tellApi(element, apiFaults(model), calls);
    else if (balancer !== undefined) say(element, routed[balancer] ? each(routed[balancer]) : "");
    else say(element, each(answered[name] ?? 0));
  }
}

/** Lets a dot run along a line; one that is lost ends half way. */
function travel(canvas: SVGSVGElement, id: string, look: string, delay = 0): void {
  const way = canvas.getElementById(id);
  if (!(way instanceof SVGPathElement)) return;
  const length = way.getTotalLength();
  const far = look === "lost" ? 0.5 : 1;
  const steps = 14;
  const frames = Array.from({ length: steps + 1 }, (_, index) => {
    const { x, y } = way.getPointAtLength((length * far * index) / steps);
    return { transform: `translate(${x}px, ${y}px)`, opacity: index === steps ? 0 : 1 };
  });
  const dot = svg("circle", { r: 4, class: `pulse ${look}`, opacity: 0 });
  canvas.append(dot);
  const run = dot.animate(frames, { duration: look === "call" ? 700 : 420, delay });
  run.onfinish = () => dot.remove();
  run.oncancel = () => dot.remove();
}

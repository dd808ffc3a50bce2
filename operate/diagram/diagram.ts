/** A stack as a picture, from the stack file alone: no cloud is asked. Pure. */
import type { Address, Host, Network, Node, Stack } from "../../stack/stack.ts";
import {
  arrow,
  type Box,
  dot,
  type Point,
  picture,
  rectangle,
  straight,
  widthOf,
  words,
} from "./svg.ts";
import { amongNodes, behind, electionIn, type Outsider, outsiders } from "./talk.ts";

const margin = 20;
const lineHeight = 18;
const perRow = 5;

const providers = { exoscale: "Exoscale", oci: "OCI", openstack: "OpenStack", ovh: "OVH" } as const;

type Shapes = { readonly lines: string[]; readonly boxes: string[] };

type Card = { readonly host: Host; readonly box: Box };

/** @returns SVG that follows the reader's light or dark */
export function diagram(stack: Stack): string {
  const shapes: Shapes = { lines: [], boxes: [] };
  const outside = outsiders(stack);
  const width = widthFor(stack, outside);
  const frameTop = 118;
  const people = drawPeople(shapes, outside, width);
  const pills = drawAddresses(shapes, stack.addresses, width, frameTop + 44);
  const nodes = drawGroup(shapes, stack, stack.nodes, width, frameTop + 158);
  drawBeats(shapes, nodes.cards);
  for (const pill of pills) drawHolders(shapes, pill, nodes.cards);
  const servers =
    stack.appServers.length === 0
      ? undefined
      : drawGroup(shapes, stack, stack.appServers, width, bottomOf(nodes.box) + 56);
  const passed = behind(stack);
  if (servers && passed !== undefined) {
    const from = { x: width / 2, y: bottomOf(nodes.box) };
    const to = { x: width / 2, y: servers.box.y };
    shapes.lines.push(straight("line", from, to));
    const label = { x: width / 2 + 10, y: (from.y + to.y) / 2 + 4 };
    shapes.boxes.push(words(label, `${passed}, from the load balancers alone`, "dim"));
  }
  const legendTop = bottomOf(servers?.box ?? nodes.box) + 34;
  const height = drawLegend(shapes, stack, legendTop);
  const frame = { x: margin, y: frameTop, width: width - 2 * margin, height: height - frameTop };
  drawArrivals(shapes, people, pills, frameTop);
  const zone = "zone" in stack.cloud ? stack.cloud.zone : (stack.cloud.region ?? "");
  const title = `${stack.name} on ${providers[stack.cloud.provider]}`;
  const heading = { x: frame.x + 16, y: frame.y + 26 };
  return picture({ width, height: height + margin }, title, [
    rectangle("frame", frame, 14),
    words(heading, zone === "" ? title : `${title}, ${zone}`, "b"),
    ...shapes.lines,
    ...shapes.boxes,
  ]);
}

const bottomOf = ({ y, height }: Box): number => y + height;
const topMiddle = ({ x, y, width }: Box): Point => ({ x: x + width / 2, y });
const bottomMiddle = (box: Box): Point => ({ x: box.x + box.width / 2, y: bottomOf(box) });

/** Boxes of given widths in a row, the row in the middle of the picture. */
function inRow(widths: readonly number[], gap: number, y: number, height: number, middle: number) {
  const whole = widths.reduce((sum, one) => sum + one, 0) + gap * (widths.length - 1);
  let x = Math.round(middle - whole / 2);
  return widths.map((width): Box => {
    const box = { x, y, width, height };
    x += width + gap;
    return box;
  });
}

const cardGap = (hosts: readonly Host[]): number => (hosts[0]?.role === "node" ? 48 : 20);

const cardWidth = (stack: Stack, hosts: readonly Host[]): number =>
  Math.max(
    150,
    ...hosts.map(({ name, system }) => widthOf(name, 9) + widthOf(system.name) + 4),
    ...hosts.flatMap((host) => linesOf(stack, host).map(({ text }) => widthOf(text) + 8)),
  );

function rowWidth(stack: Stack, hosts: readonly Host[]): number {
  const count = Math.min(perRow, hosts.length);
  // Beside the first load balancer stands the title, free of the lines that come from above.
  const beside = hosts[0]?.role === "node" ? 150 : 48;
  return count * (cardWidth(stack, hosts) + 36) + (count - 1) * cardGap(hosts) + beside;
}

const peopleWidth = ({ who, may }: Outsider): number =>
  Math.max(150, widthOf(whoIn(who), 9) + 32, widthOf(may) + 100);

const whoIn = ([first = "", ...more]: readonly string[]): string =>
  more.length === 0 ? first : `${first} and ${more.length} more`;

function widthFor(stack: Stack, outside: readonly Outsider[]): number {
  const people = outside.reduce((sum, one) => sum + peopleWidth(one) + 24, 0);
  const inside = [rowWidth(stack, stack.nodes), rowWidth(stack, stack.appServers)];
  const pills = stack.addresses.reduce((sum, one) => sum + pillWidth(one) + 24, 0);
  return Math.max(720, people, pills, ...inside.map((one) => one + 40)) + 2 * margin;
}

type Person = { readonly outsider: Outsider; readonly box: Box };

function drawPeople(shapes: Shapes, outside: readonly Outsider[], width: number): Person[] {
  const boxes = inRow(outside.map(peopleWidth), 24, margin, 46, width / 2);
  return outside.flatMap((outsider, at) => {
    const box = boxes[at];
    if (box === undefined) return [];
    shapes.boxes.push(rectangle("who", box, 23));
    shapes.boxes.push(
      words({ x: topMiddle(box).x, y: box.y + 28 }, whoIn(outsider.who), "b", "middle"),
    );
    return [{ outsider, box }];
  });
}

/** From those outside to what they reach; what is open stands beside the line. */
function drawArrivals(
  shapes: Shapes,
  people: readonly Person[],
  pills: readonly Pill[],
  frameTop: number,
): void {
  for (const { outsider, box } of people) {
    const from = bottomMiddle(box);
    const isHosts = outsider.to === "hosts";
    const whom = isHosts ? `${outsider.may}, to every host` : outsider.may;
    // Where the line bends to the right, the words stand to the left of it.
    const bends = !isHosts && pills.some((pill) => topMiddle(pill.box).x > from.x);
    const label = { x: from.x + (bends ? -10 : 10), y: from.y + 22 };
    shapes.boxes.push(words(label, whom, "dim", bends ? "end" : "start"));
    if (isHosts) shapes.lines.push(straight("line", from, { x: from.x, y: frameTop }));
    else for (const pill of pills) shapes.lines.push(arrow("line", from, topMiddle(pill.box)));
  }
}

const captionOf = ({ name, vip }: Address): string =>
  `address ${name}${vip === undefined ? "" : `, on the nodes as ${vip}`}`;

const pillWidth = (address: Address): number => Math.max(250, widthOf(captionOf(address)) + 40);

type Pill = { readonly address: Address; readonly box: Box };

function drawAddresses(
  shapes: Shapes,
  addresses: readonly Address[],
  width: number,
  y: number,
): Pill[] {
  const boxes = inRow(addresses.map(pillWidth), 24, y, 54, width / 2);
  return addresses.flatMap((address, at) => {
    const box = boxes[at];
    if (box === undefined) return [];
    const { x } = topMiddle(box);
    shapes.boxes.push(rectangle("address", box, 27));
    shapes.boxes.push(words({ x, y: y + 24 }, address.ip ?? "given by the cloud", "b", "middle"));
    shapes.boxes.push(words({ x, y: y + 42 }, captionOf(address), "dim", "middle"));
    return [{ address, box }];
  });
}

/** A bold line to whom the address prefers, dashed ones to those who take over. */
function drawHolders(shapes: Shapes, { address, box }: Pill, cards: readonly Card[]): void {
  for (const card of cards) {
    const kind = address.ranks[card.host.name] === 0 ? "holds" : "may";
    shapes.lines.push(arrow(kind, bottomMiddle(box), topMiddle(card.box)));
  }
}

type HostLine = { readonly text: string; readonly network?: number };

/** Lines of a host's card: the interface's network gives the colour of its dot. */
function linesOf(stack: Stack, host: Host): readonly HostLine[] {
  const addresses = stack.networks.flatMap((network, at) => {
    const ip = network.type === "public" ? (host.publicIp ?? "by DHCP") : host.ips[network.name];
    const shown = ip ?? (host.role === "node" ? "no address" : undefined);
    return shown === undefined ? [] : [{ text: `${network.interface} ${shown}`, network: at }];
  });
  return [...(host.hostName === undefined ? [] : [{ text: host.hostName }]), ...addresses];
}

function drawGroup(
  shapes: Shapes,
  stack: Stack,
  hosts: readonly Host[],
  width: number,
  y: number,
): { readonly box: Box; readonly cards: readonly Card[] } {
  const most = Math.max(...hosts.map((host) => linesOf(stack, host).length));
  const height = 42 + most * lineHeight;
  const one = cardWidth(stack, hosts) + 36;
  const cards: Card[] = [];
  for (let at = 0; at < hosts.length; at += perRow) {
    const row = hosts.slice(at, at + perRow);
    const top = y + 42 + (at / perRow) * (height + 16);
    const boxes = inRow(Array(row.length).fill(one), cardGap(hosts), top, height, width / 2);
    cards.push(...row.flatMap((host, n) => (boxes[n] ? [{ host, box: boxes[n] }] : [])));
  }
  const rows = Math.ceil(hosts.length / perRow);
  const [title, caption] = headingOf(stack, hosts);
  const inside = Math.max(rowWidth(stack, hosts), 560);
  const box = {
    x: (width - inside) / 2,
    y,
    width: inside,
    height: 44 + rows * (height + 16) + (caption === undefined ? 0 : 20),
  };
  shapes.lines.unshift(rectangle("group", box, 10));
  shapes.boxes.push(words({ x: box.x + 14, y: y + 26 }, title, "b"));
  if (caption !== undefined) {
    const below = { x: width / 2, y: bottomOf(box) - 16 };
    shapes.boxes.push(words(below, caption, "dim", "middle"));
  }
  for (const card of cards) drawCard(shapes, stack, card);
  return { box, cards };
}

/** What a group is, and what its hosts do. */
function headingOf(stack: Stack, [first]: readonly Host[]): readonly [string, string?] {
  if (first?.role !== "node") return ["app servers"];
  const { kind }: Node = first;
  const title = kind === "load-balancer" ? "load balancers" : "virtual routers";
  const proxy = stack.proxy === "none" ? "" : `${stack.proxy}, `;
  return [title, `${proxy}agent; ${amongNodes(stack.election)} among themselves`];
}

function drawCard(shapes: Shapes, stack: Stack, { host, box }: Card): void {
  shapes.boxes.push(rectangle("box", box));
  shapes.boxes.push(words({ x: box.x + 14, y: box.y + 24 }, host.name, "b"));
  shapes.boxes.push(
    words({ x: box.x + box.width - 14, y: box.y + 24 }, host.system.name, "dim", "end"),
  );
  for (const [at, { text, network }] of linesOf(stack, host).entries()) {
    const y = box.y + 44 + at * lineHeight;
    if (network !== undefined) shapes.boxes.push(dot(`net${network % 4}`, { x: box.x + 18, y }));
    const x = network === undefined ? box.x + 14 : box.x + 30;
    shapes.boxes.push(words({ x, y: y + 4 }, text, network === undefined ? "dim" : "mono"));
  }
}

function drawBeats(shapes: Shapes, cards: readonly Card[]): void {
  for (const [at, { box }] of cards.entries()) {
    const next = cards[at + 1]?.box;
    if (next === undefined || next.y !== box.y) continue;
    const y = box.y + box.height / 2;
    shapes.lines.push(straight("beat", { x: box.x + box.width, y }, { x: next.x, y }));
  }
}

/** Networks by their colours, and the election. @returns where it ends */
function drawLegend(shapes: Shapes, stack: Stack, top: number): number {
  let y = top;
  for (const [at, network] of stack.networks.entries()) {
    shapes.boxes.push(dot(`net${at % 4}`, { x: margin + 24, y: y - 4 }));
    shapes.boxes.push(words({ x: margin + 36, y }, networkIn(network), "dim"));
    y += lineHeight;
  }
  shapes.boxes.push(words({ x: margin + 36, y }, electionIn(stack.election), "dim"));
  return y + 18;
}

function networkIn(network: Network): string {
  const { name, interface: on } = network;
  if (network.type === "public")
    return `network ${name} on ${on}: the cloud's own; nothing comes in but what the arrows show`;
  const router = network.gateway === undefined ? "" : `, router ${network.gateway}`;
  return `network ${name} on ${on}: ${network.cidr}${router}, for these hosts alone`;
}

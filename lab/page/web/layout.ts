/** Where all of the picture stands, for a width: from left to right, or from top to bottom. */
import type { Facts } from "../message.ts";

export type Box = {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
};

export type Layout = {
  readonly isWide: boolean;
  readonly width: number;
  readonly height: number;
  readonly client: Box;
  /** By IP. */
  readonly addresses: Readonly<Record<string, Box>>;
  readonly api: Box;
  readonly balancers: Readonly<Record<string, Box>>;
  readonly backends: Readonly<Record<string, Box>>;
};

const wideFrom = 620;
const balancerHeight = 74;
const gap = 62;
const backendHeight = 46;

const addressPitch = 68;

export function layoutFor(facts: Facts, ips: readonly string[], width: number): Layout {
  return width >= wideFrom ? wide(facts, ips, width) : narrow(facts, ips, width);
}

/** A box by its middle. */
const around = (x: number, y: number, width: number, height: number): Box => ({
  x: x - width / 2,
  y: y - height / 2,
  width,
  height,
});

function wide({ balancers, backends }: Facts, ips: readonly string[], width: number): Layout {
  const balancerSpan = balancers.length * (balancerHeight + gap) - gap;
  const backendSpan = backends.length * (backendHeight + 20) - 20;
  const body = Math.max(balancerSpan, backendSpan, ips.length * addressPitch, 190);
  const middle = 8 + body / 2;
  const height = body + 92;
  const column = (names: readonly string[], pitch: number, box: Omit<Box, "y">) => {
    const top = middle - ((names.length - 1) * pitch) / 2;
    return Object.fromEntries(
      names.map((name, n) => [name, around(box.x, top + n * pitch, box.width, box.height)]),
    );
  };
  // Where no app server stands behind them, what there is has the room.
  const isBare = backends.length === 0;
  const addressX = width * (isBare ? 0.44 : 0.3);
  const ofAddress = { x: addressX, width: 146, height: 54 };
  const ofBalancer = { x: isBare ? width - 88 : width * 0.6, width: 168, height: balancerHeight };
  const ofBackend = { x: width - 66, width: 124, height: backendHeight };
  return {
    isWide: true,
    width,
    height,
    client: around(68, middle, 132, 46),
    addresses: column(ips, addressPitch, ofAddress),
    api: around(addressX, height - 30, 146, 42),
    balancers: column(balancers, balancerHeight + gap, ofBalancer),
    backends: column(backends, backendHeight + 20, ofBackend),
  };
}

function narrow({ balancers, backends }: Facts, ips: readonly string[], width: number): Layout {
  const isOne = ips.length === 1;
  // Several addresses stand in pairs, and all below makes room for them.
  const pairs = Math.ceil(ips.length / 2);
  const more = (pairs - 1) * addressPitch;
  const row = (names: readonly string[], y: number, most: number, height: number) => {
    const pitch = width / names.length;
    return Object.fromEntries(
      names.map((name, index) => [
        name,
        around(pitch * (index + 0.5), y, Math.min(most, pitch - 14), height),
      ]),
    );
  };
  return {
    isWide: false,
    width,
    height: (backends.length === 0 ? 306 : 426) + more,
    client: around(width / 2, 26, 120, 42),
    addresses: Object.fromEntries(
      ips.map((ip, n) => {
        const x = width * (isOne ? 0.34 : n % 2 === 0 ? 0.25 : 0.75);
        return [ip, around(x, 124 + Math.floor(n / 2) * addressPitch, 138, 52)];
      }),
    ),
    api: isOne ? around(width * 0.82, 124, 96, 42) : around(width - 50, 26, 96, 42),
    balancers: row(balancers, 262 + more, 150, balancerHeight),
    backends: row(backends, 398 + more, 112, backendHeight),
  };
}

export type Point = { readonly x: number; readonly y: number };

/** The middle of a side. */
export const side = (box: Box, which: "left" | "right" | "top" | "bottom"): Point => ({
  x: which === "left" ? box.x : which === "right" ? box.x + box.width : box.x + box.width / 2,
  y: which === "top" ? box.y : which === "bottom" ? box.y + box.height : box.y + box.height / 2,
});

/** A smooth line that leaves and arrives along the picture's direction. */
export function curve(from: Point, to: Point, isWide: boolean): string {
  const [middleX, middleY] = [(from.x + to.x) / 2, (from.y + to.y) / 2];
  return isWide
    ? `M${from.x} ${from.y} C${middleX} ${from.y} ${middleX} ${to.y} ${to.x} ${to.y}`
    : `M${from.x} ${from.y} C${from.x} ${middleY} ${to.x} ${middleY} ${to.x} ${to.y}`;
}

/** The way of heartbeats from one balancer to another; each direction has its own. */
export function beatPath(layout: Layout, names: readonly string[], from: string, to: string) {
  const [one, other] = [layout.balancers[from], layout.balancers[to]];
  if (one === undefined || other === undefined) return "";
  const steps = Math.abs(names.indexOf(from) - names.indexOf(to));
  const isFirst = names.indexOf(from) < names.indexOf(to);
  const aside = isFirst ? -9 : 9;
  const bend = (steps - 1) * 46;
  if (layout.isWide) {
    const [a, b] = isFirst
      ? [side(one, "bottom"), side(other, "top")]
      : [side(one, "top"), side(other, "bottom")];
    const x = a.x + aside;
    return bend === 0
      ? `M${x} ${a.y} L${x} ${b.y}`
      : `M${x} ${a.y} Q${x + 90 + bend} ${(a.y + b.y) / 2} ${x} ${b.y}`;
  }
  const [a, b] = isFirst
    ? [side(one, "right"), side(other, "left")]
    : [side(one, "left"), side(other, "right")];
  const y = a.y + aside;
  return bend === 0
    ? `M${a.x} ${y} L${b.x} ${y}`
    : `M${a.x} ${y} Q${(a.x + b.x) / 2} ${y + 60 + bend} ${b.x} ${y}`;
}

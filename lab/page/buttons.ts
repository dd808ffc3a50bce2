/** One button for everything that can befall a stack: the words are those of `baton lab`. */
import type { FaultButton, FaultGroup } from "./message.ts";

/** @param verbs that there are here: a simulation has fewer */
export function faultGroups(
  balancers: readonly string[],
  backends: readonly string[],
  has: (verb: string) => boolean,
): Readonly<Record<string, FaultGroup>> {
  const groups: readonly (readonly [string, FaultGroup])[] = [
    ...balancers.map((host) => on("balancer", host, [...onHost(host), ...onBalancer(host)])),
    ["paths", paths(balancers)],
    ["cloud", cloud],
    ...backends.map((host) =>
      on("backend", host, [...onHost(host), ...balancers.map((one) => cut(one, host))]),
    ),
  ];
  return Object.fromEntries(
    groups.map(([name, { faults, ...group }]) => [
      name,
      { ...group, faults: faults.filter(({ words: [verb = ""] }) => has(verb)) },
    ]),
  );
}

const on = (of: FaultGroup["of"], host: string, faults: readonly FaultButton[]) =>
  [host, { title: host, of, faults }] as const;

const onHost = (host: string): readonly FaultButton[] => [
  {
    label: "Cut power",
    does: "nothing on it is told",
    words: ["kill", host],
    undo: ["boot", host],
  },
  {
    label: "Freeze",
    does: "stops it in its tracks",
    words: ["freeze", host],
    undo: ["thaw", host],
  },
  {
    label: "Stop by API",
    does: "as a person in the cloud's console",
    words: ["stop", host],
    undo: ["start", host],
  },
  { label: "Reboot by API", does: "through the cloud", words: ["reboot", host] },
  {
    label: "Lose 20 %",
    does: "a fifth of its packets, both ways",
    words: ["impair", host, "20"],
    undo: ["impair", host, "0"],
  },
];

const onBalancer = (host: string): readonly FaultButton[] => [
  {
    label: "Cut from clients",
    does: "no packet between it and the clients",
    words: ["cut", "client", host],
    undo: ["mend", "client", host],
  },
  {
    label: "Cut from API",
    does: "it cannot reach the cloud's API",
    words: ["api-cut", host],
    undo: ["api-mend", host],
  },
  {
    label: "Cut from metadata",
    does: "it cannot reach the metadata service",
    words: ["metadata-cut", host],
    undo: ["metadata-mend", host],
  },
  { label: "Kill agent", does: "systemd starts it again", words: ["agent-kill", host] },
  {
    label: "Stop agent",
    does: "in order: it hands over first",
    words: ["agent-stop", host],
    undo: ["agent-start", host],
  },
  {
    label: "Maintenance",
    does: "takes it out of the election",
    words: ["maintenance", host, "on"],
    undo: ["maintenance", host, "off"],
  },
  { label: "Hand over", does: "gives its addresses to a peer", words: ["handover", host] },
  { label: "Move here", does: "by hand, as in the cloud's console", words: ["move", host] },
];

const cut = (one: string, other: string): FaultButton => ({
  label: `Cut from ${one}`,
  does: "nothing passes between them",
  words: ["cut", one, other],
  undo: ["mend", one, other],
});

const paths = (balancers: readonly string[]): FaultGroup => ({
  title: "Between load balancers",
  of: "all",
  faults: [
    ...balancers.flatMap((one, index) =>
      balancers.slice(index + 1).flatMap((other): FaultButton[] => [
        {
          label: `Split ${one} from ${other}`,
          does: "neither hears the other; clients reach both",
          words: ["cut", one, other],
          undo: ["mend", one, other],
        },
        oneWay(one, other),
        oneWay(other, one),
      ]),
    ),
    {
      label: "Remove heartbeat rule",
      does: "from the security group, through the API",
      words: ["drop-heartbeats"],
      undo: ["allow-heartbeats"],
    },
  ],
});

const oneWay = (one: string, other: string): FaultButton => ({
  label: `${other} no longer hears ${one}`,
  does: "a cut in one direction",
  words: ["cut", one, other, "one-way"],
  undo: ["mend", one, other],
});

/** All of the API's faults end at once. */
const healed = ["api-heal"];

const cloud: FaultGroup = {
  title: "The cloud's API",
  of: "all",
  faults: [
    { label: "Answers 503", does: "to every call", words: ["api-error", "503"], undo: healed },
    { label: "Hangs", does: "takes calls, never answers", words: ["api-hang"], undo: healed },
    {
      label: "Takes 3 s",
      does: "for every operation",
      words: ["api-slow", "3000"],
      undo: healed,
    },
    {
      label: "Limits calls",
      does: "10 of a key in 60 s",
      words: ["api-limit", "10", "60"],
      undo: healed,
    },
  ],
};

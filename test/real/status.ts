/** What /proc/PID/status tells of a process. */

/** The capability sets of that name, as bits, in the order of the processes. */
export const masks = (status: string, name: "CapBnd" | "CapEff"): readonly bigint[] =>
  [...status.matchAll(new RegExp(`^${name}:\\s*(\\w+)$`, "gm"))].map(([, mask]) =>
    BigInt(`0x${mask}`),
  );

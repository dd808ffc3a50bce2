/**
 * Broken cores, each by one edit of the agent's source. A judge that lets one of them pass is blind
 * in one eye: `npm run simulate:mutants` shows how soon each is caught, and by which checker.
 */
export type Mutant = {
  readonly name: string;
  /** What it gets wrong. */
  readonly what: string;
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly from: string;
  readonly to: string;
};

export const mutants: readonly Mutant[] = [
  {
    name: "lets-go-untold",
    what: "releases itself before the other has heard of it",
    file: "core/decide.ts",
    from: "if (peer === undefined || said === undefined || unwantedFrom === undefined) return false;",
    to: "if (state.now > 0) return true;",
  },
  {
    name: "gives-before-taken",
    what: "releases itself as soon as another is elected",
    file: "core/decide.ts",
    from: "  if (!holds) return",
    to: '  if (holds) return release(state.settings.self, "mutant");\n  if (!holds) return',
  },
  {
    name: "dead-keeps-its-share",
    what: "never releases a dead holder",
    file: "core/releasing.ts",
    from: "if (isStopped(state, address, whom) || (dead && isFit) || contested) {",
    to: "if (state.now < 0 && (dead || contested)) {",
  },
  {
    name: "releases-once",
    what: "never asks again for a release that failed",
    file: "core/act.ts",
    from: "const free = address.request === undefined && now >= address.actAt && informed;",
    to: `const failed = address.ended?.kind === "release" && !address.ended.done;
  const gaveUp = failed && decision.do === "release";
  const free = address.request === undefined && now >= address.actAt && informed && !gaveUp;`,
  },
  {
    name: "never-yields",
    what: "fights for an address that a silent node has taken",
    file: "core/observe.ts",
    from: "const to = taker ?? stranger;",
    to: "const to = state.now < 0 ? (taker ?? stranger) : undefined;",
  },
  {
    name: "pause-unseen",
    what: "goes on after a sleep with what it knew",
    file: "core/step.ts",
    from: "const paused = pausedMs > deadIntervalMs(awake);",
    to: "const paused = pausedMs > 1e9;",
  },
  {
    name: "peers-clocks-unread",
    what: "does not see by its peers' clocks that its own stood still",
    file: "core/pause.ts",
    from: "return theirsMs - oursMs > mostMs ? theirsMs - oursMs : 0;",
    to: "return theirsMs - oursMs > 1e9 ? mostMs : 0;",
  },
  {
    name: "sleep-unseen",
    what: "believes its own clock though those of its peers and of the cloud went on",
    file: "core/pause.ts",
    from: "const driftRatio = 0.02;",
    to: "const driftRatio = 1e6;",
  },
  {
    name: "pause-without-listening",
    what: "acts at once after a sleep",
    file: "core/pause.ts",
    from: "listenUntil: now + deadIntervalMs(awake),",
    to: "listenUntil: now,",
  },
  {
    name: "always-healthy",
    what: "does not give way when its health check fails",
    file: "core/elect.ts",
    from: "healthy: isWell(state),",
    to: "healthy: true,",
  },
  {
    name: "restart-is-sick",
    what: "an agent that starts gives its address away until its checks have passed",
    file: "core/elect.ts",
    from: "return mayBeHealthy(health);",
    to: "return isHealthy(health);",
  },
  {
    name: "not-yet-is-no",
    what: "takes a read just after its success, which shows what was before, at its word",
    file: "core/observe.ts",
    from: "if (!settled && contradicts(before.ended, holders)) return again(state, before);",
    to: "",
  },
  {
    name: "one-way-is-a-link",
    what: "counts a peer that does not hear it",
    file: "core/peers.ts",
    from: "return heardAt >= since && (",
    to: "return heardAt >= since || (",
  },
  {
    name: "takes-no-turns",
    what: "releases a silent holder that it held beside without waiting for its turn",
    file: "core/turns.ts",
    from: "const heldMs = linkedAt(state, peer) - peer.linkedFrom;",
    to: "return true;",
  },
  {
    name: "turns-too-long",
    what: "lets so long pass between two turns that a dead holder keeps its share",
    file: "core/turns.ts",
    from: "landsWithinMs(times) + 3 * times.settleMs;",
    to: "landsWithinMs(times) + 60 * times.settleMs;",
  },
  {
    name: "acts-unread",
    what: "decides on what it saw before its own last request ended",
    file: "core/act.ts",
    from: "const informed = (address.seen?.begunAt ?? -Infinity) >= address.requestEndedAt;",
    to: "const informed = true;",
  },
  {
    name: "witness-ignored",
    what: "takes for dead whom another live node still hears",
    file: "core/peers.ts",
    from: "return !livePeers(state).some(",
    to: "return true || livePeers(state).some(",
  },
  {
    name: "hasty",
    what: "calls a peer dead after one silent interval",
    file: "core/peers.ts",
    from: "return deadRatio * Math.max(",
    to: "return 1.02 * Math.max(",
  },
  {
    name: "tardy",
    what: "waits for three dead intervals before it takes over from a dead holder",
    file: "core/decide.ts",
    from: 'return claim("the holder fell silent");',
    to: `return others.some((id) => now < (state.peers.get(id)?.heardAt ?? 0) + 3 * deadIntervalMs(state))
      ? rest("the holder fell silent")
      : claim("the holder fell silent");`,
  },
  {
    name: "waits-for-the-cut-off",
    what: "stands by for a node that does not hear that the holder gives way",
    file: "core/elect.ts",
    from: "return givesWay(state, one) && (!hears(state, id, one) || isDeafToIt);",
    to: "return state.now < 0 && givesWay(state, one) && (!hears(state, id, one) || isDeafToIt);",
  },
  {
    name: "waits-for-who-stands-back",
    what: "stands by for a node that stands back from a holder which it never heard",
    file: "core/elect.ts",
    from: "if (yields && holders.every(",
    to: "if (state.now < 0 && yields && holders.every(",
  },
  {
    name: "deaf-is-dumb",
    what: "does not take the word of a sick holder that hears nobody",
    file: "core/decide.ts",
    from: "canServe(own) &&",
    to: "state.now < 0 && canServe(own) &&",
  },
  {
    name: "sick-takes-over",
    what: "takes the address on silence though its own checks fail",
    file: "core/decide.ts",
    from: "if (isAiling(state.health)) return rest(",
    to: "if (state.now < 0) return rest(",
  },
  {
    name: "two-requests-at-once",
    what: "sends a request while another is under way",
    file: "core/act.ts",
    from: "const free = address.request === undefined && now >= address.actAt && informed;",
    to: "const free = now >= address.actAt && informed;",
  },
  {
    name: "no-back-off",
    what: "reads at the same pace however much it has asked for in a minute",
    file: "core/reading.ts",
    from: "const recent = calls.filter((at) => at > now - 60_000);",
    to: "const recent = calls.filter((at) => at > now);",
  },
  {
    name: "looks-at-itself-alone",
    what: "never looks at the group again while its own part is as expected",
    file: "core/reading.ts",
    from: "const calm = seenAfter(requestEndedAt) && !doubted && differsSince === undefined;",
    to: "const calm = seenAfter(requestEndedAt) && state.now > 0;",
  },
  {
    name: "contests-at-once",
    what: "waits for half a second instead of a minute before it contests",
    file: "core/backoff.ts",
    from: "contestLimits = { firstMs: 60_000, maxMs: 3_600_000 }",
    to: "contestLimits = { firstMs: 500, maxMs: 500 }",
  },
  {
    name: "failback-never",
    what: "a better node that is back does not take over",
    file: "core/decide.ts",
    from: 'return claim("better in the order");',
    to: 'return rest("better in the order");',
  },
  {
    name: "any-signature",
    what: "does not verify the signature of a frame",
    file: "wire/authenticated-decode.ts",
    from: "if (!keys.verify(keyId, datagram.subarray(0, end), datagram.subarray(end))) {",
    to: "if (!keys.knows(keyId)) {",
  },
  {
    name: "replays-count",
    what: "accepts an old frame again",
    file: "wire/freshness.ts",
    from: "if (sequence <= last)",
    to: "if (sequence < 0)",
  },
  {
    name: "boots-unproven",
    what: "believes a new boot without an echo of its own",
    file: "wire/freshness.ts",
    from: "if (doubt !== undefined) return",
    to: 'if (doubt === "too-many-peers") return',
  },
  {
    name: "never-forgets",
    what: "keeps every move that it has seen, several times over",
    file: "core/observe.ts",
    from: "returns: gained && !letGo ? [...before.returns, now].slice(-16) : before.returns,",
    to: "returns: [...before.returns, ...Array.from({ length: 20 }, () => now)],",
  },
];

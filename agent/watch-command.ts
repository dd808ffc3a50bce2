/** `watch`: the watchdog with all that people see and say of it, until it is stopped. */
import type { AgentConfig } from "./config.ts";
import { openWord } from "./ending.ts";
import { monotonicMs as nowMs, wallMs } from "./host/clock.ts";
import { carries } from "./host/network.ts";
import { onSignals } from "./host/signals.ts";
import { findIdentity } from "./identity.ts";
import { createJournal } from "./journal.ts";
import { obey, ordersOf } from "./orders.ts";
import { createMetrics } from "./status/metrics.ts";
import { serveStatus } from "./status/server.ts";
import { type Status, statusOf } from "./status/status.ts";
import { logFor, type Provider, type Task } from "./task.ts";
import { startWatch, type Watch } from "./watch.ts";

const defaultSocket = "/run/baton/status.sock";
/** How long a stopped agent waits for a disk that does not answer. */
const savingMaxMs = 1_000;
/** How long the host is asked for nothing about its addresses. */
const hostPeriodMs = 60_000;

export async function watch(task: Task, provider: Provider, version: string): Promise<void> {
  const { config, credentials } = task;
  const log = logFor(task);
  const bornMs = nowMs();
  const metrics = createMetrics();
  const folder = config.stateDirectory;
  const journal = createJournal({ log, folder, wallMs, metrics });
  const word = openWord(journal, config);
  let running: Watch | undefined;
  let ended = false;
  const end = (): void => {
    ended = true;
    server.stop();
    running?.stop();
    if (running) word.leave(running.pump.state());
    log("notice", "stopped");
    // Sockets that are still open, or a disk, must not keep a stopped agent alive.
    const exit = (): never => process.exit(0);
    setTimeout(exit, savingMaxMs);
    void journal.saving().then(exit);
  };
  onSignals(ordersOf(() => running, journal, log, end));

  const status = (): Status | undefined =>
    running &&
    statusOf({
      version,
      config,
      state: running.pump.state(),
      members: running.group.members(),
      events: journal.events(),
      api: journal.api(),
      clockAheadMs: running.cloud.clockAheadMs(),
      counters: running.counters,
      bornMs,
      nowMs: nowMs(),
      onHost: carries,
    });
  const server = serveStatus({
    socket: config.statusSocket ?? defaultSocket,
    ...(config.statusListen && { listen: config.statusListen }),
    status,
    metrics: () => metrics.text(status()),
    command: async (name, value) =>
      running ? obey(running, name, value, journal) : "still starting",
    onTrouble: (text) => log("warning", text),
  });

  const past = await word.take();
  const own = await findIdentity(config, provider.ownInstance, log);
  if (!own || ended) return;
  const warn = (text: string): void => log("warning", text);
  const cloud = provider.connect(config, own.zone, credentials(), warn);
  const info = (): void => log("notice", JSON.stringify(status()?.addresses));
  const self = own.id;
  const parts = { config, credentials, self, past, cloud, log, journal, info, exit: end };
  const started = startWatch(parts);
  running = started;
  log("notice", `watches ${config.addresses.map(({ ip }) => ip).join(", ")} as ${own.id}`);
  if (journal.saved("maintenance") === true) started.pump.emit({ type: "maintenance", on: true });
  watchHost(config, warn);
}

/** Says when an address is not on this host: what arrives for it would be refused. */
function watchHost({ addresses }: AgentConfig, warn: (text: string) => void): void {
  const ips = addresses.map(({ ip = "" }) => ip);
  const look = (): void => {
    const missing = ips.filter((ip) => !carries(ip));
    if (missing.length > 0)
      warn(`not configured on this host: ${missing.join(", ")}; put it on lo`);
  };
  look();
  setInterval(look, hostPeriodMs);
}

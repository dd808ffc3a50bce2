/**
 * keepalived with the notify script that its users write: one call that moves the address, at the
 * transition to MASTER. Nothing looks at what came of it, and nothing repeats it.
 */
import type { Host, Program } from "../world/host.ts";
import type { World } from "../world/world.ts";

export class KeepalivedModel implements Program {
  readonly #host: Host;
  readonly reasons = "keepalived";

  constructor(host: Host) {
    this.#host = host;
    host.followed?.begin();
  }

  hear(): void {
    // Its own protocol is the host's matter.
  }

  tick(): void {
    // The script runs at transitions alone.
  }

  /** The script that runs goes on. */
  end(): void {
    this.#host.followed?.end();
  }

  /** SIGTERM: an advertisement of priority 0, so that the peer need not wait. */
  stop(): void {
    this.#host.followed?.resign();
    this.#host.programEnds();
  }

  elected(master: boolean): void {
    const { id, world } = this.#host;
    if (master) move(world, id);
  }
}

function move({ cloud, queue, ips }: World, id: string): void {
  const ip = ips[0] ?? "";
  const expiresAt = queue.now + 600_000;
  const request = { from: id, verb: "claim", ip, whom: id, expiresAt, version: undefined } as const;
  cloud.change(request, () => undefined);
}

/**
 * Where the stack's owner sits: in the client's network, with a key of the cloud and an SSH key
 * that all hosts let in, as an account's own key does at the real cloud.
 */
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { must } from "../command.ts";
import { gateway } from "../fabric/addresses.ts";
import type { Fabric } from "../fabric/fabric.ts";
import type { Owner } from "./world.ts";

export type Desk = {
  /** The command line that runs another one at the desk. */
  readonly at: (argv: readonly string[]) => readonly string[];
  /** Ends what runs there: it would write into folders that go. */
  readonly end: () => Promise<void>;
  /** What commands find there: where the API is, whom to trust, and with what to ask. */
  readonly env: Readonly<Record<string, string>>;
};

export type DeskKey = { readonly file: string; readonly public: string };

/** Makes the SSH key in a folder that its owner alone can look into. */
export async function makeDeskKey(folder: string): Promise<DeskKey> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, "id_ed25519");
  const how = ["-q", "-t", "ed25519", "-N", "", "-C", "desk of the lab", "-f", file];
  await must(["ssh-keygen", ...how], {}, "it is Debian's package openssh-client");
  return { file, public: readFileSync(`${file}.pub`, "utf8").trim() };
}

/** @param authority file of the certificate that signs for the API */
export function deskOf(fabric: Fabric, key: DeskKey, owner: Owner, authority: string): Desk {
  return {
    at: fabric.atDesk,
    end: fabric.endDesk,
    env: {
      // The relay to the API listens there; names are the machine's own, and lead elsewhere.
      EXOSCALE_API_ENDPOINT: `https://${gateway}/v2`,
      EXOSCALE_API_KEY: owner.key,
      EXOSCALE_API_SECRET: owner.secret,
      NODE_EXTRA_CA_CERTS: authority,
      BATON_SSH_IDENTITY: key.file,
      // Hosts of a lab are known for as long as it is there.
      XDG_STATE_HOME: join(key.file, "../state"),
    },
  };
}

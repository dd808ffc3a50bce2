/** OpenBSD's packet filter: lets CARP pass, and guards the metadata service. */
import type { PartMaker } from "../context.ts";
import { pf } from "../escape.ts";
import { command, file } from "../plan.ts";
import { render } from "../template.ts";
import { account } from "./agent-openbsd.ts";
import { carpNetwork } from "./carp.ts";

const path = "/etc/pf.conf";

/**
 * User-data holds credentials, and any process of a host can ask the metadata service for it; the
 * rules let only root and the agent's account ask.
 */
export const packetFilter: PartMaker = (context) => ({
  files: [
    file(
      path,
      render("pf.conf", pf, {
        device: carpNetwork(context).network.interface,
        account,
      }),
      "CARP passes; only root and the agent may read user-data again",
      { owner: "root:wheel", mode: "0600", write: "append" },
    ),
  ],
  commands: [
    command(["pfctl", "-nf", path], "rules that do not parse are never loaded"),
    // The image's agent may have emptied the rules in use, so an unchanged file is loaded too.
    command(["pfctl", "-f", path], "the rules are in force"),
  ],
});

/**
 * User-data holds credentials, and any process of a host can ask the metadata service for it. This
 * lets only root and the agent's account reach it; name service and time, which some clouds serve
 * from the same address, stay open.
 */

import type { PartMaker } from "../context.ts";
import { nft } from "../escape.ts";
import { file, service } from "../plan.ts";
import { render } from "../template.ts";

export const metadataGuard: PartMaker = () => ({
  packages: [{ name: "nftables", why: "guards the metadata service" }],
  files: [
    file(
      "/etc/baton/metadata-guard.nft",
      render("metadata-guard.nft", nft, { user: "baton" }),
      "only root and the agent may read user-data again",
    ),
    file(
      "/etc/systemd/system/baton-metadata-guard.service",
      render("baton-metadata-guard.service", nft, {}),
      "loads the guard at each boot, before the network is used",
    ),
  ],
  services: [
    service("baton-metadata-guard.service", "start", "guards the credentials in user-data"),
  ],
});

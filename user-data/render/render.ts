/** The last step: a plan as the text that the host's system takes as user-data. */
import type { HostPlan } from "../plan.ts";
import { renderCloudConfig } from "./cloud-config.ts";
import { renderOpenbsdSh } from "./openbsd-sh.ts";

export function renderPlan(plan: HostPlan): string {
  switch (plan.system.userData) {
    case "cloud-config":
      return renderCloudConfig(plan);
    case "sh":
      return renderOpenbsdSh(plan);
  }
}

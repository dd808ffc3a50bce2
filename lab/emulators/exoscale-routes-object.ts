/** Calls about what instances lean on: groups, networks, keys, templates, roles. */
import * as bodies from "./exoscale-bodies.ts";
import type { Routes } from "./exoscale-routes.ts";

const catalogueRoutes: Routes = {
  "GET zone": () => ({ call: "list-zones" }),
  "GET operation/:id": ({ id }) => ({ call: "get-operation", id }),
  "GET quota": () => ({ call: "list-quotas" }),
  "GET instance-type": () => ({ call: "list-instance-types" }),
  "GET instance-type/:id": ({ id }) => ({ call: "get-instance-type", id }),
  "GET template": ({ url }) => ({ call: "list-templates", filter: bodies.templateFilter(url) }),
  "GET template/:id": ({ id }) => ({ call: "get-template", id }),
  "GET ssh-key": () => ({ call: "list-ssh-keys" }),
  "GET ssh-key/:name": ({ id }) => ({ call: "get-ssh-key", id }),
  "POST ssh-key": ({ body }) => ({ call: "register-ssh-key", ...bodies.sshKey.parse(body) }),
  "DELETE ssh-key/:name": ({ id }) => ({ call: "delete-ssh-key", name: id }),
};

const groupRoutes: Routes = {
  "GET anti-affinity-group": () => ({ call: "list-anti-affinity-groups" }),
  "GET anti-affinity-group/:id": ({ id }) => ({ call: "get-anti-affinity-group", id }),
  "POST anti-affinity-group": ({ body }) => ({
    call: "create-anti-affinity-group",
    given: bodies.named.parse(body),
  }),
  "DELETE anti-affinity-group/:id": ({ id }) => ({
    call: "delete-anti-affinity-group",
    antiAffinityGroup: id,
  }),
  "GET security-group": () => ({ call: "list-security-groups" }),
  "GET security-group/:id": ({ id }) => ({ call: "get-security-group", id }),
  "POST security-group": ({ body }) => ({
    call: "create-security-group",
    given: bodies.named.parse(body),
  }),
  "DELETE security-group/:id": ({ id }) => ({ call: "delete-security-group", securityGroup: id }),
  "POST security-group/:id/rules": ({ id, body }) => ({
    call: "add-rule-to-security-group",
    securityGroup: id,
    rule: bodies.rule.parse(body),
  }),
  "DELETE security-group/:id/rules/:id": ({ id, other }) => ({
    call: "delete-rule-from-security-group",
    securityGroup: id,
    rule: other,
  }),
  "PUT security-group/:id:add-source": ({ id, body }) => ({
    call: "add-external-source-to-security-group",
    securityGroup: id,
    cidr: bodies.source.parse(body),
  }),
  "PUT security-group/:id:remove-source": ({ id, body }) => ({
    call: "remove-external-source-from-security-group",
    securityGroup: id,
    cidr: bodies.source.parse(body),
  }),
  "PUT security-group/:id:attach": ({ id, body }) => ({
    call: "attach-instance-to-security-group",
    securityGroup: id,
    instance: bodies.onInstance.parse(body),
  }),
  "PUT security-group/:id:detach": ({ id, body }) => ({
    call: "detach-instance-from-security-group",
    securityGroup: id,
    instance: bodies.onInstance.parse(body),
  }),
};

const networkRoutes: Routes = {
  "GET private-network": () => ({ call: "list-private-networks" }),
  "GET private-network/:id": ({ id }) => ({ call: "get-private-network", id }),
  "POST private-network": ({ body }) => ({
    call: "create-private-network",
    given: bodies.newNetwork.parse(body),
  }),
  "PUT private-network/:id": ({ id, body }) => ({
    call: "update-private-network",
    network: id,
    given: bodies.networkUpdate.parse(body),
  }),
  "DELETE private-network/:id": ({ id }) => ({ call: "delete-private-network", network: id }),
  "PUT private-network/:id:attach": ({ id, body }) => ({
    call: "attach-instance-to-private-network",
    network: id,
    ...bodies.leg.parse(body),
  }),
  "PUT private-network/:id:detach": ({ id, body }) => ({
    call: "detach-instance-from-private-network",
    network: id,
    instance: bodies.onInstance.parse(body),
  }),
  "PUT private-network/:id:update-ip": ({ id, body }) => ({
    call: "update-private-network-instance-ip",
    network: id,
    ...bodies.leg.parse(body),
  }),
};

const iamRoutes: Routes = {
  "GET iam-role": () => ({ call: "list-iam-roles" }),
  "GET iam-role/:id": ({ id }) => ({ call: "get-iam-role", id }),
  "POST iam-role": ({ body }) => ({ call: "create-iam-role", given: bodies.newRole.parse(body) }),
  "PUT iam-role/:id": ({ id, body }) => ({
    call: "update-iam-role",
    role: id,
    given: bodies.roleUpdate.parse(body),
  }),
  "PUT iam-role/:id:policy": ({ id, body }) => ({
    call: "update-iam-role-policy",
    role: id,
    policy: bodies.policy.parse(body),
  }),
  "DELETE iam-role/:id": ({ id }) => ({ call: "delete-iam-role", role: id }),
  "GET api-key": () => ({ call: "list-api-keys" }),
  "GET api-key/:name": ({ id }) => ({ call: "get-api-key", id }),
  "POST api-key": ({ body }) => ({ call: "create-api-key", ...bodies.newApiKey.parse(body) }),
  "DELETE api-key/:name": ({ id }) => ({ call: "delete-api-key", key: id }),
};

export const objectRoutes: Routes = {
  ...catalogueRoutes,
  ...groupRoutes,
  ...networkRoutes,
  ...iamRoutes,
};

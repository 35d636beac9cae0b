/** Every call about managed devices, one line each, in the order of the contract. */
import type {
  Compliance,
  Decision,
  DecisionLine,
  Device,
  Difference,
  DirectoryDevice,
  DirectoryPerson,
  Duty,
  Exception,
  Imported,
  InWords,
  NewException,
  Organisation,
  OrganisationKey,
  Proof,
  Reached,
  Reply,
  Seat,
  SignInRule,
  Standing,
  Token,
  Told,
} from "./device-types";
import { call } from "./request";
import type { Page } from "./types";

const seg = encodeURIComponent;
const of = (code: string): string => `/organisations/${seg(code)}`;

export const register = {
  list: () => call<DecisionLine[]>("/register"),
  /** Drafts that the caller is asked about as the suspended service. */
  asked: () => call<DecisionLine[]>("/register/asked"),
  decision: (id: string, version?: number) => call<Decision>(`/register/${seg(id)}${version ? `?version=${version}` : ""}`),
  differences: (id: string, before: number, after: number) => call<Difference[]>(`/register/${seg(id)}/differences?before=${before}&after=${after}`),
  /** For the service that is suspended. */
  reply: (id: string, words: string) => call<Reply>(`/register/${seg(id)}/replies`, { method: "POST", json: { words } }),
};

export const organisations = {
  list: () => call<Organisation[]>("/organisations"),
  mine: () => call<Organisation[]>("/organisations/mine"),
  one: (code: string) => call<Organisation>(of(code)),
  register: (json: { code: string; name: string; domain: string }) => call<Organisation>("/organisations", { method: "POST", json }),

  signIn: (code: string) => call<SignInRule>(`${of(code)}/sign-in`),
  ruleSignIn: (code: string, rule: SignInRule) => call<SignInRule>(`${of(code)}/sign-in`, { method: "PUT", json: rule }),
  staff: (code: string) => call<Seat[]>(`${of(code)}/staff`),
  appoint: (code: string, handle: string, duties: Duty[]) => call<Duty[]>(`${of(code)}/staff/${seg(handle)}`, { method: "PUT", json: { duties } }),

  keys: (code: string) => call<OrganisationKey[]>(`${of(code)}/keys`),
  addKey: (code: string, jwk: object) => call<OrganisationKey>(`${of(code)}/keys`, { method: "POST", json: jwk }),
  revokeKey: (code: string, thumbprint: string) => call<void>(`${of(code)}/keys/${seg(thumbprint)}`, { method: "DELETE" }),

  proofs: (code: string) => call<Proof[]>(`${of(code)}/proofs`),
  askProof: (code: string, json: { of: Proof["of"]; value: string }) => call<Proof>(`${of(code)}/proofs`, { method: "POST", json }),
  checkProof: (code: string, id: string) => call<Proof>(`${of(code)}/proofs/${seg(id)}/check`, { method: "POST" }),

  decisions: (code: string) => call<DecisionLine[]>(`${of(code)}/decisions`),
  file: (code: string, document: object) => call<DecisionLine>(`${of(code)}/decisions`, { method: "POST", json: document }),
  ask: (code: string, id: string) => call<DecisionLine>(`${of(code)}/decisions/${seg(id)}/ask`, { method: "POST" }),
  publish: (code: string, id: string) => call<DecisionLine>(`${of(code)}/decisions/${seg(id)}/publish`, { method: "POST" }),
  review: (code: string, id: string, json: { until: string; reason: InWords; answers: Record<string, InWords> }) =>
    call<DecisionLine>(`${of(code)}/decisions/${seg(id)}/reviews`, { method: "POST", json }),
  lift: (code: string, id: string, reason: InWords) => call<DecisionLine>(`${of(code)}/decisions/${seg(id)}/lift`, { method: "POST", json: { reason } }),

  told: (code: string, id: string) => call<Reached>(`${of(code)}/decisions/${seg(id)}/told`),
  states: (code: string, id: string) => call<{ states: Record<Compliance, number> }>(`${of(code)}/decisions/${seg(id)}/states`),
  devices: (code: string, id: string, state: Compliance | null, named: string, cursor: string | null) =>
    call<Page<Standing>>(`${of(code)}/decisions/${seg(id)}/devices?${new URLSearchParams({ limit: "50", ...(state ? { state } : {}), ...(named ? { named } : {}), ...(cursor ? { cursor } : {}) })}`),
  /** Those whose code, or user name, begins so; a hundred at most. */
  directoryDevices: (code: string, named: string) => call<DirectoryDevice[]>(`${of(code)}/devices?${new URLSearchParams({ named })}`),
  directoryPeople: (code: string, named: string) => call<DirectoryPerson[]>(`${of(code)}/people?${new URLSearchParams({ named })}`),
  importInventory: (code: string, csv: Blob) => call<Imported>(`${of(code)}/inventory`, { method: "POST", body: new Blob([csv], { type: "text/csv" }) }),
  tokens: (code: string) => call<Token[]>(`${of(code)}/tokens`),
  makeToken: (code: string, json: { purpose: string; days: number }) => call<{ token: string }>(`${of(code)}/tokens`, { method: "POST", json }),
  revokeToken: (code: string, id: string) => call<void>(`${of(code)}/tokens/${seg(id)}`, { method: "DELETE" }),
  makeCode: (code: string, device: string) => call<{ code: string; expires_at: string }>(`${of(code)}/devices/${seg(device)}/code`, { method: "POST" }),

  exceptions: (code: string, id: string) => call<Exception[]>(`${of(code)}/decisions/${seg(id)}/exceptions`),
  askException: (code: string, id: string, json: NewException) => call<Exception>(`${of(code)}/decisions/${seg(id)}/exceptions`, { method: "POST", json }),
  moveException: (code: string, id: string, move: "grant" | "refuse" | "revoke") => call<Exception>(`${of(code)}/exceptions/${seg(id)}/${move}`, { method: "POST" }),
};

export const device = {
  code: (code: string) => call<Device>("/device/code", { method: "POST", json: { code } }),
  consent: (code: string) => call<Device>("/device/consent", { method: "POST", json: { code } }),
  here: () => call<{ device: Device; decisions: Told[] }>("/device"),
  acknowledge: (id: string) => call<void>(`/device/decisions/${seg(id)}/acknowledge`, { method: "POST" }),
  reply: (id: string, words: string) => call<Reply>(`/device/decisions/${seg(id)}/replies`, { method: "POST", json: { words } }),
  leave: () => call<void>("/device", { method: "DELETE" }),
};

// Where is what of the register, and of organisations?

const seg = encodeURIComponent;

export const decisionPath = (id: string): string => `/register/${seg(id)}`;
export const organisationPath = (code: string, view?: string): string => `/organisations/${seg(code)}${view ? `?view=${view}` : ""}`;
export const documentUrl = (id: string, version: number): string => `/api/v1/register/${seg(id)}/document?version=${version}`;
export const keysUrl = (code: string): string => `/api/v1/organisations/${seg(code)}/keys`;
export const ATOM = "/api/v1/register/feed.atom";
export const JSON_FEED = "/api/v1/register/feed.json";
export const evidenceUrl = (code: string, device: string): string => `/api/v1/organisations/${seg(code)}/devices/${seg(device)}/evidence`;

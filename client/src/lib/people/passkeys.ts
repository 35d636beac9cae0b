import { api } from "../api/api";
import { t } from "../i18n/i18n.svelte";

/** Nobody was asked anything by the server: the browser, or whoever holds it, made no passkey and used none. */
export class NoPasskey extends Error {}

/** Whether this browser can use passkeys here: they are made for names, not for bare addresses. */
export function canUsePasskeys(): boolean {
  const host = location.hostname;
  const isAddress = /^[\d.]+$/.test(host) || host.startsWith("[");
  return !isAddress && "PublicKeyCredential" in window && "parseRequestOptionsFromJSON" in PublicKeyCredential;
}

/** Have the browser make a passkey for whoever is signed in. Throws `NoPasskey`, `Refused`. */
export async function makePasskey(name: string, password: string): Promise<void> {
  const options = await api.passkeyOptions(password);
  const made = await asked(navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) }));
  await api.addPasskey(name, made.toJSON());
}

/** Sign in with a passkey that the person chooses. Throws `NoPasskey`, `Refused`. */
export async function enterByPasskey(): ReturnType<typeof api.signInByPasskey> {
  const options = await api.signInOptions();
  const answer = await asked(navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) }));
  return api.signInByPasskey(answer.toJSON());
}

async function asked(asking: Promise<Credential | null>): Promise<PublicKeyCredential> {
  try {
    const answer = await asking;
    if (answer instanceof PublicKeyCredential) return answer;
  } catch (failure) {
    if (failure instanceof DOMException && failure.name === "InvalidStateError") throw new NoPasskey(t("passkeys.known"));
  }
  throw new NoPasskey(t("passkeys.unused"));
}

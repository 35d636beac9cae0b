/** By which commands and addresses does a device finish enrolling? `tests/browser/test_device.py` runs the commands. */

/** A code that somebody typed, as it was shown: in groups of four of Crockford's base 32 (`enrolling/codes.py`). */
export const asShown = (typed: string): string =>
  (typed.toUpperCase().replace(/[\s-]/g, "").replaceAll("O", "0").replace(/[IL]/g, "1").match(/.{1,4}/g) ?? []).join("-");

export const profileUrl = (code: string): string => `/mdm/enrol?code=${encodeURIComponent(code)}`;
export const scepUrl = (origin: string): string => `${origin}/mdm/scep`;

/** A key, a request for a certificate by it, and the certificate for the code. Consent was given before. */
export function enrolCommands(origin: string, code: string): string {
  return [
    "openssl ecparam -name prime256v1 -genkey -noout -out device.key",
    "openssl req -new -key device.key -subj /CN=device -out device.csr",
    `jq -n --arg code '${code.replaceAll("'", "")}' --rawfile request device.csr '{code: $code, request: $request}' > enrol.json`,
    `curl --json @enrol.json -o device.json '${origin}/api/v1/device/enrol'`,
  ].join("\n");
}

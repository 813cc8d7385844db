import { anonymousClient } from '../accounts/anonymous-client.ts'
import type { Client } from '../accounts/client.ts'
import type { ClientDirectory } from '../accounts/client-directory.ts'
import { type CredentialHeaders, credentialFrom } from '../accounts/credential.ts'
import { type Refusal, refusal } from '../errors/refusal.ts'

/** Who sends a request: by the key in its headers, else by its address. */
export function identify(directory: ClientDirectory, headers: CredentialHeaders, ip: string): Client | Refusal {
  const credential = credentialFrom(headers)
  switch (credential.kind) {
    case 'none':
      return anonymousClient(ip)
    case 'malformed':
      return refusal('UNAUTHENTICATED', { reason: credential.found })
    case 'key':
      return directory.findByKey(credential.key) ?? refusal('UNAUTHENTICATED', { reason: UNKNOWN_KEY })
  }
}

const UNKNOWN_KEY =
  'This API key is not known here. Check it for missing characters, or send no key to be served as an anonymous client.'

import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'

/** Paths of PEM files: the certificate, with those of its issuers behind it, and its private key, without a passphrase. */
export interface TlsFiles {
  readonly cert: string
  readonly key: string
}

/** Reads a certificate and its key for a server. @throws Error that names every mistake */
export function readTls(files: TlsFiles): { readonly cert: Buffer; readonly key: Buffer } {
  const mistakes: string[] = []
  function read<Parsed>(name: keyof TlsFiles, what: string, parse: (pem: Buffer) => Parsed) {
    try {
      const pem = readFileSync(files[name])
      try {
        return { pem, parsed: parse(pem) }
      } catch {
        mistakes.push(`  server.tls.${name}: ${files[name]} holds no ${what}; one in PEM is allowed`)
      }
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      mistakes.push(`  server.tls.${name}: ${files[name]} cannot be read: ${reason}`)
    }
    return undefined
  }
  const cert = read('cert', 'certificate', (pem) => new X509Certificate(pem))
  const key = read('key', 'private key without a passphrase', (pem) => createPrivateKey(pem))
  if (cert !== undefined && key !== undefined) {
    if (cert.parsed.checkPrivateKey(key.parsed)) return { cert: cert.pem, key: key.pem }
    mistakes.push(`  server.tls.key: ${files.key} is not the key of the certificate in ${files.cert}`)
  }
  throw new Error(['The certificate cannot be used:', ...mistakes].join('\n'))
}

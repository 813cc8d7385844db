import { readFileSync } from 'node:fs'
import { type Manifest, ManifestError, parseManifest } from './manifest.ts'

/** Reads the manifest of documents in a file. @throws Error that names the file and every mistake in it */
export function readManifest(path: string): Manifest {
  try {
    return parseManifest(readFileSync(path, 'utf8'))
  } catch (error) {
    const mistakes = error instanceof ManifestError ? error.message.split('\n') : [`cannot be read: ${reasonOf(error)}`]
    throw new Error([`The manifest of documents ${path} cannot be used:`, ...mistakes].join('\n  '))
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

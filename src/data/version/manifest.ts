import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { codeOf, SkyloopError } from '../../core/errors.ts'
import { writeFileAtomic } from '../../core/files.ts'
import { isObject, parseJson, type Json } from '../../core/json.ts'
import { hashFile } from './content-hash.ts'

/** A file of a data set as it was when its version was made. */
export interface ManifestFile {
  /** Relative, forward slashes. */
  readonly path: string
  /** SHA-256, hex. */
  readonly sha256: string
  readonly sizeBytes: number
}

/** A source image of a data set: what it was made of. */
export interface ManifestSource {
  readonly image: string
  readonly sha256: string
  readonly labelSha256: string
  readonly split: string
  readonly flight: string
  readonly group?: string
}

/** `manifest.jsonl`: one line for the version, one for each source, one for each file. */
export interface Manifest {
  readonly version: string
  readonly sources: readonly ManifestSource[]
  readonly files: readonly ManifestFile[]
}

const MANIFEST = 'manifest.jsonl'

/** Hashes every file under a folder, but the manifest itself, and writes the manifest. */
export async function writeManifest(
  folder: string,
  version: string,
  sources: readonly ManifestSource[],
): Promise<Manifest> {
  const files: ManifestFile[] = []
  for (const path of await listed(folder)) {
    const { size } = await stat(join(folder, path))
    files.push({ path, sha256: await hashFile(join(folder, path)), sizeBytes: size })
  }
  const lines = [{ version }, ...sources.map((source) => ({ source })), ...files.map((file) => ({ file }))]
  await writeFileAtomic(join(folder, MANIFEST), lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
  return { version, sources, files }
}

/**
 * @returns undefined when the folder has no manifest
 * @throws SkyloopError `data.manifest` naming the line that is none of a manifest
 */
export async function readManifest(folder: string): Promise<Manifest | undefined> {
  const path = join(folder, MANIFEST)
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined
    throw error
  })
  if (text === undefined) return undefined
  let version: string | undefined
  const sources: ManifestSource[] = []
  const files: ManifestFile[] = []
  text.split('\n').forEach((line, k) => {
    if (line === '') return
    const value: Json = parseJson(line, `${path}:${k + 1}`)
    if (isObject(value)) {
      const { version: given, source, file } = value
      if (typeof given === 'string') version = given
      else if (isSource(source)) sources.push(source)
      else if (isFile(file)) files.push(file)
      else throw wrong(path, k)
    } else throw wrong(path, k)
  })
  if (version === undefined) throw new SkyloopError({ code: 'data.manifest', message: `${path} names no version` })
  return { version, sources, files }
}

/** What became of a data set's files since its version was made. */
export interface ManifestChanges {
  readonly missing: readonly string[]
  readonly changed: readonly string[]
  readonly added: readonly string[]
}

/** Hashes the files of a folder again. */
export async function compareWithManifest(folder: string, manifest: Manifest): Promise<ManifestChanges> {
  const there = new Set(await listed(folder))
  const missing: string[] = []
  const changed: string[] = []
  for (const { path, sha256 } of manifest.files) {
    if (!there.delete(path)) missing.push(path)
    else if ((await hashFile(join(folder, path))) !== sha256) changed.push(path)
  }
  return { missing, changed, added: [...there].sort() }
}

async function listed(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(folder, '/').length).split('\\').join('/'))
    .filter((path) => path !== MANIFEST)
    .sort()
}

function isSource(value: unknown): value is ManifestSource {
  return (
    isObject(value) &&
    ['image', 'sha256', 'labelSha256', 'split', 'flight'].every((key) => typeof value[key] === 'string')
  )
}

function isFile(value: unknown): value is ManifestFile {
  return isObject(value) && typeof value['path'] === 'string' && typeof value['sha256'] === 'string'
}

function wrong(path: string, index: number): SkyloopError {
  return new SkyloopError({
    code: 'data.manifest',
    message: `${path}:${index + 1} is neither a version, a source nor a file`,
  })
}

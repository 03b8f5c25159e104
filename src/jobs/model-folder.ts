import { createReadStream } from 'node:fs'
import { mkdir, mkdtemp, readdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { buffer } from 'node:stream/consumers'
import { extract } from 'tar-stream'
import { codeOf, messageOf, SkyloopError } from '../core/errors.ts'
import { joinInside } from '../core/files.ts'
import { type DetectorSession, openDetector } from '../yolo/runtime/detector-session.ts'

/** Opens the detector of a folder that holds `model.onnx`, or a `model.tar.gz` with it, as SageMaker hands models to jobs. */
export async function openModelFolder(
  folder: string,
  options: { readonly threads?: number } = {},
): Promise<DetectorSession> {
  return openDetector(await findOnnx(folder), options)
}

/**
 * Path of the folder's `model.onnx`, unpacked first when it is packed.
 *
 * @throws SkyloopError `jobs.model` when the folder has neither, or the archive is broken
 */
export async function findOnnx(folder: string): Promise<string> {
  const names = await readdir(folder, { recursive: true }).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return []
    throw error
  })
  const onnx = names.filter((name) => name.endsWith('.onnx')).sort((a, b) => a.length - b.length)[0]
  if (onnx !== undefined) return join(folder, onnx)
  const archive = names.find((name) => name.endsWith('.tar.gz'))
  if (archive === undefined) {
    throw new SkyloopError({
      code: 'jobs.model',
      message: `${folder} holds neither model.onnx nor model.tar.gz (found: ${names.join(', ') || 'nothing'})`,
    })
  }
  const unpacked = await mkdtemp(join(tmpdir(), 'skyloop-model-'))
  await unpack(join(folder, archive), unpacked)
  return findOnnx(unpacked)
}

/** Unpacks a `.tar.gz`; entries that lead outside the folder are refused, links and devices are left out. */
async function unpack(archive: string, folder: string): Promise<void> {
  const tar = extract()
  const reading = (async () => {
    for await (const entry of tar) {
      if (entry.header.type !== 'file') {
        entry.resume()
        continue
      }
      const path = joinInside(folder, entry.header.name)
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, await buffer(entry))
    }
  })()
  try {
    await Promise.all([pipeline(createReadStream(archive), createGunzip(), tar), reading])
  } catch (error) {
    throw new SkyloopError({
      code: 'jobs.model',
      message: `${archive} cannot be unpacked: ${messageOf(error)}`,
      cause: error,
    })
  }
}

import { createReadStream } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { extract } from 'tar-stream'
import { codeOf, messageOf, SkyloopError } from '../core/errors.ts'
import { type DetectorSession, openDetector } from '../yolo/runtime/detector-session.ts'

/**
 * Opens the detector of a folder that holds `model.onnx`, or a `model.tar.gz` with it, as SageMaker hands models to jobs.
 *
 * @param options.threads of the network @default as many as the machine has cores
 * @throws SkyloopError `jobs.model` when the folder has neither, or the archive is broken or has none
 */
export async function openModelFolder(
  folder: string,
  options: { readonly threads?: number } = {},
): Promise<DetectorSession> {
  const names = await readdir(folder, { recursive: true }).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return []
    throw error
  })
  const onnx = shallowest(names.filter((name) => name.endsWith('.onnx')))
  if (onnx !== undefined) return openDetector(join(folder, onnx), options)
  const archive = shallowest(names.filter((name) => name.endsWith('.tar.gz')))
  if (archive !== undefined) return openDetector(await onnxInArchive(join(folder, archive)), options)
  throw modelError(`${folder} holds neither model.onnx nor model.tar.gz (found: ${names.join(', ') || 'nothing'})`)
}

/** The archive's model, taken straight from the stream: nothing is written to disk. */
async function onnxInArchive(archive: string): Promise<Uint8Array> {
  const tar = extract()
  const reading = (async () => {
    const found = new Map<string, Buffer>()
    for await (const entry of tar) {
      if (entry.header.type === 'file' && entry.header.name.endsWith('.onnx')) {
        found.set(entry.header.name, await buffer(entry))
      } else entry.resume()
    }
    return found
  })()
  const [, found] = await Promise.all([pipeline(createReadStream(archive), createGunzip(), tar), reading]).catch(
    (error: unknown) => {
      throw modelError(`${archive} cannot be unpacked: ${messageOf(error)}`, error)
    },
  )
  const name = shallowest([...found.keys()])
  if (name === undefined) throw modelError(`${archive} holds no .onnx file`)
  return found.get(name)!
}

function shallowest(names: readonly string[]): string | undefined {
  return [...names].sort((a, b) => a.split('/').length - b.split('/').length || (a < b ? -1 : 1))[0]
}

function modelError(message: string, cause?: unknown): SkyloopError {
  return new SkyloopError({ code: 'jobs.model', message, cause })
}

import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import { extract, pack } from 'tar-stream'
import { messageOf } from '../../core/errors.ts'
import { joinInside } from '../../core/files.ts'
import { JobFailure } from './job-failure.ts'
import { listFiles } from './s3-output.ts'

/** Packs the regular files of a folder. Weights hardly compress, so the fastest level is used. @returns number of files */
export async function packTarGz(folder: string, archivePath: string): Promise<number> {
  const files = await listFiles(folder)
  const tar = pack()
  const written = pipeline(tar, createGzip({ level: 1 }), createWriteStream(archivePath))
  const fed = (async () => {
    for (const file of files) {
      const entry = tar.entry({ name: file.name, size: file.sizeBytes, mtime: new Date(file.modifiedMs) })
      await pipeline(createReadStream(file.path, { end: Math.max(0, file.sizeBytes - 1) }), entry)
    }
    tar.finalize()
  })()
  fed.catch((error: Error) => tar.destroy(error))
  await Promise.all([fed, written])
  return files.length
}

/** @throws JobFailure when it is no gzipped tar, or an entry is a link or leads outside `folder` */
export async function unpackTarGz(archivePath: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  const tar = extract()
  const read = pipeline(createReadStream(archivePath), createGunzip(), tar)
  const unpacked = (async () => {
    for await (const entry of tar) {
      const { name, type } = entry.header
      const target = joinInside(folder, name)
      if (type === 'directory') await mkdir(target, { recursive: true })
      else if (type === 'file' || type === 'contiguous-file') {
        await mkdir(dirname(target), { recursive: true })
        await pipeline(entry, createWriteStream(target))
        continue
      } else if (type === 'symlink' || type === 'link') throw new Error(`the entry "${name}" is a link`)
      entry.resume()
    }
  })()
  try {
    await Promise.all([read, unpacked])
  } catch (error) {
    throw new JobFailure('ClientError', `cannot unpack the archive: ${messageOf(error)}`)
  }
}

import { stat } from 'node:fs/promises'
import { codeOf, SkyloopError } from '../../core/errors.ts'

/** @throws SkyloopError `data.s3.folder` */
export async function requireFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  })
  if (found?.isDirectory()) return
  throw new SkyloopError({
    code: 'data.s3.folder',
    message: found === undefined ? `there is no folder ${folder}` : `${folder} is not a folder`,
    hint: 'for a single file use `skyloop s3 put`',
  })
}

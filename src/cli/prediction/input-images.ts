import { readdir, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { codeOf, SkyloopError } from '../../core/errors.ts'

/** What a folder's images end in; a file that is named itself may end in anything. */
const IMAGE = /\.(jpe?g|png|webp|tiff?)$/i

/**
 * The image files behind what a person names: files, and the images directly in folders, in order of name.
 *
 * @throws SkyloopError `cli.no-images` for what is not there or a folder without images
 */
export async function inputImages(names: readonly string[], workingFolder: string): Promise<string[]> {
  const found: string[] = []
  for (const name of names) {
    const path = resolve(workingFolder, name)
    const kind = await stat(path).catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') throw new SkyloopError({ code: 'cli.no-images', message: `there is no ${path}` })
      throw error
    })
    if (!kind.isDirectory()) {
      found.push(path)
      continue
    }
    const inside = (await readdir(path)).filter((file) => IMAGE.test(file) && !file.startsWith('.'))
    if (inside.length === 0) {
      throw new SkyloopError({
        code: 'cli.no-images',
        message: `${path} holds no .jpg, .png, .webp or .tiff file`,
        hint: 'name the folder that holds the images themselves',
      })
    }
    found.push(...inside.toSorted().map((file) => join(path, file)))
  }
  return [...new Set(found)]
}

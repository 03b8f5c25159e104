import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { codeOf, SkyloopError } from '../../../core/errors.ts'
import { readClassList } from '../../formats/class-list.ts'
import { findImages } from '../../formats/find-images.ts'
import { parseYoloLabels } from '../../formats/yolo-labels.ts'
import { hashFile } from '../content-hash.ts'
import { readManifest } from '../manifest.ts'

/** A box by the name of its class, since numbers may mean another class in the other version. */
export interface NamedBox {
  readonly className: string
  readonly boxXyxyNorm: readonly [number, number, number, number]
}

export interface VersionImage {
  /** File name without ending: how an image is known in both versions. */
  readonly name: string
  readonly split: string
  readonly path: string
  readonly sha256: string
  /** Undefined without a label file, which is not the same as no boxes. */
  readonly boxes: readonly NamedBox[] | undefined
}

export interface DatasetVersion {
  readonly folder: string
  /** Content hash of a prepared data set. */
  readonly version: string | undefined
  readonly classes: readonly string[]
  readonly images: ReadonlyMap<string, VersionImage>
}

/**
 * Reads what can be compared of a data set, prepared or not.
 *
 * @throws SkyloopError as `findImages` and `readClassList`; `data.duplicate-name` when two splits have one image name
 */
export async function readVersion(
  folder: string,
  onProgress?: (done: number, total: number) => void,
): Promise<DatasetVersion> {
  const classes = await readClassList(folder)
  const found = await findImages(folder)
  const manifest = await readManifest(folder)
  const images = new Map<string, VersionImage>()
  for (const { image, label, split = '', stem } of found.images) {
    const other = images.get(stem)
    if (other) {
      throw new SkyloopError({
        code: 'data.duplicate-name',
        message: `${folder} has ${other.path} and ${image}, so images cannot be told apart by name`,
        hint: `rename one of them: ${basename(image)}`,
      })
    }
    const text = await readFile(join(folder, label), 'utf8').catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined
      throw error
    })
    const boxes =
      text === undefined
        ? undefined
        : parseYoloLabels(text, { file: label, classCount: classes.length }).boxes.map(({ classId, boxXyxyNorm }) => ({
            className: classes[classId]!,
            boxXyxyNorm,
          }))
    images.set(stem, { name: stem, split, path: image, sha256: await hashFile(join(folder, image)), boxes })
    onProgress?.(images.size, found.images.length)
  }
  return { folder, version: manifest?.version, classes, images }
}

import { createReadStream } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join, posix } from 'node:path'
import type { LabelWriter, ReadyBox, WriterOptions } from '../labelled-image.ts'
import type { Split } from '../splits.ts'
import { openTextSink, type TextSink } from '../text-file.ts'

interface OpenSplit {
  readonly path: string
  readonly images: TextSink
  readonly annotations: TextSink
  imageCount: number
  annotationCount: number
}

/**
 * `annotations/instances_<split>.json` (`instances.json` without splits) and `images/<split>/`.
 *
 * Memory does not grow with the set: annotations go to a file of their own, which is appended to the images at the end.
 * A background image bears `"background": true`, which other readers pass over: the format itself cannot tell an
 * image without objects from one that nobody has looked at.
 */
export async function openCocoWriter({ folder, classes, ledger }: WriterOptions): Promise<LabelWriter> {
  const open = new Map<Split | undefined, OpenSplit>()
  const folderOf = (split: Split | undefined): string => posix.join('images', split ?? '')
  const openSplit = async (split: Split | undefined): Promise<OpenSplit> => {
    await mkdir(join(folder, 'annotations'), { recursive: true })
    const path = join(folder, 'annotations', split === undefined ? 'instances.json' : `instances_${split}.json`)
    const images = await openTextSink(path)
    const categories = classes.map((name, index) => ({ id: index + 1, name, supercategory: '' }))
    await images.write(`{"info":{"description":"Converted by Skyloop"},"licenses":[],\n"categories":`)
    await images.write(`${JSON.stringify(categories)},\n"images":[`)
    return { path, images, annotations: await openTextSink(`${path}.part`), imageCount: 0, annotationCount: 0 }
  }
  return {
    imagePath: (split, name) => posix.join(folderOf(split), name),
    add: async ({ name, split, sizePx, boxes, place }) => {
      if (!boxes || !sizePx) {
        ledger.issue('not-carried', 'none', place)
        return { as: 'left-out', kept: [] }
      }
      let file = open.get(split)
      if (!file) open.set(split, (file = await openSplit(split)))
      const id = ++file.imageCount
      const image = { id, file_name: name, width: sizePx[0], height: sizePx[1] }
      const marked = boxes.length === 0 ? { ...image, background: true } : image
      await file.images.write(`${id === 1 ? '\n' : ',\n'}${JSON.stringify(marked)}`)
      for (const box of boxes) {
        const number = ++file.annotationCount
        const annotation = { id: number, image_id: id, ...annotationOf(box) }
        await file.annotations.write(`${number === 1 ? '\n' : ',\n'}${JSON.stringify(annotation)}`)
      }
      return { as: boxes.length === 0 ? 'background' : 'labelled', kept: boxes }
    },
    finish: async () => {
      if (open.size === 0) open.set(undefined, await openSplit(undefined))
      for (const { path, images, annotations } of open.values()) {
        await annotations.close()
        await images.write('\n],\n"annotations":[')
        for await (const text of createReadStream(`${path}.part`, 'utf8') as AsyncIterable<string>) {
          await images.write(text)
        }
        await images.write('\n]}\n')
        await images.close()
        await rm(`${path}.part`)
      }
    },
    abandon: async () => {
      for (const { images, annotations } of open.values()) {
        await images.close().catch(() => {})
        await annotations.close().catch(() => {})
      }
    },
  }
}

function annotationOf({ classId, boxXyxyPx: [x1, y1, x2, y2], traits }: ReadyBox): Record<string, unknown> {
  const { ignored, confidence, attributes, ...flags } = traits
  const all = { ...flags, ...attributes }
  return {
    category_id: classId + 1,
    bbox: [x1, y1, x2 - x1, y2 - y1].map(toMillionths),
    area: toMillionths((x2 - x1) * (y2 - y1)),
    iscrowd: ignored ? 1 : 0,
    segmentation: [],
    ...(confidence === undefined ? {} : { score: confidence }),
    ...(Object.keys(all).length === 0 ? {} : { attributes: all }),
  }
}

/** Sums and differences of decimals leave dust in the sixteenth digit; a millionth of a pixel is below any meaning. */
function toMillionths(value: number): number {
  return Math.round(value * 1e6) / 1e6
}

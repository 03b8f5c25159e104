import { SkyloopError } from '../../core/errors.ts'
import { isObject, readJson } from '../../core/json.ts'
import type { ImageDetection } from './detection-features.ts'

/** What was found in one image. */
export interface DetectedImage {
  /** Path as the file gives it. */
  readonly file: string
  /** Size that the boxes are of, where the file says it. */
  readonly width?: number
  readonly height?: number
  readonly detections: readonly ImageDetection[]
}

/**
 * Reads detections: `predictions.json` of `skyloop predict`, or COCO results (`[{image_id, category_id, bbox, score}]`)
 * with the COCO file that names their images and categories.
 *
 * @param cocoPath `instances.json` with `images` and `categories`; needed for COCO results
 * @throws SkyloopError `core.json` for what is no JSON; `data.geo.detections` saying what is wrong where
 */
export async function readDetections(path: string, cocoPath?: string): Promise<DetectedImage[]> {
  const value: unknown = await readJson(path)
  if (isObject(value) && Array.isArray(value['images'])) {
    return value['images'].map((image, k) => predictedImage(image, `${path}: images[${k}]`))
  }
  if (!Array.isArray(value)) {
    throw wrong(`${path} is neither predictions.json of \`skyloop predict\` nor a list of COCO results`)
  }
  if (cocoPath === undefined) {
    throw wrong(`${path} is COCO results, which name images only by number`, 'name the COCO file of the images: --coco')
  }
  return cocoImages(value, path, await readJson(cocoPath), cocoPath)
}

function predictedImage(image: unknown, where: string): DetectedImage {
  if (!isObject(image) || typeof image['file'] !== 'string' || !Array.isArray(image['detections'])) {
    throw wrong(`${where} has no "file" and "detections"`)
  }
  const { width, height } = image
  return {
    file: image['file'],
    ...(isSize(width) && isSize(height) && { width, height }),
    detections: image['detections'].map((item: unknown, k): ImageDetection => {
      const at = `${where}.detections[${k}]`
      if (!isObject(item)) throw wrong(`${at} is no object`)
      const { class: name, classId, confidence, box } = item
      if (typeof name !== 'string' || !Number.isInteger(classId)) throw wrong(`${at} has no "class" and "classId"`)
      return {
        class: name,
        classId: classId as number,
        confidence: score(confidence, at),
        boxXyxyPx: boxOf(box, at),
      }
    }),
  }
}

function cocoImages(results: readonly unknown[], path: string, coco: unknown, cocoPath: string): DetectedImage[] {
  if (!isObject(coco) || !Array.isArray(coco['images']) || !Array.isArray(coco['categories'])) {
    throw wrong(`${cocoPath} has no "images" and "categories"`)
  }
  const byId = (items: readonly unknown[]): Map<unknown, Record<string, unknown>> =>
    new Map(items.filter(isObject).map((item) => [item['id'], item]))
  const [images, categories] = [byId(coco['images']), byId(coco['categories'])]
  const found = new Map<unknown, { image: Record<string, unknown>; detections: ImageDetection[] }>()
  results.forEach((item, k) => {
    const at = `${path}: [${k}]`
    if (!isObject(item)) throw wrong(`${at} is no object`)
    const image = images.get(item['image_id'])
    const category = categories.get(item['category_id'])
    if (!image || typeof image['file_name'] !== 'string')
      throw wrong(`${at} is of image ${String(item['image_id'])}, which ${cocoPath} does not have`)
    if (!category || typeof category['name'] !== 'string') {
      throw wrong(`${at} is of category ${String(item['category_id'])}, which ${cocoPath} does not have`)
    }
    const [x, y, w, h] = boxOf(item['bbox'], at)
    const entry = found.get(item['image_id']) ?? { image, detections: [] }
    found.set(item['image_id'], entry)
    entry.detections.push({
      class: category['name'],
      classId: Number(item['category_id']),
      confidence: score(item['score'], at),
      boxXyxyPx: [x, y, x + w, y + h],
    })
  })
  return [...found.values()].map(({ image, detections }) => {
    const { width, height } = image
    return {
      file: image['file_name'] as string,
      ...(isSize(width) && isSize(height) && { width, height }),
      detections,
    }
  })
}

function isSize(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0
}

function score(value: unknown, where: string): number {
  if (typeof value === 'number' && value >= 0 && value <= 1) return value
  throw wrong(`${where} has the confidence ${String(value)}; allowed: 0 to 1`)
}

function boxOf(value: unknown, where: string): [number, number, number, number] {
  if (Array.isArray(value) && value.length === 4 && value.every((side) => Number.isFinite(side))) {
    return value as [number, number, number, number]
  }
  throw wrong(`${where} has no box of four numbers`)
}

function wrong(message: string, hint?: string): SkyloopError {
  return new SkyloopError({ code: 'data.geo.detections', message, hint })
}

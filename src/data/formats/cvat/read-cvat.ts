import { SkyloopError } from '../../../core/errors.ts'
import { className, requireDistinct } from '../class-map.ts'
import { splitOfName } from '../image-index.ts'
import type { LabelLedger } from '../label-issue.ts'
import type { LabelSource, SourceBox, SourceImage, SourceOptions } from '../labelled-image.ts'
import { childOf, readXmlChildren, textOf, type XmlElement } from '../xml-elements.ts'
import { cvatShape } from './cvat-shape.ts'

/**
 * `annotations.xml` of a CVAT export "CVAT for images 1.1".
 *
 * The other formats of CVAT's exports are read under their own names: COCO, Pascal VOC, YOLO. Tracks of videos
 * ("CVAT for video") are not implemented and refused.
 *
 * @source https://docs.cvat.ai/docs/dataset_management/formats/format-cvat/ and the XML annotation format, version 1.1
 */
export async function openCvat(path: string, shownAs: string, options: SourceOptions): Promise<LabelSource> {
  return {
    classes: await readClasses(path, shownAs, options),
    images: async function* () {
      for await (const element of readXmlChildren(path, shownAs, ['annotations'])) {
        if (element.name === 'image') yield readImage(element, shownAs, options)
      }
    },
  }
}

/** Labels of the task or project, in their order, then those that occur without being listed there. */
async function readClasses(path: string, shownAs: string, { signal }: SourceOptions): Promise<readonly string[]> {
  const listed: string[] = []
  const occurring = new Set<string>()
  for await (const element of readXmlChildren(path, shownAs, ['annotations'])) {
    signal?.throwIfAborted()
    if (element.name === 'track') {
      throw new SkyloopError({
        code: 'data.cvat',
        message: `${shownAs}:${element.line} is an export "CVAT for video", whose tracks are not implemented`,
        hint: 'export it as "CVAT for images 1.1"',
      })
    }
    if (element.name === 'meta') listed.push(...labelNames(element))
    for (const shape of element.name === 'image' ? element.children : []) {
      const name = className(shape.attributes.get('label') ?? '')
      if (name !== '') occurring.add(name)
    }
  }
  requireDistinct(listed, shownAs)
  return [...new Set([...listed, ...[...occurring].sort()])]
}

function labelNames(meta: XmlElement): string[] {
  for (const holder of [childOf(meta, 'task'), childOf(meta, 'project'), childOf(meta, 'job'), meta]) {
    const labels = childOf(holder, 'labels')
    if (labels)
      return labels.children.map((label) => className(textOf(label, 'name') ?? '')).filter((name) => name !== '')
  }
  return []
}

function readImage(element: XmlElement, shownAs: string, { ledger, unlabelled }: SourceOptions): SourceImage {
  const name = element.attributes.get('name') ?? ''
  const place = { file: shownAs, line: element.line, text: name }
  if (name === '') {
    throw new SkyloopError({ code: 'data.cvat', message: `${shownAs}:${element.line} has an image without a name` })
  }
  const [width, height] = [Number(element.attributes.get('width')), Number(element.attributes.get('height'))]
  const subset = element.attributes.get('subset')
  const boxes = readShapes(element, name, shownAs, ledger)
  const shapes = element.children.length
  if (shapes === 0 && unlabelled === 'unknown') ledger.issue('not-annotated', 'none', place)
  if (shapes > 0 && boxes.length === 0) ledger.issue('all-lost', 'none', place)
  const isKnown = shapes === 0 ? unlabelled === 'background' : boxes.length > 0
  return {
    name,
    split: subset === undefined ? undefined : splitOfName(subset),
    ...(Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0
      ? { statedSizePx: [width, height] as const }
      : {}),
    unit: 'pixels',
    boxes: isKnown ? boxes : undefined,
    place,
  }
}

function readShapes(image: XmlElement, imageName: string, shownAs: string, ledger: LabelLedger): SourceBox[] {
  const boxes: SourceBox[] = []
  for (const shape of image.children) {
    ledger.read()
    const label = className(shape.attributes.get('label') ?? '')
    const place = { file: shownAs, line: shape.line, text: `${imageName}: ${shape.name} ${label}` }
    const found = label === '' ? 'malformed-box' : cvatShape(shape, (kind) => ledger.issue(kind, 'changed', place))
    if (typeof found === 'string') ledger.issue(found, 'dropped', place)
    else boxes.push({ className: label, ...found, place })
  }
  return boxes
}

import { SkyloopError } from '../errors.ts'
import { isObject } from '../json.ts'

/** A box that a worker drew, in pixels of the image as it is shown (EXIF orientation applied). */
export interface LabelledBox {
  /** Name of its class, one of the job's labels. */
  readonly label: string
  /** Of the left edge, from 0. Fractions are allowed: a worker may draw on a zoomed image. */
  readonly left: number
  readonly top: number
  /** Above 0; `left + width` is at most the image's width. */
  readonly width: number
  readonly height: number
}

/** The image as the worker saw it, in pixels. */
export interface ImageSize {
  readonly width: number
  readonly height: number
}

/** What crowd-bounding-box submits under the name `annotatedResult`. An image without objects has no boxes. */
export interface BoxAnswer {
  readonly annotatedResult: {
    readonly boundingBoxes: readonly LabelledBox[]
    readonly inputImageProperties: ImageSize
  }
}

/** What crowd-image-classifier submits in a verification job: a judgement of the boxes as a whole. */
export interface VerificationAnswer {
  readonly annotatedResult: { readonly label: string }
  /** What the worker has to say about the boxes; goes to `worker-feedback` of the output. */
  readonly comment?: string
}

export type WorkerAnswer = BoxAnswer | VerificationAnswer

/** What an answer has to fit. */
export interface AnswerRules {
  readonly kind: 'annotation' | 'adjustment' | 'verification'
  readonly labels: readonly string[]
  /** Size of the image as it is shown, when it is known. */
  readonly image?: ImageSize
}

/** Most boxes in one answer. */
export const BOX_LIMIT = 10_000

/** Longest comment of a worker, in characters. */
const COMMENT_LIMIT = 2_000

/** How far past the image's edge a box may reach, in pixels: a page that scales coordinates rounds. */
const EDGE_TOLERANCE_PX = 0.5

/**
 * Reads an answer that came from outside.
 *
 * A box that crosses the image's edge by at most half a pixel is clipped; any other that does not fit is refused, never
 * dropped: the worker sees it and can mend it.
 *
 * @throws SkyloopError `label.answer` naming everything that does not fit
 */
export function readAnswer(value: unknown, rules: AnswerRules): WorkerAnswer {
  const result = isObject(value) ? value['annotatedResult'] : undefined
  if (!isObject(value) || !isObject(result)) throw unfit(['it has no annotatedResult'])
  return rules.kind === 'verification' ? readVerification(value, result, rules) : readBoxes(result, rules)
}

function readVerification(
  value: Record<string, unknown>,
  result: Record<string, unknown>,
  { labels }: AnswerRules,
): VerificationAnswer {
  const { label } = result
  const { comment } = value
  const problems: string[] = []
  if (typeof label !== 'string' || !labels.includes(label)) {
    problems.push(`label is ${JSON.stringify(label)}, but must be one of ${labels.join(', ')}`)
  }
  if (comment !== undefined && (typeof comment !== 'string' || comment.length > COMMENT_LIMIT)) {
    problems.push(`comment must be text of at most ${COMMENT_LIMIT} characters`)
  }
  if (problems.length > 0) throw unfit(problems)
  const said = comment === undefined || comment === '' ? {} : { comment: comment as string }
  return { annotatedResult: { label: label as string }, ...said }
}

function readBoxes(result: Record<string, unknown>, { labels, image }: AnswerRules): BoxAnswer {
  const { boundingBoxes, inputImageProperties: size } = result
  if (!Array.isArray(boundingBoxes)) throw unfit(['boundingBoxes is not a list'])
  if (boundingBoxes.length > BOX_LIMIT) throw unfit([`it has ${boundingBoxes.length} boxes, more than ${BOX_LIMIT}`])
  if (!isObject(size) || !isSide(size['width']) || !isSide(size['height'])) {
    throw unfit([`inputImageProperties is ${JSON.stringify(size)}, but must have a width and a height in whole pixels`])
  }
  const shown: ImageSize = { width: size['width'], height: size['height'] }
  if (image && (image.width !== shown.width || image.height !== shown.height)) {
    throw unfit([`the image is ${image.width}x${image.height}, but was labelled as ${shown.width}x${shown.height}`])
  }
  const problems: string[] = []
  const boxes = boundingBoxes.flatMap((box: unknown, index) => {
    const read = readBox(box, labels, shown)
    if (typeof read !== 'string') return [read]
    problems.push(`box ${index}: ${read}`)
    return []
  })
  if (problems.length > 0) throw unfit(problems)
  return { annotatedResult: { boundingBoxes: boxes, inputImageProperties: shown } }
}

function readBox(box: unknown, labels: readonly string[], image: ImageSize): LabelledBox | string {
  if (!isObject(box)) return 'is not an object'
  const { label, left, top, width, height } = box
  if (typeof label !== 'string' || !labels.includes(label)) {
    return `label is ${JSON.stringify(label)}, but must be one of ${labels.join(', ')}`
  }
  if (![left, top, width, height].every((side) => typeof side === 'number' && Number.isFinite(side))) {
    return 'left, top, width and height must be finite numbers'
  }
  const corners = { left: left as number, top: top as number, width: width as number, height: height as number }
  const right = corners.left + corners.width
  const bottom = corners.top + corners.height
  const isInside =
    Math.min(corners.left, corners.top) >= -EDGE_TOLERANCE_PX &&
    right <= image.width + EDGE_TOLERANCE_PX &&
    bottom <= image.height + EDGE_TOLERANCE_PX
  if (!isInside) {
    const given = `left ${corners.left}, top ${corners.top}, width ${corners.width}, height ${corners.height}`
    return `reaches outside the image of ${image.width}x${image.height}: ${given}`
  }
  const x = Math.max(0, corners.left)
  const y = Math.max(0, corners.top)
  const w = Math.min(image.width, right) - x
  const h = Math.min(image.height, bottom) - y
  if (!(w > 0 && h > 0)) return `has no area: width ${corners.width}, height ${corners.height}`
  return { label, left: x, top: y, width: w, height: h }
}

function isSide(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0
}

const SHOWN_PROBLEMS = 5

function unfit(problems: readonly string[]): SkyloopError {
  const more = problems.length > SHOWN_PROBLEMS ? `; and ${problems.length - SHOWN_PROBLEMS} more` : ''
  return new SkyloopError({
    code: 'label.answer',
    message: `the answer does not fit: ${problems.slice(0, SHOWN_PROBLEMS).join('; ')}${more}`,
    hint: 'mend the boxes named and submit again',
  })
}

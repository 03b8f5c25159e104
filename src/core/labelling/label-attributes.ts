import type { ConsolidatedBox } from './consolidate-boxes.ts'
import type { Judgement } from './consolidate-judgements.ts'
import type { ImageSize } from './worker-answer.ts'

/** What every label in an augmented manifest says of its origin. */
export interface LabelOrigin {
  /** `LabelAttributeName` of the job; metadata stands under it with `-metadata` behind. */
  readonly attribute: string
  readonly jobName: string
  readonly createdAt: Date
}

/** The members that a label adds to a line of an augmented manifest. */
export type LabelAttributes = Readonly<Record<string, unknown>>

/**
 * Boxes as an augmented manifest has them.
 *
 * @param labels classes in order: `class_id` is the position here, and `class-map` names those that occur
 * @param image as shown, with its channels; `depth` is left out when it is not known
 * @param adjustment whether the boxes differ from those shown to the worker; adjustment jobs only
 * @source Ground Truth developer guide, "Bounding box job output"
 */
export function boxAttributes(
  origin: LabelOrigin,
  labels: readonly string[],
  boxes: readonly ConsolidatedBox[],
  image: ImageSize & { readonly depth?: number },
  adjustment?: 'adjusted' | 'unadjusted',
): LabelAttributes {
  const ids = [...new Set(boxes.map(({ label }) => labels.indexOf(label)))].sort((a, b) => a - b)
  return {
    [origin.attribute]: {
      image_size: [{ width: image.width, height: image.height, ...(image.depth && { depth: image.depth }) }],
      annotations: boxes.map(({ label, left, top, width, height }) => ({
        class_id: labels.indexOf(label),
        left,
        top,
        width,
        height,
      })),
    },
    [`${origin.attribute}-metadata`]: {
      objects: boxes.map(({ confidence }) => ({ confidence })),
      'class-map': Object.fromEntries(ids.map((id) => [String(id), labels[id]])),
      type: 'groundtruth/object-detection',
      'human-annotated': 'yes',
      'creation-date': creationDate(origin.createdAt),
      'job-name': jobReference(origin),
      ...(adjustment && { 'adjustment-status': adjustment }),
    },
  }
}

/** A judgement of boxes as an augmented manifest has it. */
export function judgementAttributes(
  origin: LabelOrigin,
  labels: readonly string[],
  judgement: Judgement,
  comments: readonly string[],
): LabelAttributes {
  return {
    [origin.attribute]: String(labels.indexOf(judgement.label)),
    [`${origin.attribute}-metadata`]: {
      'class-name': judgement.label,
      confidence: judgement.confidence,
      type: 'groundtruth/label-verification',
      'job-name': jobReference(origin),
      'human-annotated': 'yes',
      'creation-date': creationDate(origin.createdAt),
      ...(comments.length > 0 && { 'worker-feedback': comments.map((comment) => ({ comment })) }),
    },
  }
}

/** What stands on the line of an object that could not be labelled. */
export function failureAttributes(origin: LabelOrigin, reason: string): LabelAttributes {
  return {
    [`${origin.attribute}-metadata`]: {
      'failure-reason': reason,
      'human-annotated': 'yes',
      'creation-date': creationDate(origin.createdAt),
      'job-name': jobReference(origin),
    },
  }
}

function jobReference({ jobName }: LabelOrigin): string {
  return `labeling-job/${jobName}`
}

/** ISO 8601 in UTC with microseconds and without a zone, as Ground Truth writes it. */
function creationDate(date: Date): string {
  return `${date.toISOString().slice(0, -1)}000`
}

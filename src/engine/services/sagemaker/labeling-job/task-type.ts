import type { AnswerRules } from '../../../../core/labelling/worker-answer.ts'

/** Boxes on a bare image, corrected boxes, or a judgement of boxes. */
export type TaskKind = AnswerRules['kind']

/** What a built-in task type is called in the names of its functions. */
const KINDS: Readonly<Record<string, TaskKind>> = {
  BoundingBox: 'annotation',
  AdjustmentBoundingBox: 'adjustment',
  VerificationBoundingBox: 'verification',
}

/**
 * What a job asks for, told by its pre-annotation function, e.g. `arn:aws:lambda:us-east-1:432418664414:function:PRE-BoundingBox`.
 *
 * @returns undefined for a function that is none of the built-in ones for boxes
 */
export function taskKindOf(lambdaArn: string, prefix: 'PRE' | 'ACS'): TaskKind | undefined {
  const type = new RegExp(`^arn:aws[\\w-]*:lambda:[a-z0-9-]+:\\d{12}:function:${prefix}-(\\w+)$`).exec(lambdaArn)?.[1]
  return type !== undefined && Object.hasOwn(KINDS, type) ? KINDS[type] : undefined
}

export const TASK_TYPES = Object.keys(KINDS)

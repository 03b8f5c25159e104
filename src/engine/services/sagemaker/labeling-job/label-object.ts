import type { Consolidation } from '../../../../core/labelling/consolidate-boxes.ts'
import { consolidateBoxes } from '../../../../core/labelling/consolidate-boxes.ts'
import { consolidateJudgements } from '../../../../core/labelling/consolidate-judgements.ts'
import { boxAttributes, judgementAttributes } from '../../../../core/labelling/label-attributes.ts'
import type { LabelAttributes } from '../../../../core/labelling/label-attributes.ts'
import type { BoxAnswer, LabelledBox, VerificationAnswer } from '../../../../core/labelling/worker-answer.ts'
import { internalError } from '../../../../core/errors.ts'
import type { AnswerRow, ObjectRow } from './labeling-tables.ts'
import { priorBoxes } from './prior-boxes.ts'
import type { LabelingJobRecord } from './record.ts'
import { taskKindOf } from './task-type.ts'

export interface ObjectLabel {
  /** What the label adds to the object's line. */
  readonly attributes: LabelAttributes
  /** Boxes that fewer than half of the workers drew. */
  readonly outvoted: Consolidation['outvoted']
}

/**
 * The label that the answers of an object's workers come to. Pure: called again with the same rows, it says the same.
 *
 * @param answers at least one
 */
export function labelObject(job: LabelingJobRecord, object: ObjectRow, answers: readonly AnswerRow[]): ObjectLabel {
  const { input, request } = job
  if (!input) throw internalError(`labeling job ${job.name} has answers before it has its input`)
  const origin = {
    attribute: request.LabelAttributeName,
    jobName: job.name,
    createdAt: lastSubmission(answers),
  }
  const kind = taskKindOf(request.HumanTaskConfig.PreHumanTaskLambdaArn ?? '', 'PRE')
  if (kind === 'verification') {
    const given = answers.map(({ content }) => JSON.parse(content) as VerificationAnswer)
    const judgement = consolidateJudgements(
      given.map(({ annotatedResult }) => annotatedResult.label),
      input.labels,
    )
    const comments = given.flatMap(({ comment }) => (comment === undefined ? [] : [comment]))
    return { attributes: judgementAttributes(origin, input.labels, judgement, comments), outvoted: [] }
  }
  const given = answers.map(({ worker, content }) => {
    const { annotatedResult } = JSON.parse(content) as BoxAnswer
    return { worker, boxes: annotatedResult.boundingBoxes, size: annotatedResult.inputImageProperties }
  })
  const { boxes, outvoted } = consolidateBoxes(given, input.labels)
  const size = object.image ?? given[0]?.size
  if (!size) throw internalError(`object ${object.position} of labeling job ${job.name} has no answers`)
  const adjustment =
    kind === 'adjustment' && input.priorAttribute !== undefined
      ? isSame(boxes, priorBoxes(JSON.parse(object.line) as Record<string, unknown>, input.priorAttribute, undefined))
        ? 'unadjusted'
        : 'adjusted'
      : undefined
  return { attributes: boxAttributes(origin, input.labels, boxes, size, adjustment), outvoted }
}

export function lastSubmission(answers: readonly AnswerRow[]): Date {
  return new Date(Math.max(...answers.map(({ submittedMs }) => submittedMs)))
}

/** Whether both are the same boxes, in whatever order. */
function isSame(one: readonly LabelledBox[], other: readonly LabelledBox[]): boolean {
  const key = ({ label, left, top, width, height }: LabelledBox) =>
    JSON.stringify([label, Math.round(left), Math.round(top), Math.round(left + width), Math.round(top + height)])
  const sorted = (boxes: readonly LabelledBox[]) => boxes.map(key).sort().join('\n')
  return one.length === other.length && sorted(one) === sorted(other)
}

import { join } from 'node:path'
import { writeJsonAtomic } from '../core/files.ts'
import { requireValid, validateDataset } from '../data/prepare/validate-dataset.ts'
import { type Container, openContainer, runJob } from './container.ts'
import { jobArguments, numberArgument } from './job-arguments.ts'

/**
 * Checks a prepared data set; the job fails, with its first reason in one sentence, when it must not be trained on.
 *
 * In: `processing/data`. Out: `processing/validation/validation.json` `{valid, problems[], warnings[], counts}`, written
 * in either case.
 *
 * Arguments (defaults): `--min-images 1 --min-boxes 1 --sample 400`.
 */
export async function run(args: string[]): Promise<number> {
  const container = openContainer(process.env)
  return runJob(container, () => validate(container, args))
}

async function validate(container: Container, args: readonly string[]): Promise<string> {
  const text = { type: 'string' } as const
  const values = jobArguments(args, { 'min-images': text, 'min-boxes': text, sample: text })
  const number = (name: keyof typeof values, otherwise: number): number => {
    const value = values[name]
    return value === undefined ? otherwise : Math.round(numberArgument(name, value, 0, 1e9))
  }
  const validation = await validateDataset(container.processingDir('data'), {
    minImages: number('min-images', 1),
    minBoxes: number('min-boxes', 1),
    sample: number('sample', 400),
  })
  await writeJsonAtomic(join(container.processingDir('validation'), 'validation.json'), validation)
  for (const warning of validation.warnings) console.warn(`warning: ${warning}`)
  for (const problem of validation.problems) console.error(`problem: ${problem}`)
  requireValid(validation)
  const { images, boxes } = validation.counts
  return (
    `valid: ${images.train} train and ${images.val} val images, ${boxes.train} and ${boxes.val} boxes, ` +
    `${validation.warnings.length} warning(s)`
  )
}

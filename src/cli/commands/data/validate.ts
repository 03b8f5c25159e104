import { resolve } from 'node:path'
import { SPLITS } from '../../../data/formats/find-images.ts'
import type { Validation } from '../../../data/prepare/validate-dataset.ts'
import { defineCommand } from '../../command.ts'
import { EXIT } from '../../failure.ts'
import { integer } from '../../option-values.ts'
import { asTask } from '../../terminal/reporter.ts'
import { formatTable } from '../../terminal/table.ts'

interface Options {
  readonly minImages: number
  readonly minBoxes: number
  readonly sample: number
}

export const validate = defineCommand<Options>({
  name: 'validate',
  summary: 'whether a data set with splits is fit for training: labels, pictures, balance, leaks',
  description:
    'Checks labels, decodes pictures, and looks for what is in two splits: flights, places by GPS, equal files and\n' +
    'look-alikes. Of a prepared data set every file is compared with its manifest. Nothing is written. Exit code 1 when\n' +
    'it must not be trained on.',
  arguments: [['<folder>', 'prepared data set, or one in the YOLO layout with train and val']],
  options: [
    { flags: '--min-images <n>', description: 'fewest images in train', default: 1, parse: integer('--min-images', 0) },
    {
      flags: '--min-boxes <n>',
      description: 'fewest boxes in train and in val',
      default: 1,
      parse: integer('--min-boxes', 0),
    },
    {
      flags: '--sample <n>',
      description: 'images of each split that are decoded wholly',
      default: 400,
      parse: integer('--sample', 0),
    },
  ],
  examples: [
    ['data validate ./ready', 'problems, warnings, counts'],
    ['data validate ./ready --json', 'the same as validation.json'],
  ],
  run: async (context, options, [given = '']) => {
    const { validateDataset } = await import('../../../data/prepare/validate-dataset.ts')
    const folder = resolve(context.environment.workingFolder, given)
    const validation = await asTask(context.report, `looking at ${given}`, () => validateDataset(folder, options))
    return {
      value: { folder, ...validation },
      text: describe(validation),
      exitCode: validation.valid ? EXIT.ok : EXIT.user,
    }
  },
})

function describe({ valid, problems, warnings, counts }: Validation): string {
  const table = formatTable(
    ['split', 'images', 'boxes', 'flights'],
    SPLITS.filter((split) => counts.images[split] > 0).map((split) => [
      split,
      String(counts.images[split]),
      String(counts.boxes[split]),
      String(counts.flights[split]),
    ]),
  )
  return [
    table,
    '',
    ...problems.map((text) => `problem: ${text}`),
    ...warnings.map((text) => `warning: ${text}`),
    valid ? 'fit for training' : 'not fit for training',
  ].join('\n')
}

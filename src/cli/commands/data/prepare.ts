import { resolve } from 'node:path'
import { SPLITS } from '../../../data/formats/find-images.ts'
import type { PreparedDataset } from '../../../data/prepare/prepared-dataset.ts'
import { defineCommand } from '../../command.ts'
import { formatFacts, formatTable } from '../../terminal/table.ts'
import { PREPARE_OPTIONS, requireOut, settingsOf, type PrepareChoices } from './prepare-options.ts'

interface Options extends PrepareChoices {
  readonly out: string
  readonly onCorrupt: 'fail' | 'skip'
  readonly licence?: string
  readonly origin?: string
}

export const prepare = defineCommand<Options>({
  name: 'prepare',
  summary: 'make a data set that training can use: checked, split without leaks, cut into tiles',
  description:
    'Reads a folder of images and YOLO labels and writes a data set: upright pictures, every label checked, splits\n' +
    'that share no flight, place or look-alike, tiles or letterboxed frames, whole frames for evaluation, data.yaml,\n' +
    'a card for a person, and a version that is the hash of what went in. What was changed or left out is named.',
  arguments: [['<folder>', 'data set in the YOLO layout']],
  options: [
    { flags: '--out <folder>', description: 'where it is written; empty or not there yet (required)' },
    ...PREPARE_OPTIONS,
    {
      flags: '--on-corrupt <what>',
      description: 'images that do not decode: end, or go on without them',
      choices: ['fail', 'skip'],
      default: 'fail',
    },
    { flags: '--licence <text>', description: 'licence of the source, for the card' },
    { flags: '--origin <text>', description: 'where the source is from, for the card' },
  ],
  examples: [
    ['data prepare ./flights --out ./ready', 'tiles of 640 px, a fifth of the images in val'],
    ['data prepare ./flights --out ./ready --letterbox 640 --test 0.1', 'whole frames in squares, and a test split'],
  ],
  run: async (context, options, [given = '']) => {
    const { prepareDataset } = await import('../../../data/prepare/prepare-dataset.ts')
    const { workingFolder } = context.environment
    const output = resolve(workingFolder, requireOut(options.out))
    const task = context.report.task(`preparing ${given}`)
    try {
      const dataset = await prepareDataset({
        ...settingsOf(options),
        input: resolve(workingFolder, given),
        output,
        onCorrupt: options.onCorrupt,
        ...(options.licence !== undefined && { licence: options.licence }),
        ...(options.origin !== undefined && { origin: options.origin }),
        onProgress: (done, total) => {
          context.signal.throwIfAborted()
          task.update(`${done}/${total} images`, done / total)
        },
      })
      task.done(`${dataset.images.train + dataset.images.val + dataset.images.test} images`)
      for (const warning of dataset.report.warnings) context.report.warn(warning)
      return { value: { folder: output, ...dataset }, text: describe(output, dataset) }
    } catch (error) {
      task.fail()
      throw error
    }
  },
})

function describe(folder: string, dataset: PreparedDataset): string {
  const { images, boxes, frames, report } = dataset
  const splits = SPLITS.filter((split) => images[split] > 0)
  return [
    formatFacts({ folder, version: dataset.contentHash }),
    '',
    formatTable(
      ['split', 'images', 'boxes', 'source boxes', 'whole frames', 'flights'],
      splits.map((split) => [
        split,
        String(images[split]),
        String(boxes[split]),
        String(report.sourceBoxes[split]),
        String(frames[split]),
        String(dataset.flights[split].length),
      ]),
    ),
    '',
    `${report.labels.lines} label lines read, ${report.labels.kept} kept, ${report.labels.dropped} dropped; ` +
      `${report.corrupt.length} broken images; ${report.missingLabels.length} without a label file`,
  ].join('\n')
}

import { resolve } from 'node:path'
import { LABEL_ISSUES, type LabelIssueKind } from '../../../data/formats/label-issue.ts'
import type { DatasetSurvey } from '../../../data/profile/survey-dataset.ts'
import { defineCommand } from '../../command.ts'
import { EXIT } from '../../failure.ts'
import { asTask } from '../../terminal/reporter.ts'
import { formatFacts, formatTable } from '../../terminal/table.ts'

/** Names printed of each kind of problem. */
const EXAMPLES = 3

export const check = defineCommand({
  name: 'check',
  summary: 'look at a folder of images and labels before training on it',
  description:
    'Counts images, sizes and boxes by class, and names every label line that preparation would change or drop and every\n' +
    'image that it could not read. Nothing is written. Exit code 1 when an image or a box would be lost.',
  arguments: [['<folder>', 'data set in the YOLO layout']],
  examples: [['data check ./flights', 'what is in it and what is wrong with it']],
  run: async (context, _options, [given = '']) => {
    const { surveyDataset } = await import('../../../data/profile/survey-dataset.ts')
    const folder = resolve(context.environment.workingFolder, given)
    const survey = await asTask(context.report, `reading ${given}`, (task) =>
      surveyDataset(folder, (done, total) => {
        context.signal.throwIfAborted()
        task.update(`${done}/${total} images`, done / total)
      }),
    )
    const isLossless = survey.unreadable.length === 0 && survey.labels.dropped === 0
    return { value: { folder, ...survey }, text: describe(folder, survey), exitCode: isLossless ? EXIT.ok : EXIT.user }
  },
})

function describe(folder: string, survey: DatasetSurvey): string {
  const counts = (of: Readonly<Record<string, number>>): string =>
    Object.entries(of)
      .map(([name, number]) => `${name} ${number}`)
      .join(', ')
  const facts = formatFacts({
    folder,
    images: `${survey.images} (${counts(survey.splits)})`,
    sizes: counts(Object.fromEntries(Object.entries(survey.sizes).slice(0, 5))),
    boxes: survey.labels.kept,
    background: `${survey.background} images with an empty label file`,
  })
  const classes = formatTable(
    ['class', 'boxes', 'images', 'median side'],
    survey.classes.map(({ name, boxes, images, medianSidePx }) => [
      name,
      String(boxes),
      String(images),
      medianSidePx === undefined ? '' : `${medianSidePx.toFixed(0)} px`,
    ]),
  )
  const problems = [
    ...survey.unreadable.map(({ image, reason }) => `${image}: ${reason}`),
    ...listed('images without a label file, left out by preparation', survey.withoutLabelFile),
    ...listed('label files without an image', survey.orphanLabels),
    ...Object.entries(survey.labels.counts).flatMap(([kind, number]) =>
      listed(
        `label lines: ${LABEL_ISSUES[kind as LabelIssueKind]}`,
        survey.labels.examples
          .filter((issue) => issue.kind === kind)
          .map(({ file, line, outcome }) => `${file}:${line} (${outcome})`),
        number,
      ),
    ),
  ]
  return [facts, '', classes, '', ...(problems.length === 0 ? ['nothing is wrong with it'] : problems)].join('\n')
}

function listed(what: string, names: readonly string[], number = names.length): string[] {
  if (number === 0) return []
  const more = number > EXAMPLES ? ', …' : ''
  return [`${number} ${what}: ${names.slice(0, EXAMPLES).join(', ')}${more}`]
}

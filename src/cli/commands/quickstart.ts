import { rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { defineCommand } from '../command.ts'
import { UsageError } from '../failure.ts'
import { integer } from '../option-values.ts'
import { formatDuration } from '../../core/units.ts'
import { formatFacts, formatTable } from '../terminal/table.ts'
import type { QuickstartReport } from '../quickstart/report.ts'

interface Options {
  readonly data?: string
  readonly epochs?: number
  readonly fast?: boolean
  readonly fresh?: boolean
  readonly keepRunning?: boolean
  readonly seed: number
}

export const quickstart = defineCommand<Options>({
  name: 'quickstart',
  summary: 'close the whole loop once, on this machine',
  description:
    'Starts the engine, makes a data set, runs the pipeline, approves, deploys, sends traffic like the baseline and then\n' +
    'a foggy dusk flight from higher up, and shows the violations, the alert, the retraining that an event rule started and\n' +
    'a call that the Data Scientist is refused. Writes .skyloop/quickstart/report.json. Exit code 0 only when every stage\n' +
    'really happened. May be run again and again; Ctrl-C leaves nothing running.\n\n' +
    'With --data the loop closes over your photographs (a YOLO data set). Their shifted traffic is the validation frames\n' +
    'made dark, foggy and smaller; it is not photographed at dusk.',
  options: [
    { flags: '--data <folder>', description: 'YOLO data set of photographs; without it scenes are rendered' },
    { flags: '--epochs <n>', description: 'epochs of training', parse: integer('--epochs', 1, 10_000) },
    {
      flags: '--fast',
      description: 'tiny frames, one epoch, no quality gate: shows that it runs, not that it is good',
    },
    { flags: '--fresh', description: 'first delete everything that the engine of this folder holds' },
    { flags: '--keep-running', description: 'leave the engine and the endpoint running' },
    {
      flags: '--seed <n>',
      description: 'of the synthetic scenes and the training',
      default: 0,
      parse: integer('--seed', 0),
    },
  ],
  examples: [
    ['quickstart', 'about four minutes on two cores'],
    ['quickstart --data ../flights --epochs 40', 'over real photographs'],
    ['quickstart --keep-running', 'then: skyloop endpoint invoke skyloop-production frame.jpg'],
  ],
  run: async (context, options) => {
    const { environment, global } = context
    if (global.profile !== undefined || global.role !== undefined) {
      throw new UsageError({
        code: 'cli.quickstart',
        message: 'the quickstart is for the local engine and takes its roles itself: leave out --profile and --role',
      })
    }
    const { runQuickstart } = await import('../quickstart/quickstart.ts')
    const { writeReport } = await import('../quickstart/report.ts')
    if (options.fresh) {
      const { resetHome } = await import('../engine/reset.ts')
      await resetHome(environment.home)
    }
    const path = join(environment.home, 'quickstart', 'report.json')
    // An earlier run's report must not pass for this one's, however this one ends.
    await rm(path, { force: true })
    const { data, epochs } = options
    const { report, error } = await runQuickstart(context, {
      fast: options.fast === true,
      keepRunning: options.keepRunning === true,
      seed: options.seed,
      ...(data === undefined ? {} : { data: resolve(environment.workingFolder, data) }),
      ...(epochs === undefined ? {} : { epochs }),
    })
    await writeReport(path, report)
    if (error !== undefined) {
      context.report.note(`report: ${path}`)
      throw error
    }
    return { value: report, text: summarise(report, path) }
  },
})

function summarise(report: QuickstartReport, path: string): string {
  const { evaluation, training, endpoint, monitor, lookAt = {} } = report
  const classes = Object.entries(evaluation?.perClass ?? {}).filter(([, one]) => one.boxes > 0)
  return [
    '',
    `The loop is closed: ${formatDuration(report.elapsedSeconds * 1000)} from the command to here.`,
    '',
    formatFacts({
      'data set': report.dataset && `${report.dataset.images} images, ${report.dataset.boxes} boxes`,
      training:
        training &&
        `${training.epochs} epochs, ${training.imagesPerSecond.toFixed(1)} images/s, loss ${training.finalLoss.toFixed(2)} (${training.engine})`,
      evaluation:
        evaluation &&
        `mAP50 ${evaluation.map50.toFixed(3)}, mAP50-95 ${evaluation.map50_95.toFixed(3)} on ${evaluation.images} images; ` +
          `mAP50 ${evaluation.map50OfFrequentClasses.toFixed(3)} over classes with 5 boxes or more`,
      model: report.modelPackageArn,
      endpoint:
        endpoint && `${endpoint.name}, p50 ${endpoint.p50Ms.toFixed(0)} ms, p95 ${endpoint.p95Ms.toFixed(0)} ms`,
      'clean traffic': monitor?.clean && `${monitor.clean.violations} violations`,
      'shifted traffic':
        monitor?.shifted && `${monitor.shifted.violations} violations: ${monitor.shifted.features.join(', ')}`,
      retraining: report.retraining?.pipelineExecutionArn,
      refused: report.accessDenied && `${report.accessDenied.action} by ${report.accessDenied.statement}`,
    }),
    '',
    formatTable(
      ['class', 'AP50', 'AP50-95', 'boxes'],
      classes.map(([name, one]) => [name, one.ap50.toFixed(3), one.ap50_95.toFixed(3), String(one.boxes)]),
    ),
    '',
    'Look at:',
    formatFacts({ ...lookAt, report: path }),
  ].join('\n')
}
